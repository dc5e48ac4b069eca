"""What is not published is refused by every engine: there is no falling back to rows of items."""

from __future__ import annotations

import pytest

from epact2.access.figures import Figures, asked_by
from epact2.comparators.read import prepared_values
from epact2.query.check import check
from epact2.query.codec import query_from_json
from epact2.query.listing_json import listing_from_json
from epact2.query.nodes import Query
from epact2.query.scope import Scope
from epact2.query.sealing import NotPublished
from epact2.query.words import question_words
from epact2.store.prepared import slots_of, value_of
from epact2.store.published import is_published_column
from spec.published.test_sealed_figures import TABLES
from support import example_items
from support.engines import ENGINES, duckdb_engines
from support.small_data import data_from_tables

SEALED = Scope(reason="published", sealed=True)


@pytest.fixture(scope="module", params=list(ENGINES))
def engine(request):
    return ENGINES[request.param](data_from_tables(TABLES))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param({"rows": ["practice", "gender"]}, id="of practices by what patients are"),
        pytest.param({"rows": ["PCN", "gender"]}, id="of PCNs by what patients are"),
        pytest.param({"rows": ["age"]}, id="by single ages"),
        pytest.param({"rows": ["gender", "IMD quintile"]}, id="by deprivation and gender"),
        pytest.param({"rows": ["gender", "section"]}, id="of sections by what patients are"),
        pytest.param({"where": {"is": ["gender", "2"]}}, id="of chosen patients"),
        pytest.param({"rows": ["paragraph"]}, id="by other levels of the BNF"),
        pytest.param({"where": {"in": ["practice", ["A", "B"]]}}, id="of a free list of practices"),
        pytest.param({"where": {"not": {"is": ["practice", "A"]}}}, id="of all but one"),
        pytest.param(
            {"rows": ["ICB"], "where": {"not": {"is": ["practice", "A"]}}}, id="of parts of organisations"
        ),
        pytest.param({"where": {"is": ["EPS", "Y"]}}, id="of other fields of items"),
        pytest.param({"rows": ["ICB"], "structure": "as at"}, id="by the organisations of the time"),
        pytest.param({"codes": "as published"}, id="by codes as published"),
        pytest.param({"exclusions": "none"}, id="with excluded items"),
        pytest.param({"where": {"in": ["section", ["0501", "0601"]]}}, id="of several sections together"),
        pytest.param({"rows": ["practice"], "top": {"count": 1, "others": True}}, id="of all others"),
        pytest.param({"values": ["NIC"], "rows": ["gender"]}, id="money by what patients are"),
        pytest.param(
            {"values": ["patients on 8 or more unique medicines"], "rows": ["gender"]},
            id="comparators by what patients are",
        ),
        pytest.param({"values": [{"amount": "discount"}]}, id="money that open data do not have"),
    ],
)
def test_what_is_not_published_is_refused(engine, question):
    query = query_from_json({"values": ["identified patients"], **question})
    check(query)
    with pytest.raises(NotPublished) as refused:
        engine.answer(query, SEALED)
    assert refused.value.advice


def test_nothing_is_published_rounded_that_everybody_knows_exactly():
    """An exact number beside its rounded one tells the offset, and with it what else the practice shows."""
    directory = example_items.engine().directory
    rounded = [Query((value_of(slot),)) for slot in slots_of(prepared_values()) if is_published_column(slot)]
    assert rounded
    for query in rounded:
        assert asked_by(query, directory).figures is Figures.PROTECTED, question_words(query)


@pytest.mark.parametrize("value", [{"amount": "items", "where": {"is": ["EPS", "Y"]}}, "EPS rate"], ids=str)
def test_open_kinds_of_items_are_not_given_beside_patients(value):
    """Also where an earlier version sealed them: the example publishes the figures of every comparator."""
    query = query_from_json({"values": [value, "identified patients"], "rows": ["practice", "month"]})
    with pytest.raises(NotPublished, match="is open") as refused:
        example_items.engine().answer(query, SEALED)
    assert "by itself" in refused.value.advice


def test_items_and_patients_are_not_listed(engine):
    with pytest.raises(NotPublished):
        engine.list(listing_from_json({"columns": ["practice", "items"]}), SEALED)


def test_open_figures_need_no_atoms(engine):
    """Without patients the answer is that of open data, whatever the scope says."""
    query = query_from_json({"values": ["items"], "rows": ["paragraph"], "structure": "as at"})
    assert engine.answer(query, SEALED) == engine.answer(query, Scope())


def test_an_explanation_says_that_atoms_were_read():
    made = duckdb_engines(data_from_tables(TABLES), ((),))[()]
    query = query_from_json({"values": ["items", "identified patients"], "rows": ["practice"]})
    told = made.explain(query, SEALED)
    assert "sealed figures" in told.rollups
    assert not {"item", "item_by_presentation", "patient_month", "mixed_item", "prepared"} & set(told.rollups)
    (source,) = [one for one in told.sources if one.table == "sealed figures"]
    assert source.databases == ("sealed_202104",)
    assert "atoms that were published" in source.reasons[0]


def test_what_was_never_sealed_is_not_published():
    """A store of an earlier version has no atoms: the question is refused, with what to do."""
    made = duckdb_engines(data_from_tables(TABLES), ((),))[()]
    made.catalogue.sealed.clear()  # type: ignore[attr-defined]
    with pytest.raises(NotPublished) as refused:
        made.answer(query_from_json({"values": ["identified patients"]}), SEALED)
    assert "load a file again" in refused.value.advice
