"""Revising a month's items when patients are verified, from the stored file: its rows keep their order.

Reading the received file again gives the same. That is needed only where the stored rows do not tell what
verification would have found: where an earlier verification was at work, or PDS had said something before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

import duckdb

from epact2.load import ages
from epact2.load.database import attached
from epact2.load.fast import fetch_one
from epact2.load.item_rows import place_of, write_verified
from epact2.load.parts import ranges
from epact2.load.verification import Verified
from epact2.model import items as fields
from epact2.model.patients import FROM_PDS
from epact2.store.item_tables import ITEM, ITEM_TABLES, KNOWN_PATIENT, PSEUDONYM

_PDS = fields.AGE_SOURCE.codes.index(FROM_PDS)


def revise(
    connection: duckdb.DuckDBPyConnection,
    verified: Verified,
    items: Mapping[int, Path],
    target: Path,
) -> int | None:
    """Write the items file of a month again with its patients verified; how many of them have no item.

    ``items`` are the items files of all months. None, and nothing written, if the received file must be read.
    """
    write_verified(connection, verified)
    with ExitStack() as stack:
        for month, path in items.items():
            stack.enter_context(attached(connection, path, f"items_{month}"))
        old = f"items_{verified.month.number}"
        _write_keys(connection, items)
        if _said_before(connection, old):
            return None
        stack.enter_context(attached(connection, target, "target", new=ITEM_TABLES))
        # A practice's rows lie together, and sorting what is sorted takes little.
        for low, high in ranges(connection, f"{old}.{ITEM.name}", "practice"):
            connection.execute(
                f"INSERT INTO target.{ITEM.name} {_revised_sql(verified, old)} "
                f"WHERE practice BETWEEN {low} AND {high} ORDER BY {', '.join(ITEM.order)}"
            )
        for table in ITEM_TABLES:
            if table not in (ITEM, KNOWN_PATIENT):
                connection.execute(f"INSERT INTO target.{table.name} FROM {old}.{table.name}")
        connection.execute(
            f"""
            INSERT INTO target.{KNOWN_PATIENT.name}
            SELECT coalesce(known.patient, verified_key.patient) AS patient,
                coalesce(known.birth_month, pds_birth_month) AS birth_month, lsoa
            FROM {old}.{KNOWN_PATIENT.name} AS known
            FULL JOIN verified_key ON known.patient = verified_key.patient
            WHERE coalesce(known.birth_month, pds_birth_month) IS NOT NULL OR lsoa IS NOT NULL
            ORDER BY patient
            """  # noqa: S608 - declared names
        )
        (found,) = fetch_one(connection, "SELECT count(*) FROM verified_key")
    return len(verified.patients) - int(str(found))


def _write_keys(connection: duckdb.DuckDBPyConnection, months: Iterable[int]) -> None:
    """Make verified_key: the verified patients of the month's rows, with what verification found."""
    known = " UNION ALL ".join(
        f"SELECT patient, pseudonym FROM items_{month}.{PSEUDONYM.name}"  # noqa: S608 - a number
        for month in months
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE verified_key AS
        SELECT known.patient, pds_birth_month, {place_of(fields.GENDER, "gender")} AS gender
        FROM ({known}) AS known JOIN verified USING (pseudonym)
        """  # noqa: S608 - declared names
    )


def _said_before(connection: duckdb.DuckDBPyConnection, old: str) -> bool:
    """Whether the month has a birth month from PDS of any of the patients; keeps only those who have rows."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE verified_key AS
        FROM verified_key SEMI JOIN {old}.{ITEM.name} AS item ON item.patient = verified_key.patient
        """
    )
    (said,) = fetch_one(
        connection,
        f"SELECT count(*) FROM {old}.{KNOWN_PATIENT.name} SEMI JOIN verified_key USING (patient) "  # noqa: S608
        "WHERE birth_month IS NOT NULL",
    )
    return bool(said)


def _revised_sql(verified: Verified, old: str) -> str:
    """The stored rows with what verification changes in those of its patients."""
    born = ages.gives_age("pds_birth_month", "reference")
    changed = {
        "patient_identified": "patient_identified OR is_verified",
        "gender": "CASE WHEN is_verified AND NOT patient_identified THEN verified_gender ELSE gender END",
        "age": f"CASE WHEN {born} THEN {ages.years('pds_birth_month', 'reference')} ELSE age END",
        "age_source": f"CASE WHEN {born} THEN {_PDS} ELSE age_source END",
        "age_september": f"CASE WHEN pds_birth_month IS NOT NULL THEN {ages.age_september(verified.month)} "
        "ELSE age_september END",
    }
    columns = ", ".join(
        f"CAST({changed[one.name]} AS {one.type}) AS {one.name}" if one.name in changed else one.name
        for one in ITEM.columns
    )
    return f"""
        SELECT {columns} FROM (
            SELECT *, {ages.reference_index(verified.month, "nullif(prescribed, 0)")} AS reference FROM (
                SELECT item.*, verified_key.patient IS NOT NULL AS is_verified,
                    verified_key.pds_birth_month, verified_key.gender AS verified_gender
                FROM {old}.{ITEM.name} AS item
                LEFT JOIN verified_key ON verified_key.patient = item.patient
            )
        )
    """  # noqa: S608 - declared names
