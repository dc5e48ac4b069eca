-- by_practice: nothing about medicines is needed
SELECT
  a.v0
FROM (
  SELECT
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        f.items AS s0
      FROM (
        SELECT
          items
        FROM totals_2020.main.by_practice
        UNION ALL
        SELECT
          items
        FROM totals_2021.main.by_practice
      ) AS f
    ) AS r
  ) AS a
) AS a
