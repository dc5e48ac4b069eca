"""Every engine lists the rows that the reference engine lists, page by page, none twice and none left out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, note, settings
from hypothesis import strategies as st

from epact2.model.fields import Dimension
from epact2.model.items import ITEM_MEASURES, PATIENT
from epact2.model.prescribing import FIELDS, PRESCRIBING_MEASURES
from epact2.query.listing import Listing, ListingOrder, ListingRows
from epact2.query.listing_check import check_listing
from epact2.query.listing_json import listing_from_json, listing_to_json
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Codes,
    Exclusions,
    Patients,
    Query,
    Selection,
    Structure,
)
from epact2.query.result import Result
from generative.conftest import SEEDS, VARIANTS
from generative.outcomes import differences, outcome_of
from generative.questions import conditions_on_patients, month_choices, scopes
from generative.selections import ITEMS, MEDICINES, PEOPLE, TIME, listing_conditions, selections
from generative.test_engines_agree import ASK_ALL

_OF_PATIENTS = [one for one in FIELDS if one.dimension in (Dimension.TIME, *PEOPLE, Dimension.PATIENT)]
_MEASURES = (*PRESCRIBING_MEASURES, *ITEM_MEASURES)


@st.composite
def wheres(draw: st.DrawFn) -> Selection:
    parts: list[Selection] = []
    if draw(st.integers(0, 3)) == 0:
        parts.append(draw(selections(TIME, leaves=2)))
    if draw(st.booleans()):
        parts.append(draw(selections((*PEOPLE, *MEDICINES, *ITEMS), leaves=3)))
    if draw(st.booleans()):
        parts.append(draw(listing_conditions()))
    return AllOf(tuple(parts)) if parts else EVERYTHING


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    """Any valid first page."""
    rows = draw(st.sampled_from(ListingRows))
    fields = FIELDS if rows is ListingRows.ITEMS else _OF_PATIENTS
    known = st.sampled_from([*fields, *_MEASURES])
    columns = tuple(draw(st.lists(known, min_size=1, max_size=4, unique=True)))
    orders = st.lists(st.sampled_from(columns), max_size=2, unique=True)
    return Listing(
        columns=columns,
        where=draw(wheres()),
        months=draw(month_choices()),
        order=tuple(ListingOrder(by, draw(st.booleans())) for by in draw(orders)),
        size=draw(st.sampled_from((1, 3, 10, 50))),
        rows=rows,
        structure=draw(st.sampled_from(Structure)),
        codes=draw(st.sampled_from(Codes)),
        exclusions=draw(st.sampled_from(Exclusions)),
        condition=draw(st.none() | conditions_on_patients()),
    )


@settings(max_examples=1500 if ASK_ALL else 60)
@given(listing=listings(), scope=scopes(), seed=st.sampled_from(SEEDS), without=st.sampled_from(VARIANTS))
def test_listings_agree(judges, judged, listing, scope, seed, without):
    note(str(listing_to_json(listing)))
    check_listing(listing)
    assert listing_from_json(listing_to_json(listing)) == listing
    everything = outcome_of(lambda: judges[seed].list(replace(listing, size=1000), scope).result)
    pages = []
    here = listing
    for _ in range(8):  # a few pages show what many would
        wanted = outcome_of(lambda at=here: judges[seed].list(at, scope))
        found = outcome_of(lambda at=here: judged[seed][without].list(at, scope))
        if isinstance(wanted, tuple):
            assert found == wanted
            return
        assert not differences(found.result, wanted.result), f"without {without}"
        assert found.after == wanted.after
        pages += found.result.rows
        if not found.after:
            assert tuple(pages) == everything.rows
            return
        here = replace(listing, after=found.after)
        assert listing_from_json(listing_to_json(here)) == here
    assert tuple(pages) == everything.rows[: len(pages)]


@settings(max_examples=1500 if ASK_ALL else 100)
@given(
    listing=listings(),
    condition=conditions_on_patients(),
    scope=scopes(),
    seed=st.sampled_from(SEEDS),
    without=st.sampled_from(VARIANTS),
)
def test_as_many_patients_are_listed_as_are_counted(judges, judged, listing, condition, scope, seed, without):
    """Under the same limits, in the same months: whoever counts patients finds exactly them in the list."""
    listed = replace(
        listing, columns=(PATIENT,), order=(), rows=ListingRows.PATIENTS, condition=condition, size=1000
    )
    counted = Query(
        values=(Patients(condition),),
        where=listing.where,
        months=listing.months,
        structure=listing.structure,
        codes=listing.codes,
        exclusions=listing.exclusions,
    )
    note(str(listing_to_json(listed)))
    # The judge counts; a pseudonym in the selection has no meaning in a question of the fast engine.
    count = outcome_of(lambda: judges[seed].answer(counted, scope))
    for engine in (judges[seed], judged[seed][without]):
        page = outcome_of(lambda asked=engine: asked.list(listed, scope))
        if not isinstance(count, Result):
            assert page == count
        elif count.rows[0][0] is None:
            assert page == ("NoData", "The condition on patients looks at a month that has no single items.")
        else:
            assert not page.after
            assert count.rows == ((len(page.result.rows),),)
