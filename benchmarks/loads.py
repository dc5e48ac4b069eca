"""Loads in a process of their own: seconds by part, peak memory; and what DuckDB alone takes for the same.

This file is also the program of that process: ``loads.py load STORE FILE…`` and ``loads.py duckdb TARGET
FILE`` print one line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from epact2.comparators.read import prepared_values
from epact2.load.database import DEFAULT_MEMORY
from epact2.load.publish import load_files

READ, DERIVED, COMPARATORS = "read and write", "derived tables", "comparators"
# The ten stored columns of an EPD file, under their published names; all other columns of the file are read
# as text, cut apart as CSV demands, and dropped.
_KEPT = {
    "YEAR_MONTH": "VARCHAR",
    "PRACTICE_CODE": "VARCHAR",
    "BNF_PRESENTATION_CODE": "VARCHAR",
    "SNOMED_CODE": "VARCHAR",
    "QUANTITY": "DECIMAL(18, 5)",
    "ITEMS": "BIGINT",
    "TOTAL_QUANTITY": "DECIMAL(18, 5)",
    "NIC": "DECIMAL(18, 2)",
    "ACTUAL_COST": "DECIMAL(18, 5)",
    "ADQ_USAGE": "DECIMAL(18, 5)",
}
# Of an item file nearly all is stored. Seven flags become one stored column with DISALLOWED, and birth months
# one with AGE; they are left to DuckDB's account in that one form.
_FOLDED = (
    "OUT_OF_HOURS", "PRIVATE", "NOT_DISPENSED", "REFERRED_BACK", "CD_REQUISITION", "IGNORED",
    "EPS_BIRTH_MONTH",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Load:
    """What one load took: seconds, seconds of processor, seconds by part, megabytes at the peak."""

    load_s: float
    cpu_s: float
    peak_mb: float
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def without_comparators(self) -> float:
        """Seconds without the preparing of comparators."""
        return self.load_s - self.parts.get(COMPARATORS, 0.0)


def loadable(folder: Path) -> list[Path]:
    """The files of a folder that a load takes, apart from those that only become known later."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in {".csv", ".json", ".gz", ".parquet"} and path.parent.name != "later"
    )


def load_once(store: Path, files: Sequence[Path], *, prepared: bool = False) -> Load:
    """Load files as one command; ``prepared``: with the numbers of all comparators, as ``epact2 load``."""
    return _child("prepare" if prepared else "load", store, *files)


def own_load(target: Path, file: Path) -> Load:
    """DuckDB's own time to read, sort and write the same rows, with nothing checked; the target is removed.

    It has the memory and the threads of a load. Of CSV it is told the columns and types, as the loader tells
    it. The rows are sorted by practice and presentation (EPD) or by practice and patient (items), and written
    to a database file, which is closed. It keeps no received file, no checksum and no totals.
    """
    try:
        return _child("duckdb", target, file)
    finally:
        target.unlink(missing_ok=True)


def _child(*arguments: object) -> Load:
    done = subprocess.run(
        [sys.executable, __file__, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{arguments[0]} {arguments[1]} failed:\n{done.stderr}")
    return Load(**json.loads(done.stdout.splitlines()[-1]))


# --- Within the process ---------------------------------------------------------------------------------


class Parts:
    """The loader's progress as seconds by part: a part lasts until the next one begins."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._part = READ
        self._since = time.perf_counter()

    def _now(self, part: str) -> None:
        now = time.perf_counter()
        self.seconds[self._part] = self.seconds.get(self._part, 0.0) + now - self._since
        self._part, self._since = part, now

    def begin(self, file: str, size: int) -> None:
        """A file is being received."""
        del file, size
        self._now(READ)

    def advance(self, size: int) -> None:
        """More of it was received."""

    def step(self, words: str) -> None:
        """What happens next, in words for people."""
        if words.startswith("Preparing comparators"):
            self._now(COMPARATORS)
        elif words.startswith(("Reading", "Writing")) and "organisations" not in words:
            self._now(READ)
        else:
            self._now(DERIVED)

    def end(self) -> None:
        """The step is done; what follows belongs to it until the next one."""

    def done(self) -> dict[str, float]:
        """The seconds of each part."""
        self._now(self._part)
        return self.seconds


def peak_mb() -> float:
    """The most memory that this process held.

    The kernel's own mark of this program where there is one: ``ru_maxrss`` of a child begins at the size of
    its parent.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


@contextmanager
def _measured() -> Iterator[Parts]:
    parts = Parts()
    started = time.perf_counter()
    yield parts
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    print(json.dumps({"load_s": seconds, "cpu_s": cpu, "peak_mb": peak_mb(), "parts": parts.done()}))


def _load(store: Path, files: Sequence[Path], *, prepared: bool) -> None:
    values = prepared_values() if prepared else ()
    with _measured() as parts:
        load_files(store, files, progress=parts, prepared=values)


def _own(target: Path, file: Path) -> None:
    target.unlink(missing_ok=True)
    memory = os.environ.get("EPACT2_LOAD_MEMORY", DEFAULT_MEMORY)
    with _measured():
        connection = duckdb.connect(str(target))
        connection.execute("SET memory_limit = $limit", {"limit": memory})
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE loaded AS {_sorted_rows(file)}", {"path": str(file)})
        connection.execute("CHECKPOINT")
        connection.close()


def _sorted_rows(file: Path) -> str:
    if file.suffix == ".parquet":
        return (
            f"SELECT * EXCLUDE ({', '.join(_FOLDED)}) FROM read_parquet($path) "
            "ORDER BY PRACTICE_CODE, PATIENT_ID"
        )
    with file.open(encoding="utf-8") as text:
        header = text.readline().strip().split(",")
    types = ", ".join(f"'{name}': '{_KEPT.get(name, 'VARCHAR')}'" for name in header)
    return (
        f"SELECT {', '.join(_KEPT)} "
        f"FROM read_csv($path, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{types}}}) ORDER BY PRACTICE_CODE, BNF_PRESENTATION_CODE"
    )


def main() -> None:
    """What the child does."""
    what, target, *files = sys.argv[1:]
    paths = [Path(one) for one in files]
    if what == "duckdb":
        _own(Path(target), paths[0])
    else:
        _load(Path(target), paths, prepared=what == "prepare")


if __name__ == "__main__":
    main()
