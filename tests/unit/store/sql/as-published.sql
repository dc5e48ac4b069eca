-- by_presentation: medicines are needed by presentation, prescription lines are not
SELECT
  a.c0,
  a.v0
FROM (
  SELECT
    a.chemical_substance AS k0,
    c_chemical_substance.code AS c0,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.chemical_substance AS chemical_substance,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        m.chemical_substance AS chemical_substance,
        f.items AS s0
      FROM (
        SELECT
          items,
          presentation
        FROM totals_2020.main.by_presentation
        UNION ALL
        SELECT
          items,
          presentation
        FROM totals_2021.main.by_presentation
      ) AS f
      JOIN medicines_published AS m
        ON m.key = f.presentation
    ) AS r
    GROUP BY
      r.chemical_substance
  ) AS a
  JOIN codes_chemical_substance AS c_chemical_substance
    ON c_chemical_substance.id = a.chemical_substance
) AS a
ORDER BY
  a.k0 ASC
