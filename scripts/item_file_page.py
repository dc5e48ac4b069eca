"""The reference page of item files, made from the declarations that the loader reads by."""

from __future__ import annotations

from collections.abc import Iterator

from epact2.load import formats
from epact2.load.item_formats import EXCLUDED_WHEN
from epact2.model.costs import COST_RULES
from epact2.model.patients import AGE_RULES, NOT_KNOWN, UNKNOWN_AGE_NAME


def item_file() -> Iterator[str]:
    """The files of single items, column by column, and what the loader does with them."""
    yield "# Files of single items\n"
    yield (
        "`ITEMS_YYYYMM.csv` (UTF-8, comma, header; gzip and zip too) or `ITEMS_YYYYMM.parquet` with the same "
        "column names: one dispensing month, one row an element of an item of a form. All columns must be "
        "there, in any order, and none besides. Nothing is published in this form: it is the NHS warehouse's "
        "own fact (form × item × element), to be drawn from it or made by `epact2 synth --items`.\n"
    )
    yield from _columns(formats.ITEMS)
    yield (
        "In Parquet whole numbers and months may be stored as integers, quantities and money as DECIMAL, all "
        "else as text; floating point is refused, because it rounds money. An empty cell is null.\n"
    )
    yield "A file is refused, with line (or row), column and value, also when\n"
    yield "* form, item and element stand twice, or a form is of two patients or two practices;"
    yield "* a patient is identified, but has no pseudonym;"
    yield "* rows are of another month.\n"
    yield "## Which rows count\n"
    yield (
        "Rows that the standard exclusions leave out are kept, and count in no answer unless the question "
        "says so. The field “exclusion” names the first reason:\n"
    )
    yield "| exclusion | a row with |\n| --- | --- |"
    for reason, words in EXCLUDED_WHEN.items():
        yield f"| {reason} | {words} |"
    yield "\n## Ages\n"
    yield "The first rule that gives an age from 0 to 120 decides.\n"
    yield "| age source | name | how |\n| --- | --- | --- |"
    for rule in AGE_RULES:
        yield f"| {rule.source} | {rule.name} | {rule.meaning} |"
    yield f"| {NOT_KNOWN} | {UNKNOWN_AGE_NAME} | No rule gives an age: it is -1. |"
    yield (
        "\nThe age on 30 September of the financial year comes from the PDS birth month alone. An earlier "
        "item is one of a month that was loaded before, or with the same command.\n"
    )
    yield "## Actual cost\n"
    yield (
        "Rows whose ACTUAL_COST is not that of the rule of their month are counted in the load report; the "
        "figure is kept as received.\n"
    )
    yield "| rule | months | actual cost | source |\n| --- | --- | --- | --- |"
    for cost in COST_RULES:
        months = f"{cost.first.name if cost.first else ''} to {cost.last.name if cost.last else ''}".strip()
        groups = f" (groups: {', '.join(cost.groups)})" if cost.groups else ""
        payments = " + ".join(one.upper() for one in cost.payments)
        yield (
            f"| {cost.name} | {months} | NIC - DISCOUNT + {payments}; DISCOUNT is {cost.discount}{groups} | "
            f"{cost.source} |"
        )
    yield "\n## Patients verified late\n"
    yield (
        "`VERIFIED_YYYYMM.csv`: the patients of a month's items whose number PDS verified the month after. "
        "Their rows become identified, with this birth month and gender, in a new release; older releases "
        "stay as they were.\n"
    )
    yield from _columns(formats.VERIFICATION)
    yield "## Areas\n"
    yield (
        "`imd.csv` gives the deprivation of areas, `practice_lsoa.csv` the area of each practice. The area "
        "of a patient is that of the newest item of the month that names one, else that of the newest "
        "earlier month, else that of the practice. Load them before the items: a new edition writes every "
        "month of items again.\n"
    )
    for kind in (formats.IMD, formats.PRACTICE_LSOA):
        yield from _columns(kind)


def _columns(kind: str) -> Iterator[str]:
    for layout in formats.layouts_of(kind):
        yield "| column | holds | meaning |\n| --- | --- | --- |"
        for column in layout.columns:
            yield f"| {column.headers[0]} | {column.type.words} | {column.meaning} |"
        yield ""
