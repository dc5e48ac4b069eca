-- by_section: medicines are needed by section or chapter only; the medicines are 1 sections
-- listed_prescriber_runs: who prescribes is known without reading what
-- $p1 = 501
-- $p2 = 202012
-- $p3 = 202102
-- $p4 = [202012, 202101, 202102, 202012, 202101, 202101, 202102]
-- $p5 = [0, 0, 0, 1, 1, 1, 1]
-- $p6 = [202012, 202101, 202102, 202101, 202101, 202102, 202102]
-- $p7 = [False, True, True]
-- $p8 = [202012, 202101, 202102]
-- $p9 = ['2020-12', '2021-01', '2021-02']
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    a.month AS k0,
    d.month_code AS c0,
    CAST(CASE WHEN d.x0 THEN COALESCE(a.s0_1, 0) END AS BIGINT) AS v0
  FROM (
    SELECT
      w.month AS month,
      CAST(SUM(r.s0) FILTER(WHERE
        w.lens = 1) AS BIGINT) AS s0_1,
      MAX(r.listed) FILTER(WHERE
        w.lens = 0) AS listed
    FROM (
      SELECT
        q.dispensed,
        CAST(SUM(q.s0) AS BIGINT) AS s0,
        MAX(q.listed) AS listed
      FROM (
        SELECT
          f.month AS dispensed,
          f.items AS s0,
          1 AS listed
        FROM (
          SELECT
            month,
            items,
            section
          FROM totals_2020.main.by_section
          UNION ALL
          SELECT
            month,
            items,
            section
          FROM totals_2021.main.by_section
        ) AS f
        WHERE
          f.section = $p1
        UNION ALL
        SELECT
          d.month AS dispensed,
          NULL AS s0,
          1 AS listed
        FROM (
          SELECT DISTINCT
            f.first_month,
            f.last_month
          FROM listed_prescriber_runs AS f
        ) AS g
        JOIN months AS d
          ON d.month BETWEEN g.first_month AND g.last_month
        WHERE
          d.month BETWEEN $p2 AND $p3
      ) AS q
      GROUP BY
        q.dispensed
    ) AS r
    JOIN (
      SELECT
        UNNEST(CAST($p4 AS INT[])) AS dispensed,
        UNNEST(CAST($p5 AS INT[])) AS lens,
        UNNEST(CAST($p6 AS INT[])) AS month
    ) AS w
      ON w.dispensed = r.dispensed
    GROUP BY
      w.month
  ) AS a
  JOIN (
    SELECT
      UNNEST(CAST($p7 AS BOOLEAN[])) AS x0,
      UNNEST(CAST($p8 AS INT[])) AS month,
      UNNEST(CAST($p9 AS TEXT[])) AS month_code
  ) AS d
    ON d.month = a.month
  WHERE
    NOT a.listed IS NULL
) AS a
ORDER BY
  a.k0 ASC
