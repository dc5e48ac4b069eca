"""Small tables made from Python rows, for the SQL of this package."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[tuple[object, ...]]
) -> None:
    """Make a temporary table from rows: column by column, which is far faster than row by row."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    values = [list(column) for column in zip(*rows, strict=True)]
    if values:
        columns_of = ", ".join(["unnest(?)"] * len(values))
        connection.execute(f"INSERT INTO {table} SELECT {columns_of}", values)
