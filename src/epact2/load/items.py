"""One month of prescription items: from the received file to rows with types, checked.

A CSV file is parsed once, into a table of its own beside the release to come; a Parquet file is read where it
lies. Both have the same columns from then on: our names, whole numbers, flags, and codes as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from epact2.load import fast
from epact2.load.columns import BadCell, Choice, Code
from epact2.load.fast import Relation, fetch_one, quoted
from epact2.load.layouts import Column, Layout
from epact2.load.parquet import ParquetReader, damaged, table_function
from epact2.load.read import MOST_FAULTS, Reader, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.load.typed import Stored, condition, value
from epact2.model.costs import cost_rule
from epact2.model.items import DISPENSER, DISPENSER_TYPE, FORM_TYPE, PRESCRIBER, PRESCRIBER_TYPE
from epact2.model.months import DispensingMonth

# The columns whose codes have keys in item_code, by the field that the keys are kept under.
PRODUCT = "product"
CODED = {
    "form_type": FORM_TYPE.name,
    "prescriber": PRESCRIBER.name,
    "prescriber_type": PRESCRIBER_TYPE.name,
    "dispenser": DISPENSER.name,
    "dispenser_type": DISPENSER_TYPE.name,
    "snomed": PRODUCT,
    "paid_snomed": PRODUCT,
}
_DISTINCT = ("month", "practice", "presentation", "paid_presentation", *CODED, "lsoa")


@dataclass(frozen=True, slots=True)
class ItemMonth:
    """A month's items that keep to their contract, ready to be written.

    ``table`` is SQL that can stand after FROM. ``distinct`` gives the codes of each column of codes.
    """

    month: DispensingMonth
    received: Received
    recognised: Recognised
    table: str
    rows: int
    distinct: Mapping[str, frozenset[str]]
    warnings: tuple[str, ...]
    reader: Callable[[str], Reader]  # reads the rows again, with places, where an SQL condition holds

    @property
    def practices(self) -> frozenset[str]:
        """Every practice that prescribed an item, also one that is excluded."""
        return self.distinct["practice"]

    @property
    def presentations(self) -> frozenset[str]:
        """Every presentation that was prescribed or reimbursed."""
        return self.distinct["presentation"] | self.distinct["paid_presentation"]

    @property
    def codes(self) -> dict[str, frozenset[str]]:
        """The codes that need keys, by the field that they are kept under."""
        found: dict[str, frozenset[str]] = {}
        for column, field in CODED.items():
            found[field] = found.get(field, frozenset()) | self.distinct[column]
        return found


def read_items(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth | None,
    folder: Path,
) -> ItemMonth:
    """Check a whole file. Raises FileRefused."""
    assert recognised.layout is not None
    checked: dict[str, frozenset[str]] = {}
    if received.is_parquet:
        table, rows, checked = _open_parquet(connection, received, recognised)
    else:
        table, rows = _stage(connection, received, recognised, folder)

    def reader(where: str) -> Reader:
        if received.is_parquet:
            return ParquetReader(connection, received, recognised, where)
        return StrictReader(received, recognised)

    try:
        distinct = {
            name: checked[name] if name in checked else _distinct(connection, table, name)
            for name in _DISTINCT
        }
        month = one_month(distinct["month"], expected, lambda: reader("true"))
        warnings = _look(connection, table, month, reader)
    except duckdb.Error as error:
        if received.is_parquet:
            raise damaged(received, error) from error
        raise
    return ItemMonth(month, received, recognised, table, rows, distinct, warnings, reader)


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> frozenset[str]:
    """The different texts of a column; null is the empty text."""
    found = connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()  # noqa: S608
    return frozenset(text or "" for (text,) in found)


# --- CSV ------------------------------------------------------------------------------------------------


def _stage(
    connection: duckdb.DuckDBPyConnection, received: Received, recognised: Recognised, folder: Path
) -> tuple[str, int]:
    """Parse a CSV file once, into a table with types. Raises FileRefused."""
    name = f"staged_{folder.name}"
    connection.execute(f"ATTACH {quoted(str(folder / 'staged.duckdb'))} AS {name}")
    relation = fast.as_received(received, recognised)
    if relation is None or not _parse(connection, relation, name):
        relation = fast.rewritten(received, recognised, folder / "plain.csv")
        if not _parse(connection, relation, name):
            raise FileRefused(
                Refusal(
                    received.name,
                    "its rows cannot be told apart with certainty.",
                    "Save it again with every text in quotes.",
                )
            )
    return f"{name}.received", relation.rows


def _parse(connection: duckdb.DuckDBPyConnection, relation: Relation, database: str) -> bool:
    """Whether the fast reader could read the table, and may be trusted to have lost nothing."""
    values = ", ".join(
        f'{value(one.type, Stored.TEXT, _q(one.name))} AS "{one.name}"' for one in relation.order
    )
    try:
        connection.execute("SET preserve_insertion_order = false")  # the rows are sorted later
        connection.execute(
            f"CREATE OR REPLACE TABLE {database}.received AS "  # noqa: S608 - declared in formats
            f"SELECT {values}, {relation.plain()} AS is_plain, {relation.ends_in_comma} AS ends_in_comma "
            f"FROM {relation.sql}"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException):
        return False
    finally:
        connection.execute("SET preserve_insertion_order = true")
    rows, plain, ending_in_comma = fetch_one(
        connection,
        "SELECT count(*), coalesce(bool_and(is_plain), false), count_if(ends_in_comma) "  # noqa: S608
        f"FROM {database}.received",
    )
    commas_agree = relation.rows_ending_in_comma in (-1, ending_in_comma)
    return bool(plain) and rows == relation.rows and commas_agree


def _q(name: str) -> str:
    return f'"{name}"'


# --- Parquet --------------------------------------------------------------------------------------------


def _open_parquet(
    connection: duckdb.DuckDBPyConnection, received: Received, recognised: Recognised
) -> tuple[str, int, dict[str, frozenset[str]]]:
    """A Parquet file as a table with types, and the different codes of its columns. Raises FileRefused.

    Codes are looked at once each, numbers in every row. Pseudonyms are nearly as many as rows: they are
    looked at when they get their keys.
    """
    source = table_function(received)
    values = []
    checks: dict[str, str] = {}
    distinct: dict[str, frozenset[str]] = {}
    wrong = []
    try:
        for column, header in recognised.headed:
            stored = recognised.stored_of(column.name)
            values.append(f'{value(column.type, stored, _q(header))} AS "{column.name}"')
            test = condition(column.type, stored, _q(header))
            if column.name == "patient":
                continue
            if stored is Stored.TEXT and isinstance(column.type, (Code, Choice)):
                distinct[column.name] = _distinct(connection, source, _q(header))
                if not all(_is_right(column, text) for text in distinct[column.name]):
                    wrong.append(f"NOT {test}")
            else:
                checks[column.name] = test
        right = ", ".join(f"coalesce(bool_and({one}), true)" for one in checks.values())
        rows, *are_right = fetch_one(connection, f"SELECT count(*), {right} FROM {source}")  # noqa: S608
    except duckdb.Error as error:
        raise damaged(received, error) from error
    wrong += [f"NOT {test}" for test, right in zip(checks.values(), are_right, strict=True) if not right]
    if wrong:
        refuse_cells(connection, received, recognised, " OR ".join(wrong))
    if not rows:
        raise FileRefused(
            Refusal(
                received.name, "it has no rows.", "Fetch the file again: a month without rows is not loaded."
            )
        )
    return f"(SELECT {', '.join(values)} FROM {source})", int(str(rows)), distinct  # noqa: S608


def _is_right(column: Column, text: str) -> bool:
    try:
        column.type.canonical(text)
    except BadCell:
        return False
    return True


def refuse_cells(
    connection: duckdb.DuckDBPyConnection, received: Received, recognised: Recognised, where: str
) -> None:
    """Name the wrong cells of the rows of a Parquet file that a condition finds. Raises FileRefused."""
    for _ in ParquetReader(connection, received, recognised, where):
        pass
    raise AssertionError("a cell was found wrong by one reader and right by the other")


# --- Both -----------------------------------------------------------------------------------------------


def one_month(
    months: frozenset[str], expected: DispensingMonth | None, reader: Callable[[], Reader]
) -> DispensingMonth:
    """The month of all rows, if it is the one expected. Raises FileRefused with the rows of other months."""
    found = {DispensingMonth.parse(one) for one in months}
    if len(found) == 1 and expected in (None, *found):
        return found.pop()
    again = reader()
    place = [column.name for column in again.layout.columns].index("month")
    wanted = expected
    for line, cells in again:
        month = DispensingMonth.parse(cells[place])
        wanted = wanted or month
        if month != wanted:
            why = "the file's name or --month says" if expected else "the first row says"
            again.fault(
                f"{shown(cells[place])} is another month than {wanted.name}, as {why}.",
                "Load the file of one whole month under its own name."
                if expected
                else "A file must hold one month: split it, or fetch it again.",
                line,
                again.layout.columns[place],
            )
    again.finish()
    raise AssertionError("another month was found by one reader and not by the other")


def _look(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    month: DispensingMonth,
    reader: Callable[[str], Reader],
) -> tuple[str, ...]:
    """What the rows say that cannot be right (FileRefused), or looks wrong (warnings)."""
    rule = cost_rule(month)
    # NIC is in pence, the rest in 1/100,000 pound.
    expected = " + ".join(("nic * 1000 - discount", *rule.payments))
    nameless, doubtful, late, wrong, *example = fetch_one(
        connection,
        f"""
        SELECT count_if(identified AND patient = ''),
            count_if(NOT identified AND pds_birth_month IS NOT NULL),
            count_if(prescribed // 100 > {month.number}), count_if({expected} <> actual_cost),
            arg_min(form, (form, item, element)) FILTER ({expected} <> actual_cost),
            arg_min(item, (form, item, element)) FILTER ({expected} <> actual_cost)
        FROM {table}
        """,  # noqa: S608 - declared names
    )
    if nameless:
        _refuse_nameless(reader)
    said = []
    if wrong:
        said.append(
            f"{wrong} rows have an actual cost that is not NIC less discount plus payments, as the rule "
            f"“{rule.name}” has it (for example form {example[0]}, item {example[1]}); the cost is kept as "
            "received."
        )
    if doubtful:
        said.append(f"{doubtful} rows have a birth month from PDS, but are not of identified patients.")
    if late:
        said.append(f"{late} rows were prescribed after {month.name}.")
    return tuple(said)


def _refuse_nameless(reader: Callable[[str], Reader]) -> None:
    again = reader("PATIENT_IDENTIFIED = 'Y' AND coalesce(PATIENT_ID, '') = ''")
    place = {column.name: number for number, column in enumerate(again.layout.columns)}
    for line, cells in again:
        if cells[place["identified"]] == "Y" and not cells[place["patient"]]:
            again.fault(
                "the patient is identified, but has no pseudonym.",
                "Write N where no number was captured, or the pseudonym of the number that was.",
                line,
                again.layout.column("patient"),
            )
    again.finish()
    raise AssertionError("a nameless patient was found by one reader and not by the other")


def refuse_forms(month: ItemMonth, forms: tuple[int, ...]) -> None:
    """Name the rows of forms that repeat a key, or are of two patients or practices. Raises FileRefused."""
    wanted = {str(form) for form in forms[:MOST_FAULTS]}
    reader = month.reader(f"TRY_CAST(FORM_ID AS BIGINT) IN ({', '.join(sorted(wanted))})")
    place = {column.name: number for number, column in enumerate(reader.layout.columns)}
    layout: Layout = reader.layout
    seen: dict[tuple[str, ...], int] = {}
    owners: dict[tuple[str, str], tuple[str, int]] = {}
    for line, cells in reader:
        form = str(int(cells[place["form"]]))
        if form not in wanted:
            continue
        key = (form, *(str(int(cells[place[one]])) for one in ("item", "element")))
        if key in seen:
            where = "line" if reader.has_lines else "row"
            reader.fault(
                f"the row repeats {where} {seen[key]}: form {form}, item {key[1]}, element {key[2]}.",
                "Fetch the file again; an element of an item may stand in one row only.",
                line,
                layout.column("element"),
            )
        seen.setdefault(key, line)
        for name, words in (("patient", "patient"), ("practice", "practice")):
            cell = cells[place[name]]
            if not cell:
                continue
            first, at = owners.setdefault((form, name), (cell, line))
            if first != cell:
                where = "line" if reader.has_lines else "row"
                reader.fault(
                    f"form {form} is of {words} {shown(cell)}, and of {shown(first)} in {where} {at}.",
                    f"Fetch the file again; a form is of one {words}.",
                    line,
                    layout.column(name),
                )
    reader.finish()
    raise AssertionError("forms were found wrong by one reader and right by the other")
