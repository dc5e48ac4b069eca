"""Listings as files and for programs: JSON of one page, CSV of many, each with its origin."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from epact2.analysis.answer import labelled
from epact2.analysis.export import answer_json, csv_cell, heading_of, name_of_file
from epact2.analysis.listing import Listed
from epact2.query.listing import ListingRows
from epact2.query.result import Result
from epact2.store.directory import Directory


def listed_json(page: Listed, result: Result | None = None) -> dict[str, object]:
    """One page as the command line and the API give it. ``next`` is null on the last page."""
    made = answer_json(page, result)
    return {"columns": made["columns"], "rows": made["rows"], "next": page.next or None, **made}


def listed_file_name(page: Listed, ending: str) -> str:
    """A name that tells what the file holds and where it is from, and never a patient:
    ``epact2-items-release-3-2026-01.csv``.
    """
    what = "items-" if page.listing.rows is ListingRows.ITEMS else "patients-"
    return name_of_file(page, what, ending)


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
