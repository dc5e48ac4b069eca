"""Strategies for selections. Each is asked for what it may look at, so that what is drawn is valid."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from epact2.model.bnf import BnfCode
from epact2.model.fields import Dimension, Field
from epact2.model.prescribing import FIELDS
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Between,
    Is,
    Not,
    OneOf,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)
from generative.vocabulary import BNF_CODES, CODES, ORGANISATION_CODES, UNKNOWN

PEOPLE = (Dimension.ORGANISATION,)
MEDICINES = (Dimension.MEDICINE, Dimension.LINE)
TIME = (Dimension.TIME,)
ITEMS = (Dimension.PATIENT, Dimension.ITEM)


@cache
def fields_of(dimensions: tuple[Dimension, ...]) -> list[Field]:
    """The fields of some dimensions."""
    return [field for field in FIELDS if field.dimension in dimensions and field.groups]


@st.composite
def conditions(draw: st.DrawFn, dimensions: tuple[Dimension, ...]) -> Selection:
    """One condition, on a field of one of the dimensions."""
    kinds = ["is", "is", "in", "between"]
    if Dimension.MEDICINE in dimensions:
        kinds += ["medicine", "medicine"]
    if Dimension.ORGANISATION in dimensions:
        kinds += ["organisation", "organisation"]
    kind = draw(st.sampled_from(kinds))
    if kind == "medicine":
        return UnderMedicine(BnfCode(draw(st.sampled_from(BNF_CODES))))
    if kind == "organisation":
        return UnderOrganisation(draw(st.sampled_from(ORGANISATION_CODES)))
    field = draw(st.sampled_from(fields_of(dimensions)))
    codes = CODES[field]
    if kind == "is":
        return Is(field, draw(st.sampled_from(codes)))
    if kind == "in":
        fixed = field.numeric or field.closed or field.dimension is Dimension.TIME
        asked = codes if fixed else (*codes, UNKNOWN)
        return OneOf(field, tuple(draw(st.lists(st.sampled_from(asked), max_size=4, unique=True))))
    low, high = draw(st.sampled_from(codes)), draw(st.sampled_from(codes))
    if field.numeric and Decimal(low) > Decimal(high):
        low, high = high, low
    return Between(field, low, high)


@st.composite
def listing_conditions(draw: st.DrawFn) -> Selection:
    """One condition on what only a listing may look at: a person, a form."""
    field = draw(st.sampled_from([field for field in FIELDS if not field.groups]))
    codes = CODES[field]
    if draw(st.booleans()):
        return Is(field, draw(st.sampled_from(codes)))
    return OneOf(field, tuple(draw(st.lists(st.sampled_from(codes), max_size=3, unique=True))))


@cache  # a strategy is made once: making one costs more than drawing from it
def selections(dimensions: tuple[Dimension, ...], leaves: int = 4) -> st.SearchStrategy[Selection]:
    """A condition, or several put together."""
    return st.recursive(
        conditions(dimensions),
        lambda parts: (
            st.builds(Not, parts)
            | st.builds(AnyOf, st.lists(parts, max_size=3).map(tuple))
            | st.builds(AllOf, st.lists(parts, max_size=3).map(tuple))
        ),
        max_leaves=leaves,
    )


@st.composite
def question_selections(draw: st.DrawFn, mixed: bool, of_items: bool) -> Selection:
    """What a whole question may be limited to: time by itself, the rest mixed if allowed."""
    parts: list[Selection] = []
    if draw(st.integers(0, 3)) == 0:
        parts.append(draw(selections(TIME, leaves=2)))
    if draw(st.integers(0, 2)) == 0:
        parts.append(draw(selections(PEOPLE)))
    if draw(st.integers(0, 2)) == 0:
        parts.append(draw(selections(MEDICINES)))
    if of_items and draw(st.integers(0, 2)) == 0:
        parts.append(draw(selections((*MEDICINES, *ITEMS))))
    if mixed and draw(st.integers(0, 5)) == 0:
        parts.append(draw(selections((*PEOPLE, *MEDICINES))))
    if not parts:
        return EVERYTHING
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


@cache
def value_selections(dimensions: tuple[Dimension, ...]) -> st.SearchStrategy[Selection]:
    """What a value may be limited to: mostly nothing."""
    return st.just(EVERYTHING) | st.just(EVERYTHING) | selections(dimensions, leaves=3)
