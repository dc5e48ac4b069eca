-- by_practice: nothing about medicines is needed
-- $p1 = [202012, 202101, 202102]
-- $p2 = [0, 0, 0]
-- $p3 = ['2020-12', '2021-01', '2021-02']
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    a.month AS k0,
    d.month_code AS c0,
    CAST(NULL AS DOUBLE) AS v0
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
          f.nic AS s0,
          1 AS listed
        FROM (
          SELECT
            month,
            nic
          FROM totals_2020.main.by_practice
          UNION ALL
          SELECT
            month,
            nic
          FROM totals_2021.main.by_practice
        ) AS f
      ) AS q
      GROUP BY
        q.dispensed
    ) AS r
    JOIN (
      SELECT
        UNNEST(CAST($p1 AS INT[])) AS dispensed,
        UNNEST(CAST($p2 AS INT[])) AS lens,
        UNNEST(CAST($p1 AS INT[])) AS month
    ) AS w
      ON w.dispensed = r.dispensed
    GROUP BY
      w.month
  ) AS a
  JOIN (
    SELECT
      UNNEST(CAST($p1 AS INT[])) AS month,
      UNNEST(CAST($p3 AS TEXT[])) AS month_code
  ) AS d
    ON d.month = a.month
  WHERE
    NOT a.listed IS NULL
) AS a
ORDER BY
  a.k0 ASC
