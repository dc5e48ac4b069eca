"""How many bytes a stored row takes, table by table, from the segments that DuckDB reports of its files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb

from epact2.store.release import Release, Store

BLOCK = 256 << 10  # bytes of a block of DuckDB's files


@dataclass(frozen=True, slots=True)
class Size:
    """A table: its rows, and its bytes on disk."""

    rows: int
    bytes: int

    @property
    def of_a_row(self) -> float:
        """Bytes a row."""
        return self.bytes / self.rows if self.rows else 0.0


def table_sizes(path: Path) -> dict[str, Size]:
    """The tables of a database file.

    Several segments share a block; each takes the room up to the next one in it, the last one up to the end.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        rows = {name: _count(connection, name) for name in names}
        places: list[tuple[int, int, str]] = []
        whole: dict[str, set[int]] = {name: set() for name in names}
        for name in names:
            segments = connection.execute(
                f"SELECT block_id, block_offset, additional_block_ids FROM pragma_storage_info('{name}') "
                "WHERE persistent AND block_id >= 0"
            ).fetchall()
            for block, offset, more in segments:
                places.append((block, offset, name))
                whole[name].update(more or ())
    found = {name: len(blocks) * BLOCK for name, blocks in whole.items()}
    places = sorted(set(places))
    for (block, offset, name), following in pairwise([*places, (-1, 0, "")]):
        end = following[1] if following[0] == block else BLOCK
        found[name] += end - offset
    return {name: Size(rows[name], found[name]) for name in names}


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    assert row is not None
    return int(row[0])


def item_sizes(store: Path, release: Release, month: int) -> dict[str, Size]:
    """The tables that hold a month's items, what is derived from them, and the comparators' numbers."""
    files = (release.items, release.patients, release.prepared)
    found: dict[str, Size] = {}
    for stored in (of_month[month] for of_month in files if month in of_month):
        for name, size in table_sizes(Store(store).file(stored)).items():
            if not name.startswith("prepared_"):
                found[name] = size
                continue
            before = found.get("prepared results", Size(0, 0))
            found["prepared results"] = Size(before.rows + size.rows, before.bytes + size.bytes)
    return found
