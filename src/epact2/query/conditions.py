"""Conditions on what one patient received: co-prescribing, polypharmacy, burden scores, starting, switching.

A condition is fulfilled by a patient or not. Its leaves look at rows of the patient: those of the answer's
group itself, or those of a window of months named relative to the group's period. All are data, so that "an
NSAID without gastro-protection" and "valproate now and not in the year before" need no code of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from epact2.query.nodes import Amount, BadQuestion, Distinct, MonthRange, Selection


@dataclass(frozen=True, slots=True)
class Here:
    """The patient's rows in the group itself, those that the value's ``where`` selects."""


@dataclass(frozen=True, slots=True)
class Last:
    """So many months that end with the last month of the group's period."""

    months: int

    def __post_init__(self) -> None:
        _check_window(self.months)


@dataclass(frozen=True, slots=True)
class Before:
    """So many months that end just before the first month of the group's period."""

    months: int

    def __post_init__(self) -> None:
        _check_window(self.months)


def _check_window(months: int) -> None:
    if not 1 <= months <= 120:
        raise BadQuestion(f"A window of {months} months has no meaning.", "Use 12 for a year; 120 at most.")


# A window that is not ``Here`` looks at all rows of the patient within the scope in its months, at whatever
# practice: who moved is not new to a medicine. A fixed window is a MonthRange: the cohort of a quarter, say.
Window = Here | Last | Before | MonthRange
HERE = Here()


@dataclass(frozen=True, slots=True)
class Had:
    """The patient has a row that the selection selects."""

    selection: Selection
    window: Window = HERE


@dataclass(frozen=True, slots=True)
class AtLeast:
    """An amount, or a distinct count, over the patient's rows is ``least`` or more, in the measure's unit."""

    value: Amount | Distinct
    least: Decimal
    window: Window = HERE

    def __post_init__(self) -> None:
        if isinstance(self.value, Amount) and self.value.measure.is_population:
            raise BadQuestion(
                f"One patient has no {self.value.measure}.", "Use items, total quantity or a distinct count."
            )


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of ``points`` × different chemical substances selected is ``least`` or more.

    The anticholinergic burden is such a score: one point for each substance of the first list, two for each
    of the second, three for each of the third.
    """

    points: tuple[tuple[Selection, int], ...]
    least: int
    window: Window = HERE

    def __post_init__(self) -> None:
        if not self.points:
            raise BadQuestion(
                "A score needs at least one selection with its points.", "Give [selection, points]."
            )


@dataclass(frozen=True, slots=True)
class AllConditions:
    """Every part is fulfilled. No parts are always fulfilled."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyCondition:
    """At least one part is fulfilled."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NotCondition:
    """The part is not fulfilled."""

    part: Condition


Leaf = Had | AtLeast | Score
Condition = Leaf | AllConditions | AnyCondition | NotCondition


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The leaves of a condition, in order."""
    match condition:
        case AllConditions(parts) | AnyCondition(parts):
            for part in parts:
                yield from leaves(part)
        case NotCondition(part):
            yield from leaves(part)
        case Had() | AtLeast() | Score():
            yield condition


def on_nothing(condition: Condition) -> bool | None:
    """Whether a condition is fulfilled by a patient of whose rows in the group no leaf selects any.

    None where that depends on a window, or on nothing in the group.
    """
    match condition:
        case AllConditions(parts):
            found = {on_nothing(part) for part in parts}
            return False if False in found else None if None in found else True
        case AnyCondition(parts):
            found = {on_nothing(part) for part in parts}
            return True if True in found else None if None in found else False
        case NotCondition(part):
            inner = on_nothing(part)
            return None if inner is None else not inner
        case Had() | AtLeast() | Score():
            if not isinstance(condition.window, Here):
                return None
            return fulfilled_by_none(condition)


def required(condition: Condition) -> frozenset[int]:
    """The places, among the leaves, of those that a patient must fulfil, whatever else holds."""
    match condition:
        case AllConditions(parts):
            found: set[int] = set()
            place = 0
            for part in parts:
                found |= {place + one for one in required(part)}
                place += len(tuple(leaves(part)))
            return frozenset(found)
        case Had() | AtLeast() | Score():
            return frozenset({0})
        case AnyCondition() | NotCondition():
            return frozenset()


def fulfilled_by_none(leaf: Leaf) -> bool:
    """Whether a leaf is fulfilled where it selects no row: at least 0 of anything is."""
    return not isinstance(leaf, Had) and leaf.least <= 0


def selections(leaf: Leaf) -> Iterator[Selection]:
    """The selections that a leaf looks at."""
    match leaf:
        case Had(selection):
            yield selection
        case AtLeast(value):
            yield value.where
        case Score(points):
            yield from (selection for selection, _ in points)
