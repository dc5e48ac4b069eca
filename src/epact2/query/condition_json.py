"""Conditions on patients, read from JSON: see ``query.conditions`` for what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from epact2.model.months import DispensingMonth
from epact2.query.conditions import (
    HERE,
    AllConditions,
    AnyCondition,
    AtLeast,
    Before,
    Condition,
    Had,
    Last,
    NotCondition,
    Score,
    Window,
)
from epact2.query.encode import Json
from epact2.query.nodes import Amount, BadQuestion, Distinct, MonthRange
from epact2.query.pieces import (
    a_list,
    a_text,
    a_whole,
    field_named,
    fields_named,
    measure_named,
    only_keys,
    quoted,
)
from epact2.query.selection_json import selection_from_json

_WINDOW_KEYS = ("last", "before", "from", "to")
_MOST_DIGITS = 12  # before the point or after it
_MOST_SIGNIFICANT = 15  # so many are the same again after JSON's floating-point numbers
_KINDS = ("had", "at least", "score", "all", "any", "not")


def condition_from_json(data: Json) -> Condition:
    """The condition of a JSON object. Raises BadQuestion or UnknownName."""
    if not isinstance(data, dict):
        raise BadQuestion(
            f"{quoted(data)} is no condition.", f"Use an object with one of: {', '.join(_KINDS)}."
        )
    if "score" in data:
        return _score(data)
    for kind, read in (("had", _had), ("at least", _at_least)):
        if kind in data:
            return read(data)
    only_keys(data, _KINDS, "a condition")
    if len(data) != 1:
        raise BadQuestion(
            f"{quoted(data)} is no condition.", f"Use an object with one of: {', '.join(_KINDS)}."
        )
    ((kind, body),) = data.items()
    if kind == "not":
        return NotCondition(condition_from_json(body))
    parts = tuple(condition_from_json(part) for part in a_list(body, kind))
    return AllConditions(parts) if kind == "all" else AnyCondition(parts)


def _had(data: Mapping[str, Json]) -> Condition:
    only_keys(data, ("had", *_WINDOW_KEYS), "a condition")
    return Had(selection_from_json(data["had"]), _window(data))


def _at_least(data: Mapping[str, Json]) -> Condition:
    only_keys(data, ("at least", *_WINDOW_KEYS), "a condition")
    parts = a_list(data["at least"], "at least")
    if len(parts) != 2:
        raise BadQuestion(
            f"“at least” has {len(parts)} parts: {quoted(data['at least'])}.",
            'Write {"at least": [{"distinct": "chemical substance"}, 10]}.',
        )
    return AtLeast(_of_one_patient(parts[0]), _number(parts[1], "at least"), _window(data))


def _score(data: Mapping[str, Json]) -> Condition:
    only_keys(data, ("score", "at least", *_WINDOW_KEYS), "a score")
    if "at least" not in data:
        raise BadQuestion(
            "The score has no “at least”.", 'Write {"score": [[selection, points]], "at least": 6}.'
        )
    pairs = []
    for pair in a_list(data["score"], "score"):
        parts = a_list(pair, "score")
        if len(parts) != 2:
            raise BadQuestion(f"{quoted(pair)} is no selection with points.", "Write [selection, points].")
        pairs.append((selection_from_json(parts[0]), a_whole(parts[1], "points")))
    return Score(tuple(pairs), a_whole(data["at least"], "at least"), _window(data))


def _of_one_patient(data: Json) -> Amount | Distinct:
    """What is worked out for one patient: an amount or a distinct count, with its own condition."""
    if not isinstance(data, dict):
        return Amount(measure_named(data))
    where = selection_from_json(data.get("where"))
    if "distinct" in data:
        only_keys(data, ("distinct", "where"), "a distinct count")
        named = data["distinct"]
        fields = fields_named(named, "distinct") if isinstance(named, list) else (field_named(named),)
        return Distinct(fields, where)
    only_keys(data, ("amount", "where"), "an amount")
    return Amount(measure_named(data.get("amount")), where)


def _number(data: Json, place: str) -> Decimal:
    if isinstance(data, float):
        data = Decimal(repr(data))
    if isinstance(data, bool) or not isinstance(data, (int, Decimal)):
        raise BadQuestion(f"“{place}” has {quoted(data)} where a number belongs.", "Write it without quotes.")
    number = Decimal(data)
    exponent = number.as_tuple().exponent
    too_fine = not isinstance(exponent, int) or exponent < -_MOST_DIGITS
    if number.adjusted() >= _MOST_DIGITS or too_fine or len(number.as_tuple().digits) > _MOST_SIGNIFICANT:
        raise BadQuestion(f"“{place}” has a number that is too long.", "Write a number of fewer digits.")
    return number


def _window(data: Mapping[str, Json]) -> Window:
    given = [key for key in _WINDOW_KEYS if key in data]
    match given:
        case []:
            return HERE
        case ["last"]:
            return Last(a_whole(data["last"], "last"))
        case ["before"]:
            return Before(a_whole(data["before"], "before"))
        case ["from", "to"]:
            first, last = (DispensingMonth.parse(a_text(data[key], key)) for key in given)
            return MonthRange(first, last)
        case _:
            raise BadQuestion(
                f"A window cannot be given by {' and '.join(given)}.",
                "Use “last”, “before”, or “from” with “to”.",
            )
