-- by_section: medicines are needed by section or chapter only
WITH facts AS (
  SELECT
    q.icb,
    q.chapter,
    CAST(SUM(q.s0) AS BIGINT) AS s0,
    MAX(q.listed) AS listed
  FROM (
    SELECT
      p.icb AS icb,
      f.section // 100 AS chapter,
      f.items AS s0,
      1 AS listed
    FROM (
      SELECT
        section,
        items,
        practice
      FROM totals_2020.main.by_section
      UNION ALL
      SELECT
        section,
        items,
        practice
      FROM totals_2021.main.by_section
    ) AS f
    JOIN practices AS p
      ON p.practice = f.practice
  ) AS q
  GROUP BY
    q.icb,
    q.chapter
)
SELECT
  a.c0,
  a.c1,
  a.v0
FROM (
  SELECT
    a.icb AS k0,
    c_icb.code AS c0,
    a.chapter AS k1,
    c_chapter.code AS c1,
    (
      CAST(COALESCE(a.s0_0, 0) AS DOUBLE)
    ) / NULLIF(CAST(COALESCE(b1.s0_0, 0) AS DOUBLE), 0) AS v0
  FROM (
    SELECT
      r.icb AS icb,
      r.chapter AS chapter,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM facts AS r
    GROUP BY
      r.icb,
      r.chapter
  ) AS a
  LEFT JOIN (
    SELECT
      r.icb AS icb,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM facts AS r
    GROUP BY
      r.icb
  ) AS b1
    ON b1.icb = a.icb
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
  JOIN codes_chapter AS c_chapter
    ON c_chapter.id = a.chapter
) AS a
ORDER BY
  a.k0 ASC,
  a.k1 ASC
