"""Which practices are a viewer's own: those of a grant's organisation, today and in the month of the data.

A practice that moved shows its new ICB what it prescribed from the move on, and its old ICB nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from epact2.access.grants import Grant
from epact2.model.organisations import ENGLAND, ICB, PCN, REGION, SUB_ICB_LOCATION, Organisation
from epact2.model.prescribing import PRACTICE
from epact2.query.nodes import OneOf, Selection
from epact2.query.scope import Absence, Scope
from epact2.store.catalogue import Practice, organisation_test
from epact2.store.directory import Directory, EarlierPlace, UnknownCode


@dataclass(frozen=True, slots=True)
class Territory:
    """Own practices by code, and the months in which some of them belonged to somebody else."""

    practices: frozenset[str]
    absences: tuple[Absence, ...] = ()

    def scope(self, reason: str) -> Scope:
        """The scope of these practices alone, named one by one: no structure of a question widens it."""
        return Scope(OneOf(PRACTICE, tuple(sorted(self.practices))), reason, self.absences)


_SELECTED: WeakKeyDictionary[Directory, dict[Selection, frozenset[str]]] = WeakKeyDictionary()


def practices_selected(selection: Selection, directory: Directory) -> frozenset[str]:
    """The practices that a selection over organisations means today. Raises UnknownCode.

    Remembered for each release: pages ask again and again for the same few organisations.
    """
    known = _SELECTED.setdefault(directory, {})
    if selection not in known:
        test = organisation_test(selection, directory)
        known[selection] = frozenset(one.code for one in map(_placed, directory.practices) if test(one))
    return known[selection]


def _placed(practice: Organisation) -> Practice:
    levels = (PCN, SUB_ICB_LOCATION, ICB, REGION)
    return Practice(0, practice.code, practice.setting, *(practice.parent(level) for level in levels))


NOWHERE = Territory(frozenset())


def territory(grants: Iterable[Grant], directory: Directory) -> Territory:
    """The practices that are the viewer's own by any of some grants. A national grant owns none by itself."""
    found: dict[str, list[Callable[[EarlierPlace], bool]]] = {}
    for grant in grants:
        if grant.level == ENGLAND:
            continue
        try:
            organisation = directory.organisation(grant.code, grant.level)
        except UnknownCode:
            continue  # an organisation without any prescribing in this release has no practices in it
        for practice in directory.practices_of(organisation):
            found.setdefault(practice, []).append(_was_of(grant))
    absences = tuple(
        Absence(place.practice, place.first, place.last)
        for place in directory.earlier_places
        if place.practice in found and not any(was_own(place) for was_own in found[place.practice])
    )
    return Territory(frozenset(found), absences)


def _was_of(grant: Grant) -> Callable[[EarlierPlace], bool]:
    def was_own(place: EarlierPlace) -> bool:
        # A grant for the practice itself goes wherever the practice goes.
        return place.practice == grant.code or (grant.level, grant.code) in place.parents

    return was_own
