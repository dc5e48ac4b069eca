"""Synthetic items and the stores that hold them, made once under ``build`` and used again.

A folder has the files as the generator wrote them (``files``), a store with everything but the last month's
items (``before``), and the store that is asked (``store``): ``before`` and the load of the last month, which
is measured. Stores never change a file, so the second begins as hard links to the first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from loads import Load, load_once, loadable, own_load
from sizes import item_sizes

from epact2.store.release import Store, read_release

SEED = 1
_SOURCE = Path(__file__).parents[1] / "src" / "epact2"
_MAKE_FILES = ("model", "synth")
_MAKE_STORES = ("model", "query", "store", "load", "comparators")


@dataclass(frozen=True, slots=True)
class ItemData:
    """A synthetic England with items in every month.

    ``quick`` data is made again when the programs that make it have changed, and its load is measured in
    every run; other data is too dear for that: a note says that it is out of date.
    """

    size: str
    months: int
    quick: bool = False

    @property
    def name(self) -> str:
        """As tables say it."""
        return f"items, {self.size}, {self.months} {'month' if self.months == 1 else 'months'}"

    def folder(self, build: Path) -> Path:
        """Where it is kept."""
        return build / f"bench-items-{self.size}-{self.months}"


DEMO = ItemData("demo", 3, quick=True)  # about 1 million items a month
ENGLAND = ItemData("england", 1)  # about 100 million
# About 20 million a month. One month more than a year, so that the last one can look back on twelve.
YEAR = ItemData("region", 13)


@dataclass(frozen=True, slots=True)
class Made:
    """Where the data lies."""

    data: ItemData
    folder: Path

    @property
    def files(self) -> Path:
        """The generator's files."""
        return self.folder / "files"

    @property
    def items(self) -> list[Path]:
        """The files of items, oldest first."""
        return sorted((self.files / "items").glob("ITEMS_*.parquet"))

    @property
    def store(self) -> Path:
        """The store that is asked."""
        return self.folder / "store"

    @property
    def plain(self) -> Path:
        """The one table for plain SQL."""
        return self.folder / "plain.duckdb"

    def measured_loads(self) -> list[dict[str, object]]:
        """What was measured of loads."""
        found: list[dict[str, object]] = json.loads((self.folder / "loads.json").read_text(encoding="utf-8"))
        return found


def made(build: Path, data: ItemData, *, load: bool | None = None) -> Made:
    """The data, made where it is not there. ``load``: measure the last month's load again, or not.

    Without a word quick data is measured and other data is not.
    """
    found = Made(data, data.folder(build))
    found.folder.mkdir(parents=True, exist_ok=True)
    _check_sources(found)
    if not found.files.exists():
        _write_files(found)
    if not (found.folder / "before").exists():
        _load_before(found)
    new = not found.store.exists()
    if new or (data.quick if load is None else load):
        _load_last(found, turns=3 if data.quick else 1)
    return found


def _digest(packages: Sequence[str]) -> str:
    """Of the source of some packages."""
    digest = hashlib.sha256()
    for package in packages:
        for path in sorted((_SOURCE / package).rglob("*")):
            if path.suffix in {".py", ".yaml"}:
                digest.update(f"{path.relative_to(_SOURCE)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _check_sources(found: Made) -> None:
    """Remove what other programs made, or say so where it is dear."""
    stamp = found.folder / "made-by.json"
    now = {"files": _digest(_MAKE_FILES), "stores": _digest(_MAKE_STORES)}
    before = json.loads(stamp.read_text()) if stamp.exists() else now
    stale = [name for name, digest in now.items() if before[name] != digest]
    if stale and not found.data.quick:
        print(
            f"NOTE: the programs have changed since the {' and '.join(stale)} in {found.folder} were made. "
            "Remove the folder to make them anew.",
            flush=True,
        )
        return
    if stale:
        shutil.rmtree(found.folder / "before", ignore_errors=True)
        shutil.rmtree(found.store, ignore_errors=True)
        found.plain.unlink(missing_ok=True)
        if "files" in stale:
            shutil.rmtree(found.files, ignore_errors=True)
    stamp.write_text(json.dumps(now))


def _write_files(found: Made) -> None:
    print(f"Writing the files of {found.data.name} …", flush=True)
    part = found.folder / "files.part"
    shutil.rmtree(part, ignore_errors=True)
    size, months = found.data.size, str(found.data.months)
    made = subprocess.run(
        [
            *(sys.executable, "-m", "epact2.cli", "synth", str(part), "--size", size, "--months", months),
            *("--seed", str(SEED), "--items", "--parquet"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise SystemExit(f"The files of {found.data.name} could not be written:\n{made.stderr[-2000:]}")
    part.rename(found.files)


def _load_before(found: Made) -> None:
    """A store with everything but the last month's items; the load of the other months is measured."""
    part = found.folder / "before.part"
    shutil.rmtree(part, ignore_errors=True)
    print(f"Loading all but the last month's items of {found.data.name} …", flush=True)
    items = found.items
    load_once(part, [one for one in loadable(found.files) if one not in items])
    _share(part, loadable(found.files))
    measured: list[dict[str, object]] = []
    if items[:-1]:
        load = load_once(part, items[:-1], prepared=True)
        rows = sum(_rows(part, one.name) for one in items[:-1])
        measured.append(_entry(found, f"{len(items) - 1} months at once", rows, load))
        _share(part, items[:-1])
    (found.folder / "loads-before.json").write_text(json.dumps(measured))
    part.rename(found.folder / "before")


def _load_last(found: Made, turns: int) -> None:
    """Load the last month's items, in turns with DuckDB alone; the last store made is asked from now on."""
    last = found.items[-1]
    print(f"Loading {last.name} of {found.data.name} …", flush=True)
    part = found.folder / "store.part"
    loads, owns = [], []
    for _ in range(turns):
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(found.folder / "before", part, copy_function=os.link)
        loads.append(load_once(part, [last], prepared=True))
        owns.append(own_load(found.folder / "own.duckdb", last))
    load, own = (sorted(one, key=lambda each: each.load_s)[len(one) // 2] for one in (loads, owns))
    release = read_release(part)
    _share(part, [last])
    sizes = item_sizes(part, release, max(release.items))
    entry = _entry(found, last.name, _rows(part, last.name), load)
    entry |= {
        "duckdb_s": round(own.load_s, 2),
        "duckdb_cpu_s": round(own.cpu_s, 2),
        "duckdb_peak_mb": round(own.peak_mb),
        "ratio": round(load.without_comparators / own.load_s, 2),
        "whole_ratio": round(load.load_s / own.load_s, 2),
        "median_of": turns,
        "tables": {
            name: {
                "rows": size.rows,
                "bytes_a_row": round(size.of_a_row, 1),
                "mb": round(size.bytes / 1e6, 1),
            }
            for name, size in sizes.items()
        },
    }
    shutil.rmtree(found.store, ignore_errors=True)
    part.rename(found.store)
    before = json.loads((found.folder / "loads-before.json").read_text())
    (found.folder / "loads.json").write_text(json.dumps([*before, entry], indent=1))


def _rows(store: Path, name: str) -> int:
    return next(one.rows for one in read_release(store).datasets if one.received_name == name)


def _entry(found: Made, name: str, rows: int, load: Load) -> dict[str, object]:
    return {
        "load": name,
        "data": found.data.name,
        "rows": rows,
        "load_s": round(load.load_s, 2),
        "cpu_s": round(load.cpu_s, 2),
        "rows_a_second": round(rows / load.load_s),
        "parts_s": {part: round(seconds, 2) for part, seconds in asdict(load)["parts"].items()},
        "peak_mb": round(load.peak_mb),
    }


def _share(store: Path, files: Sequence[Path]) -> None:
    """Keep one copy on disk of what is both a file of the generator and a received file of the store."""
    received = {one.received_name: one.received.name for one in read_release(store).datasets}
    for path in files:
        if path.name in received:
            path.unlink()
            os.link(Store(store).received / received[path.name], path)
