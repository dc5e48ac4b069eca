"""The tables that are derived from a month's items: rows by presentation, and what each patient had."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import duckdb

from epact2.load.database import attached
from epact2.load.dimensions import Medicines
from epact2.load.fast import fetch_one, insert_rows
from epact2.load.parts import ranges
from epact2.model import bnf
from epact2.query.named import POLYPHARMACY_CHAPTERS
from epact2.store.item_tables import (
    ATTRIBUTES,
    CHAPTERS,
    ITEM,
    ITEM_BY_ATTRIBUTES,
    ITEM_BY_KIND,
    ITEM_BY_PRESENTATION,
    MIXED_ITEM,
    PATIENT_MONTH,
    PATIENT_TABLES,
    medicines_column,
)
from epact2.store.release import StoredFile
from epact2.store.tables import MEASURES, Table

_VERSION = 2  # part of the identity: a change of how the tables are made makes them anew
_MOST_SUBSTANCES = 255


def substances(medicines: Medicines) -> dict[int, str]:
    """The chemical substance of the latest code of every presentation, by key."""
    return {
        key: bnf.code_at(medicines.latest_of(code), bnf.CHEMICAL_SUBSTANCE)
        for code, key in medicines.keys.items()
    }


def identity(items: StoredFile, medicines: Medicines) -> str:
    """What the tables of a month are made from: its items, and presentations whose substance has changed."""
    found = hashlib.sha256(f"{_VERSION}\n{items.sha256}\n".encode())
    for code, key in sorted(medicines.keys.items()):
        latest = bnf.code_at(medicines.latest_of(code), bnf.CHEMICAL_SUBSTANCE)
        if latest != bnf.code_at(code, bnf.CHEMICAL_SUBSTANCE):
            found.update(f"{key} {latest}\n".encode())
    return found.hexdigest()


def write_substances(connection: duckdb.DuckDBPyConnection, medicines: Medicines) -> None:
    """Make the temporary table substance_of: of each presentation key a number and the chapter."""
    of_keys = substances(medicines)
    numbers = {code: number for number, code in enumerate(sorted(set(of_keys.values())), start=1)}
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE substance_of (presentation INTEGER, substance INTEGER, chapter VARCHAR)"
    )
    rows = [(key, numbers[code], code[:2]) for key, code in sorted(of_keys.items())]
    insert_rows(connection, "substance_of", rows)


def write_patient_tables(connection: duckdb.DuckDBPyConnection, items: Path, target: Path) -> None:
    """Write the derived tables of a month. Needs substance_of."""
    with (
        attached(connection, items, "items"),
        attached(connection, target, "target", new=PATIENT_TABLES),
    ):
        _write_by_presentation(connection)
        _write_patients(connection)
        _write_rollup(connection, ITEM_BY_ATTRIBUTES, _COUNTED)
        _write_rollup(connection, ITEM_BY_KIND, "true")


def _columns(table_columns: tuple[str, ...], replaced: Mapping[str, str]) -> str:
    return ", ".join(f"{replaced[one]} AS {one}" if one in replaced else one for one in table_columns)


_ITEMS = f"items.{ITEM.name}"
_COUNTED = "exclusion = 0"
_IDENTIFIED_KEY = {"patient": "CASE WHEN patient_identified THEN patient ELSE 0 END"}


def _write_by_presentation(connection: duckdb.DuckDBPyConnection) -> None:
    columns = _columns(ITEM_BY_PRESENTATION.column_names, _IDENTIFIED_KEY)
    for low, high in ranges(connection, _ITEMS, "presentation", _COUNTED):
        connection.execute(
            f"INSERT INTO target.{ITEM_BY_PRESENTATION.name} SELECT {columns} FROM {_ITEMS} "  # noqa: S608
            f"WHERE {_COUNTED} AND presentation BETWEEN {low} AND {high} "
            f"ORDER BY {', '.join(ITEM_BY_PRESENTATION.order)}"
        )


def _write_rollup(connection: duckdb.DuckDBPyConnection, rollup: Table, where: str) -> None:
    """Add up the rows of practices: a practice's lie together, so its groups are few at a time."""
    measures = {one.name for one in MEASURES}
    keys = [name for name in rollup.column_names if name not in measures]
    sums = ", ".join(
        f"CAST(sum({name}) AS BIGINT) AS {name}" for name in rollup.column_names if name in measures
    )
    for low, high in ranges(connection, _ITEMS, "practice", where):
        connection.execute(
            f"INSERT INTO target.{rollup.name} SELECT {', '.join(keys)}, {sums} FROM {_ITEMS} "  # noqa: S608
            f"WHERE {where} AND practice BETWEEN {low} AND {high} "
            f"GROUP BY {', '.join(keys)} ORDER BY {', '.join(keys)}"
        )


def _write_patients(connection: duckdb.DuckDBPyConnection) -> None:
    """One row for each patient whose rows are all alike; the rows of the others."""
    names = [one.name for one in ATTRIBUTES]
    least = ", ".join(f"min({name}) AS {name}" for name in names)
    alike = " AND ".join(f"min({name}) = max({name})" for name in names)
    counts = ", ".join(
        f"count_if(chapter = '{chapter}') AS {medicines_column(chapter)}" for chapter in CHAPTERS
    )
    unique = ", ".join(f"'{chapter}'" for chapter in POLYPHARMACY_CHAPTERS)
    most = ", ".join(medicines_column(chapter) for chapter in CHAPTERS)
    connection.execute("DROP TABLE IF EXISTS temp.patient_part")
    made = "CREATE TEMP TABLE patient_part AS"
    # A practice's rows lie together: part by part, the groups fit into memory.
    for low, high in ranges(connection, _ITEMS, "practice", _COUNTED):
        connection.execute(
            f"""
            {made}
            SELECT practice, patient, {least}, bool_and(alike) AND {alike} AS alike,
                CAST(sum(items) AS INTEGER) AS items,
                count_if(chapter IN ({unique})) AS unique_medicines, {counts}
            FROM (
                SELECT practice, patient, substance, any_value(chapter) AS chapter, sum(items) AS items,
                    {least}, {alike} AS alike
                FROM {_ITEMS} JOIN substance_of USING (presentation)
                WHERE {_COUNTED} AND patient_identified AND practice BETWEEN {low} AND {high}
                GROUP BY practice, patient, substance
            )
            GROUP BY practice, patient
            ORDER BY practice, patient
            """  # noqa: S608 - declared names and numbers
        )
        made = "INSERT INTO patient_part"
    if made.startswith("CREATE"):
        return
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE mixed_patient AS
        SELECT patient FROM patient_part GROUP BY patient
        HAVING count(*) > 1 OR NOT bool_and(alike) OR max(greatest({most})) > {_MOST_SUBSTANCES}
        """  # noqa: S608 - declared names and a number
    )
    (month,) = fetch_one(connection, f"SELECT any_value(month) FROM {_ITEMS}")  # noqa: S608
    stored = _columns(PATIENT_MONTH.column_names, {"month": str(month)})
    connection.execute(
        f"INSERT INTO target.{PATIENT_MONTH.name} SELECT {stored} FROM patient_part "  # noqa: S608
        f"ANTI JOIN mixed_patient USING (patient) ORDER BY {', '.join(PATIENT_MONTH.order)}"
    )
    connection.execute(
        f"INSERT INTO target.{MIXED_ITEM.name} SELECT {', '.join(MIXED_ITEM.column_names)} "  # noqa: S608
        f"FROM {_ITEMS} SEMI JOIN mixed_patient USING (patient) "
        f"WHERE {_COUNTED} AND patient_identified ORDER BY {', '.join(MIXED_ITEM.order)}"
    )
    connection.execute("DROP TABLE patient_part; DROP TABLE mixed_patient")
