"""The engines that must agree, each made from the same plain data."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from epact2.query.nodes import Value
from epact2.store.duckdb import DuckDBEngine
from epact2.store.engine import Engine
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_data import ReferenceData
from support.release_builder import build_release
from support.small_data import directory_of


def reference_engine(data: ReferenceData) -> Engine:
    """The judge."""
    return ReferenceEngine(data, directory_of(data))


def new_store() -> Path:
    """A folder for a store that lasts as long as the process; in memory where the system allows it."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="epact2-test-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def duckdb_engine(data: ReferenceData) -> DuckDBEngine:
    """The fast engine, on a release written for it."""
    return duckdb_engines(data, ((),))[()]


def duckdb_engines(
    data: ReferenceData, variants: Iterable[tuple[str, ...]], prepared: Sequence[Value] = ()
) -> dict[tuple[str, ...], DuckDBEngine]:
    """The fast engine several times on one release, each time without some of its rewrites."""
    store = new_store()
    build_release(store, data, prepared)
    return {without: DuckDBEngine(store, threads=1, without=without) for without in variants}


ENGINES: dict[str, Callable[[ReferenceData], Engine]] = {
    "reference": reference_engine,
    "duckdb": duckdb_engine,
}
