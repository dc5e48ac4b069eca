"""What has to be added up for a question, and what is then worked out from the sums.

Each value of each group becomes a small tree: at its leaves are cells (a slot added up over a grouping, seen
through a lens), above them quotients and differences. Both the reading of tables and the arithmetic are made
from these trees, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from epact2.model.fields import Dimension, Field
from epact2.model.items import PATIENT
from epact2.query.conditions import NotCondition, on_nothing
from epact2.query.grains import grains
from epact2.query.nodes import (
    Amount,
    Change,
    Distinct,
    Order,
    Patients,
    Query,
    Ratio,
    Rolling,
    Share,
    Value,
    YearToDate,
)
from epact2.query.periods import PLAIN, Lens, Shift, ToDate, Window
from epact2.store.plan import Slot, is_of_people, slot_of


@dataclass(frozen=True, slots=True)
class Grouping:
    """The fields by which rows are brought together. ``others``: only the rows that a top left out."""

    fields: tuple[Field, ...]
    others: bool = False

    @property
    def time_fields(self) -> tuple[Field, ...]:
        """Its fields of time."""
        return tuple(field for field in self.fields if field.dimension is Dimension.TIME)

    @property
    def is_of_people(self) -> bool:
        """Whether people can be brought together by it: it has neither medicines nor lines."""
        return all(is_of_people(field) for field in self.fields)


@dataclass(frozen=True, slots=True)
class Cell:
    """A slot's sum over a grouping, through a lens."""

    grouping: Grouping
    slot: Slot
    lens: Lens


@dataclass(frozen=True, slots=True)
class Quotient:
    """Top × per ÷ bottom, of plain numbers."""

    top: Term
    bottom: Term
    per: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Now less before; ``relative``: as a part of before."""

    now: Term
    before: Term
    relative: bool


Term = Cell | Quotient | Difference


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one grain of the answer: their grouping, and a tree for each value."""

    grouping: Grouping
    terms: tuple[Term, ...]


def ranked_fields(query: Query) -> tuple[Field, ...]:
    """The row fields that a top chooses among."""
    return query.rows[len(query.top.within) :] if query.top else ()


def answer_parts(query: Query) -> tuple[Part, ...]:
    """One part for each grain, fine to coarse; each grain of whole rows is followed by a top's others."""
    parts = []
    for grain in grains(query):
        parts.append(_part(query, Grouping(grain)))
        if query.top and query.top.others and grain[: len(query.rows)] == query.rows:
            columns = grain[len(query.rows) :]
            parts.append(_part(query, Grouping((*query.top.within, *columns), others=True)))
    return tuple(parts)


def ranking_part(query: Query) -> tuple[Part, bool] | None:
    """The part by which a top chooses, and whether the highest come first."""
    if query.top is None:
        return None
    by_value = [order for order in query.order if not isinstance(order.by, Field)]
    order = by_value[0] if by_value else Order(query.values[0], descending=True)
    assert not isinstance(order.by, Field)
    grouping = Grouping(query.rows)
    return Part(grouping, (_term(query, order.by, grouping, PLAIN),)), order.descending


def _part(query: Query, grouping: Grouping) -> Part:
    return Part(grouping, tuple(_term(query, value, grouping, PLAIN) for value in query.values))


def _term(query: Query, value: Value, grouping: Grouping, lens: Lens) -> Term:
    match value:
        case Amount(measure) if measure.is_population:
            of_people = tuple(field for field in grouping.fields if is_of_people(field))
            return Cell(Grouping(of_people, grouping.others), slot_of(value), lens)
        case Amount() | Distinct():
            return Cell(grouping, slot_of(value), lens)
        case Patients(condition, where) if on_nothing(condition):
            # Fulfilled by who had none of what is looked at: all patients, less those who do not fulfil it.
            # So only the rows that are looked at have to be read for each patient.
            everyone = Cell(grouping, slot_of(Distinct((PATIENT,), where)), lens)
            return Difference(everyone, Cell(grouping, Slot(NotCondition(condition), where), lens), False)
        case Patients():
            return Cell(grouping, slot_of(value), lens)
        case Ratio(top, bottom, per):
            return Quotient(_term(query, top, grouping, lens), _term(query, bottom, grouping, lens), per)
        case Share(inner, of):
            wider = _wider(query, grouping, of)
            return Quotient(_term(query, inner, grouping, lens), _term(query, inner, wider, lens), 1)
        case Change(inner, months, relative):
            now = _term(query, inner, grouping, lens)
            return Difference(now, _term(query, inner, grouping, (*lens, Shift(months))), relative)
        case Rolling(inner, months):
            return _term(query, inner, grouping, (*lens, Window(months)))
        case YearToDate(inner):
            return _term(query, inner, grouping, (*lens, ToDate()))


def _wider(query: Query, grouping: Grouping, of: tuple[Field, ...]) -> Grouping:
    kept = tuple(field for field in grouping.fields if field in of)
    still_others = grouping.others and any(field in of for field in ranked_fields(query))
    return Grouping(kept, still_others)


def cells_of(term: Term) -> Iterator[Cell]:
    """The leaves of a tree."""
    match term:
        case Cell():
            yield term
        case Quotient(top, bottom):
            yield from cells_of(top)
            yield from cells_of(bottom)
        case Difference(now, before):
            yield from cells_of(now)
            yield from cells_of(before)


def needs_rows(term: Term, grouping: Grouping) -> bool:
    """Whether a value is none for every group without prescribing rows of its own, as a ratio of items is.

    What is only counted has no such rows: it is not told by them which groups there are.
    """
    match term:
        case Cell():
            return False
        case Quotient(top, bottom):
            is_own = (
                isinstance(bottom, Cell)
                and bottom.grouping == grouping
                and not bottom.slot.is_population
                and not bottom.slot.is_count
            )
            return is_own or needs_rows(top, grouping) or needs_rows(bottom, grouping)
        case Difference(now, before):
            return needs_rows(now, grouping) or needs_rows(before, grouping)
