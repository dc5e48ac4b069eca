"""The files that a DuckDB engine reads, and the database in memory through which it does."""

from __future__ import annotations

from pathlib import Path

import duckdb

from epact2.store.memory_tables import DIMENSIONS
from epact2.store.open_release import (
    items_database,
    patients_database,
    prepared_database,
    rows_database,
    sealed_database,
    totals_database,
)
from epact2.store.release import Release, Store


def files_of(store: Store, release: Release) -> dict[str, Path]:
    """Where the databases of a release lie, by the names under which they are attached."""
    return {
        DIMENSIONS: store.file(release.dimensions),
        **{rows_database(month): store.file(found) for month, found in release.rows.items()},
        **{totals_database(year): store.file(found) for year, found in release.totals.items()},
        **{items_database(month): store.file(found) for month, found in release.items.items()},
        **{prepared_database(month): store.file(found) for month, found in release.prepared.items()},
        **{sealed_database(month): store.file(found) for month, found in release.sealed.items()},
        **{patients_database(month): store.file(found) for month, found in release.patients.items()},
    }


def connected(files: Path, threads: int | None, memory_limit: str | None) -> duckdb.DuckDBPyConnection:
    """A database in memory that can read the store's files and reach nothing else."""
    connection = duckdb.connect(":memory:")
    if threads is not None:
        connection.execute("SET threads = $threads", {"threads": threads})
    if memory_limit is not None:
        connection.execute("SET memory_limit = $limit", {"limit": memory_limit})
    # So many bits of group keys may be places in an array instead of a hash table: practices by month.
    connection.execute("SET GLOBAL perfect_ht_threshold = 18")
    connection.execute("SET allowed_directories = $files", {"files": [f"{files.resolve()}/", f"{files}/"]})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
