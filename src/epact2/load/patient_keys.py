"""Keys of patients: dense numbers, given once and never changed, and what a month says of each patient.

A month's items file holds the pseudonyms that got their keys with it, so that a new month rewrites nothing. A
corrected month keeps the keys that its older version gave, as later months may hold them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from epact2.load.ages import gives_age, reference_index
from epact2.load.database import attached
from epact2.load.fast import fetch_one
from epact2.model.months import DispensingMonth
from epact2.store.item_tables import ITEM, KNOWN_PATIENT, PATIENT_AT, PATIENT_OF, PSEUDONYM

# One number sorts by the day of prescribing first, and ends in what is looked for.
_TAIL = 1_000_000


@contextmanager
def _every(connection: duckdb.DuckDBPyConnection, files: Iterable[tuple[str, Path]]) -> Iterator[None]:
    with ExitStack() as stack:
        for name, path in files:
            stack.enter_context(attached(connection, path, name))
        yield


def find_patients(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    month: int,
    items: Mapping[int, Path],
    replaced: Path | None,
) -> None:
    """Make the temporary table month_patient: every pseudonym of a month, with its key.

    ``items`` are the items files of the other months, ``replaced`` the one of an older version of this month.
    Needs practice_key and area_key. The columns: pseudonym, patient (the key), is_new, area (its id),
    birth_month (from PDS), both null when not known, and lacks_birth (some row has none that can be). Makes
    earlier_patient.
    """
    can_be = gives_age("pds_birth_month", reference_index(DispensingMonth.from_number(month)))
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE found_patient AS
        SELECT received.patient AS pseudonym, min(practice_key.key) AS practice,
            max(coalesce(prescribed, 0)::BIGINT * {_TAIL} + pds_birth_month) % {_TAIL} AS birth_month,
            max(coalesce(prescribed, 0)::BIGINT * {_TAIL} + area_key.id) % {_TAIL} AS area,
            NOT bool_and(coalesce({can_be}, false)) AS lacks_birth
        FROM {table} AS received
        JOIN practice_key ON practice_key.code = received.practice
        LEFT JOIN area_key ON area_key.code = received.lsoa
        WHERE received.patient <> ''
        GROUP BY received.patient
        """  # noqa: S608 - declared names and numbers
    )
    files = [(f"items_{number}", path) for number, path in sorted(items.items())]
    if replaced:
        files.append(("items_replaced", replaced))
    with _every(connection, files):
        known = [f"SELECT patient, pseudonym FROM {name}.{PSEUDONYM.name}" for name, _ in files]  # noqa: S608
        if known:
            joined = f"LEFT JOIN ({' UNION ALL '.join(known)}) AS known USING (pseudonym)"
            (highest,) = fetch_one(
                connection,
                f"SELECT coalesce(max(patient), 0) FROM ({' UNION ALL '.join(known)})",  # noqa: S608
            )
            key = "known.patient"
        else:
            joined, highest, key = "", 0, "NULL::INTEGER"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE keyed_patient AS SELECT found_patient.*, {key} AS patient "  # noqa: S608
            f"FROM found_patient {joined}; DROP TABLE found_patient"
        )
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE month_patient AS
            SELECT pseudonym, patient, false AS is_new, area, birth_month, lacks_birth
            FROM keyed_patient WHERE patient IS NOT NULL
            UNION ALL
            SELECT pseudonym, CAST({highest} + row_number() OVER (ORDER BY practice, pseudonym) AS INTEGER),
                true, area, birth_month, lacks_birth
            FROM keyed_patient WHERE patient IS NULL;
            DROP TABLE keyed_patient
            """  # noqa: S608 - a number
        )
        earlier = [(number, f"items_{number}") for number in sorted(items) if number < month]
        _look_earlier(connection, earlier)


def _look_earlier(connection: duckdb.DuckDBPyConnection, earlier: list[tuple[int, str]]) -> None:
    """Make earlier_patient: what earlier months say of patients whose rows lack a birth month or an area."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE earlier_patient (patient INTEGER, birth_month INTEGER, lsoa VARCHAR)"
    )
    if not earlier:
        return
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE wanted_patient AS "
        "SELECT patient FROM month_patient WHERE NOT is_new AND (lacks_birth OR area IS NULL)"
    )
    said = " UNION ALL ".join(
        f"SELECT {number} AS month, * FROM {name}.{KNOWN_PATIENT.name} "  # noqa: S608 - declared names
        "SEMI JOIN wanted_patient USING (patient)"
        for number, name in earlier
    )
    connection.execute(
        "INSERT INTO earlier_patient "  # noqa: S608 - declared names and numbers
        "SELECT patient, arg_max(birth_month, month) FILTER (birth_month IS NOT NULL), "
        f"arg_max(lsoa, month) FILTER (lsoa IS NOT NULL) FROM ({said}) GROUP BY patient"
    )


def write_pseudonyms(connection: duckdb.DuckDBPyConnection, target: str, replaced: Path | None) -> None:
    """Write the pseudonyms that the month gave keys to: those of its older version, and the new ones."""
    new = "SELECT patient, pseudonym FROM month_patient WHERE is_new"
    with _every(connection, [("items_replaced", replaced)] if replaced else []):
        old = f"SELECT patient, pseudonym FROM items_replaced.{PSEUDONYM.name} UNION ALL " if replaced else ""  # noqa: S608
        connection.execute(
            f"INSERT INTO {target}.{PSEUDONYM.name} {old}{new} ORDER BY {', '.join(PSEUDONYM.order)}"
        )
        connection.execute(
            f"INSERT INTO {target}.{PATIENT_OF.name} SELECT pseudonym, patient "  # noqa: S608 - declared names
            f"FROM {target}.{PSEUDONYM.name} ORDER BY {', '.join(PATIENT_OF.order)}"
        )


def write_places(connection: duckdb.DuckDBPyConnection, target: str) -> None:
    """Write which practices the rows of each patient are of."""
    # A patient's rows at a practice lie together, so that neighbours tell what a DISTINCT would sort for.
    connection.execute(
        f"""
        INSERT INTO {target}.{PATIENT_AT.name}
        SELECT patient, practice FROM (
            SELECT patient, practice, lag(patient) OVER () AS patient_before,
                lag(practice) OVER () AS practice_before
            FROM {target}.{ITEM.name}
        )
        WHERE patient > 0 AND (patient, practice) IS DISTINCT FROM (patient_before, practice_before)
        ORDER BY {", ".join(PATIENT_AT.order)}
        """  # noqa: S608 - declared names
    )


def write_known(connection: duckdb.DuckDBPyConnection, target: str) -> None:
    """Write what the month says of its patients; what verification found counts as said by the month."""
    connection.execute(
        f"""
        INSERT INTO {target}.{KNOWN_PATIENT.name}
        SELECT patient, coalesce(birth_month, verified.pds_birth_month) AS birth_month, area_key.code
        FROM month_patient
        LEFT JOIN verified USING (pseudonym)
        LEFT JOIN area_key ON area_key.id = month_patient.area
        WHERE coalesce(birth_month, verified.pds_birth_month) IS NOT NULL OR area IS NOT NULL
        ORDER BY patient
        """  # noqa: S608 - declared names
    )
