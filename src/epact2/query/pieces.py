"""The pieces of a question's JSON, read strictly: names, texts, numbers, lists, flags."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from epact2.errors import Epact2Error, did_you_mean
from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.model.prescribing import FIELD_BY_NAME, MEASURE_BY_NAME
from epact2.query.encode import Json
from epact2.query.nodes import BadQuestion

Found = TypeVar("Found")
# Far above what a question can mean, and far below what an engine's whole numbers can hold.
LARGEST_WHOLE = 1_000_000_000
FIELDS = {name.casefold(): field for name, field in FIELD_BY_NAME.items()}
MEASURES = {name.casefold(): measure for name, measure in MEASURE_BY_NAME.items()}


class UnknownName(Epact2Error):
    """A name in a question that the model does not have."""


def quoted(data: Json) -> str:
    """A piece of a question as it is quoted in a message, cut short."""
    text = json.dumps(data, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:79]}…"


def only_keys(data: Mapping[str, Json], allowed: Iterable[str], place: str) -> None:
    """Refuse a key that the place does not have."""
    names = tuple(allowed)
    for key in data:
        if key not in names:
            advice = did_you_mean(key, names) or f"It may have: {', '.join(names)}."
            raise UnknownName(f"“{key}” is unknown in {place}.", advice)


def a_list(data: Json, place: str) -> list[Json]:
    """A list, or BadQuestion."""
    if data is None and place == "columns":  # a question may do without; a listing may not
        raise BadQuestion(
            "The listing has no “columns”.", 'For example "columns": ["presentation", "items"].'
        )
    if data is None:
        raise BadQuestion(f"The question has no “{place}”.", 'For example "values": ["items"].')
    if not isinstance(data, list):
        raise BadQuestion(f"“{place}” is not a list.", f'Write "{place}": [ … ].')
    return data


def a_text(data: Json, place: str) -> str:
    """A text; numbers may stand for themselves."""
    if isinstance(data, bool) or not isinstance(data, (str, int, Decimal)):
        raise BadQuestion(f"“{place}” has {quoted(data)} where a text belongs.", "Write a text.")
    text = str(data)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadQuestion(f"“{place}” has half a character in its text.", "Write it as UTF-8.") from None
    return text


def a_whole(data: Json, place: str) -> int:
    """A whole number, or BadQuestion."""
    if isinstance(data, bool) or not isinstance(data, int):
        raise BadQuestion(
            f"“{place}” has {quoted(data)} where a whole number belongs.", "Write it without quotes."
        )
    if abs(data) > LARGEST_WHOLE:
        raise BadQuestion(f"“{place}” has a number that is too large.", f"Use {LARGEST_WHOLE:,} at most.")
    return data


def whole_numbers(data: Json, place: str) -> tuple[int, ...]:
    """A list of whole numbers."""
    return tuple(a_whole(item, place) for item in a_list(data, place))


def a_flag(data: Mapping[str, Json], name: str) -> bool:
    """True or false; false when left out."""
    flag = data.get(name, False)
    if not isinstance(flag, bool):
        raise BadQuestion(f"“{name}” is neither true nor false.", "Leave it out, or say true.")
    return flag


def a_choice(data: Mapping[str, Json], name: str, choices: list[str]) -> str:
    """One of some words, whatever its case; the first when left out."""
    chosen = a_text(data.get(name, choices[0]), name).casefold()
    if chosen not in choices:
        raise UnknownName(f"“{data[name]}” is no {name}.", f"Choose {' or '.join(choices)}.")
    return chosen


def _known(table: Mapping[str, Found], data: Json, kind: str, names: Iterable[str]) -> Found:
    word = a_text(data, kind)
    found = table.get(" ".join(word.replace("_", " ").split()).casefold())
    if found is None:
        advice = did_you_mean(word, names) or f"The {kind}s are: {', '.join(names)}."
        raise UnknownName(f"“{word}” is no {kind}.", advice)
    return found


def field_named(data: Json) -> Field:
    """The field of a name. Raises UnknownName with a suggestion."""
    return _known(FIELDS, data, "field", FIELD_BY_NAME)


def measure_named(data: Json, others: Iterable[str] = ()) -> Measure:
    """The measure of a name. Raises UnknownName with a suggestion, which may be one of ``others``."""
    return _known(MEASURES, data, "measure", (*MEASURE_BY_NAME, *others))


def fields_named(data: Json, place: str) -> tuple[Field, ...]:
    """A list of field names."""
    return tuple(field_named(item) for item in a_list(data, place))
