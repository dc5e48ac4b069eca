"""Rollups of one calendar year: by presentation, by section and by practice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import duckdb

from epact2.load.database import attached
from epact2.load.fast import insert_rows
from epact2.store.release import StoredFile
from epact2.store.tables import BY_PRACTICE, BY_PRESENTATION, BY_SECTION, MEASURES, TOTALS_TABLES, Table

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


def file_name(year: int, identity: str) -> str:
    """The name of the totals of a year with this identity, as ``database.keep`` gives it."""
    return f"totals-{year}-{identity[:16]}.duckdb"


@dataclass(frozen=True, slots=True)
class Before:
    """Totals of the same year made earlier, of which some months still hold."""

    path: Path
    months: frozenset[int]


def write_totals(
    connection: duckdb.DuckDBPyConnection,
    rows: Mapping[int, Path],
    sections: Mapping[int, int],
    target: Path,
    before: Before | None = None,
) -> None:
    """Write the totals of a year from the rows of its months.

    The months of ``before`` are taken over, already added up: no total spans two months, so that the rows of
    the others only have to be sorted in.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE section_of (presentation INTEGER, section INTEGER)")
    insert_rows(connection, "section_of", sorted(sections.items()))
    kept = before.months if before else frozenset()
    with ExitStack() as stack:
        stack.enter_context(attached(connection, target, "totals", new=TOTALS_TABLES))
        if before:
            stack.enter_context(attached(connection, before.path, "totals_before"))
        for month, path in rows.items():
            if month not in kept:
                stack.enter_context(attached(connection, path, f"rows_{month}"))
        # Each month is summed on its own: its rows are sorted, and no group spans two months.
        by_month = [
            f"SELECT presentation, month, practice, {_SUMS} FROM rows_{month}.prescribing "  # noqa: S608
            "GROUP BY presentation, month, practice"
            for month in rows
            if month not in kept
        ]
        source = f"totals.{BY_PRESENTATION.name}"
        if before:
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE added ({BY_PRESENTATION.definition}); "
                + "".join(f"INSERT INTO added {one}; " for one in by_month)
            )
            by_month = ["FROM added"]
            source = "added"
        _write(connection, BY_PRESENTATION, by_month, kept)
        by_section = (
            f"SELECT section, month, practice, {_SUMS} FROM {source} "  # noqa: S608
            "JOIN section_of USING (presentation) GROUP BY section, month, practice"
        )
        _write(connection, BY_SECTION, [by_section], kept)
        by_practice = (
            f"SELECT month, practice, {_SUMS} FROM totals.{BY_SECTION.name} "  # noqa: S608
            "GROUP BY month, practice"
        )
        _write(connection, BY_PRACTICE, [by_practice], frozenset())
        if before:
            connection.execute("DROP TABLE added")


def _write(
    connection: duckdb.DuckDBPyConnection, table: Table, parts: Sequence[str], kept: frozenset[int]
) -> None:
    """Write one table in its order, from its parts and the kept months of the totals before."""
    if kept:
        months = ", ".join(str(month) for month in sorted(kept))
        old = f"SELECT * FROM totals_before.{table.name} WHERE month IN ({months})"  # noqa: S608
        parts = (old, *parts)
    connection.execute(
        f"INSERT INTO totals.{table.name} {' UNION ALL '.join(parts)} ORDER BY {', '.join(table.order)}"
    )
