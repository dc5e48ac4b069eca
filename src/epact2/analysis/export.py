"""An answer as a file: CSV, or a workbook with a sheet about where the numbers come from.

Both hold the same rows as the page and as the JSON answer, codes and names. The CSV is data only, so that any
program reads it; its origin stands in the file's name and in the workbook.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal

import xlsxwriter

from epact2.analysis.answer import Answer, labelled
from epact2.analysis.origin import WithOrigin
from epact2.model.months import span_name
from epact2.query.encode import query_to_json
from epact2.query.result import Cell, Column, Result, as_json
from epact2.query.words import measures_of
from epact2.store.directory import Directory

LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."
SYNTHETIC = "SYNTHETIC DATA: practices, patients and prescribing are invented. Do not use for decisions."
_MOST_SHEET_ROWS = 1_048_576 - 1  # Excel's own limit, less the heading


def answer_json(given: WithOrigin, result: Result | None = None) -> dict[str, object]:
    """An answer, or a page of a listing, as the command line and the API give it."""
    shown = result or given.result
    return {
        "columns": [_column_json(column) for column in shown.columns],
        "rows": [
            [as_json(cell, column) for cell, column in zip(row, shown.columns, strict=True)]
            for row in shown.rows
        ],
        "release": given.release,
        "words": given.words,
        "notes": list(given.notes),
        "synthetic": given.synthetic,
        **({"marks": _marks_json(shown)} if given.scope.sealed else {}),
    }


def _column_json(column: Column) -> dict[str, object]:
    told = {"approximate": True} if column.approximate else {}
    return {"name": column.name, "kind": column.kind, "unit": column.unit, **told}


def _marks_json(shown: Result) -> list[dict[str, object]]:
    """Which cells are withheld (null in the rows) or fewer than five (0), by row and column from 0."""
    return [
        {"row": line, "column": place, "mark": mark.words}
        for (line, place), mark in sorted(shown.marks.items())
    ]


def file_name(given: Answer, ending: str) -> str:
    """A name that tells the release and the months: ``epact2-release-3-2017-09-to-2017-10.csv``.

    It ends in ``-provisional`` where the answer counts patients that are not all verified yet.
    """
    return name_of_file(given, "", ending)


def name_of_file(given: WithOrigin, what: str, ending: str) -> str:
    """A file's name, in which ``what`` says what the rows are, if anything."""
    first, last = given.months[0].code, given.months[-1].code
    months = first if first == last else f"{first}-to-{last}"
    synthetic = "synthetic-" if given.synthetic else ""
    provisional = "-provisional" if given.provisional else ""
    return f"epact2-{synthetic}{what}release-{given.release}-{months}{provisional}.{ending}"


def csv_rows(given: Answer, directory: Directory) -> Iterator[str]:
    """The answer's lines of CSV (RFC 4180), heading first, with names beside codes."""
    result = labelled(given.result, directory)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    heads = [heading_of(column) for column in result.columns]
    writer.writerow([*heads, "data"] if given.synthetic else heads)
    mark = ["synthetic"] if given.synthetic else []
    for line, row in enumerate(result.rows):
        cells = (
            result.marks[line, place].words if (line, place) in result.marks else csv_cell(cell, column)
            for place, (cell, column) in enumerate(zip(row, result.columns, strict=True))
        )
        writer.writerow([*cells, *mark])
        if buffer.tell() > 65_536:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def heading_of(column: Column) -> str:
    """A column's heading in a file: its name, with the unit where the unit is not in the name."""
    told = [column.unit] if column.unit in ("£", "%") else []
    told += ["approximate"] if column.approximate else []
    return f"{column.name} ({', '.join(told)})" if told else column.name


def csv_cell(cell: Cell, column: Column) -> str | int | float:
    """A cell as CSV holds it: exact, and no formula to any spreadsheet."""
    if cell is None:
        return "Total" if column.kind == "field" else ""
    value = as_json(cell, column)
    if isinstance(value, str) and column.kind == "field":
        return harmless(value)
    return "" if value is None else value


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula. A lone dash is the code for unknown and stays."""
    starts_formula = text[:1] in ("=", "+", "@", "\t", "\r") or (text[:1] == "-" and len(text) > 1)
    return f"'{text}" if starts_formula else text


def workbook(given: Answer, directory: Directory) -> bytes:
    """The answer as an XLSX workbook: a sheet of data, and a sheet about its origin."""
    result = labelled(given.result, directory)
    written = min(len(result.rows), _MOST_SHEET_ROWS)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True, "in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E8EDEE", "bottom": 1, "text_wrap": True})
    formats = [book.add_format({"num_format": _number_format(column)}) for column in result.columns]
    data = book.add_worksheet("Data")
    data.freeze_panes(1, sum(column.kind == "field" for column in result.columns))
    for place, column in enumerate(result.columns):
        data.set_column(place, place, 32 if column.name.endswith(" name") else 16)
        data.write_string(0, place, heading_of(column), head)
    for line, row in enumerate(result.rows[:written], start=1):
        for place, (cell, column) in enumerate(zip(row, result.columns, strict=True)):
            if column.kind == "field":
                data.write_string(line, place, "Total" if cell is None else str(cell))
            elif (line - 1, place) in result.marks:
                data.write_string(line, place, result.marks[line - 1, place].words)
            elif cell is not None:
                data.write_number(line, place, _number(cell, column), formats[place])
    data.autofilter(0, 0, max(written, 1), len(result.columns) - 1)
    about = book.add_worksheet("About")
    about.set_column(0, 0, 28)
    about.set_column(1, 1, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    bold = book.add_format({"bold": True, "valign": "top"})
    for line, (name, text) in enumerate(about_rows(given, written)):
        about.write_string(line, 0, name, bold)
        about.write_string(line, 1, text)
    book.close()
    return stream.getvalue()


def about_rows(given: Answer, written: int) -> Iterator[tuple[str, str]]:
    """What the About sheet says: question in words and JSON, release, definitions, rows written."""
    if given.synthetic:
        yield "Beware", SYNTHETIC
    yield "Question", given.words
    yield "Question as JSON", json.dumps(query_to_json(given.query), ensure_ascii=False)
    yield "Months", span_name(given.months)
    yield "Data release", str(given.release)
    yield "Rows written", f"{written:,} of {len(given.result.rows):,}"
    yield "Who may see it", given.scope.reason
    for note in given.notes:
        yield "Note", note
    for field in given.query.grain:
        yield f"Definition: {field.name}", f"{field.meaning} Source: {field.source}."
    measures = dict.fromkeys(one for value in given.query.values for one in measures_of(value))
    for measure in measures:
        yield f"Definition: {measure.name}", f"{measure.meaning} Source: {measure.source}."
    yield (
        "Totals",
        "A “Total” is worked out at its own level from all rows, not added up from the lines.",
    )
    yield "Licence", LICENCE


def _number(cell: Cell, column: Column) -> float | Decimal:
    if isinstance(cell, float):
        return cell
    assert isinstance(cell, int)
    return Decimal(cell).scaleb(-(column.scale or 0))


def _number_format(column: Column) -> str:
    if column.kind == "field":
        return "@"
    if column.unit == "£":
        return "£#,##0.00"
    if column.scale == 0:
        return "#,##0"
    return "0.0%" if column.unit in ("share", "relative change") else "#,##0.00"
