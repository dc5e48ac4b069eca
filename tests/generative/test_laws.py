"""Laws that every answer keeps, whatever was asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from epact2.analysis.drill import drill
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import (
    CHAPTER,
    CHEMICAL_SUBSTANCE,
    ENGLAND,
    FINANCIAL_YEAR,
    ICB,
    ITEMS,
    MONTH,
    NIC,
    PCN,
    PRACTICE,
    PRESCRIBING_MEASURES,
    PRESENTATION,
    QUARTER,
    REGION,
    SECTION,
    SUB_ICB_LOCATION,
)
from epact2.query.check import check
from epact2.query.codec import dumps, loads
from epact2.query.nodes import (
    AllOf,
    Amount,
    Codes,
    Latest,
    Not,
    Order,
    Query,
    Ratio,
    Structure,
    Top,
    UnderMedicine,
)
from epact2.query.periods import NoData
from epact2.query.scope import ALL_OF_ENGLAND, Scope
from epact2.query.words import question_words
from generative.outcomes import outcome
from generative.questions import month_choices, questions, scopes
from generative.selections import PEOPLE, question_selections, selections

HIERARCHIES = (
    (ENGLAND, REGION, ICB, SUB_ICB_LOCATION, PRACTICE),
    (ENGLAND, PCN, PRACTICE),
    (CHAPTER, SECTION, CHEMICAL_SUBSTANCE, PRESENTATION),
    (FINANCIAL_YEAR, QUARTER, MONTH),
)
few = settings(max_examples=30, suppress_health_check=list(HealthCheck))


@st.composite
def sums(draw: st.DrawFn) -> Query:
    """A question of one amount that may be added up, by two levels of a hierarchy."""
    hierarchy = draw(st.sampled_from(HIERARCHIES))
    upper = draw(st.integers(0, len(hierarchy) - 2))
    lower = draw(st.integers(upper + 1, len(hierarchy) - 1))
    return Query(
        values=(Amount(draw(st.sampled_from(PRESCRIBING_MEASURES))),),
        rows=(hierarchy[upper], hierarchy[lower]),
        where=draw(question_selections(mixed=True, of_items=draw(st.booleans()))),
        months=draw(month_choices()),
        structure=draw(st.sampled_from(Structure)),
        codes=draw(st.sampled_from(Codes)),
    )


@few
@given(query=sums(), scope=scopes())
def test_children_add_up_to_their_parent(england, query, scope):
    try:
        rows = england.answer(replace(query, totals=True), scope).rows
    except NoData:
        return
    added: dict[object, int] = defaultdict(int)
    for parent, child, number in rows:
        if child is not None:
            added[parent, None] += number
            added[None, None] += number
    for parent, child, number in rows:
        if child is None:
            assert number == added[parent, child]


@few
@given(query=sums(), scope=scopes(), data=st.data())
def test_a_drill_adds_up_to_what_was_chosen(england, query, scope, data):
    query = replace(query, rows=query.rows[:1])
    try:
        rows = england.answer(query, scope).rows
    except NoData:
        return
    assume(rows)
    code, number = data.draw(st.sampled_from(rows))
    beneath = drill(query, (code,))
    assume(beneath is not None)
    check(beneath)
    assert sum(row[-1] for row in england.answer(beneath, scope).rows) == number


@few
@given(query=sums(), count=st.integers(1, 4), scope=scopes())
def test_top_and_others_add_up_to_everything(england, query, count, scope):
    assume(FINANCIAL_YEAR not in query.rows and QUARTER not in query.rows)
    whole = replace(query, rows=query.rows[1:], totals=True, top=Top(count, others=True))
    try:
        rows = england.answer(whole, scope).rows
    except NoData:
        return
    assert len(rows) <= count + 2
    assert sum(number for code, number in rows if code is not None) == rows[-1][1]


@few
@given(query=questions(), narrower=selections(PEOPLE, leaves=3))
def test_a_narrower_scope_shows_a_subset(england, query, narrower):
    query = replace(query, top=None, percentiles=(), order=())
    field_count = len(query.grain)
    shown = outcome(england, query, Scope(narrower, "drawn"))
    everything = outcome(england, query, ALL_OF_ENGLAND)
    if isinstance(shown, tuple):
        assert shown == everything
        return
    keys = {row[:field_count] for row in shown.rows}
    assert keys <= {row[:field_count] for row in everything.rows}


@few
@given(query=questions(), narrower=selections(PEOPLE, leaves=3))
def test_a_scope_is_a_condition_that_cannot_be_avoided(england, query, narrower):
    """Within a scope, the answer is that of the question with the scope as one more condition."""
    limited = replace(query, where=AllOf((query.where, narrower)))
    assert outcome(england, query, Scope(narrower, "drawn")) == outcome(england, limited, ALL_OF_ENGLAND)


@few
@given(query=questions())
def test_without_percentiles_top_and_totals_the_rows_are_the_same(england, query):
    """A top shows some of the rows, with the same numbers."""
    if not query.top:
        return
    field_count = len(query.grain)
    shown = outcome(england, query, ALL_OF_ENGLAND)
    everything = outcome(england, replace(query, top=None), ALL_OF_ENGLAND)
    if isinstance(shown, tuple):
        assert shown == everything
        return
    rows = {row[:field_count]: row for row in everything.rows}
    assert all(row == rows[row[:field_count]] for row in shown.rows if "others" not in row)


@given(query=questions())
def test_json_gives_back_the_same_question(query):
    assert loads(dumps(query)) == query


PLAIN = Query((Amount(ITEMS),), rows=(PRACTICE,))
CHANGES = {
    "values": lambda query: replace(query, values=(*query.values, Ratio(Amount(NIC), Amount(ITEMS), 7))),
    "fewer rows": lambda query: replace(
        query, rows=query.rows[:-1], top=None, order=(), percentiles=(), columns=()
    ),
    "where": lambda query: replace(query, where=AllOf((query.where, UnderMedicine(BnfCode("0212"))))),
    "not where": lambda query: replace(query, where=Not(query.where)),
    "months": lambda query: replace(query, months=Latest(11)),
    "order": lambda query: replace(query, order=(*query.order, Order(query.values[0])), percentiles=()),
    "totals": lambda query: replace(query, totals=not query.totals, percentiles=()),
    "structure": lambda query: replace(
        query,
        structure=Structure.AS_AT if query.structure is Structure.CURRENT else Structure.CURRENT,
    ),
    "codes": lambda query: replace(
        query, codes=Codes.AS_PUBLISHED if query.codes is Codes.LATEST else Codes.LATEST
    ),
    "top": lambda query: replace(query, top=Top(9), percentiles=()),
}


@given(query=questions(), change=st.sampled_from(list(CHANGES)))
def test_words_differ_when_the_question_does(query, change):
    if not query.rows:
        query = replace(query, rows=(PRACTICE,), columns=tuple(set(query.columns) - {PRACTICE}), order=())
    changed = CHANGES[change](query)
    assume(changed != query)
    assert question_words(changed) != question_words(query)
