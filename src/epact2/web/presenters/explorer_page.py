"""The explorer's page around its table: facts, notes, the origin of the numbers, and what to ask next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from epact2.analysis.answer import Answer
from epact2.analysis.export import about_rows
from epact2.model.fields import Dimension, Field
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, MONTH, PRACTICE
from epact2.query.codec import query_from_json
from epact2.query.encode import Json
from epact2.query.nodes import Latest, Order, Query, Top
from epact2.query.result import Column, Result
from epact2.web.presenters.pivot import Pivot
from epact2.web.presenters.question_links import mended, query_string

PERCENTILE = Field("percentile", Dimension.LINE, "The share of the groups that lie below, from 0 to 100.")


@dataclass(frozen=True, slots=True)
class Link:
    """A link with a note on what it leads to."""

    text: str
    href: str
    note: str = ""


def laid_out(query: Query, result: Result) -> tuple[Query, Result]:
    """The answer as rows and columns. Percentiles stand in place of the row fields that they sum up."""
    if not query.percentiles:
        return query, result
    columns = len(query.columns)
    rows = tuple((str(row[columns]), *row[:columns], *row[columns + 1 :]) for row in result.rows)
    rows = tuple(sorted(rows, key=lambda row: (row[1 : columns + 1], int(str(row[0])))))
    heads = (
        Column(PERCENTILE.name, "field", of=PERCENTILE),
        *result.columns[:columns],
        *result.columns[columns + 1 :],
    )
    return replace(query, rows=(PERCENTILE,), percentiles=(), where=query.where), Result(heads, rows)


def facts(given: Answer, table: Pivot) -> tuple[str, ...]:
    """The size of the answer and its release."""
    rows, columns = table.all_lines, table.all_columns
    size = f"{rows:,} row{'' if rows == 1 else 's'} × {columns:,} column{'' if columns == 1 else 's'}"
    if rows == 0:
        size = f"{columns:,} number{'' if columns == 1 else 's'}"
    first, last = given.months[0], given.months[-1]
    months = first.name if first == last else f"{first.name} to {last.name}"
    return (size, months, f"release {given.release}")


def cut_words(table: Pivot) -> str:
    """What the page leaves out of a large answer; empty where it shows all."""
    parts = []
    if table.shown_lines < table.all_lines:
        parts.append(f"the first {table.shown_lines:,} of {table.all_lines:,} rows")
    if table.shown_columns < table.all_columns:
        which = "latest" if table.latest_columns else "first"
        parts.append(f"the {which} {table.shown_columns:,} of {table.all_columns:,} columns")
    return f"This page shows {' and '.join(parts)}. The downloads hold all of them." if parts else ""


def origin(given: Answer) -> tuple[tuple[str, str], ...]:
    """How the numbers are calculated: what the workbook's About sheet says too."""
    left_out = ("Rows written", "Question as JSON", "Beware")
    return tuple(
        (name.removeprefix("Definition: "), text)
        for name, text in about_rows(given, len(given.result.rows))
        if name not in left_out
    )


def ask_next(query: Query, items: str = "") -> tuple[Link, ...]:
    """Up to three questions that people ask after this one, and ``items``, the address of its items."""
    found = tuple(_next_questions(query))[:3]
    if not items:
        return found
    return (*found, Link("See the items", items, "One by one, with patient, prescriber and dates"))


def _next_questions(query: Query) -> Iterator[Link]:
    first = query.values[0]
    best = (Order(first, descending=True),)
    plain = replace(query, percentiles=(), order=(), top=None)
    if PRACTICE not in query.grain:
        asked = replace(plain, rows=(PRACTICE,), columns=(), order=best, top=Top(50))
        yield Link(
            "Which practices?", query_string(mended(asked)), "The 50 highest, with all conditions kept"
        )
    if CHEMICAL_SUBSTANCE not in query.grain:
        asked = replace(plain, rows=(CHEMICAL_SUBSTANCE,), columns=(), order=best, top=Top(50))
        yield Link("Which medicines?", query_string(mended(asked)), "The 50 highest chemical substances")
    if not any(one.dimension is Dimension.TIME for one in query.grain):
        columns = (MONTH,) if query.rows else ()
        rows = query.rows or (MONTH,)
        months = Latest(24) if isinstance(query.months, Latest) else query.months
        asked = replace(query, percentiles=(), rows=rows, columns=columns, months=months)
        yield Link("How has it changed?", query_string(mended(asked)), "The same question, month by month")


_EXAMPLES: tuple[tuple[str, str, dict[str, Json]], ...] = (
    (
        "What is prescribed most?",
        "The 20 chemical substances with the most items, and their cost",
        {
            "values": ["items", "actual cost", {"ratio": ["actual cost", "items"]}],
            "rows": ["chemical substance"],
            "months": {"latest": 12},
            "order": [{"by": "items", "descending": True}],
            "top": {"count": 20, "others": True},
            "totals": True,
        },
    ),
    (
        "Antibiotics per 1,000 patients, by quarter",
        "Every ICB over two years: lines in the chart",
        {
            "values": [{"ratio": ["items", "list size"], "per": 1000}],
            "rows": ["ICB"],
            "columns": ["quarter"],
            "where": {"under": ["bnf", "0501"]},
            "months": {"latest": 24},
            "totals": True,
        },
    ),
    (
        "What does each chapter of the BNF cost?",
        "Actual cost, its share of the total and the change on a year earlier",
        {
            "values": ["actual cost", {"share": "actual cost", "of": []}, {"change": "actual cost"}],
            "rows": ["chapter"],
            "months": {"latest": 12},
            "order": [{"by": "actual cost", "descending": True}],
            "totals": True,
        },
    ),
    (
        "Regions, ICBs and their locations",
        "Items and cost per 1,000 patients at three levels, each worked out again",
        {
            "values": [
                {"ratio": ["items", "list size"], "per": 1000},
                {"ratio": ["actual cost", "list size"], "per": 1000},
            ],
            "rows": ["region", "ICB", "sub-ICB location"],
            "months": {"latest": 1},
            "totals": True,
        },
    ),
    (
        "How far apart are practices?",
        "Percentiles of items per 1,000 patients, month by month",
        {
            "values": [{"ratio": ["items", "list size"], "per": 1000}],
            "rows": ["practice"],
            "columns": ["month"],
            "where": {"is": ["practice setting", "4"]},
            "months": {"latest": 12},
            "percentiles": [10, 25, 50, 75, 90],
        },
    ),
)


def examples() -> tuple[Link, ...]:
    """Questions to start from."""
    return tuple(
        Link(text, query_string(query_from_json(question)), note) for text, note, question in _EXAMPLES
    )
