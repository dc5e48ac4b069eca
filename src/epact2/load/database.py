"""The database of a load: one connection with a limit of memory, and files that become immutable."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from epact2.load.fast import quoted
from epact2.store.release import Store, StoredFile, sync_folder
from epact2.store.tables import Table

_CHUNK = 8 << 20
DEFAULT_MEMORY = "4GB"


@contextmanager
def connect(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that spills into ``folder`` what does not fit into memory (``EPACT2_LOAD_MEMORY``)."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": os.environ.get("EPACT2_LOAD_MEMORY", DEFAULT_MEMORY),
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    try:
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


@contextmanager
def attached(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    *,
    new: Iterable[Table] = (),
    carried: Collection[Table] = (),
) -> Iterator[None]:
    """A database file under a name: read-only, or new with the tables given.

    ``carried`` are those of the tables that the draft already holds, because it began as a copy of an earlier
    file; the others begin anew.
    """
    tables = tuple(new)
    connection.execute(f"ATTACH {quoted(str(path))} AS {name}{'' if tables else ' (READ_ONLY)'}")
    try:
        made = [table for table in tables if table not in carried]
        if carried:
            for table in made:
                connection.execute(f"DROP TABLE IF EXISTS {name}.{table.name}")
            connection.execute(f"CHECKPOINT {name}")  # so that the room they took is used again
        for table in made:
            connection.execute(f"CREATE TABLE {name}.{table.name} ({table.definition})")
        yield
        if tables:
            connection.execute(f"CHECKPOINT {name}")
    finally:
        connection.execute(f"DETACH {name}")


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def keep(store: Store, draft: Path, prefix: str, identity: str = "") -> StoredFile:
    """Give a finished draft its place among the immutable files.

    It is named by its content, or by the ``identity`` of what it was made from. A file of that name is the
    same file, so replacing it changes nothing.
    """
    content = checksum(draft)
    stored = StoredFile(f"{prefix}-{(identity or content)[:16]}.duckdb", draft.stat().st_size, content)
    sync_and_move(draft, store.file(stored))
    return stored


def sync_and_move(draft: Path, target: Path) -> None:
    """Move a draft into its place, so that it is there whole or not at all."""
    handle = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(draft, target)
    sync_folder(target.parent)
