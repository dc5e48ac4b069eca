-- by_section: medicines are needed by section or chapter only; the medicines are 1 sections
-- listed_prescriber_runs: who prescribes is known without reading what
-- $p1 = 501
-- $p2 = 202012
-- $p3 = 202102
-- $p4 = [202012, 202101, 202102]
-- $p5 = ['2020-12', '2021-01', '2021-02']
SELECT
  a.c0,
  a.c1,
  a.v0
FROM (
  SELECT
    a.icb AS k0,
    c_icb.code AS c0,
    a.month AS k1,
    d.month_code AS c1,
    CAST(COALESCE(a.s0_0, 0) AS BIGINT) AS v0
  FROM (
    SELECT
      r.icb AS icb,
      r.dispensed AS month,
      CAST(SUM(r.s0) AS BIGINT) AS s0_0
    FROM (
      SELECT
        p.icb AS icb,
        f.month AS dispensed,
        f.items AS s0
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
        g.icb,
        d.month AS dispensed,
        NULL AS s0
      FROM (
        SELECT DISTINCT
          p.icb AS icb,
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
      r.icb,
      r.dispensed
  ) AS a
  JOIN (
    SELECT
      UNNEST(CAST($p4 AS INT[])) AS month,
      UNNEST(CAST($p5 AS TEXT[])) AS month_code
  ) AS d
    ON d.month = a.month
  JOIN codes_icb AS c_icb
    ON c_icb.id = a.icb
) AS a
ORDER BY
  a.k0 ASC,
  a.k1 ASC
