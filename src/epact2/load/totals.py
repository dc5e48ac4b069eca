"""Rollups of one calendar year: by presentation, by section and by practice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import duckdb

from epact2.load.database import attached
from epact2.load.fast import insert_rows
from epact2.store.release import StoredFile
from epact2.store.tables import BY_PRACTICE, BY_PRESENTATION, BY_SECTION, MEASURES, TOTALS_TABLES

_VERSION = 1  # part of the identity: a change of how totals are made makes them anew
NO_SECTION = -1

_SUMS = ", ".join(f"CAST(sum({one.name}) AS BIGINT)" for one in MEASURES)


def section_number(latest: str) -> int:
    """The section of a code as a number, 0501 as 501; ``NO_SECTION`` when it has none."""
    text = latest[:4]
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() else NO_SECTION


def identity(rows: Mapping[int, StoredFile], sections: Mapping[int, int], own: Mapping[int, int]) -> str:
    """What the totals of a year are made from: its months' rows, and the sections that codes moved to.

    ``sections`` is by the latest code and ``own`` by the published code; only where they differ can a new
    list of code changes alter the totals.
    """
    found = hashlib.sha256(f"{_VERSION}\n".encode())
    for month, stored in sorted(rows.items()):
        found.update(f"{month} {stored.sha256}\n".encode())
    for key in sorted(key for key, section in sections.items() if own[key] != section):
        found.update(f"{key} {sections[key]}\n".encode())
    return found.hexdigest()


def write_totals(
    connection: duckdb.DuckDBPyConnection,
    rows: Mapping[int, Path],
    sections: Mapping[int, int],
    target: Path,
) -> None:
    """Write the totals of a year from the rows of its months."""
    connection.execute("CREATE OR REPLACE TEMP TABLE section_of (presentation INTEGER, section INTEGER)")
    insert_rows(connection, "section_of", sorted(sections.items()))
    with ExitStack() as stack:
        stack.enter_context(attached(connection, target, "totals", new=TOTALS_TABLES))
        for month, path in rows.items():
            stack.enter_context(attached(connection, path, f"rows_{month}"))
        by_month = " UNION ALL ".join(
            f"SELECT presentation, month, practice, {_SUMS} FROM rows_{month}.prescribing "  # noqa: S608
            "GROUP BY presentation, month, practice"
            for month in rows
        )
        # Each month is summed on its own: its rows are sorted, and no group spans two months.
        connection.execute(
            f"INSERT INTO totals.{BY_PRESENTATION.name} {by_month} ORDER BY presentation, month, practice"
        )
        connection.execute(
            f"INSERT INTO totals.{BY_SECTION.name} SELECT section, month, practice, {_SUMS} "  # noqa: S608
            f"FROM totals.{BY_PRESENTATION.name} JOIN section_of USING (presentation) "
            "GROUP BY section, month, practice ORDER BY section, month, practice"
        )
        connection.execute(
            f"INSERT INTO totals.{BY_PRACTICE.name} SELECT month, practice, {_SUMS} "  # noqa: S608
            f"FROM totals.{BY_SECTION.name} GROUP BY month, practice ORDER BY month, practice"
        )
