-- by_section: medicines are needed by section or chapter only
-- $p1 = '0501'
-- $p2 = 'Q1'
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
          items,
          section,
          practice
        FROM totals_2020.main.by_section
        UNION ALL
        SELECT
          items,
          section,
          practice
        FROM totals_2021.main.by_section
      ) AS f
      JOIN practices AS p
        ON p.practice = f.practice
      WHERE
        STARTS_WITH(LPAD(CAST(f.section AS TEXT), 4, '0'), $p1)
        OR NOT (
          p.icb_code = $p2
        )
    ) AS r
  ) AS a
) AS a
