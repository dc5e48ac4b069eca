-- prescribing: the organisations are 1 practices by key; medicines are needed by presentation, prescription lines are not; few practices: their rows lie together
-- $p1 = 0
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    a.presentation AS k0,
    c_presentation.code AS c0,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.presentation AS presentation,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        m.presentation AS presentation,
        f.nic AS s0
      FROM (
        SELECT
          nic,
          practice,
          presentation
        FROM rows_202012.main.prescribing
        UNION ALL
        SELECT
          nic,
          practice,
          presentation
        FROM rows_202101.main.prescribing
        UNION ALL
        SELECT
          nic,
          practice,
          presentation
        FROM rows_202102.main.prescribing
      ) AS f
      JOIN medicines_latest AS m
        ON m.key = f.presentation
      WHERE
        f.practice = $p1
    ) AS r
    GROUP BY
      r.presentation
  ) AS a
  JOIN codes_presentation AS c_presentation
    ON c_presentation.id = a.presentation
) AS a
ORDER BY
  a.k0 ASC
