"""The one table for plain SQL, made from the received Parquet files in the order of their rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from epact2.comparators.lists import medicine_lists
from epact2.load.fast import insert_rows
from epact2.store.duckdb import DuckDBEngine
from epact2.store.release import Store

# The lists that the questions name; plain SQL finds their codes in a table.
LISTS = (
    "nsaids", "gastro-protection", "opioids", "gabapentinoids", "damn-medicines", "acb-score-1",
    "acb-score-2", "acb-score-3", "valproate", "statins-solid",
)  # fmt: skip

_COUNTS = """
    DISALLOWED = 'N' AND NOT_DISPENSED = 'N' AND REFERRED_BACK = 'N' AND CD_REQUISITION = 'N'
    AND OUT_OF_HOURS = 0 AND PRIVATE = 0 AND IGNORED = 'N' AND PRESCRIBER_ORGANISATION_TYPE NOT IN (8, 54)"""


def _months(month: str) -> str:
    return f"({month} // 100 * 12 + {month} % 100)"


# The month at which an age is asked for.
_AT = f"""(CASE WHEN EPS_FLAG = 'Y' AND PRESCRIBED_DATE IS NOT NULL THEN {_months("(PRESCRIBED_DATE // 100)")}
    ELSE {_months("YEAR_MONTH")} END)"""


def _years_since(birth: str) -> str:
    """Whole years from a month of birth; null where that is no age from 0 to 120."""
    months = f"({_AT} - {_months(birth)})"
    return f"CASE WHEN {months} BETWEEN 0 AND 120 * 12 + 11 THEN {months} // 12 END"


_AGE = f"""coalesce({_years_since("PDS_BIRTH_MONTH")}, {_years_since("EPS_BIRTH_MONTH")},
    CASE WHEN AGE BETWEEN 0 AND 120 THEN AGE END, -1)"""


def make_plain(engine: DuckDBEngine, store: Path, parquet: Sequence[Path], target: Path, memory: str) -> None:
    """Write the table ``item``, and the small tables ``practice`` and ``listed``, unless they are there.

    The codes of practices' ICBs, of medicines and of lists are the store's: they are what an analyst would
    look up, not what is measured.
    """
    if target.exists():
        return
    print(f"Making the table for plain SQL of {len(parquet)} files …", flush=True)
    started = time.perf_counter()
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    with duckdb.connect(str(part)) as connection:
        connection.execute("SET memory_limit = $limit", {"limit": memory})
        connection.execute("SET enable_progress_bar = false")
        dimensions = Store(store).file(engine.release.dimensions)
        connection.execute(f"ATTACH '{dimensions}' AS dimensions (READ_ONLY)")
        connection.execute(
            "CREATE TABLE practice AS SELECT code AS practice_code, icb, setting FROM dimensions.practice"
        )
        _write_items(connection, parquet)
        _find_earlier_ages(connection, parquet)
        _write_lists(connection, engine)
        connection.execute("CHECKPOINT")
    part.rename(target)
    print(f"… in {time.perf_counter() - started:.0f} s", flush=True)


def _write_items(connection: duckdb.DuckDBPyConnection, parquet: Sequence[Path]) -> None:
    """The columns that the questions read, month after month."""
    select = f"""
        SELECT YEAR_MONTH, FORM_ID, ITEM_ID, ELEMENT_ID, ITEM_COUNT, EPS_FLAG, PRESCRIBED_DATE, PRACTICE_CODE,
            PRESCRIBER_CODE, medicine.latest AS BNF_PRESENTATION_CODE, TOTAL_QUANTITY, NIC, PATIENT_ID,
            PATIENT_IDENTIFIED, {_AGE} AS AGE, GENDER
        FROM read_parquet($path) AS received
        JOIN dimensions.medicine AS medicine ON medicine.code = received.BNF_PRESENTATION_CODE
        WHERE {_COUNTS}"""
    how = "CREATE TABLE item AS"
    for path in parquet:
        connection.execute(f"{how} {select}", {"path": str(path)})
        how = "INSERT INTO item"


def _find_earlier_ages(connection: duckdb.DuckDBPyConnection, parquet: Sequence[Path]) -> None:
    """Where a row itself tells no age, the month of birth that an earlier month had of the patient."""
    connection.execute("CREATE TEMP TABLE ageless AS SELECT DISTINCT patient_id FROM item WHERE age = -1")
    connection.execute(
        """
        CREATE TEMP TABLE known_birth AS
        SELECT patient_id, year_month,
            arg_max(PDS_BIRTH_MONTH, (coalesce(PRESCRIBED_DATE, 0), PDS_BIRTH_MONTH)) AS birth_month
        FROM read_parquet($paths) SEMI JOIN ageless USING (patient_id)
        WHERE PDS_BIRTH_MONTH IS NOT NULL AND coalesce(patient_id, '') <> ''
        GROUP BY ALL
        """,
        {"paths": [str(path) for path in parquet]},
    )
    connection.execute(
        """
        CREATE TEMP TABLE found AS
        SELECT item.rowid AS row_id, arg_max(birth_month, known_birth.year_month) AS birth_month
        FROM item JOIN known_birth
            ON known_birth.patient_id = item.patient_id AND known_birth.year_month < item.year_month
        WHERE item.age = -1 GROUP BY item.rowid
        """
    )
    age = _years_since("found.birth_month")
    connection.execute(
        f"UPDATE item SET age = coalesce({age}, -1) FROM found WHERE item.rowid = found.row_id"
    )


def _write_lists(connection: duckdb.DuckDBPyConnection, engine: DuckDBEngine) -> None:
    medicines = engine.catalogue.latest
    connection.execute("CREATE TABLE listed (list VARCHAR, bnf_presentation_code VARCHAR)")
    for key in LISTS:
        positions = medicines.selected(medicine_lists()[key].selection)
        codes = sorted({medicines.codes[position] for position in positions})
        insert_rows(connection, "listed", [(key, code) for code in codes])
