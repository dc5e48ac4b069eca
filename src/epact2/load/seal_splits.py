"""The SQL of splits: patients and items of sub-ICB locations by age and gender, and by deprivation.

For everything and each BNF chapter. A place is told by its first practice. Databases are attached as in
``load.seal_sql``.
"""
# ruff: noqa: S608 - every name in these statements is the program's own; the key is bound, never written

from __future__ import annotations

import duckdb

from epact2.load.fast import quoted
from epact2.load.seal_rules import key_parameters, offset_sql, rounded_sql
from epact2.model.items import AGE_BAND_5, GENDER, IMD_QUINTILE
from epact2.model.months import DispensingMonth
from epact2.model.organisations import UNKNOWN_CODE
from epact2.query.sealing import BASE, SPLIT_FROM, Enters
from epact2.store.sealed_tables import BY_AGE, BY_DEPRIVATION

SPLIT_TABLES = ("seal_place", "seal_person", "seal_cell")
_CELL = ("kind", "age_band_5", "gender", "imd_quintile")
_UNKNOWN_AGE = len(AGE_BAND_5.codes) - 1
_BAND = f"CASE WHEN age < 0 THEN {_UNKNOWN_AGE} ELSE least(age // 5, {_UNKNOWN_AGE - 1}) END"
_BY = {
    BY_AGE: f"{BY_AGE}, age_band_5, gender, 0",
    BY_DEPRIVATION: f"{BY_DEPRIVATION}, 0, 0, imd_quintile",
}


def create_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of places and cells, and count everything, which has tables of its own."""
    connection.execute(
        "CREATE TEMP TABLE seal_place AS SELECT practice AS member, "
        "min(practice) OVER (PARTITION BY sub_icb, icb, region) AS practice, sub_icb, icb, region "
        f"FROM dims.practice WHERE sub_icb <> {quoted(UNKNOWN_CODE)}"
    )
    connection.execute(
        "CREATE TEMP TABLE seal_cell (level UTINYINT, node VARCHAR, kind UTINYINT, age_band_5 UTINYINT, "
        "gender UTINYINT, imd_quintile UTINYINT, practice INTEGER, patients BIGINT, items BIGINT)"
    )
    for table, patients, items in (
        # Who is of one practice, age and area all the month has one row; the few others are counted anew.
        ("patient_month", "count(*)", "0"),
        ("mixed_item", "count(DISTINCT nullif(patient, 0))", "0"),
        ("item_by_attributes", "0", "sum(items)"),
    ):
        for cell in _BY.values():
            connection.execute(
                f"INSERT INTO seal_cell SELECT 0, '', {cell}, p.practice, {patients}, {items} "
                f"FROM (SELECT *, {_BAND} AS age_band_5 FROM of_patients.{table}) i "
                "JOIN seal_place p ON p.member = i.practice GROUP BY ALL"
            )


def count_cells(connection: duckdb.DuckDBPyConnection, chapter: str, low: int, high: int) -> None:
    """Count the patients and items of a chapter by cell; its presentations lie from ``low`` to ``high``."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE seal_person AS SELECT p.practice, {_BAND} AS age_band_5, gender, "
        "imd_quintile, i.patient, sum(i.items) AS items FROM of_patients.item_by_presentation i "
        "JOIN dims.medicine m USING (presentation) JOIN seal_place p ON p.member = i.practice "
        "WHERE i.presentation BETWEEN $low AND $high AND m.chapter = $chapter GROUP BY ALL",
        {"low": low, "high": high, "chapter": chapter},
    )
    for cell in _BY.values():
        connection.execute(
            f"INSERT INTO seal_cell SELECT 1, {quoted(chapter)}, {cell}, practice, "
            "count(DISTINCT nullif(patient, 0)), sum(items) FROM seal_person GROUP BY ALL"
        )


def write_splits(connection: duckdb.DuckDBPyConnection, month: DispensingMonth, secret: bytes) -> None:
    """Round every cell of a chapter once, and then everybody; write the splits that may be shown.

    Practices must have been rounded (``seal_atom``, ``seal_shown``): cells leave their patients room.
    """
    year = quoted(month.financial_year)
    patients = offset_sql(f"concat('chain|', sub_icb, '|', cell, '|patients||', {year})")
    items = offset_sql(f"concat('chain|', sub_icb, '|', cell, '|items|', node, '|', {year})")
    most, keys = BASE - 1, ", ".join(("level", "node", *_CELL))
    connection.execute(
        f"""
        INSERT INTO sealed.split
        WITH cells AS (
            SELECT {BY_AGE} AS kind, a.age_band_5, g.gender, 0 AS imd_quintile,
                concat('age ', a.age_band_5, ', gender ', g.gender) AS cell
            FROM range({len(AGE_BAND_5.codes)}) a(age_band_5), range({len(GENDER.codes)}) g(gender)
            UNION ALL SELECT {BY_DEPRIVATION}, 0, 0, q, concat('deprivation ', q)
            FROM range({len(IMD_QUINTILE.codes)}) d(q)
        ),
        counted AS (
            SELECT {keys}, practice, sum(patients) AS patients, sum(items) AS items
            FROM seal_cell GROUP BY ALL
        ),
        opened AS (
            SELECT level, left(o.node, length) AS node, p.practice, sum(o.items) AS open
            FROM seal_open o JOIN seal_place p ON p.member = o.practice,
                (VALUES (0, 0), (1, 2)) l(level, length) GROUP BY ALL
        ),
        -- What is published of the patients of practices: how many they are together, at least and at most.
        known AS (
            SELECT a.level, a.node, p.practice,
                sum(CASE WHEN s.m IS NULL THEN 1 ELSE greatest(s.m - {most}, 0) END) AS least,
                sum(least(coalesce(s.m, 0) + {most}, a.open)) AS greatest
            FROM seal_atom a JOIN seal_place p ON p.member = a.practice LEFT JOIN seal_shown s
            ON s.level = a.level AND s.node = a.node AND s.practice = a.practice
            WHERE a.level <= 1 GROUP BY ALL
        ),
        every AS (
            SELECT o.level, o.node, {", ".join(f"c.{one}" for one in _CELL)}, c.cell, o.practice, o.open,
                p.sub_icb, k.least, k.greatest,
                coalesce(n.patients, 0) AS patients, coalesce(n.items, 0) AS items
            FROM opened o CROSS JOIN cells c JOIN seal_place p ON p.member = o.practice
            LEFT JOIN known k ON k.level = o.level AND k.node = o.node AND k.practice = o.practice
            LEFT JOIN counted n ON n.level = o.level AND n.node = o.node AND n.practice = o.practice
                AND {" AND ".join(f"n.{one} = c.{one}" for one in _CELL)}
            WHERE o.open > 0
        ),
        rounded AS MATERIALIZED (
            SELECT *, {rounded_sql("patients", patients)} AS m_everybody,
                {rounded_sql("items", items)} AS m_items, least(m_everybody, m_items) AS m_patients
            FROM every
        ),
        chapters AS MATERIALIZED (
            SELECT *, open >= {SPLIT_FROM} AND {_fits("m_items", "open", "open")}
                AND {_fits("m_patients", "least", "greatest")} AS fits
            FROM rounded WHERE level = 1
            WINDOW split AS (PARTITION BY level, node, kind, practice)
        ),
        -- Everything: the items of chapters added up; patients that leave those of chapters room.
        together AS (
            SELECT {", ".join(_CELL)}, practice, sum(m_items) FILTER (fits) AS m_items, greatest(
                coalesce(max(m_patients) FILTER (fits), 0),
                {BASE} * ((sum(CASE WHEN fits THEN m_patients + {most} ELSE open END) - {most}) // {BASE})
            ) AS room
            FROM chapters GROUP BY ALL
        ),
        everybody AS (
            SELECT r.* EXCLUDE (m_items, m_patients), t.m_items, least(r.m_everybody, t.room) AS m_patients
            FROM rounded r JOIN together t USING ({", ".join(_CELL)}, practice) WHERE r.level = 0
        ),
        judged AS (
            SELECT {keys}, practice, m_patients, m_items, fits FROM chapters
            UNION ALL SELECT {keys}, practice, m_patients, m_items, open >= {SPLIT_FROM}
                AND m_items IS NOT NULL AND {_fits("m_patients", "least", "greatest")}
            FROM everybody WINDOW split AS (PARTITION BY kind, practice)
        )
        SELECT {month.number}, {keys}, practice,
            CASE WHEN fits THEN m_patients END, CASE WHEN fits THEN m_items END,
            CASE WHEN fits THEN {int(Enters.SUB_ICB_LOCATION)} ELSE {int(Enters.NEVER)} END
        FROM judged ORDER BY level, node, kind, practice
        """,
        key_parameters(secret),
    )


def _fits(published: str, least: str, greatest: str) -> str:
    """``query.sealing.split_fits`` in SQL, over the cells of the window ``split``."""
    most = BASE - 1
    low = f"sum(greatest({published} - {most}, 0)) OVER split"
    high = f"coalesce(sum({published} + {most}) FILTER ({published} > 0) OVER split, 0)"
    return f"({greatest} - {low} >= {2 * most} AND {high} - {least} >= {2 * most})"
