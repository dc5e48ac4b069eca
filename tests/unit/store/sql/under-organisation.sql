-- by_practice: the organisations are 1 practices by key; nothing about medicines is needed
-- $p1 = 0
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    c_practice.practice_code AS k0,
    c_practice.practice_code AS c0,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.practice AS practice,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        f.practice AS practice,
        f.items AS s0
      FROM (
        SELECT
          practice,
          items
        FROM totals_2020.main.by_practice
        UNION ALL
        SELECT
          practice,
          items
        FROM totals_2021.main.by_practice
      ) AS f
      WHERE
        f.practice = $p1
    ) AS r
    GROUP BY
      r.practice
  ) AS a
  JOIN practices AS c_practice
    ON c_practice.practice = a.practice
) AS a
ORDER BY
  a.k0 ASC
