-- by_practice: nothing about medicines is needed
-- population: as asked
-- $p1 = 202012
-- $p2 = 202102
-- $p3 = 2
-- $p4 = 1000
SELECT
  a.c0,
  a.v0,
  a.v1
FROM (
  SELECT
    a.region AS k0,
    c_region.code AS c0,
    CAST(a.s1_0 AS DOUBLE) / NULLIF(CAST($p3 AS DOUBLE) * 1e0, 0) AS v0,
    (
      CAST(COALESCE(a.s0_0, 0) AS DOUBLE) * $p4
    ) / NULLIF(CAST(a.s1_0 AS DOUBLE) / NULLIF(CAST($p3 AS DOUBLE) * 1e0, 0), 0) AS v1
  FROM (
    SELECT
      r.region AS region,
      SUM(r.s1) AS s1_0,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0,
      MAX(r.listed) AS listed
    FROM (
      SELECT
        p.region AS region,
        f.items AS s0,
        NULL AS s1,
        1 AS listed
      FROM (
        SELECT
          items,
          practice
        FROM totals_2020.main.by_practice
        UNION ALL
        SELECT
          items,
          practice
        FROM totals_2021.main.by_practice
      ) AS f
      JOIN practices AS p
        ON p.practice = f.practice
      UNION ALL
      SELECT
        p.region AS region,
        NULL AS s0,
        f.list_size AS s1,
        NULL AS listed
      FROM dimensions.main.population AS f
      JOIN practices AS p
        ON p.practice = f.practice
      WHERE
        f.month BETWEEN $p1 AND $p2
    ) AS r
    GROUP BY
      r.region
  ) AS a
  JOIN codes_region AS c_region
    ON c_region.id = a.region
  WHERE
    NOT a.listed IS NULL
) AS a
ORDER BY
  a.k0 ASC
