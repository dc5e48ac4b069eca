"""Comparators in English and as they are written, with shared lists of medicines called by their names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from epact2.comparators.definition import PartValue
from epact2.comparators.lists import MedicineList, medicine_lists
from epact2.query.condition_words import condition_said
from epact2.query.encode import Json, selection_to_json, value_to_json
from epact2.query.level import selections_of_value
from epact2.query.nodes import EVERYTHING, AllOf, AnyOf, Not, Patients, Selection
from epact2.query.words import Names, selection_words, value_name


def part_said(value: PartValue, names: Names | None = None) -> str:
    """A numerator or a denominator in English: “patients who had “NSAIDs” and not …”."""

    def limit(selection: Selection) -> str:
        where = _said(selection, names, "medicine is one of ")
        return f" where {where}" if where else ""

    if isinstance(value, Patients):
        condition = condition_said(value.condition, lambda selection: _said(selection, names, ""), limit)
        return f"patients {condition}{limit(value.where)}"
    return f"{value_name(replace(value, where=EVERYTHING), names)}{limit(value.where)}"


def lists_in(value: PartValue) -> tuple[MedicineList, ...]:
    """The shared lists that a value looks at, in the order of their appearance."""
    found = (one for selection in selections_of_value(value) for one in _lists_of(selection))
    return tuple({one.key: one for one in found}.values())


def stated(value: PartValue) -> Json:
    """A value as its file states it: the question's JSON, with ``{"list": …}`` in place of a shared list."""
    return _with_names(value_to_json(value))


def _said(selection: Selection, names: Names | None, subject: str) -> str:
    found = _by_selection().get(selection)
    if found:
        return f"{subject}“{found.name}”"
    match selection:
        case AllOf(parts) | AnyOf(parts) if parts:
            texts = [_said(part, names, subject) for part in parts]
            last = " and " if isinstance(selection, AllOf) else " or "
            if any(_lists_of(part) for part in parts):
                return last.join(texts)
    return selection_words(selection, names)


def _lists_of(selection: Selection) -> list[MedicineList]:
    return list(_found_in(selection))


def _found_in(selection: Selection) -> Iterator[MedicineList]:
    found = _by_selection().get(selection)
    if found:
        yield found
        return
    match selection:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _found_in(part)
        case Not(part):
            yield from _found_in(part)


@lru_cache(maxsize=1)
def _by_selection() -> Mapping[Selection, MedicineList]:
    return {one.selection: one for one in medicine_lists().values()}


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
