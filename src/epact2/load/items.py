"""One month of prescription items: what its rows say together, and what cannot stand together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from epact2.load.fast import fetch_one
from epact2.load.item_source import Source, distinct_texts, open_source
from epact2.load.layouts import Layout
from epact2.load.parquet import damaged
from epact2.load.read import MOST_FAULTS, Reader, month_of_rows
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import shown
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


@dataclass(frozen=True, slots=True)
class ItemMonth:
    """A month's items that keep to their contract, ready to be written."""

    month: DispensingMonth
    source: Source
    warnings: tuple[str, ...]

    @property
    def table(self) -> str:
        """SQL that can stand after FROM."""
        return self.source.table

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.source.rows

    @property
    def distinct(self) -> Mapping[str, frozenset[str]]:
        """The different codes of each column of codes."""
        return self.source.distinct

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
    source = open_source(connection, received, recognised, folder)
    try:
        months = distinct_texts(connection, source.table, "month")
        month = one_month(months, expected, lambda: source.reader("true"))
        warnings = _look(connection, source.table, month, source.reader)
    except duckdb.Error as error:
        if received.is_parquet:
            raise damaged(received, error) from error
        raise
    return ItemMonth(month, source, warnings)


def one_month(
    months: frozenset[str], expected: DispensingMonth | None, reader: Callable[[], Reader]
) -> DispensingMonth:
    """The month of all rows, if it is the one expected. Raises FileRefused with the rows of other months."""
    found = {DispensingMonth.parse(one) for one in months}
    if len(found) == 1 and expected in (None, *found):
        return found.pop()
    month_of_rows(reader(), expected)
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
    reader = month.source.reader(f"TRY_CAST(FORM_ID AS BIGINT) IN ({', '.join(sorted(wanted))})")
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
