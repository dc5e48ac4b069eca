"""Every comparator of patients and items, by the fast engine and by the reference engine, from loaded files.

One England is dense: patients who take a great deal of what comparators look at. The other is one practice of
a synthetic England, as a user would load it. The reference engine reads the stored rows of items and nothing
that was derived from them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest

from epact2.analysis.compare import bands_query, peers
from epact2.comparators.definition import Comparator
from epact2.comparators.read import comparators
from epact2.load.publish import load_files
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ICB, MONTH, ORGANISATION_FIELDS, PCN, PRACTICE
from epact2.query.nodes import MonthRange, Query
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.duckdb import DuckDBEngine
from epact2.store.reference import ReferenceEngine
from epact2.synth.files import write_england
from generative.outcomes import differences
from support.boring_patients import rows_of
from support.dense_items import dense_england
from support.engines import new_store
from support.jumbled_items import files_of, write_rows
from support.reference_store import reference_data_of, rows_read_once

OF_ITEMS = {key: one for key, one in comparators().items() if one.needs_items}
LEVELS = ORGANISATION_FIELDS
LATEST = 2
# Their numbers are worked out when the dense England is loaded; of the others they are found when asked for.
PREPARED = (
    "patients-on-10-or-more-medicines",
    "acb-score-of-6-or-more",
    "patients-starting-opioids",
    "capture-rate",
)


@pytest.fixture(scope="module", autouse=True)
def rows_are_read_once() -> Iterator[None]:
    with rows_read_once():
        yield


@cache
def dense() -> Path:
    store = new_store() / "store"
    parts = [part.value for key in PREPARED for part in (OF_ITEMS[key].numerator, OF_ITEMS[key].denominator)]
    load_files(store, files_of(dense_england()), prepared=parts)
    return store


@cache
def engines(store: Callable[[], Path]) -> tuple[DuckDBEngine, ReferenceEngine]:
    fast = DuckDBEngine(store(), threads=2)
    return fast, ReferenceEngine(reference_data_of(store()), fast.directory)


def question(comparator: Comparator, level: Field, months: tuple[DispensingMonth, ...]) -> Query:
    """Numerator, denominator and value of every organisation of a level by month: what its pages ask."""
    return Query(
        values=(comparator.numerator.value, comparator.denominator.value, comparator.value),
        rows=(level,),
        columns=(MONTH,),
        where=peers(level),
        months=MonthRange(months[-LATEST], months[-1]),
    )


def check(store: Callable[[], Path], key: str, level: Field) -> list[tuple]:
    """The rows on which both engines agree."""
    fast, judge = engines(store)
    asked = question(OF_ITEMS[key], level, fast.directory.item_months)
    found, expected = fast.answer(asked, ALL_OF_ENGLAND), judge.answer(asked, ALL_OF_ENGLAND)
    assert found.rows
    assert not differences(found, expected)
    return list(found.rows)


@pytest.mark.parametrize("key", OF_ITEMS)
def test_both_engines_agree(key: str) -> None:
    """At every level in the long run; here each comparator at one, the levels in turn."""
    check(dense, key, LEVELS[list(OF_ITEMS).index(key) % len(LEVELS)])


@pytest.mark.parametrize("key", OF_ITEMS)
def test_both_engines_agree_on_deciles(key: str) -> None:
    """Percentile bands tell which groups there are from what a value is made of, so they may lose some."""
    fast, judge = engines(dense)
    level = (PRACTICE, PCN, ICB)[list(OF_ITEMS).index(key) % 3]
    months = fast.directory.item_months
    asked = bands_query(OF_ITEMS[key], level, MonthRange(months[-1], months[-1]))
    assert not differences(fast.answer(asked, ALL_OF_ENGLAND), judge.answer(asked, ALL_OF_ENGLAND))


def test_hardly_any_comparator_counts_nobody() -> None:
    fast, _ = engines(dense)
    counting = [
        key
        for key, one in OF_ITEMS.items()
        if any(
            row[2]
            for row in fast.answer(question(one, PRACTICE, fast.directory.item_months), ALL_OF_ENGLAND).rows
        )
    ]
    assert len(counting) > 60


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS, ids=str)
@pytest.mark.parametrize("key", OF_ITEMS)
def test_both_engines_agree_at_every_level(key: str, level: Field) -> None:
    check(dense, key, level)


@cache
def one_practice() -> Path:
    """A practice of a synthetic England, as the loader of a user has it; every eighth of its patients."""
    source, folder = new_store() / "files", new_store() / "files"
    write_england(source, size="tiny", months=14, items=True)
    for path in (source / "items").glob("ITEMS_*.csv"):
        rows = [row for row in rows_of(path) if row["PRACTICE_CODE"] == "SY0001"]
        write_rows(folder / path.name, [row for row in rows if crc32(row["PATIENT_ID"].encode()) % 8 == 0])
    for name in ("organisations", "imd", "list-size", "bnf"):
        shutil.copytree(source / name, folder / name)
    store = new_store() / "store"
    load_files(store, files_of(folder))
    return store


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS, ids=str)
@pytest.mark.parametrize("key", OF_ITEMS)
def test_both_engines_agree_on_a_synthetic_practice(key: str, level: Field) -> None:
    check(one_practice, key, level)
