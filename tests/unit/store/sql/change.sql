-- by_practice: nothing about medicines is needed
-- $p1 = [202012, 202101, 202102, 202012, 202101]
-- $p2 = [0, 0, 0, 1, 1]
-- $p3 = [202012, 202101, 202102, 202101, 202102]
-- $p4 = [False, True, True]
-- $p5 = [202012, 202101, 202102]
-- $p6 = ['2020-12', '2021-01', '2021-02']
SELECT
  a.c0,
  a.c1,
  a.v0
FROM (
  SELECT
    a.icb AS k0,
    c_icb.code AS c0,
    a.month AS k1,
    d.month_code AS c1,
    (
      (
        CAST(COALESCE(a.s0_0, 0) AS DOUBLE)
      ) / NULLIF(CAST(CASE WHEN d.x0 THEN COALESCE(a.s0_1, 0) END AS DOUBLE), 0) - 1
    ) AS v0
  FROM (
    SELECT
      r.icb AS icb,
      w.month AS month,
      CAST(SUM(r.s0) FILTER(WHERE
        w.lens = 0) AS BIGINT) AS s0_0,
      CAST(SUM(r.s0) FILTER(WHERE
        w.lens = 1) AS BIGINT) AS s0_1,
      MAX(r.listed) FILTER(WHERE
        w.lens = 0) AS listed
    FROM (
      SELECT
        q.icb,
        q.dispensed,
        CAST(SUM(q.s0) AS BIGINT) AS s0,
        MAX(q.listed) AS listed
      FROM (
        SELECT
          p.icb AS icb,
          f.month AS dispensed,
          f.items AS s0,
          1 AS listed
        FROM (
          SELECT
            month,
            items,
            practice
          FROM totals_2020.main.by_practice
          UNION ALL
          SELECT
            month,
            items,
            practice
          FROM totals_2021.main.by_practice
        ) AS f
        JOIN practices AS p
          ON p.practice = f.practice
      ) AS q
      GROUP BY
        q.icb,
        q.dispensed
    ) AS r
    JOIN (
      SELECT
        UNNEST(CAST($p1 AS INT[])) AS dispensed,
        UNNEST(CAST($p2 AS INT[])) AS lens,
        UNNEST(CAST($p3 AS INT[])) AS month
    ) AS w
      ON w.dispensed = r.dispensed
    GROUP BY
      r.icb,
      w.month
  ) AS a
  JOIN (
    SELECT
      UNNEST(CAST($p4 AS BOOLEAN[])) AS x0,
      UNNEST(CAST($p5 AS INT[])) AS month,
      UNNEST(CAST($p6 AS TEXT[])) AS month_code
  ) AS d
    ON d.month = a.month
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
  WHERE
    NOT a.listed IS NULL
) AS a
ORDER BY
  a.k0 ASC,
  a.k1 ASC
