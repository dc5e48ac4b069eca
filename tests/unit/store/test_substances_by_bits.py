"""Different substances of a patient as bits: used where they are few, and never another number."""

from __future__ import annotations

import pytest

from epact2.query.codec import query_from_json
from epact2.query.scope import ALL_OF_ENGLAND
from support import example_items
from support.engines import duckdb_engines, reference_engine

NAME = "substances_by_bits"
INFECTIONS = {"under": ["bnf", "05"]}
HEART = {"under": ["bnf", "0212"]}
SCORE = {"patients": {"score": [[INFECTIONS, 2], [HEART, 1]], "at least": 3}}
TWO = {
    "patients": {"at least": [{"distinct": "chemical substance", "where": {"any": [INFECTIONS, HEART]}}, 2]}
}
BEFORE = {
    "patients": {
        "at least": [{"distinct": "chemical substance", "where": INFECTIONS}, 1], "last": 2,
    }
}  # fmt: skip
PRESENTATIONS = {"patients": {"at least": [{"distinct": "presentation", "where": INFECTIONS}, 1]}}
# By practice without age, so that no other table knows the answer.
LEFT_OUT = (NAME, "prepared_results", "patient_months")


@pytest.fixture(scope="module")
def data():
    return example_items.data()


@pytest.fixture(scope="module")
def engines(data):
    return duckdb_engines(data, (LEFT_OUT[1:], LEFT_OUT))


def asked(value, months=1):
    return query_from_json({"values": [value], "rows": ["practice"], "months": {"latest": months}})


@pytest.mark.parametrize("value", [SCORE, TWO, BEFORE], ids=["score", "two", "window"])
def test_it_is_used_and_changes_nothing(data, engines, value):
    question = asked(value)
    with_bits, without = engines[LEFT_OUT[1:]], engines[LEFT_OUT]
    assert NAME in with_bits.explain(question, ALL_OF_ENGLAND).rewrites
    assert NAME not in without.explain(question, ALL_OF_ENGLAND).rewrites
    wanted = reference_engine(data).answer(question, ALL_OF_ENGLAND)
    assert any(row[1] for row in wanted.rows)
    assert with_bits.answer(question, ALL_OF_ENGLAND) == wanted
    assert without.answer(question, ALL_OF_ENGLAND) == wanted


def test_presentations_are_not_substances(engines):
    assert NAME not in engines[LEFT_OUT[1:]].explain(asked(PRESENTATIONS), ALL_OF_ENGLAND).rewrites


def test_more_substances_than_bits_are_counted_one_by_one(engines, monkeypatch):
    monkeypatch.setattr("epact2.store.item_rewrites._MOST_SUBSTANCES", 0)
    engine = engines[LEFT_OUT[1:]]
    question = asked(SCORE, months=2)
    assert NAME not in engine.explain(question, ALL_OF_ENGLAND).rewrites
