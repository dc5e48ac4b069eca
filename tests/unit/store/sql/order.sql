-- by_section: medicines are needed by section or chapter only
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    a.section AS k0,
    c_section.code AS c0,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.section AS section,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        f.section AS section,
        f.nic AS s0
      FROM (
        SELECT
          section,
          nic
        FROM totals_2020.main.by_section
        UNION ALL
        SELECT
          section,
          nic
        FROM totals_2021.main.by_section
      ) AS f
    ) AS r
    GROUP BY
      r.section
  ) AS a
  JOIN codes_section AS c_section
    ON c_section.id = a.section
) AS a
ORDER BY
  a.v0 DESC,
  a.k0 ASC
