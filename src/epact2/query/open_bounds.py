"""How many open items a count of patients could rest on: what decides whether its atoms are shown.

Open data know medicines, practices and months, and nothing of patients. So a selection is taken as wide as
its conditions on medicines alone make it, and a condition on patients as the least over its conjuncts, the
sum over its alternatives, and nothing for “without”. Windows are taken in the month itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from epact2.model.fields import Dimension
from epact2.query.conditions import (
    AllConditions,
    AnyCondition,
    AtLeast,
    Condition,
    Had,
    NotCondition,
    Score,
    fulfilled_by_none,
)
from epact2.query.grains import dimensions_of
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Amount,
    AnyOf,
    Between,
    Distinct,
    Everything,
    Is,
    Not,
    OneOf,
    Patients,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)


@dataclass(frozen=True, slots=True)
class ItemsOf:
    """The open items of the medicines that a selection selects."""

    medicines: Selection


@dataclass(frozen=True, slots=True)
class LeastOf:
    """The least of several bounds."""

    parts: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class SumOf:
    """The sum of several bounds."""

    parts: tuple[Bound, ...]


Bound = ItemsOf | LeastOf | SumOf


def bound_of(value: Amount | Distinct | Patients) -> Bound:
    """The bound of a count of patients, or of items of which open data do not know which they are."""
    base = ItemsOf(medicines_only(value.where))
    if not isinstance(value, Patients):
        return base
    narrower = _of_condition(value.condition, value.where)
    return base if narrower is None else LeastOf((base, narrower))


def open_items(bound: Bound, items_of: Callable[[Selection], int]) -> int:
    """The bound as a number; ``items_of`` gives the open items of a selection of medicines."""
    match bound:
        case ItemsOf(medicines):
            return items_of(medicines)
        case LeastOf(parts):
            return min(open_items(part, items_of) for part in parts)
        case SumOf(parts):
            return sum(open_items(part, items_of) for part in parts)


def selections_of(bound: Bound) -> Iterator[Selection]:
    """Every selection of medicines that a bound counts items of."""
    match bound:
        case ItemsOf(medicines):
            yield medicines
        case LeastOf(parts) | SumOf(parts):
            for part in parts:
                yield from selections_of(part)


def _of_condition(condition: Condition, where: Selection) -> Bound | None:
    match condition:
        case Had(selection):
            return ItemsOf(medicines_only(AllOf((where, selection))))
        case AtLeast(value):
            if fulfilled_by_none(condition):
                return None
            return ItemsOf(medicines_only(AllOf((where, value.where))))
        case Score(points):
            if fulfilled_by_none(condition):
                return None
            scored = AnyOf(tuple(selection for selection, _ in points))
            return ItemsOf(medicines_only(AllOf((where, scored))))
        case AllConditions(parts):
            bounds = [found for part in parts if (found := _of_condition(part, where)) is not None]
            return LeastOf(tuple(bounds)) if bounds else None
        case AnyCondition(parts):
            alternatives = [_of_condition(part, where) for part in parts]
            known = tuple(found for found in alternatives if found is not None)
            # One alternative without a bound leaves the whole without one.
            return SumOf(known) if known and len(known) == len(alternatives) else None
        case NotCondition():
            return None


def medicines_only(selection: Selection) -> Selection:
    """The narrowest selection of medicines that selects every row that ``selection`` does."""
    match selection:
        case Everything() | UnderMedicine():
            return selection
        case Is(field) | OneOf(field) | Between(field):
            return selection if field.dimension is Dimension.MEDICINE else EVERYTHING
        case UnderOrganisation():
            return EVERYTHING
        case AllOf(parts):
            inner = (medicines_only(part) for part in parts)
            kept = tuple(part for part in inner if part != EVERYTHING)
            return AllOf(kept) if len(kept) > 1 else kept[0] if kept else EVERYTHING
        case AnyOf(parts):
            alternatives = tuple(medicines_only(part) for part in parts)
            return EVERYTHING if EVERYTHING in alternatives else AnyOf(alternatives)
        case Not(part):
            return selection if dimensions_of(part) <= {Dimension.MEDICINE} else EVERYTHING
