-- prescriber_runs: nothing about medicines is needed; who prescribes is known without reading what
-- by_presentation: medicines are needed by presentation, prescription lines are not
-- $p1 = 202102
-- $p2 = 202012
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    c_practice.practice_code AS k0,
    c_practice.practice_code AS c0,
    CAST(COALESCE(b1.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.practice AS practice
    FROM (
      SELECT
        f.practice AS practice
      FROM prescriber_runs AS f
      WHERE
        f.first_month <= $p1 AND f.last_month >= $p2
    ) AS r
    GROUP BY
      r.practice
  ) AS a
  LEFT JOIN (
    SELECT
      r.practice AS practice,
      COUNT(DISTINCT r.counted_0) AS s0_0
    FROM (
      SELECT
        f.practice AS practice,
        m.chemical_substance AS counted_0
      FROM (
        SELECT
          practice,
          presentation
        FROM totals_2020.main.by_presentation
        UNION ALL
        SELECT
          practice,
          presentation
        FROM totals_2021.main.by_presentation
      ) AS f
      JOIN medicines_latest AS m
        ON m.key = f.presentation
    ) AS r
    GROUP BY
      r.practice
  ) AS b1
    ON b1.practice = a.practice
  JOIN practices AS c_practice
    ON c_practice.practice = a.practice
) AS a
ORDER BY
  a.k0 ASC
