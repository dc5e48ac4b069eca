"""The synthetic prescribing is what the synthetic items add up to: file against file, with the csv module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from epact2.synth.files import write_england
from support.boring_patients import exclusion, rows_of, whole
from support.items import HEADER
from support.jumbled_items import synthetic_england

Key = tuple[str, ...]
Sums = dict[Key, list[int]]


def add(sums: Sums, key: Key, amounts: Iterable[int]) -> None:
    here = sums.setdefault(key, [0] * 5)
    for place, amount in enumerate(amounts):
        here[place] += amount


def key_of(row: Mapping[str, str]) -> Key:
    """What makes one row of open data: practice, presentation, product, and quantity per item."""
    quantity = str(whole(row["QUANTITY"], 5))
    return row["PRACTICE_CODE"], row["BNF_PRESENTATION_CODE"], row["SNOMED_CODE"], quantity


def amounts_of(row: Mapping[str, str], items: str) -> tuple[int, ...]:
    """Items, quantity, ADQ usage, NIC and actual cost as whole numbers of their last decimal."""
    exact = (whole(row[name], 5) for name in ("TOTAL_QUANTITY", "ADQ_USAGE"))
    return (int(row[items]), *exact, whole(row["NIC"], 2), whole(row["ACTUAL_COST"], 5))


def items_of(path: Path) -> Sums:
    found: Sums = {}
    for row in rows_of(path):
        if exclusion(row) == "included":
            add(found, key_of(row), amounts_of(row, "ITEM_COUNT"))
    return found


def prescribing_of(path: Path) -> Sums:
    found: Sums = {}
    for row in rows_of(path):
        key = key_of(row)
        assert key not in found, "open data has one row of a kind"
        add(found, key, amounts_of(row, "ITEMS"))
    return found


def check_england(folder: Path) -> None:
    """Every row of every month that has items, and so every total."""
    files = sorted((folder / "items").glob("ITEMS_*.csv"))
    assert files
    for path in files:
        items = items_of(path)
        prescribing = prescribing_of(folder / "epd" / f"EPD_SNOMED_{path.stem[-6:]}.csv")
        assert items.keys() == prescribing.keys()
        different = {key: (items[key], prescribing[key]) for key in items if items[key] != prescribing[key]}
        assert not different, path.name
        assert sum(amounts[0] for amounts in items.values()) > 1000


def test_a_tiny_england() -> None:
    check_england(synthetic_england())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 20])
def test_a_small_england(seed: int, tmp_path: Path) -> None:
    write_england(tmp_path, size="small", months=14, seed=seed, items=True, item_months=2)
    check_england(tmp_path)


def test_another_seed_gives_another_england_that_adds_up(tmp_path: Path) -> None:
    write_england(tmp_path, size="tiny", months=2, seed=7, items=True, last_month=202403)
    check_england(tmp_path)
    ours = {key for path in (tmp_path / "items").glob("*.csv") for key in items_of(path)}
    theirs = {key for path in (synthetic_england() / "items").glob("*.csv") for key in items_of(path)}
    assert ours != theirs


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    for suffix in ("csv", "parquet"):
        write_england(
            tmp_path / suffix, size="tiny", months=2, items=True, item_months=1, parquet=suffix == "parquet"
        )
    (text,), (columns,) = (sorted((tmp_path / one / "items").glob(f"*.{one}")) for one in ("csv", "parquet"))
    relation = duckdb.connect().execute(f"FROM read_parquet('{columns}')")
    assert tuple(column[0] for column in relation.description) == HEADER
    found = relation.fetchall()
    expected = list(rows_of(text))
    assert len(found) == len(expected)
    for row, cells in zip(expected, found, strict=True):
        for name, cell in zip(HEADER, cells, strict=True):
            assert same(row[name], cell), (name, row[name], cell)


def same(text: str, cell: object) -> bool:
    """Whether a cell of a CSV file and one of a Parquet file say the same."""
    if cell is None:
        return text == ""
    if isinstance(cell, (int, Decimal)):
        return Decimal(text.replace("-", "") if text[4:5] == "-" else text) == cell
    return text == cell


def test_forms_and_items_are_numbered_as_a_warehouse_does() -> None:
    """A row is told from all others by form, item and element; a form is of one patient and one practice."""
    for path in (synthetic_england() / "items").glob("ITEMS_*.csv"):
        seen: set[Key] = set()
        owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for row in rows_of(path):
            key = (row["FORM_ID"], row["ITEM_ID"], row["ELEMENT_ID"])
            assert key not in seen
            seen.add(key)
            owners[row["FORM_ID"]].add((row["PATIENT_ID"], row["PRACTICE_CODE"]))
            assert (row["ELEMENT_ID"] == "1") == (row["ITEM_COUNT"] != "0")
            assert (row["EPS_FLAG"], row["ERD_FLAG"]) != ("N", "Y")
            if row["PATIENT_IDENTIFIED"] == "Y":
                assert row["PATIENT_ID"]
                assert row["PDS_BIRTH_MONTH"]
            else:
                assert not row["PDS_BIRTH_MONTH"]
                assert row["GENDER"] == "0"
        assert all(len(found) == 1 for found in owners.values())
