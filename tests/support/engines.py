"""The engines that must agree, each made from the same plain data."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from epact2.store.engine import Engine
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_data import ReferenceData
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


ENGINES: dict[str, Callable[[ReferenceData], Engine]] = {"reference": reference_engine}
