-- by_practice: nothing about medicines is needed
-- $p1 = [202012, 202101, 202102]
-- $p2 = [0, 1, 1]
-- $p3 = [0, 1]
-- $p4 = ['2020/21 Q3', '2020/21 Q4']
WITH facts AS (
  SELECT
    q.icb,
    q.dispensed,
    CAST(SUM(q.s0) AS BIGINT) AS s0,
    MAX(q.listed) AS listed
  FROM (
    SELECT
      p.icb AS icb,
      f.month AS dispensed,
      f.items AS s0,
      1 AS listed
    FROM (
      SELECT
        month,
        items,
        practice
      FROM totals_2020.main.by_practice
      UNION ALL
      SELECT
        month,
        items,
        practice
      FROM totals_2021.main.by_practice
    ) AS f
    JOIN practices AS p
      ON p.practice = f.practice
  ) AS q
  GROUP BY
    q.icb,
    q.dispensed
)
SELECT
  a.c0,
  a.c1,
  a.v0
FROM (
  SELECT
    0 AS part,
    a.icb AS k0,
    c_icb.code AS c0,
    a.quarter AS k1,
    d.quarter_code AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.icb AS icb,
      w.quarter AS quarter,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM facts AS r
    JOIN (
      SELECT
        UNNEST(CAST($p1 AS INT[])) AS dispensed,
        UNNEST(CAST($p2 AS INT[])) AS quarter
    ) AS w
      ON w.dispensed = r.dispensed
    GROUP BY
      r.icb,
      w.quarter
  ) AS a
  JOIN (
    SELECT
      UNNEST(CAST($p3 AS INT[])) AS quarter,
      UNNEST(CAST($p4 AS TEXT[])) AS quarter_code
  ) AS d
    ON d.quarter = a.quarter
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
  UNION ALL
  SELECT
    1 AS part,
    NULL AS k0,
    NULL AS c0,
    a.quarter AS k1,
    d.quarter_code AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      w.quarter AS quarter,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM facts AS r
    JOIN (
      SELECT
        UNNEST(CAST($p1 AS INT[])) AS dispensed,
        UNNEST(CAST($p2 AS INT[])) AS quarter
    ) AS w
      ON w.dispensed = r.dispensed
    GROUP BY
      w.quarter
  ) AS a
  JOIN (
    SELECT
      UNNEST(CAST($p3 AS INT[])) AS quarter,
      UNNEST(CAST($p4 AS TEXT[])) AS quarter_code
  ) AS d
    ON d.quarter = a.quarter
  UNION ALL
  SELECT
    2 AS part,
    a.icb AS k0,
    c_icb.code AS c0,
    NULL AS k1,
    NULL AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.icb AS icb,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM facts AS r
    GROUP BY
      r.icb
  ) AS a
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
  UNION ALL
  SELECT
    3 AS part,
    NULL AS k0,
    NULL AS c0,
    NULL AS k1,
    NULL AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM facts AS r
  ) AS a
) AS a
ORDER BY
  a.part ASC,
  a.k0 ASC,
  a.k1 ASC
