"""What no engine answers."""

from __future__ import annotations

import pytest

from epact2.query.codec import query_from_json
from epact2.query.nodes import EVERYTHING, Not, UnderOrganisation
from epact2.query.periods import NoData
from epact2.query.scope import ALL_OF_ENGLAND, Scope
from epact2.store.directory import UnknownCode
from support.engines import ENGINES
from support.small_data import data_from_tables

TABLES = {
    "prescribing": """
        practice | month   | items
        A        | 2021-04 | 1
    """,
    "practices": """
        practice | ICB
        A        | QE1
    """,
}


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request):
    return ENGINES[request.param](data_from_tables(TABLES))


UNKNOWN = {"under": ["organisation", "QE2"]}


@pytest.mark.parametrize(
    "question",
    [
        {"values": ["items"], "where": UNKNOWN},
        {"values": ["items"], "where": {"all": [{"is": ["practice", "B"]}, {"not": UNKNOWN}]}},
        {"values": [{"amount": "items", "where": {"any": [UNKNOWN]}}]},
        {"values": [{"share": {"ratio": ["items", {"distinct": "practice", "where": UNKNOWN}]}}]},
    ],
)
def test_an_unknown_organisation_wherever_it_stands(engine, question):
    with pytest.raises(UnknownCode) as caught:
        engine.answer(query_from_json(question), ALL_OF_ENGLAND)
    assert caught.value.message == "No organisation with the code “QE2” is in release 1."
    assert caught.value.advice == "Did you mean “QE1”?"


def test_an_unknown_organisation_in_the_scope(engine):
    with pytest.raises(UnknownCode):
        engine.answer(query_from_json({"values": ["items"]}), Scope(Not(UnderOrganisation("QE2")), "test"))


def test_months_that_are_not_loaded(engine):
    question = {"values": ["items"], "months": {"from": "2021-05", "to": "2021-06"}}
    with pytest.raises(NoData) as caught:
        engine.answer(query_from_json(question), Scope(EVERYTHING, "test"))
    assert caught.value.advice == "Loaded: April 2021. Did you mean “2021-04”?"


def test_a_code_that_nobody_has_is_no_error(engine):
    question = {"values": ["items"], "where": {"under": ["bnf", "99"]}}
    assert engine.answer(query_from_json(question), ALL_OF_ENGLAND).rows == ((0,),)
