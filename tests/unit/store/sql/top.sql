-- by_section: medicines are needed by section or chapter only
-- $p1 = 2
WITH by_0 AS (
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
), kept AS (
  SELECT
    q.section
  FROM (
    SELECT
      a.section AS section,
      ROW_NUMBER() OVER (ORDER BY COALESCE(a.s0_0, 0) DESC, a.section ASC) AS place
    FROM by_0 AS a
    JOIN codes_section AS c_section
      ON c_section.id = a.section
  ) AS q
  WHERE
    q.place <= $p1
)
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    a.section AS k0,
    c_section.code AS c0,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM by_0 AS a
  JOIN codes_section AS c_section
    ON c_section.id = a.section
  SEMI JOIN kept
    ON kept.section = a.section
) AS a
ORDER BY
  a.v0 DESC,
  a.k0 ASC
