"""Item files against an independent reading of the same files: the csv module and dictionaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.store.release import read_release
from support.items import GOOD_ITEMS, boring_items, write_items
from support.stores import stored_items


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_row(suffix: str, tmp_path: Path) -> None:
    expected = boring_items(write_items(tmp_path / "csv"))
    path = write_items(tmp_path, suffix=suffix)
    outcome = load_files(tmp_path / "store", [path])
    assert outcome.files[0].rows == len(GOOD_ITEMS)
    assert stored_items(tmp_path / "store") == expected
    assert read_release(tmp_path / "store").item_months == (202601,)
