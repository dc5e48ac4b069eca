"""The small tables that an engine keeps in memory for one release: codes as numbers, practices, medicines.

Each field's codes are numbered in their order, so that grouping and sorting go by number and the code is
looked up once for each row of the answer. A table is made when a statement first needs it.
"""
# ruff: noqa: S608 - every name in these statements is the program's own; no person's text reaches them

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from epact2.model.fields import Field
from epact2.model.items import OPEN_FIELDS
from epact2.model.prescribing import (
    BNF_FIELDS,
    CHAPTER,
    FIELDS,
    GENERIC_EQUIVALENT,
    ICB,
    PCN,
    PRACTICE_SETTING,
    REGION,
    SECTION,
    SUB_ICB_LOCATION,
)
from epact2.query.nodes import Codes
from epact2.store.plan import Source, column_of
from epact2.store.sql_scan import LOADED_MONTHS, MEDICINES, PRACTICES, PRACTICES_AS_AT
from epact2.store.tables import level_column

DIMENSIONS = "dimensions"
_PARENTS = {PCN: "pcn", SUB_ICB_LOCATION: "sub_icb", ICB: "icb", REGION: "region"}
_MEDICINE_FIELDS = (*BNF_FIELDS, GENERIC_EQUIVALENT)


def definitions(totals: Sequence[str]) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """For each table: the statement that makes it, and the tables that it is made from.

    ``totals`` names the databases with the rollups of each year. Every name is the program's own.
    """
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for field, stored in _PARENTS.items():
        sources = [f"SELECT {stored} FROM {DIMENSIONS}.{table}" for table in ("practice", "practice_month")]
        found[_codes(field)] = (_numbered(_codes(field), sources, unknown=True), ())
    settings = [f"SELECT setting FROM {DIMENSIONS}.practice"]
    found[_codes(PRACTICE_SETTING)] = (_numbered(_codes(PRACTICE_SETTING), settings, unknown=True), ())
    for field in _MEDICINE_FIELDS:
        sources = [
            f"SELECT {prefix}{_stored(field)} FROM {DIMENSIONS}.medicine" for prefix in ("", "published_")
        ]
        digits = {CHAPTER: 2, SECTION: 4}.get(field, 0)
        found[_codes(field)] = (_numbered(_codes(field), sources, digits=digits), ())

    for field in FIELDS:
        if field.closed:
            rows = ", ".join(f"({place}, {quoted(code)})" for place, code in enumerate(field.codes))
            found[_codes(field)] = (
                f"CREATE TABLE {_codes(field)} AS SELECT * FROM (VALUES {rows}) AS t(id, code)",
                (),
            )
    for name in (*(field.name for field in OPEN_FIELDS), "product"):
        table = f"keys_{name.replace(' ', '_')}"
        of_name = f"FROM {DIMENSIONS}.item_code WHERE field = {quoted(name)} ORDER BY id"
        found[table] = (f"CREATE TABLE {table} AS SELECT id, code {of_name}", ())

    current = {**_PARENTS, PRACTICE_SETTING: "setting"}
    found[PRACTICES] = (
        _looked_up(PRACTICES, "practice", "s.practice, s.code AS practice_code", current),
        tuple(_codes(field) for field in current),
    )
    found[PRACTICES_AS_AT] = (
        _looked_up(PRACTICES_AS_AT, "practice_month", "s.month, s.practice", _PARENTS),
        tuple(_codes(field) for field in _PARENTS),
    )
    for codes, prefix in ((Codes.LATEST, ""), (Codes.AS_PUBLISHED, "published_")):
        columns = {field: f"{prefix}{_stored(field)}" for field in _MEDICINE_FIELDS}
        found[MEDICINES[codes]] = (
            _looked_up(MEDICINES[codes], "medicine", "s.presentation AS key", columns),
            tuple(_codes(field) for field in _MEDICINE_FIELDS),
        )
    found[LOADED_MONTHS] = (
        f"CREATE TABLE {LOADED_MONTHS} AS SELECT month FROM {DIMENSIONS}.month ORDER BY month",
        (),
    )
    active = " UNION ALL ".join(f"SELECT practice, month FROM {name}.by_practice" for name in totals)
    found[Source.PRESCRIBERS.value] = (_runs(Source.PRESCRIBERS.value, active), ())
    listed = f"SELECT practice, month FROM {DIMENSIONS}.population WHERE prescribes"
    found[Source.LISTED_PRESCRIBERS.value] = (_runs(Source.LISTED_PRESCRIBERS.value, listed), ())
    return found


def quoted(text: str) -> str:
    """A text of the program's own as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _codes(field: Field) -> str:
    return f"codes_{column_of(field)}"


def _stored(field: Field) -> str:
    return "generic_equivalent" if field == GENERIC_EQUIVALENT else level_column(field.name)


def _numbered(name: str, sources: Iterable[str], *, unknown: bool = False, digits: int = 0) -> str:
    """Codes with numbers in the order of the codes. The unknown code is always 0, and there. Codes that all
    are so many digits are their own numbers, as in the rollup by section.
    """
    distinct = f"SELECT DISTINCT code FROM ({' UNION ALL '.join(sources)}) AS s(code)"
    if unknown:
        return (
            f"CREATE TABLE {name} AS SELECT 0 AS id, '-' AS code UNION ALL "
            "SELECT CAST(row_number() OVER (ORDER BY code) AS INTEGER), code "
            f"FROM ({distinct}) WHERE code <> '-'"
        )
    own = f"regexp_full_match(code, '[0-9]{{{digits}}}')" if digits else "FALSE"
    return (
        f"CREATE TABLE {name} AS SELECT CASE WHEN bool_and({own}) OVER () THEN TRY_CAST(code AS INTEGER) "
        f"ELSE CAST(row_number() OVER (ORDER BY code) AS INTEGER) END AS id, code FROM ({distinct})"
    )


def _looked_up(name: str, table: str, keys: str, columns: Mapping[Field, str]) -> str:
    shown = [
        f"c_{column_of(field)}.id AS {column_of(field)}, s.{stored} AS {column_of(field)}_code"
        for field, stored in columns.items()
    ]
    joins = [
        f"JOIN {_codes(field)} AS c_{column_of(field)} ON c_{column_of(field)}.code = s.{stored}"
        for field, stored in columns.items()
    ]
    return (
        f"CREATE TABLE {name} AS SELECT {keys}, {', '.join(shown)} "
        f"FROM {DIMENSIONS}.{table} AS s {' '.join(joins)}"
    )


def _runs(name: str, active: str) -> str:
    """Runs of months without a gap among the months that are loaded."""
    months = (
        f"SELECT month, row_number() OVER (ORDER BY month) AS place FROM {DIMENSIONS}.month WHERE prescribing"
    )
    islands = (
        "SELECT practice, month, place - row_number() OVER (PARTITION BY practice ORDER BY place) AS island "
        f"FROM ({active}) JOIN ({months}) USING (month)"
    )
    return (
        f"CREATE TABLE {name} AS SELECT practice, min(month) AS first_month, max(month) AS last_month "
        f"FROM ({islands}) GROUP BY practice, island ORDER BY practice"
    )
