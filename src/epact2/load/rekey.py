"""Writing a month's file again under new presentation keys, when there was no room between two old ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from epact2.load.database import attached
from epact2.load.fast import insert_rows
from epact2.store.tables import Table

_PRESENTATIONS = ("presentation", "paid_presentation")


def write_new_keys(
    connection: duckdb.DuckDBPyConnection, known: Mapping[str, int], keys: Mapping[str, int]
) -> None:
    """Make the temporary table new_key, from the old key of every known code to its new one."""
    connection.execute("CREATE OR REPLACE TEMP TABLE new_key (old INTEGER, key INTEGER)")
    insert_rows(connection, "new_key", [(old, keys[code]) for code, old in sorted(known.items())])


def write_rekeyed(
    connection: duckdb.DuckDBPyConnection, path: Path, draft: Path, tables: Sequence[Table]
) -> None:
    """Write all tables of a file again. Needs new_key."""
    with attached(connection, path, "old"), attached(connection, draft, "target", new=tables):
        for table in tables:
            changed = [name for name in _PRESENTATIONS if name in table.column_names]
            columns = ", ".join(
                f"{name}_new.key AS {name}" if name in changed else f"old_table.{name}"
                for name in table.column_names
            )
            joins = " ".join(
                f"JOIN new_key AS {name}_new ON {name}_new.old = old_table.{name}" for name in changed
            )
            connection.execute(
                f"INSERT INTO target.{table.name} SELECT {columns} "  # noqa: S608 - declared names
                f"FROM old.{table.name} AS old_table {joins} ORDER BY {', '.join(table.order)}"
            )
