-- prescriber_runs: the organisations are 2 practices by key; nothing about medicines is needed; who prescribes is known without reading what
-- by_presentation: the organisations are 2 practices by key; medicines are needed by presentation, prescription lines are not; the medicines are 1 presentations in 1 ranges of keys
-- by_section: the organisations are 2 practices by key; medicines are needed by section or chapter only; the medicines are 1 sections
-- $p1 = 1024
-- $p2 = 0
-- $p3 = 1
-- $p4 = 501
-- $p5 = 100
-- $p6 = [202012, 202101, 202102]
-- $p7 = ['2020-12', '2021-01', '2021-02']
-- $p8 = 202012
-- $p9 = 202102
-- $p10 = [10, 50, 90]
-- $p11 = [0, 1, 2]
SELECT
  b.c1,
  b.percentile,
  b.v0
FROM (
  SELECT
    q.k1,
    q.c1,
    UNNEST(CAST($p10 AS INT[])) AS percentile,
    UNNEST(CAST($p11 AS INT[])) AS place,
    UNNEST(q.v0) AS v0
  FROM (
    SELECT
      a.k1,
      a.c1,
      QUANTILE_CONT(a.v0, [0.10, 0.50, 0.90]) AS v0
    FROM (
      SELECT
        c_practice.practice_code AS k0,
        c_practice.practice_code AS c0,
        a.month AS k1,
        d.month_code AS c1,
        (
          CAST(COALESCE(a.s0_0, 0) AS DOUBLE) * $p5
        ) / NULLIF(CAST(COALESCE(a.s1_0, 0) AS DOUBLE), 0) AS v0
      FROM (
        SELECT
          r.practice AS practice,
          r.dispensed AS month,
          CAST(SUM(r.s0) AS BIGINT) AS s0_0,
          CAST(SUM(r.s1) AS BIGINT) AS s1_0
        FROM (
          SELECT
            f.practice AS practice,
            f.month AS dispensed,
            f.items AS s0,
            NULL AS s1
          FROM totals_2020.main.by_presentation AS f
          WHERE
            f.presentation = $p1 AND f.practice IN ($p2, $p3)
          UNION ALL
          SELECT
            f.practice AS practice,
            f.month AS dispensed,
            NULL AS s0,
            f.items AS s1
          FROM totals_2020.main.by_section AS f
          WHERE
            f.section = $p4 AND f.practice IN ($p2, $p3)
        ) AS r
        GROUP BY
          r.practice,
          r.dispensed
        UNION ALL
        SELECT
          r.practice AS practice,
          r.dispensed AS month,
          CAST(SUM(r.s0) AS BIGINT) AS s0_0,
          CAST(SUM(r.s1) AS BIGINT) AS s1_0
        FROM (
          SELECT
            f.practice AS practice,
            f.month AS dispensed,
            f.items AS s0,
            NULL AS s1
          FROM totals_2021.main.by_presentation AS f
          WHERE
            f.presentation = $p1 AND f.practice IN ($p2, $p3)
          UNION ALL
          SELECT
            f.practice AS practice,
            f.month AS dispensed,
            NULL AS s0,
            f.items AS s1
          FROM totals_2021.main.by_section AS f
          WHERE
            f.section = $p4 AND f.practice IN ($p2, $p3)
        ) AS r
        GROUP BY
          r.practice,
          r.dispensed
      ) AS a
      JOIN (
        SELECT
          UNNEST(CAST($p6 AS INT[])) AS month,
          UNNEST(CAST($p7 AS TEXT[])) AS month_code
      ) AS d
        ON d.month = a.month
      JOIN practices AS c_practice
        ON c_practice.practice = a.practice
      UNION ALL
      SELECT
        NULL AS k0,
        NULL AS c0,
        a.month AS k1,
        d.month_code AS c1,
        NULL AS v0
      FROM (
        SELECT
          r.dispensed AS month
        FROM (
          SELECT
            d.month AS dispensed
          FROM (
            SELECT DISTINCT
              f.first_month,
              f.last_month
            FROM prescriber_runs AS f
            WHERE
              f.practice IN ($p2, $p3)
          ) AS g
          JOIN months AS d
            ON d.month BETWEEN g.first_month AND g.last_month
          WHERE
            d.month BETWEEN $p8 AND $p9
        ) AS r
        GROUP BY
          r.dispensed
      ) AS a
      JOIN (
        SELECT
          UNNEST(CAST($p6 AS INT[])) AS month,
          UNNEST(CAST($p7 AS TEXT[])) AS month_code
      ) AS d
        ON d.month = a.month
    ) AS a
    GROUP BY
      a.k1,
      a.c1
  ) AS q
) AS b
ORDER BY
  b.k1 ASC,
  b.place ASC
