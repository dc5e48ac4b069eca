"""Numbers that are worked out at the load are worked out again whenever they would be others.

A store is loaded step by step: new months, a corrected month, patients verified late, practices that move,
deprivation, BNF codes that change. After each step the engine, which reads the prepared numbers, says what
the reference engine works out anew from the stored rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.query.codec import query_from_json, value_from_json
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.duckdb import DuckDBEngine
from epact2.store.reference import ReferenceEngine
from epact2.store.release import Release, read_release
from generative.outcomes import differences
from support.boring_patients import rows_of
from support.dense_items import dense_england
from support.items import write_imd, write_verification
from support.jumbled_items import write_rows
from support.reference_store import reference_data_of, rows_read_once

NERVES = {"under": ["bnf", "04"]}
HEART = {"under": ["bnf", "02"]}
VALUES = (
    "identified patients",
    "patients on 8 or more unique medicines",
    {"amount": "items", "where": {"all": [NERVES, {"is": ["EPS", "Y"]}]}},
    {"distinct": ["patient", "chemical substance"], "where": {"in": ["IMD quintile", ["1", "2"]]}},
    {"patients": {"all": [{"had": NERVES}, {"not": {"had": NERVES, "before": 1}}]}},
    {"patients": {"at least": [{"amount": "items", "where": HEART}, 4], "last": 3}},
    {"patients": {"had": HEART}, "where": {"between": ["age", 65, 120]}},
)
PREPARED = tuple(map(value_from_json, VALUES))  # type: ignore[arg-type]
MONTHS = ("202512", "202601", "202602", "202603")


class Steps:
    """A store that grows step by step, and what it must say after each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store"

    def load(self, *files: Path) -> Release:
        before = read_release(self.store) if self.store.exists() else None
        assert load_files(self.store, files, prepared=PREPARED).changed
        release = read_release(self.store)
        self.kept = {
            month for month, file in release.prepared.items() if before and before.prepared.get(month) == file
        }
        self.check()
        return release

    def check(self) -> None:
        fast = DuckDBEngine(self.store, threads=1)
        judge = ReferenceEngine(reference_data_of(self.store), fast.directory)
        for level in ("England", "ICB", "PCN", "practice"):
            asked = query_from_json({"values": [*VALUES], "rows": [level, "month"]})
            assert "prepared_results" in fast.explain(asked, ALL_OF_ENGLAND).rewrites
            found, expected = fast.answer(asked, ALL_OF_ENGLAND), judge.answer(asked, ALL_OF_ENGLAND)
            assert not differences(found, expected), level
            self.answer = expected.rows
        fast.close()


def items(month: str) -> Path:
    (found,) = dense_england().glob(f"ITEMS_{month}.csv")
    return found


def corrected(month: str, folder: Path, change: Callable[[dict[str, str]], bool]) -> Path:
    """A month's items without some rows."""
    path = folder / f"ITEMS_{month}.csv"
    write_rows(path, [row for row in rows_of(items(month)) if not change(row)])
    return path


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(tmp_path)


@pytest.fixture(autouse=True)
def rows_are_read_once() -> Iterator[None]:
    with rows_read_once():
        yield


def test_after_every_step(steps: Steps, tmp_path: Path) -> None:
    england = dense_england()
    places = [*sorted((england / "organisations").glob("*_202502.csv")), *(england / "imd").glob("*.csv")]
    steps.load(*places, items(MONTHS[0]), items(MONTHS[1]), items(MONTHS[3]))
    steps.load(items(MONTHS[2]))
    assert steps.kept == {202512, 202601}, "March looks back at February, which was not there"
    steps.load(corrected(MONTHS[1], tmp_path, lambda row: row["BNF_PRESENTATION_CODE"].startswith("0403")))
    assert steps.kept == {202512}, "February and March look back at January"
    unidentified = {
        row["PATIENT_ID"] for row in rows_of(items(MONTHS[3])) if row["PATIENT_IDENTIFIED"] == "N"
    }
    assert unidentified
    before = steps.answer
    late = dict.fromkeys(sorted(unidentified), ("195003", "2"))
    steps.load(write_verification(tmp_path, late, month=MONTHS[3]))
    assert steps.answer != before
    assert steps.kept == {202512, 202601, 202602}
    write_rows(
        tmp_path / "practice_202603.csv",
        [
            {**row, "PCN_CODE": "SP0003", "CCG_CODE": "18C"}
            for path in (england / "organisations").glob("practice_202502.csv")
            for row in rows_of(path)
        ],
    )
    steps.load(tmp_path / "practice_202603.csv")
    assert not steps.kept, "places are those of now in every month"
    before = steps.answer
    deciles = {row["LSOA_CODE"]: 11 - int(row["IMD_DECILE"]) for row in rows_of(england / "imd" / "imd.csv")}
    steps.load(write_imd(tmp_path, deciles))
    assert steps.answer != before
    codes = sorted({row["BNF_PRESENTATION_CODE"] for row in rows_of(items(MONTHS[3]))})
    nerves = [code for code in codes if code.startswith("04")]
    changes = tmp_path / "bnf_code_changes_2026.csv"
    write_rows(changes, [{"old_code": code, "new_code": "0212000B0AAABAB"} for code in nerves[:40]])
    before = steps.answer
    steps.load(changes)
    assert steps.answer != before


def test_a_load_that_prepares_nothing_leaves_nothing_behind(steps: Steps) -> None:
    steps.load(items(MONTHS[0]))
    load_files(steps.store, [items(MONTHS[1])])
    release = read_release(steps.store)
    fast = DuckDBEngine(steps.store, threads=1)
    judge = ReferenceEngine(reference_data_of(steps.store), fast.directory)
    asked = query_from_json({"values": [*VALUES], "rows": ["practice", "month"]})
    assert not differences(fast.answer(asked, ALL_OF_ENGLAND), judge.answer(asked, ALL_OF_ENGLAND))
    assert 202601 not in release.prepared
