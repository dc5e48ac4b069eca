"""Every engine lists the rows that the reference engine lists, page by page, none twice and none left out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, note, settings
from hypothesis import strategies as st

from epact2.model.fields import Dimension
from epact2.model.items import ITEM_MEASURES
from epact2.model.prescribing import FIELDS, PRESCRIBING_MEASURES
from epact2.query.listing import Listing, ListingOrder, ListingRows
from epact2.query.listing_json import listing_from_json, listing_to_json
from epact2.query.nodes import EVERYTHING, AllOf, Codes, Exclusions, Selection, Structure
from generative.conftest import SEEDS, VARIANTS
from generative.outcomes import differences, outcome_of
from generative.questions import month_choices, scopes
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
    )


@settings(max_examples=1500 if ASK_ALL else 60)
@given(listing=listings(), scope=scopes(), seed=st.sampled_from(SEEDS), without=st.sampled_from(VARIANTS))
def test_listings_agree(judges, judged, listing, scope, seed, without):
    note(str(listing_to_json(listing)))
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
