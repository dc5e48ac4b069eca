"""The publication rules, worked out in plain Python for a world: today's, its rejected forms, and none.

The arithmetic is that of ``epact2.query.sealing``; that the loader publishes the same is a test of its own.
So many worlds can be attacked without loading each, and rules compared that are not built.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from attack.truth import COMPARATORS, KNOWN_ITEMS, Cell, Truth
from epact2.model.months import DispensingMonth
from epact2.query import sealing
from epact2.query.sealing import Enters, Place
from epact2.store.reference_data import Parents

SECRET = b"The secret of the attacked worlds."
LEVELS = (Enters.PRACTICE, Enters.SUB_ICB_LOCATION, Enters.ICB, Enters.REGION, Enters.ENGLAND)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure is of: the practices of one organisation, or any others; a node; a month.

    ``level`` is that of the organisation, None for a free list of practices.
    """

    practices: frozenset[str]
    node: str
    month: DispensingMonth
    level: Enters | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A form of the rules. The first five arguments of the old report are its fields."""

    name: str
    one_offset: bool  # one offset for all that a practice prescribes in a year, or one for each section
    at_most_items: bool  # published patients are never more than open items, or items withheld beside theirs


OLD = Rule("an offset for each section", one_offset=False, at_most_items=False)
CAPPED = Rule("an offset for each section, at most the items", one_offset=False, at_most_items=True)
ONE = Rule("one offset, at most the items", one_offset=True, at_most_items=True)


@dataclass(frozen=True, slots=True)
class Atom:
    """A published multiple of five, and the narrowest level in whose sums it counts."""

    number: int
    enters: Enters


def family_of(node: str, rule: Rule) -> str:
    """What shares an offset with a node."""
    if rule.one_offset:
        return ""
    return sealing.COMPARATORS if node in COMPARATORS else node[:4]


def atoms(
    truth: Truth, places: Mapping[str, Parents], rule: Rule, secret: bytes = SECRET
) -> dict[Cell, Atom]:
    """What is published of each cell, and where it enters."""
    made: dict[Cell, Atom] = {}
    hidden: dict[tuple[str, DispensingMonth], dict[str, Place]] = defaultdict(dict)
    for cell, opened in truth.open_items.items():
        message = sealing.chain_message(cell.practice, family_of(cell.node, rule), cell.month)
        number = sealing.rounded(truth.counts[cell], sealing.offset(secret, message))
        shown = sealing.is_shown(opened)
        if rule.at_most_items:
            number = min(number, sealing.BASE * (opened // sealing.BASE))
        elif cell.node == KNOWN_ITEMS:
            shown = shown and number + sealing.BASE - 1 <= opened
        if shown:
            made[cell] = Atom(number, Enters.PRACTICE)
        else:
            place = places[cell.practice]
            hidden[cell.node, cell.month][cell.practice] = Place(
                place.sub_icb_location, place.icb, place.region
            )
    for (node, month), those in hidden.items():
        for practice, enters in sealing.entries(those).items():
            cell = Cell(practice, node, month)
            lone = sealing.offset(secret, sealing.lone_message(practice, node, month))
            made[cell] = Atom(sealing.rounded(truth.counts[cell], lone), enters)
    return made


def organisations(places: Mapping[str, Parents]) -> Iterator[tuple[Enters, frozenset[str]]]:
    """Every organisation of each level, as its practices, from narrow to wide."""
    for level in LEVELS:
        members: dict[object, set[str]] = defaultdict(set)
        for practice, place in places.items():
            members[code_at(practice, place, level)].add(practice)
        for practices in members.values():
            yield level, frozenset(practices)


def code_at(practice: str, place: Parents, level: Enters) -> str:
    """The code of a practice's organisation of a level."""
    return (practice, place.sub_icb_location, place.icb, place.region, "ENG")[level]


def published(
    made: Mapping[Cell, Atom], places: Mapping[str, Parents], nodes: Iterable[tuple[str, DispensingMonth]]
) -> dict[Figure, int | None]:
    """Every figure of every organisation; None is “withheld”."""
    found: dict[Figure, int | None] = {}
    for node, month in nodes:
        for level, practices in organisations(places):
            those = [made[cell] for one in practices if (cell := Cell(one, node, month)) in made]
            entering = [atom.number for atom in those if atom.enters <= level]
            if those:
                found[Figure(practices, node, month, level)] = sum(entering) if entering else None
    return found


def naive(
    truth: Truth, sets: Iterable[frozenset[str]], nodes: Iterable[tuple[str, DispensingMonth]]
) -> dict[Figure, int | None]:
    """The naive rule: 1 to 4 are suppressed (None), everything else is exact, also of free lists."""
    found: dict[Figure, int | None] = {}
    asked = list(sets)
    for node, month in nodes:
        for practices in asked:
            count = sum(truth.counts.get(Cell(one, node, month), 0) for one in practices)
            found[Figure(practices, node, month)] = None if 1 <= count <= 4 else count
    return found
