"""Lists of medicines that several comparators share: defined once, named, each with its source.

A definition refers to one as ``{list: nsaids}`` wherever a selection may stand. A list is made of BNF codes
of any level, of generic presentations with their brands, and of other lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from epact2.comparators.files import (
    BadDefinition,
    date_at,
    only_known,
    read_mapping,
    refuse,
    text_at,
    texts_of,
)
from epact2.errors import Epact2Error, did_you_mean
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import GENERIC_EQUIVALENT
from epact2.query.nodes import AllOf, AnyOf, Not, OneOf, Selection, UnderMedicine

_NEEDED = ("name", "source", "reviewed")
_CODES = ("medicines", "equivalents", "withdrawn", "lists")
_OPTIONAL = ("note", *_CODES, "except")


@dataclass(frozen=True, slots=True)
class Codes:
    """What a list takes in, or leaves out: names of medicines by their codes, and other lists.

    ``medicines``: all at or beneath a BNF code; ``equivalents``: generic presentations with their brands;
    ``withdrawn``: codes of the source that the BNF no longer has, kept for months that still hold them.
    """

    medicines: Mapping[str, str] = field(default_factory=dict)
    equivalents: Mapping[str, str] = field(default_factory=dict)
    withdrawn: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is named."""
        return not (self.medicines or self.withdrawn or self.equivalents or self.lists)


@dataclass(frozen=True, slots=True)
class MedicineList:
    """One list. ``key`` is its file's name, ``name`` how it stands in a sentence: “oral anticoagulants”."""

    key: str
    name: str
    source: str
    reviewed: date
    note: str
    codes: Codes
    left_out: Codes
    selection: Selection


class UnknownList(Epact2Error):
    """A list that is not defined."""


def read_lists(texts: Mapping[str, str]) -> dict[str, MedicineList]:
    """The lists of some YAML texts by key; each may name those that do not name it. Raises BadDefinition."""
    waiting = {key: read_mapping(f"{key}.yaml", text, _NEEDED, _OPTIONAL) for key, text in texts.items()}
    read: dict[str, MedicineList] = {}
    while waiting:
        ready = [key for key, data in waiting.items() if not (_named_in(data) & set(waiting))]
        if not ready:
            raise BadDefinition(
                f"The lists {', '.join(waiting)} name each other in a circle.", "Take one of the names out."
            )
        for key in ready:
            read[key] = _list(key, waiting.pop(key), read)
    return {key: read[key] for key in texts}


def _named_in(data: Mapping[str, Any]) -> set[str]:
    """The lists that one names, itself included when it names itself."""
    left_out = data.get("except")
    parts = (data, left_out if isinstance(left_out, dict) else {})
    return {str(name) for part in parts if isinstance(part.get("lists"), list) for name in part["lists"]}


def _list(key: str, data: dict[str, Any], others: Mapping[str, MedicineList]) -> MedicineList:
    """One list of unchecked YAML. ``others`` are those that it may name."""
    place = f"{key}.yaml"
    codes = _codes(place, data)
    if codes.is_empty:
        refuse(place, "the list is empty", f"Give at least one of: {', '.join(_CODES)}.")
    left_out = Codes()
    if "except" in data:
        if not isinstance(data["except"], dict):
            refuse(place, "“except” is not a mapping", f"It may have: {', '.join(_CODES)}.")
        only_known(f"{place}, except", data["except"], _CODES)
        left_out = _codes(f"{place}, except", data["except"])
    try:
        selection = _any_of(codes, others)
        if not left_out.is_empty:
            selection = AllOf((selection, Not(_any_of(left_out, others))))
    except Epact2Error as error:
        raise BadDefinition(f"{place}: {error.message}", error.advice) from None
    return MedicineList(
        key=key,
        name=text_at(place, data, "name"),
        source=text_at(place, data, "source"),
        reviewed=date_at(place, data, "reviewed"),
        note=text_at(place, data, "note"),
        codes=codes,
        left_out=left_out,
        selection=selection,
    )


def _codes(place: str, data: Mapping[str, Any]) -> Codes:
    return Codes(
        medicines=_named_codes(place, data, "medicines"),
        equivalents=_named_codes(place, data, "equivalents"),
        withdrawn=_texts(place, data, "withdrawn"),
        lists=_texts(place, data, "lists"),
    )


def _named_codes(place: str, data: Mapping[str, Any], kind: str) -> dict[str, str]:
    found = data.get(kind, {})
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        refuse(place, f"“{kind}” is not codes with names", "Write 0408010W0: Sodium valproate.")
    return found


def _texts(place: str, data: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    found = data.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(one, (str, int)) for one in found):
        refuse(place, f"“{kind}” is not a list", f"Write {kind}: [ … ].")
    return tuple(str(one) for one in found)


def _any_of(codes: Codes, others: Mapping[str, MedicineList]) -> Selection:
    parts: list[Selection] = [found_list(name, others).selection for name in codes.lists]
    parts += [UnderMedicine(BnfCode(code)) for code in (*codes.medicines, *codes.withdrawn)]
    if codes.equivalents:
        for code in codes.equivalents:
            if BnfCode(code).generic_equivalent != code:
                raise BadDefinition(
                    f"“{code}” is no generic presentation.", "Give the generic's 15 characters."
                )
        parts.append(OneOf(GENERIC_EQUIVALENT, tuple(codes.equivalents)))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def found_list(name: str, lists: Mapping[str, MedicineList]) -> MedicineList:
    """The list of a key. Raises UnknownList with a suggestion."""
    if name not in lists:
        advice = did_you_mean(name, lists) or f"The lists are: {', '.join(lists)}."
        raise UnknownList(f"“{name}” is no list of medicines.", advice)
    return lists[name]


@lru_cache(maxsize=1)
def medicine_lists() -> Mapping[str, MedicineList]:
    """Every list that ships with the project, by key."""
    return read_lists(texts_of("lists"))
