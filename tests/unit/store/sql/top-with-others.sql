-- by_section: medicines are needed by section or chapter only
-- $p1 = 1
WITH facts AS (
  SELECT
    q.icb,
    q.section,
    CAST(SUM(q.s0) AS BIGINT) AS s0,
    MAX(q.listed) AS listed
  FROM (
    SELECT
      p.icb AS icb,
      f.section AS section,
      f.nic AS s0,
      1 AS listed
    FROM (
      SELECT
        section,
        nic,
        practice
      FROM totals_2020.main.by_section
      UNION ALL
      SELECT
        section,
        nic,
        practice
      FROM totals_2021.main.by_section
    ) AS f
    JOIN practices AS p
      ON p.practice = f.practice
  ) AS q
  GROUP BY
    q.icb,
    q.section
), by_0 AS (
  SELECT
    r.icb AS icb,
    r.section AS section,
    CAST(SUM(r.s0) AS BIGINT) AS s0_0
  FROM facts AS r
  GROUP BY
    r.icb,
    r.section
), kept AS (
  SELECT
    q.icb,
    q.section
  FROM (
    SELECT
      a.icb AS icb,
      a.section AS section,
      ROW_NUMBER() OVER (PARTITION BY a.icb ORDER BY COALESCE(a.s0_0, 0) DESC, a.icb ASC, a.section ASC) AS place
    FROM by_0 AS a
    JOIN codes_icb AS c_icb
      ON c_icb.id = a.icb
    JOIN codes_section AS c_section
      ON c_section.id = a.section
  ) AS q
  WHERE
    q.place <= $p1
)
SELECT
  a.c0,
  a.c1,
  a.v0
FROM (
  SELECT
    0 AS part,
    FALSE AS is_others,
    a.icb AS k0,
    c_icb.code AS c0,
    a.section AS k1,
    c_section.code AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM by_0 AS a
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
  JOIN codes_section AS c_section
    ON c_section.id = a.section
  SEMI JOIN kept
    ON kept.icb = a.icb AND kept.section = a.section
  UNION ALL
  SELECT
    0 AS part,
    TRUE AS is_others,
    a.icb AS k0,
    c_icb.code AS c0,
    NULL AS k1,
    'others' AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.icb AS icb,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM facts AS r
    JOIN (
      SELECT DISTINCT
        kept.icb
      FROM kept
    ) AS g
      ON g.icb = r.icb
    ANTI JOIN kept AS k
      ON k.icb = g.icb AND k.section = r.section
    GROUP BY
      r.icb
  ) AS a
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
) AS a
ORDER BY
  a.part ASC,
  a.k0 ASC,
  a.is_others ASC,
  a.v0 DESC,
  a.k0 ASC,
  a.k1 ASC
