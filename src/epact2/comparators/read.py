"""Comparator files: YAML that a pharmacist can review, read strictly.

A numerator or a denominator is written with the words of a question's JSON: ``amount``, ``distinct``,
``patients`` or the name of a ``value``, each perhaps with ``where``; and ``{list: …}`` stands for a shared
list of medicines wherever a selection may stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from epact2.comparators.definition import Comparator, Direction, Part, PartValue
from epact2.comparators.files import BadDefinition, date_at, read_mapping, refuse, text_at, texts_of, whole_at
from epact2.comparators.lists import MedicineList, found_list, medicine_lists
from epact2.errors import Epact2Error, did_you_mean
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import PRACTICE
from epact2.query.check import check
from epact2.query.codec import selection_from_json, value_from_json
from epact2.query.encode import selection_to_json
from epact2.query.nodes import EVERYTHING, Amount, Distinct, Patients, Query, Ratio, UnderMedicine

__all__ = [
    "BadDefinition",
    "UnknownComparator",
    "comparator_named",
    "comparators",
    "prepared_values",
    "read_definition",
]

_KEYS = (
    "title", "summary", "theme", "direction", "numerator", "denominator", "per", "why", "source", "reviewed",
    "version",
)  # fmt: skip
_KINDS = ("amount", "distinct", "patients", "value")
_ANY_MEDICINE = {"under": ["bnf", "{medicine}"]}
_PLACEHOLDER = UnderMedicine(
    BnfCode("01")
)  # replaced by Comparator.for_medicine; never answered as it stands


class UnknownComparator(Epact2Error):
    """A comparator that is not defined."""


def read_definition(key: str, text: str, lists: Mapping[str, MedicineList] | None = None) -> Comparator:
    """The comparator of a YAML text. Raises BadDefinition, which names the file and what is allowed.

    ``lists`` are the lists of medicines that it may name; those that ship with the project unless given.
    """
    place = f"{key}.yaml"
    data = read_mapping(place, text, _KEYS)
    known = medicine_lists() if lists is None else lists
    numerator = data["numerator"]
    any_medicine = isinstance(numerator, dict) and numerator.get("where") == _ANY_MEDICINE
    if any_medicine:
        numerator = {**numerator, "where": {}}
    try:
        made = Comparator(
            key=key,
            title=text_at(place, data, "title"),
            summary=text_at(place, data, "summary"),
            theme=text_at(place, data, "theme"),
            direction=_direction(place, text_at(place, data, "direction")),
            numerator=_part(numerator, place, "numerator", known),
            denominator=_part(data["denominator"], place, "denominator", known),
            per=whole_at(place, data, "per"),
            why=text_at(place, data, "why"),
            source=text_at(place, data, "source"),
            reviewed=date_at(place, data, "reviewed"),
            version=whole_at(place, data, "version"),
            any_medicine=any_medicine,
        )
        # What would lie at any level is refused here, and not when somebody opens the page.
        check(Query((Ratio(made.numerator.value, made.denominator.value, made.per),), rows=(PRACTICE,)))
    except BadDefinition:
        raise
    except Epact2Error as error:
        raise BadDefinition(f"{place}: {error.message}", error.advice) from None
    if any_medicine:
        placeholder = replace(made.numerator.value, where=_PLACEHOLDER)
        return replace(made, numerator=replace(made.numerator, value=placeholder))
    return made


def _direction(place: str, text: str) -> Direction:
    try:
        return Direction(text)
    except ValueError:
        allowed = ", ".join(one.value for one in Direction)
        refuse(place, f"“{text}” is no direction", f"It may be: {allowed}.")


def _part(data: Any, place: str, which: str, lists: Mapping[str, MedicineList]) -> Part:
    """A numerator or denominator of unchecked YAML."""
    form = f"It has a name, one of {', '.join(_KINDS)}, and perhaps where."
    if not isinstance(data, Mapping) or "name" not in data:
        refuse(place, f"the {which} is not as expected", form)
    kinds = [key for key in _KINDS if key in data]
    if len(kinds) != 1 or not set(data) <= {"name", "where", kinds[0]}:
        refuse(place, f"the {which} is not as expected", form)
    name = text_at(f"{place}, {which}", dict(data), "name")
    said = {key: _with_lists(part, lists) for key, part in data.items() if key != "name"}
    return Part(name, _named(place, which, said) if kinds == ["value"] else _value(place, which, said))


def _named(place: str, which: str, data: dict[str, Any]) -> PartValue:
    """A value that has a name of its own, perhaps with a selection where the name has none."""
    found = _value(place, which, data["value"])
    if "where" not in data:
        return found
    if found.where != EVERYTHING:
        refuse(place, f"the {which} has a value that is limited already", "Leave “where” out.")
    return replace(found, where=selection_from_json(data["where"]))


def _value(place: str, which: str, data: Any) -> PartValue:
    found = value_from_json(data)
    if not isinstance(found, (Amount, Distinct, Patients)):
        refuse(
            place,
            f"the {which} is a ratio or a change, and has no sums of its own",
            "Use an amount, a distinct count, or patients with a condition.",
        )
    return found


def _with_lists(data: Any, lists: Mapping[str, MedicineList]) -> Any:
    """Unchecked YAML with the selection of a list in place of each ``{list: …}``."""
    if isinstance(data, dict):
        if set(data) == {"list"}:
            return selection_to_json(found_list(str(data["list"]), lists).selection)
        return {key: _with_lists(part, lists) for key, part in data.items()}
    if isinstance(data, list):
        return [_with_lists(part, lists) for part in data]
    return data


@lru_cache(maxsize=1)
def comparators() -> Mapping[str, Comparator]:
    """Every comparator that ships with the project, by key, ordered by theme and title."""
    found = [read_definition(key, text) for key, text in texts_of("definitions").items()]
    return {one.key: one for one in sorted(found, key=lambda one: (one.theme, _in_order(one.title)))}


def _in_order(title: str) -> list[tuple[int, str]]:
    """A title for sorting: “6 or more” comes before “12 or more”."""
    parts = re.split(r"([0-9]+)", title.casefold())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def prepared_values() -> tuple[PartValue, ...]:
    """The different values that the numerators and denominators of all comparators consist of.

    Worth working out once for every organisation when a month is loaded. What a person fills in (any
    medicine) is not among them.
    """
    found: dict[PartValue, None] = {}
    for one in comparators().values():
        for part in (one.denominator,) if one.any_medicine else (one.numerator, one.denominator):
            found[part.value] = None
    return tuple(found)


def comparator_named(name: str) -> Comparator:
    """The comparator of a key or a title, however it is spaced and cased. Raises UnknownComparator."""
    wanted = _slug(name)
    for one in comparators().values():
        if wanted in (one.key, _slug(one.title)):
            return one
    near = did_you_mean(wanted, comparators())
    raise UnknownComparator(
        f"“{name}” is no comparator.", near or f"The comparators are: {', '.join(comparators())}."
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold().replace(",", "")).strip("-")
