"""Conditions on patients in English: “who had A and not who had B”, “with 10 or more different products”."""

from __future__ import annotations

from decimal import Decimal

from epact2.model.months import span_name
from epact2.query.conditions import (
    AllConditions,
    AnyCondition,
    AtLeast,
    Before,
    Condition,
    Had,
    Here,
    Last,
    NotCondition,
    Score,
    Window,
)
from epact2.query.nodes import Amount, MonthRange, Selection
from epact2.query.selection_words import Names, condition_of, joined, plural, selection_words


def condition_words(condition: Condition, names: Names | None = None) -> str:
    """A condition as it follows “patients”."""
    match condition:
        case Had(selection, window):
            return f"who had {_what(selection, names)}{_window(window)}"
        case AtLeast(value, least, window):
            if isinstance(value, Amount):
                what = value.measure.name
            else:
                what = f"different {joined([plural(field) for field in value.fields], 'with')}"
            return f"with {_number(least)} or more {what}{condition_of(value.where, names)}{_window(window)}"
        case Score(points, least, window):
            scores = joined([f"{each} for each of: {_what(one, names)}" for one, each in points])
            return f"with a score of {least} or more ({scores}){_window(window)}"
        case AllConditions(parts):
            return _parts(parts, "and", names) or "whatever they had"
        case AnyCondition(parts):
            return _parts(parts, "or", names) or "of no condition"
        case NotCondition(part):
            return f"not {_inner(part, names)}"


def _what(selection: Selection, names: Names | None) -> str:
    """What was had: a list of medicines by its name, else the selection."""
    called = names.list_name(selection) if names else ""
    return f"“{called}”" if called else selection_words(selection, names) or "anything"


def _parts(parts: tuple[Condition, ...], last: str, names: Names | None) -> str:
    return f" {last} ".join(_inner(part, names) for part in parts)


def _inner(part: Condition, names: Names | None) -> str:
    text = condition_words(part, names)
    several = isinstance(part, (AllConditions, AnyCondition)) and len(part.parts) > 1
    return f"({text})" if several else text


def _number(number: Decimal) -> str:
    return f"{number:,f}"


def _window(window: Window) -> str:
    match window:
        case Here():
            return ""
        case Last(1):
            return " in the last month"
        case Last(months):
            return f" in the last {months} months"
        case Before(1):
            return " in the month before"
        case Before(months):
            return f" in the {months} months before"
        case MonthRange(first, last):
            return f" in {span_name((first, last))}"
