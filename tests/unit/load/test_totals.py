"""The totals of a year are the same whether made at once or a month at a time."""

from __future__ import annotations

from pathlib import Path

import duckdb

from epact2.load import totals
from epact2.load.database import attached
from epact2.load.fast import insert_rows
from epact2.store.tables import ROWS_TABLES, TOTALS_TABLES

_SECTIONS = {10: 501, 20: 501, 30: 601}
_MONTHS = {
    201701: [(1, 10, 3), (1, 10, 4), (2, 30, 5)],
    201702: [(1, 20, 7), (2, 10, 1)],
    201703: [(1, 30, 2), (3, 10, -1), (3, 20, 1)],
}


def _contents(connection: duckdb.DuckDBPyConnection, path: Path) -> list[list[tuple[object, ...]]]:
    with attached(connection, path, "found"):
        return [connection.execute(f"FROM found.{table.name}").fetchall() for table in TOTALS_TABLES]


def test_a_month_added_to_totals_before_gives_what_adding_up_the_whole_year_gives(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        paths = {}
        for month, rows in _MONTHS.items():
            paths[month] = tmp_path / f"rows-{month}.duckdb"
            with attached(connection, paths[month], "target", new=ROWS_TABLES):
                full = [(month, one, code, "", 1, items, items, items, items, 0) for one, code, items in rows]
                insert_rows(connection, "target.prescribing", full)
        whole = tmp_path / "whole.duckdb"
        totals.write_totals(connection, paths, _SECTIONS, whole)
        for added in _MONTHS:
            rest = {month: path for month, path in paths.items() if month != added}
            before, after = tmp_path / f"before-{added}.duckdb", tmp_path / f"after-{added}.duckdb"
            totals.write_totals(connection, rest, _SECTIONS, before)
            kept = totals.Before(before, frozenset(rest))
            totals.write_totals(connection, paths, _SECTIONS, after, kept)
            assert _contents(connection, after) == _contents(connection, whole)
