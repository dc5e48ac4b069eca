-- by_section: medicines are needed by section or chapter only; the medicines are 1 sections
-- population: as asked
-- listed_prescriber_runs: who prescribes is known without reading what
-- $p1 = 501
-- $p2 = 202012
-- $p3 = 202102
-- $p4 = 1000
-- $p5 = [1, 1, 0]
-- $p6 = [202012, 202101, 202102]
-- $p7 = ['2020-12', '2021-01', '2021-02']
SELECT
  a.c0,
  a.c1,
  a.v0
FROM (
  SELECT
    a.pcn AS k0,
    c_pcn.code AS c0,
    a.month AS k1,
    d.month_code AS c1,
    (
      CAST(COALESCE(a.s0_0, 0) AS DOUBLE) * $p4
    ) / NULLIF(CAST(a.s1_0 AS DOUBLE) / NULLIF(CAST(d.x0 AS DOUBLE) * 1e0, 0), 0) AS v0
  FROM (
    SELECT
      r.pcn AS pcn,
      r.dispensed AS month,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0,
      SUM(r.s1) AS s1_0,
      MAX(r.listed) AS listed
    FROM (
      SELECT
        p.pcn AS pcn,
        f.month AS dispensed,
        f.items AS s0,
        NULL AS s1,
        1 AS listed
      FROM (
        SELECT
          month,
          items,
          section,
          practice
        FROM totals_2020.main.by_section
        UNION ALL
        SELECT
          month,
          items,
          section,
          practice
        FROM totals_2021.main.by_section
      ) AS f
      JOIN practices AS p
        ON p.practice = f.practice
      WHERE
        f.section = $p1
      UNION ALL
      SELECT
        p.pcn AS pcn,
        f.month AS dispensed,
        NULL AS s0,
        f.list_size AS s1,
        NULL AS listed
      FROM dimensions.main.population AS f
      JOIN practices AS p
        ON p.practice = f.practice
      WHERE
        f.month BETWEEN $p2 AND $p3
      UNION ALL
      SELECT
        g.pcn,
        d.month AS dispensed,
        NULL AS s0,
        NULL AS s1,
        1 AS listed
      FROM (
        SELECT DISTINCT
          p.pcn AS pcn,
          f.first_month,
          f.last_month
        FROM listed_prescriber_runs AS f
        JOIN practices AS p
          ON p.practice = f.practice
      ) AS g
      JOIN months AS d
        ON d.month BETWEEN g.first_month AND g.last_month
      WHERE
        d.month BETWEEN $p2 AND $p3
    ) AS r
    GROUP BY
      r.pcn,
      r.dispensed
  ) AS a
  JOIN (
    SELECT
      UNNEST(CAST($p5 AS INT[])) AS x0,
      UNNEST(CAST($p6 AS INT[])) AS month,
      UNNEST(CAST($p7 AS TEXT[])) AS month_code
  ) AS d
    ON d.month = a.month
  JOIN codes_pcn AS c_pcn
    ON c_pcn.id = a.pcn
  WHERE
    NOT a.listed IS NULL
) AS a
ORDER BY
  a.k0 ASC,
  a.k1 ASC
