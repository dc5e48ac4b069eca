"""Working through a large table part by part, so that what is sorted or grouped at once fits into memory."""

from __future__ import annotations

import duckdb

# Rows that are sorted at once: with the columns of items about a gigabyte.
AT_ONCE = 12_000_000


def ranges(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, where: str = "true"
) -> list[tuple[int, int]]:
    """Ranges of keys with about as many rows each, in their order; one key's rows stay together."""
    found = connection.execute(
        f"SELECT {column}, count(*) FROM {table} WHERE {where} GROUP BY {column} ORDER BY {column}"  # noqa: S608
    ).fetchall()
    parts: list[tuple[int, int]] = []
    rows = 0
    for key, count in found:
        if not parts or rows + count > AT_ONCE:
            parts.append((key, key))
            rows = 0
        parts[-1] = (parts[-1][0], key)
        rows += count
    return parts
