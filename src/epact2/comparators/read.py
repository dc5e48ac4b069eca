"""Comparator files: YAML that a pharmacist can review, read strictly.

Every scalar is read as text, so that a BNF code such as 0501 cannot turn into an octal number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from epact2.comparators.definition import Comparator, Direction, Part
from epact2.errors import Epact2Error, did_you_mean
from epact2.model.bnf import BnfCode
from epact2.query.codec import measure_named, selection_from_json
from epact2.query.nodes import EVERYTHING, Amount, Selection, UnderMedicine

_KEYS = (
    "title", "summary", "theme", "direction", "numerator", "denominator", "per", "why", "source", "reviewed",
    "version",
)  # fmt: skip
_ANY_MEDICINE = {"under": ["bnf", "{medicine}"]}
_PLACEHOLDER = UnderMedicine(
    BnfCode("01")
)  # replaced by Comparator.for_medicine; never answered as it stands


class BadDefinition(Epact2Error):
    """A comparator file that cannot be read."""


class UnknownComparator(Epact2Error):
    """A comparator that is not defined."""


def read_definition(key: str, text: str) -> Comparator:
    """The comparator of a YAML text. Raises BadDefinition, which names the file and what is allowed."""
    place = f"{key}.yaml"
    try:
        data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  BaseLoader makes only texts, lists, maps
    except yaml.YAMLError as error:
        raise BadDefinition(f"{place} is not valid YAML: {error}", "Mend the file.") from None
    if not isinstance(data, dict):
        raise BadDefinition(f"{place} does not hold a mapping.", f"It needs: {', '.join(_KEYS)}.")
    for name in data:
        if name not in _KEYS:
            raise BadDefinition(f"{place}: “{name}” is unknown.", did_you_mean(str(name), _KEYS))
    for name in _KEYS:
        if name not in data:
            raise BadDefinition(f"{place} has no “{name}”.", f"It needs: {', '.join(_KEYS)}.")
    numerator = data["numerator"]
    any_medicine = isinstance(numerator, dict) and numerator.get("where") == _ANY_MEDICINE
    try:
        return Comparator(
            key=key,
            title=data["title"],
            summary=data["summary"],
            theme=data["theme"],
            direction=Direction(data["direction"]),
            numerator=_part(numerator, place, "numerator", any_medicine),
            denominator=_part(data["denominator"], place, "denominator"),
            per=int(data["per"]),
            why=data["why"].strip(),
            source=data["source"],
            reviewed=date.fromisoformat(data["reviewed"]),
            version=int(data["version"]),
            any_medicine=any_medicine,
        )
    except Epact2Error as error:
        raise BadDefinition(f"{place}: {error.message}", error.advice) from None
    except ValueError as error:
        raise BadDefinition(f"{place}: {error}.", "See the other files for what is allowed.") from None


def _part(data: Any, place: str, which: str, any_medicine: bool = False) -> Part:  # data is unchecked YAML
    if not isinstance(data, Mapping) or not {"name", "amount"} <= set(data) <= {"name", "amount", "where"}:
        raise BadDefinition(f"{place}: the {which} is not as expected.", "It has name, amount and where.")
    where: Selection = EVERYTHING
    if any_medicine:
        where = _PLACEHOLDER
    elif "where" in data:
        where = selection_from_json(data["where"])
    return Part(data["name"], Amount(measure_named(data["amount"]), where))


@lru_cache(maxsize=1)
def comparators() -> Mapping[str, Comparator]:
    """Every comparator that ships with the project, by key, ordered by theme and title."""
    found = [
        read_definition(file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8"))
        for file in resources.files("epact2.comparators").joinpath("definitions").iterdir()
        if file.name.endswith(".yaml")
    ]
    return {one.key: one for one in sorted(found, key=lambda one: (one.theme, one.title))}


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
