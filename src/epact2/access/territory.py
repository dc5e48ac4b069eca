"""Which practices are a viewer's own: those of a grant's organisation, today and in the month of the data.

A practice that moved shows its new ICB what it prescribed from the move on, and its old ICB nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

from epact2.access.grants import Grant
from epact2.model.organisations import ENGLAND, ICB, PCN, REGION, SUB_ICB_LOCATION, Organisation
from epact2.model.prescribing import PRACTICE
from epact2.query.nodes import OneOf, Selection
from epact2.query.scope import Absence, Scope
from epact2.store.catalogue import Practice, organisation_test
from epact2.store.directory import Directory, EarlierPlace

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Territory:
    """Own practices by code, and the months in which some of them belonged to somebody else."""

    practices: frozenset[str]
    absences: tuple[Absence, ...] = ()

    def scope(self, reason: str) -> Scope:
        """The scope of these practices alone, named one by one: no structure of a question widens it."""
        return Scope(OneOf(PRACTICE, tuple(sorted(self.practices))), reason, self.absences)


@dataclass(slots=True)
class _Known:
    """What was worked out for one release. Selections come from readers, so only so many are kept."""

    selected: dict[Selection, frozenset[str]] = field(default_factory=dict)
    territories: dict[Places, Territory] = field(default_factory=dict)
    members: dict[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)


Places = frozenset[tuple[str, str]]  # levels and codes of organisations
_KNOWN: WeakKeyDictionary[Directory, _Known] = WeakKeyDictionary()
_MOST_KEPT = 256  # an entry names some thousands of practices at most


def _keep(kept: dict[_Key, _Value], key: _Key, value: _Value) -> _Value:
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = value
    return value


def members(level: str, directory: Directory) -> Mapping[str, frozenset[str]]:
    """The practices of every organisation of a level today, by its code."""
    known = _KNOWN.setdefault(directory, _Known())
    found = known.members.get(level)
    if found is None:
        gathered: dict[str, set[str]] = {}
        for practice in directory.practices:
            code = practice.code if level == PRACTICE.name else practice.parent(level)
            gathered.setdefault(code, set()).add(practice.code)
        found = {code: frozenset(codes) for code, codes in gathered.items()}
        known.members[level] = found
    return found


def practices_selected(selection: Selection, directory: Directory) -> frozenset[str]:
    """The practices that a selection over organisations means today. Raises UnknownCode.

    Remembered for each release: pages ask again and again for the same few organisations.
    """
    known = _KNOWN.setdefault(directory, _Known()).selected
    found = known.get(selection)
    if found is None:
        test = organisation_test(selection, directory)
        found = frozenset(one.code for one in map(_placed, directory.practices) if test(one))
        _keep(known, selection, found)
    return found


def _placed(practice: Organisation) -> Practice:
    levels = (PCN, SUB_ICB_LOCATION, ICB, REGION)
    return Practice(0, practice.code, practice.setting, *(practice.parent(level) for level in levels))


def territory(grants: Iterable[Grant], directory: Directory) -> Territory:
    """The practices that are the viewer's own by any of some grants. A national grant owns none by itself.

    Remembered for each release: one page may ask for every cell of a table.
    """
    places = frozenset((grant.level, grant.code) for grant in grants if grant.level != ENGLAND)
    known = _KNOWN.setdefault(directory, _Known()).territories
    return known.get(places) or _keep(known, places, _territory(places, directory))


def _territory(places: Places, directory: Directory) -> Territory:
    found: dict[str, list[Callable[[EarlierPlace], bool]]] = {}
    for level, code in places:
        # An organisation without any prescribing in this release has no practices in it.
        for practice in members(level, directory).get(code, frozenset()):
            found.setdefault(practice, []).append(_was_of(level, code))
    absences = tuple(
        Absence(place.practice, place.first, place.last)
        for place in directory.earlier_places
        if place.practice in found and not any(was_own(place) for was_own in found[place.practice])
    )
    return Territory(frozenset(found), absences)


def _was_of(level: str, code: str) -> Callable[[EarlierPlace], bool]:
    def was_own(place: EarlierPlace) -> bool:
        # A grant for the practice itself goes wherever the practice goes.
        return place.practice == code or (level, code) in place.parents

    return was_own
