"""Two loads at once, and loads killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.store.release import LoadInProgress, current_number, loader_lock, read_release
from support.epd import boring_rows, epd_row, write_epd
from support.items import GOOD_ITEMS, boring_items, item_row, write_items
from support.stores import patient_keys, stored_items, stored_rows

LOAD = """
import sys
from pathlib import Path
from epact2.load.publish import load_files
load_files(Path(sys.argv[1]), [Path(sys.argv[2])])
"""

# Dies as if by kill -9 when the function named is called for the nth time.
DIE = """
import importlib, os, signal, sys
from pathlib import Path
module, name, times = sys.argv[3], sys.argv[4], int(sys.argv[5])
target = importlib.import_module(module)
original, calls = getattr(target, name), []
def deadly(*args, **kwargs):
    calls.append(1)
    if len(calls) == times:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*args, **kwargs)
setattr(target, name, deadly)
from epact2.load.publish import load_files
load_files(Path(sys.argv[1]), [Path(sys.argv[2])])
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    load_files(tmp_path / "store", [write_epd(tmp_path, [epd_row(YEAR_MONTH="2017_08")], month="201708")])
    return tmp_path / "store"


def test_one_of_two_loads_wins_and_the_other_says_so(store: Path, tmp_path: Path) -> None:
    with loader_lock(store), pytest.raises(LoadInProgress, match="Another load is at work"):
        load_files(store, [write_epd(tmp_path)])
    assert read_release(store).number == 1
    load_files(store, [write_epd(tmp_path)])
    assert read_release(store).number == 2


@pytest.mark.parametrize(
    ("module", "name", "times"),
    [
        ("epact2.load.intake", "receive", 1),
        ("epact2.load.intake", "recognise", 1),
        ("epact2.load.month_rows", "write_month", 1),
        ("epact2.load.month_rows", "look_at_rows", 1),
        ("epact2.load.build", "keep", 1),
        ("epact2.load.build", "keep", 3),
        ("epact2.load.build", "sync_and_move", 1),
        ("epact2.load.publish", "publish_release", 1),
        ("epact2.store.release", "_write_and_rename", 1),
        ("epact2.store.release", "_write_and_rename", 2),
        ("os", "fsync", 2),
        ("os", "replace", 1),
        ("os", "replace", 4),
        ("os", "replace", 5),
        ("os", "replace", 6),
    ],
)
def test_killed_at_a_step_leaves_the_old_release(
    module: str, name: str, times: int, store: Path, tmp_path: Path
) -> None:
    before = stored_rows(store)
    path = write_epd(tmp_path)
    died = subprocess.run(
        [sys.executable, "-c", DIE, str(store), str(path), module, name, str(times)], check=False
    )
    assert died.returncode == -signal.SIGKILL, "the load must have been killed"
    assert current_number(store) == 1
    assert stored_rows(store) == before
    load_files(store, [path])
    assert read_release(store).number == 2
    assert stored_rows(store) == sorted([*before, *boring_rows(path)])
    assert not list((store / "tmp").iterdir())
    release = read_release(store)
    assert {one.name for one in (store / "files").iterdir()} == release.file_names | read_release(
        store, 1
    ).file_names


@pytest.mark.parametrize(
    ("module", "name", "times"),
    [
        ("epact2.load.intake", "read_items", 1),
        ("epact2.load.item_rows", "write_items", 1),
        ("epact2.load.patient_keys", "find_patients", 1),
        ("epact2.load.patient_keys", "write_known", 1),
        ("epact2.load.build_items", "keep", 1),
        ("epact2.load.item_prescribing", "write_rows", 1),
        ("epact2.load.patient_tables", "write_patient_tables", 1),
        ("epact2.load.build_items", "keep", 3),
        ("epact2.load.build_items", "write_codes", 1),
        ("os", "replace", 3),
        ("os", "replace", 5),
    ],
)
def test_items_killed_at_a_step_leave_the_old_release(
    module: str, name: str, times: int, store: Path, tmp_path: Path
) -> None:
    load_files(store, [write_items(tmp_path)])
    before, keys, files = stored_items(store), patient_keys(store), read_release(store).file_names
    corrected = [*GOOD_ITEMS[4:], item_row(FORM_ID="5", PATIENT_ID="NEW")]
    path = write_items(tmp_path, corrected)
    died = subprocess.run(
        [sys.executable, "-c", DIE, str(store), str(path), module, name, str(times)], check=False
    )
    assert died.returncode == -signal.SIGKILL, "the load must have been killed"
    assert current_number(store) == 2
    assert (stored_items(store), patient_keys(store)) == (before, keys)
    load_files(store, [path])
    assert stored_items(store) == boring_items(path)
    assert patient_keys(store) == {**keys, "NEW": len(keys) + 1}
    assert not list((store / "tmp").iterdir())
    named = read_release(store).file_names | files | read_release(store, 1).file_names
    assert {one.name for one in (store / "files").iterdir()} == named


@pytest.mark.slow
def test_killed_at_random_moments(store: Path, tmp_path: Path) -> None:
    chance = random.Random(2017)
    path = write_epd(tmp_path)
    old, new = stored_rows(store), sorted([*stored_rows(store), *boring_rows(path)])
    kills = 0
    for _ in range(12):
        load = subprocess.Popen([sys.executable, "-c", LOAD, str(store), str(path)])
        time.sleep(chance.uniform(0.1, 0.8))
        os.kill(load.pid, signal.SIGKILL)
        kills += load.wait() == -signal.SIGKILL
        assert stored_rows(store) == (new if current_number(store) == 2 else old)
    assert kills
    load_files(store, [path])
    assert stored_rows(store) == new
