"""Small tables made from Python rows, for the SQL of this package."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[tuple[object, ...]]
) -> None:
    """Make a temporary table from rows; by literals, which is far faster than one row at a time."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    batch = [f"({', '.join(literal(value) for value in row)})" for row in rows]
    for start in range(0, len(batch), 2000):
        values = ", ".join(batch[start : start + 2000])
        connection.execute(f"INSERT INTO {table} VALUES {values}")  # noqa: S608 - rows of this package only


def literal(value: object) -> str:
    """A value as SQL text."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None:
        return "NULL"
    return f"{value!r}::DOUBLE" if isinstance(value, float) else str(value)
