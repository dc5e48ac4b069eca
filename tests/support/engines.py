"""The engines that must agree, each made from the same plain data."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from epact2.load.database import connect
from epact2.load.progress import Silence
from epact2.load.seal import seal
from epact2.load.seal_key import NAME
from epact2.query.nodes import Value
from epact2.store.duckdb import DuckDBEngine
from epact2.store.engine import Engine
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_data import ReferenceData
from epact2.store.reference_sealed import Seal
from epact2.store.release import Release, Store, publish_release
from support.release_builder import build_release
from support.small_data import directory_of

# The secret of every test. It seals invented patients only.
SECRET = b"The secret of the tests: 32 byte"


def reference_engine(data: ReferenceData, prepared: Sequence[Value] = ()) -> Engine:
    """The judge. ``prepared`` are the values whose counts are published as those of comparators are."""
    return ReferenceEngine(data, directory_of(data), Seal(SECRET, tuple(prepared)))


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
    release = build_release(store, data, prepared)
    if release.items:
        publish_release(store, sealed(store, release, prepared))
    return {without: DuckDBEngine(store, threads=1, without=without) for without in variants}


def sealed(store: Path, release: Release, prepared: Sequence[Value]) -> Release:
    """The release with its sealed figures, which the loader makes, under the tests' own secret."""
    key = store / NAME
    key.write_text(SECRET.hex(), encoding="ascii")
    folder = store / "tmp" / "seal"
    folder.mkdir()
    with connect(folder) as connection:
        return seal(Store(store), release, None, prepared, connection, folder, Silence())


ENGINES: dict[str, Callable[[ReferenceData], Engine]] = {
    "reference": reference_engine,
    "duckdb": duckdb_engine,
}
