"""Comparators in English and as they are written, with shared lists of medicines called by their names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

from epact2.comparators.definition import PartValue
from epact2.comparators.lists import MedicineList, medicine_lists
from epact2.comparators.read import comparators
from epact2.query.encode import Json, selection_to_json, value_to_json
from epact2.query.level import selections_of_value
from epact2.query.nodes import AllOf, AnyOf, Not, OneOf, Patients, Selection, UnderMedicine, Value
from epact2.query.words import Names, value_name


class WithLists:
    """Names of a release, and of the shared lists of medicines (``query.words.Names``).

    A list of one code is called by its name only for comparators (``single``): anywhere else the code's own
    name says more.
    """

    def __init__(self, names: Names | None = None, *, single: bool = False) -> None:
        self._names = names
        self._single = single

    def organisation_name(self, level: str, code: str) -> str:
        """The name of an organisation's code; the code itself without a release."""
        return self._names.organisation_name(level, code) if self._names else code

    def any_organisation_name(self, code: str) -> str:
        """The name of an organisation's code of whatever level; the code itself without a release."""
        return self._names.any_organisation_name(code) if self._names else code

    def medicine_name(self, code: str) -> str:
        """The name of a BNF code; the code itself without a release."""
        return self._names.medicine_name(code) if self._names else code

    def list_name(self, selection: Selection) -> str:
        """The name of the shared list that a selection is; empty for any other."""
        # Most selections are no lists, and are told apart without reading the lists.
        if not isinstance(selection, (AnyOf, AllOf, OneOf, UnderMedicine)):
            return ""
        if isinstance(selection, UnderMedicine) and not self._single:
            return ""
        found = _by_selection().get(selection)
        return found.name if found else ""


def part_said(value: PartValue, names: Names | None = None) -> str:
    """A numerator or a denominator in English: “patients who had “NSAIDs” and not …”."""
    return value_name(value, WithLists(names, single=True))


def heading_of(value: Value) -> str:
    """The heading of a value's column: a comparator of items, or its patients, by the name people give it.

    The conditions of such values are too long for a heading; any other value has its usual name.
    """
    return _headings().get(value) or value_name(value, WithLists())


def lists_in(value: PartValue) -> tuple[MedicineList, ...]:
    """The shared lists that a value looks at, in the order of their appearance."""
    found = (one for selection in selections_of_value(value) for one in _lists_of(selection))
    return tuple({one.key: one for one in found}.values())


def stated(value: PartValue) -> Json:
    """A value as its file states it: the question's JSON, with ``{"list": …}`` in place of a shared list."""
    return _with_names(value_to_json(value))


def _lists_of(selection: Selection) -> Iterator[MedicineList]:
    found = _by_selection().get(selection)
    if found:
        yield found
        return
    match selection:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _lists_of(part)
        case Not(part):
            yield from _lists_of(part)


@lru_cache(maxsize=1)
def _by_selection() -> Mapping[Selection, MedicineList]:
    return {one.selection: one for one in medicine_lists().values()}


@lru_cache(maxsize=1)
def _headings() -> Mapping[Value, str]:
    found: dict[Value, str] = {}
    for one in comparators().values():
        if one.needs_items:
            found[one.value] = one.title
            for part in (one.numerator, one.denominator):
                if isinstance(part.value, Patients):
                    found.setdefault(part.value, part.name)
    return found


@lru_cache(maxsize=1)
def _by_json() -> Mapping[str, str]:
    return {json.dumps(selection_to_json(one.selection)): one.key for one in medicine_lists().values()}


def _with_names(data: Json) -> Json:
    if isinstance(data, dict):
        key = _by_json().get(json.dumps(data, default=str))
        return {"list": key} if key else {name: _with_names(part) for name, part in data.items()}
    if isinstance(data, list):
        return [_with_names(part) for part in data]
    return data
