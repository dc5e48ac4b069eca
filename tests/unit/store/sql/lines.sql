-- prescribing: prescription lines are only in the rows; the medicines are 1 presentations in 1 ranges of keys
-- $p1 = 1024
SELECT
  a.c0,
  a.c1,
  a.v0
FROM (
  SELECT
    a.snomed_code AS k0,
    a.snomed_code AS c0,
    a.quantity_per_item AS k1,
    RTRIM(
      RTRIM(
        CAST(CAST(a.quantity_per_item AS DECIMAL(25, 0)) * CAST('0.00001' AS DECIMAL(6, 5)) AS TEXT),
        '0'
      ),
      '.'
    ) AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.snomed_code AS snomed_code,
      r.quantity_per_item AS quantity_per_item,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        f.snomed AS snomed_code,
        f.quantity AS quantity_per_item,
        f.items AS s0
      FROM (
        SELECT
          snomed,
          quantity,
          items,
          presentation
        FROM rows_202012.main.prescribing
        UNION ALL
        SELECT
          snomed,
          quantity,
          items,
          presentation
        FROM rows_202101.main.prescribing
        UNION ALL
        SELECT
          snomed,
          quantity,
          items,
          presentation
        FROM rows_202102.main.prescribing
      ) AS f
      WHERE
        f.presentation = $p1
    ) AS r
    GROUP BY
      r.snomed_code,
      r.quantity_per_item
  ) AS a
) AS a
ORDER BY
  a.k0 ASC,
  a.k1 ASC
