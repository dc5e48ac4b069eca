"""The publication rules, worked out in plain Python for a world: today's, its rejected forms, and none.

The arithmetic is that of ``epact2.query.sealing``; that the loader publishes the same is a test of its own.
So many worlds can be attacked without loading each, and rules compared that are not built.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from attack.truth import COMPARATORS, CUTS, KNOWN_ITEMS, PAIRS, RESTS_ON, Cell, Truth
from epact2.model.months import DispensingMonth
from epact2.query import sealing
from epact2.query.nodes import Amount, Distinct, Patients
from epact2.query.sealing import Enters, Place
from epact2.store.plan import slot_of
from epact2.store.prepared import column_name
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
    """A form of the rules, by what it has."""

    name: str
    one_offset: bool = False  # for all that a practice prescribes in a year; else one for each section
    at_most_items: bool = False  # patients are never more than open items; else withheld beside them
    at_most_parts: bool = False  # a whole leaves its parts room
    zero_or_five: bool = False  # what an atom of a pool can be
    one_pool: bool = False  # a pool is rounded as one; else the sum of numbers that were rounded apart
    pairs: bool = False  # pairs of patient and medicine are published, too


OLD = Rule("an offset for each section")
ONE = Rule("one offset", one_offset=True)
CAPPED = Rule("one offset, at most the items", one_offset=True, at_most_items=True)
PARTED = Rule("and room for parts", one_offset=True, at_most_items=True, at_most_parts=True)
NOW = Rule("and 0 or 5 in pools", one_offset=True, at_most_items=True, at_most_parts=True, zero_or_five=True)
# Rejected: nine substances of one patient each are nine pairs, which tell all nine.
WITH_PAIRS = replace(NOW, name="and pairs of patient and medicine", pairs=True)
# Tried and rejected: of nine practices with an item each and a 5 for all, everyone has exactly one patient.
POOLED = Rule("and pools as one", one_offset=True, at_most_items=True, at_most_parts=True, one_pool=True)


@dataclass(frozen=True, slots=True)
class Atom:
    """A published multiple of five, and the narrowest level in whose sums it counts."""

    number: int
    enters: Enters


def family_of(node: str, rule: Rule) -> str:
    """What shares an offset with a node."""
    if rule.one_offset:
        return ""
    return "comparators" if node in COMPARATORS else node[:4]


@cache
def stored_name(node: str) -> str:
    """What a node is called where its numbers are stored: a comparator by what it counts."""
    value = COMPARATORS.get(node)
    return column_name(slot_of(value)) if isinstance(value, Amount | Distinct | Patients) else node


def message_of(cell: Cell, rule: Rule) -> str:
    """What the offset of an atom that is shown by itself is made from."""
    if rule.one_offset:
        return sealing.chain_message(cell.practice, cell.month)
    return f"chain|{cell.practice}|{family_of(cell.node, rule)}|{cell.month.financial_year}"


def atoms(
    truth: Truth, places: Mapping[str, Parents], rule: Rule, secret: bytes = SECRET
) -> dict[Cell, Atom]:
    """What is published of each cell, and where it enters."""
    made: dict[Cell, Atom] = {}
    hidden: dict[tuple[str, DispensingMonth], dict[str, Place]] = defaultdict(dict)
    siblings: dict[object, list[Cell]] = defaultdict(list)
    for cell in truth.open_items:
        siblings[cell.practice, cell.month].append(cell)
    for cell in sorted(truth.open_items, key=lambda one: (one.node in COMPARATORS, -len(one.node))):
        if cell.node == PAIRS and not rule.pairs:
            continue
        opened = truth.open_items[cell]
        message = message_of(cell, rule)
        number = sealing.rounded(truth.counts[cell], sealing.offset(secret, message))
        shown = sealing.is_shown(opened)
        if rule.at_most_items:
            number = min(number, sealing.BASE * (opened // sealing.BASE))
        elif cell.node == KNOWN_ITEMS:
            shown = shown and number + sealing.BASE - 1 <= opened
        if rule.at_most_parts and cell.node != KNOWN_ITEMS:
            number = min(number, room(cell, truth.open_items, made, siblings[cell.practice, cell.month]))
        if shown:
            made[cell] = Atom(number, Enters.PRACTICE)
        else:
            place = places[cell.practice]
            hidden[cell.node, cell.month][cell.practice] = Place(
                place.sub_icb_location, place.icb, place.region
            )
    for (node, month), those in hidden.items():
        if rule.one_pool:
            made |= _pooled(truth, node, month, those, secret)
            continue
        for practice, enters in sealing.entries(those).items():
            cell = Cell(practice, node, month)
            lone = sealing.offset(secret, sealing.lone_message(practice, stored_name(node), month))
            round_it = sealing.rounded_alone if rule.zero_or_five else sealing.rounded
            made[cell] = Atom(round_it(truth.counts[cell], lone), enters)
    return made


def room(cell: Cell, open_items: Mapping[Cell, int], made: Mapping[Cell, Atom], among: Iterable[Cell]) -> int:
    """The most that a whole may be published as, so that its parts are not pinned down by it.

    The parts of a comparator are the substances of the medicines on which it rests.
    """
    siblings = list(among)
    if cell.node not in COMPARATORS:
        parts = children(cell, siblings)
        return _room(parts, open_items, made) if parts else 1_000_000
    substances = [one for one in siblings if one.node not in COMPARATORS and len(one.node) == CUTS[-1]]
    return min(
        _room([one for one in substances if one.node.startswith(whole)], open_items, made)
        for whole in RESTS_ON[cell.node]
    )


def _room(parts: Iterable[Cell], open_items: Mapping[Cell, int], made: Mapping[Cell, Atom]) -> int:
    tops, largest = 0, 0
    for part in parts:
        opened = open_items[part]
        if part in made and made[part].enters is Enters.PRACTICE:
            tops += min(made[part].number + sealing.BASE - 1, opened)
            largest = max(largest, made[part].number)
        else:
            tops += opened
    return max(largest, sealing.BASE * ((tops - sealing.BASE + 1) // sealing.BASE))


def children(cell: Cell, among: Iterable[Cell]) -> list[Cell]:
    """The parts of a BNF node that are one level narrower; a substance and a comparator have none."""
    if cell.node in COMPARATORS or len(cell.node) == CUTS[-1]:
        return []
    length = CUTS[CUTS.index(len(cell.node)) + 1]
    return [
        one
        for one in among
        if (one.practice, one.month) == (cell.practice, cell.month)
        and one.node not in COMPARATORS
        and len(one.node) == length
        and one.node.startswith(cell.node)
    ]


def _pooled(
    truth: Truth, node: str, month: DispensingMonth, hidden: Mapping[str, Place], secret: bytes
) -> dict[Cell, Atom]:
    """Atoms of a pool: its first practice bears the number of all."""
    made: dict[Cell, Atom] = {}
    opened = {practice: truth.open_items[Cell(practice, node, month)] for practice in hidden}
    for level, members in pools(hidden, opened):
        cells = [Cell(practice, node, month) for practice in members]
        items = sum(opened[practice] for practice in members)
        message = f"pool|{','.join(members)}|{node}|{month.code}"
        number = sealing.rounded(sum(truth.counts[one] for one in cells), sealing.offset(secret, message))
        number = min(number, sealing.BASE * (items // sealing.BASE))
        made |= {one: Atom(0 if place else number, level) for place, one in enumerate(cells)}
    for practice in hidden:
        made.setdefault(Cell(practice, node, month), Atom(0, Enters.NEVER))
    return made


def pools(hidden: Mapping[str, Place], opened: Mapping[str, int]) -> Iterator[tuple[Enters, list[str]]]:
    """Each pool with its members in order: three at least, with ten open items together, near."""
    left = sorted(hidden)
    for level in LEVELS[1:]:
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for practice in left:
            pool = sealing.pool_of(hidden[practice], level)
            if pool is not None:
                groups[pool].append(practice)
        for members in groups.values():
            if len(members) >= sealing.LEAST_POOL and sealing.is_shown(sum(opened[one] for one in members)):
                yield level, members
                left = [one for one in left if one not in members]


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
