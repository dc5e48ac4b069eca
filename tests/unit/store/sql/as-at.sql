-- by_practice: nothing about medicines is needed
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    a.icb AS k0,
    c_icb.code AS c0,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.icb AS icb,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        COALESCE(t.icb, 0) AS icb,
        f.items AS s0
      FROM (
        SELECT
          items,
          practice,
          month
        FROM totals_2020.main.by_practice
        UNION ALL
        SELECT
          items,
          practice,
          month
        FROM totals_2021.main.by_practice
      ) AS f
      LEFT JOIN practices_as_at AS t
        ON t.practice = f.practice AND t.month = f.month
    ) AS r
    GROUP BY
      r.icb
  ) AS a
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
) AS a
ORDER BY
  a.k0 ASC
