"""Listings as files and for programs: JSON of one page, CSV of many, each with its origin."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from epact2.analysis.answer import labelled
from epact2.analysis.export import csv_cell, heading_of
from epact2.analysis.listing import Listed
from epact2.query.listing import ListingRows
from epact2.query.result import Result, as_json
from epact2.store.directory import Directory


def listed_json(page: Listed, result: Result | None = None) -> dict[str, object]:
    """One page as the command line and the API give it. ``next`` is null on the last page."""
    shown = result or page.result
    return {
        "columns": [
            {"name": column.name, "kind": column.kind, "unit": column.unit} for column in shown.columns
        ],
        "rows": [
            [as_json(cell, column) for cell, column in zip(row, shown.columns, strict=True)]
            for row in shown.rows
        ],
        "next": page.next or None,
        "release": page.release,
        "words": page.words,
        "notes": list(page.notes),
        "synthetic": page.synthetic,
    }


def listed_file_name(page: Listed, ending: str) -> str:
    """A name that tells what the file holds and where it is from, and never a patient:
    ``epact2-items-release-3-2026-01.csv``.
    """
    first, last = page.months[0].code, page.months[-1].code
    months = first if first == last else f"{first}-to-{last}"
    what = "items" if page.listing.rows is ListingRows.ITEMS else "patients"
    synthetic = "synthetic-" if page.synthetic else ""
    provisional = "-provisional" if page.provisional else ""
    return f"epact2-{synthetic}{what}-release-{page.release}-{months}{provisional}.{ending}"


def listed_csv(pages: Iterable[Listed], directory: Directory) -> Iterator[str]:
    """The lines of CSV (RFC 4180) of some pages, page after page, heading first, with names beside codes.

    The last columns hold the release, and “synthetic” where the data is: rows that have been copied
    elsewhere still say where they are from.
    """
    for number, page in enumerate(pages):
        result = labelled(page.result, directory)
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        mark = ["synthetic"] if page.synthetic else []
        if number == 0:
            heads = [heading_of(column) for column in result.columns]
            writer.writerow([*heads, "release", *(["data"] if page.synthetic else [])])
        for row in result.rows:
            cells = [
                "" if cell is None else csv_cell(cell, column)
                for cell, column in zip(row, result.columns, strict=True)
            ]
            writer.writerow([*cells, page.release, *mark])
        yield buffer.getvalue()
