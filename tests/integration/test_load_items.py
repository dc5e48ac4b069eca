"""Item files against an independent reading of the same files: the csv module and dictionaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.store.release import read_release
from support.items import GOOD_ITEMS, PAPER, Knowledge, boring_items, item_row, write_items
from support.stores import stored_items


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_row(suffix: str, tmp_path: Path) -> None:
    expected = boring_items(write_items(tmp_path / "csv"))
    path = write_items(tmp_path, suffix=suffix)
    outcome = load_files(tmp_path / "store", [path])
    assert outcome.files[0].rows == len(GOOD_ITEMS)
    assert stored_items(tmp_path / "store") == expected
    assert read_release(tmp_path / "store").item_months == (202601,)


def test_a_birth_that_cannot_be_gives_way_to_that_of_an_earlier_month(tmp_path: Path) -> None:
    """PDS once knew 1980, and now a year in which nobody alive was born: the age is that of 1980."""
    wrong = item_row(**PAPER, PDS_BIRTH_MONTH="189703", AGE="")
    files = [
        write_items(tmp_path, [item_row()], month="202512"),
        write_items(tmp_path, [wrong], month="202601"),
    ]
    load_files(tmp_path / "store", files)
    known = Knowledge()
    expected = [row for file in files for row in boring_items(file, known)]
    assert [(row.age, row.age_source) for row in expected] == [(45, "1"), (45, "4")]
    assert stored_items(tmp_path / "store") == expected
