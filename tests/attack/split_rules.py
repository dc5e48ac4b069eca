"""The rules of splits, worked out in plain Python: today's, the one that was replaced, and the naive one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from attack.rules import NOW, SECRET, Atom, atoms
from attack.split_worlds import KINDS, SplitCell, SplitTruth, practice_cells
from attack.truth import Cell
from attack.worlds import World
from epact2.model.months import DispensingMonth
from epact2.query import sealing
from epact2.query.sealing import BASE, SPLIT_FROM, Enters, Place

Key = tuple[str, str, DispensingMonth, str]  # place, node, month, kind of split


@dataclass(frozen=True, slots=True)
class SplitRule:
    """A form of the rules of splits, by what it has."""

    name: str
    adds_up: bool = True  # everything's items are the sum of its chapters'; else a draw of their own
    one_offset: bool = True  # patients of all nodes have one offset; else each chapter its own
    at_most: bool = True  # patients are at most items, and everybody leaves the chapters room
    patients_fit: bool = True  # beside the patients of practices, too
    pools: bool = False  # places that are not split count where three stand together


SPLITS_NOW = SplitRule("today's")
SPLITS_OLD = SplitRule(
    "a draw for each node", adds_up=False, one_offset=False, at_most=False, patients_fit=False, pools=True
)


@dataclass
class SplitFigures:
    """What is published: cells of places as (patients, items), places that are withheld, sums of pools.

    ``of_practices`` are the published atoms of practices.
    """

    cells: dict[SplitCell, tuple[int, int]] = field(default_factory=dict)
    withheld: set[Key] = field(default_factory=set)
    pools: dict[tuple[frozenset[str], str, DispensingMonth, str, str], tuple[int, int]] = field(
        default_factory=dict
    )
    of_practices: dict[Cell, Atom] = field(default_factory=dict)


def split_figures(
    world: World, truth: SplitTruth, rule: SplitRule = SPLITS_NOW, secret: bytes = SECRET
) -> SplitFigures:
    """Every figure that a rule publishes."""
    told = SplitFigures(of_practices=atoms(truth.of_practices, world.places, NOW, secret))
    for place, node, month in sorted(truth.opened, key=lambda one: not one[1]):  # chapters first
        for kind in KINDS:
            found = _cells_of(truth, told, (place, node, month, kind), rule, secret)
            if found is None:
                told.withheld.add((place, node, month, kind))
            else:
                told.cells |= found
    if rule.pools:
        _pool(world, truth, told, secret)
    return told


def _cells_of(
    truth: SplitTruth, told: SplitFigures, key: Key, rule: SplitRule, secret: bytes
) -> dict[SplitCell, tuple[int, int]] | None:
    """The published cells of a place, or None where it is not split."""
    place, node, month, kind = key
    cells = truth.cells(*key)
    opened = truth.opened[place, node, month]
    chapters = [one for one in truth.chapters(place, month) if not node]
    shown = [one for one in chapters if (place, one, month, kind) not in told.withheld]
    found: dict[SplitCell, tuple[int, int]] = {}
    for cell in cells:
        patients = sealing.rounded(truth.patients[cell], offset_of(cell, rule, secret, of_items=False))
        if rule.adds_up and not node:
            items = sum(told.cells[cell.of(one)][1] for one in shown)
        else:
            items = sealing.rounded(truth.items[cell], offset_of(cell, rule, secret, of_items=True))
        if rule.at_most:
            most = room_of(cell, truth, told, chapters) if not node else items
            patients = min(patients, most)
        found[cell] = (patients, items)
    if opened < SPLIT_FROM or (rule.adds_up and not node and not shown):
        return None
    own_items = rule.adds_up and not node
    if not own_items and not fits([items for _, items in found.values()], opened, opened, rule):
        return None
    if rule.patients_fit:
        known = [told.of_practices[one] for one in practice_cells(truth, place, node, month)]
        opened_of = [truth.of_practices.open_items[one] for one in practice_cells(truth, place, node, month)]
        least, greatest = sealing.patients_between(
            (atom.number if atom.enters is Enters.PRACTICE else None, items)
            for atom, items in zip(known, opened_of, strict=True)
        )
        if not fits([patients for patients, _ in found.values()], least, greatest, rule):
            return None
    return found


def fits(published: Iterable[int], least: int, greatest: int, rule: SplitRule) -> bool:
    """Whether cells leave one another their range, beside a total.

    The replaced rule counted empty cells as if each could hold four.
    """
    numbers = list(published)
    if rule.patients_fit:
        return sealing.split_fits(numbers, least, greatest)
    # All 85 cells of a split by age, of which here only those that hold somebody are listed.
    low = sum(max(one - BASE + 1, 0) for one in numbers)
    high = sum(one + BASE - 1 for one in numbers)
    widest = max((one + BASE - 1 - max(one - BASE + 1, 0) for one in numbers), default=0)
    return greatest - low >= widest and high - least >= widest


def room_of(cell: SplitCell, truth: SplitTruth, told: SplitFigures, chapters: Iterable[str]) -> int:
    """The most that everybody of a cell is published as, so that those of chapters keep their range."""
    parts = []
    for chapter in chapters:
        one = told.cells.get(cell.of(chapter))
        opened = truth.opened[cell.place, chapter, cell.month]
        parts.append((None, opened) if one is None else (one[0], one[1] + BASE - 1))
    return sealing.room(parts)


def offset_message(cell: SplitCell, rule: SplitRule, *, of_items: bool) -> str:
    """What the offset of a cell is made from."""
    node = cell.node if of_items or not rule.one_offset else ""
    where = sealing.split_place(cell.place, cell.cell, of_items=of_items)
    return sealing.split_message(where, node, cell.month)


def offset_of(cell: SplitCell, rule: SplitRule, secret: bytes, *, of_items: bool) -> int:
    """The offset of a cell."""
    return sealing.offset(secret, offset_message(cell, rule, of_items=of_items))


def _pool(world: World, truth: SplitTruth, told: SplitFigures, secret: bytes) -> None:
    """The replaced rule: cells of places that are not split, rounded alone, and the sums of three."""
    by_node: dict[tuple[str, DispensingMonth, str], dict[str, Place]] = {}
    parents: Mapping[str, Place] = {
        place.sub_icb_location: Place(place.sub_icb_location, place.icb, place.region)
        for place in world.places.values()
    }
    for place, node, month, kind in told.withheld:
        by_node.setdefault((node, month, kind), {})[place] = parents[place]
    for (node, month, kind), those in by_node.items():
        pools: dict[tuple[str, ...], list[str]] = {}
        for place, level in sealing.entries(those).items():
            if level is not Enters.NEVER:
                pools.setdefault((level.name, *(sealing.pool_of(those[place], level) or ())), []).append(
                    place
                )
        for members in pools.values():
            for name in sorted({one for place in members for one in truth.registered[place, kind]}):
                sums = [0, 0]
                for place in members:
                    cell = SplitCell(place, node, month, kind, name)
                    for number, exact in enumerate((truth.patients, truth.items)):
                        where = sealing.split_place(place, name, of_items=bool(number))
                        lone = sealing.offset(secret, sealing.lone_message(where, node, month))
                        sums[number] += sealing.rounded(exact.get(cell, 0), lone)
                told.pools[frozenset(members), node, month, kind, name] = (sums[0], sums[1])
