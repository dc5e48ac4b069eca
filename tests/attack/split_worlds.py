"""Small Englands whose patients have an age, a gender and an area more or less deprived, and what is true.

A *cell* of a split is one sub-ICB location, one node (everything or a BNF chapter), one month, and one 5-year
band and gender, or one fifth of areas by deprivation.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from attack.truth import Cell, Truth, truth_of
from attack.worlds import FIRST, Item, World, presentation_of
from epact2.model.items import AGE_BAND_5, GENDER, IMD_QUINTILE, age_band_5
from epact2.model.months import DispensingMonth, month_span
from epact2.query.sealing import cell_of_age, cell_of_deprivation
from epact2.store.reference_data import Parents

AGE, DEPRIVATION = "by age and gender", "by deprivation"
KINDS = (AGE, DEPRIVATION)
# What practices of a world are like; see ``_items_of``.
HABITS = ("ordinary", "one chapter", "many chapters", "repeating", "vaccinating", "steady")
_SUBSTANCES = tuple(f"{chapter:02}01010A0" for chapter in range(1, 11))
_PEOPLE = ((8, "1"), (8, "2"), (33, "2"), (67, "1"), (67, "2"), (82, "2"))
_PLACES = (("00T", "QOP", "Y62"), ("00V", "QOP", "Y62"), ("01F", "QYG", "Y62"))


@dataclass(frozen=True, slots=True, order=True)
class SplitCell:
    """A cell of a split; ``kind`` says of which."""

    place: str
    node: str
    month: DispensingMonth
    kind: str
    cell: str

    def of(self, node: str) -> SplitCell:
        """The same people at another node."""
        return SplitCell(self.place, node, self.month, self.kind, self.cell)


@dataclass
class SplitTruth:
    """Exact counts of cells; and what is open of their places. ``of_practices`` are those of the atoms."""

    patients: dict[SplitCell, int] = field(default_factory=dict)
    items: dict[SplitCell, int] = field(default_factory=dict)
    opened: dict[tuple[str, str, DispensingMonth], int] = field(default_factory=dict)
    of_practices: Truth = field(default_factory=Truth)
    practices: dict[str, list[str]] = field(default_factory=dict)  # by place

    def chapters(self, place: str, month: DispensingMonth) -> list[str]:
        """The chapters with open items of a place."""
        return sorted(node for at, node, of in self.opened if at == place and of == month and node)

    def cells(self, place: str, node: str, month: DispensingMonth, kind: str) -> list[SplitCell]:
        """Every cell that could hold somebody: who is registered where is open data, by age and area."""
        return [SplitCell(place, node, month, kind, one) for one in self.registered[place, kind]]

    registered: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def cell_of(item: Item, kind: str) -> str:
    """The cell of an item's patient."""
    if kind == AGE:
        gender = item.gender if item.patient else "0"
        return cell_of_age(AGE_BAND_5.codes.index(age_band_5(item.age)), GENDER.codes.index(gender))
    quintile = str(item.quintile) if item.patient and item.quintile else "Unknown"
    return cell_of_deprivation(IMD_QUINTILE.codes.index(quintile))


def split_truth_of(world: World) -> SplitTruth:
    """Count everything by loops."""
    found = SplitTruth(of_practices=truth_of(world))
    people: dict[SplitCell, set[str]] = defaultdict(set)
    registered: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in world.items:
        place = world.places[one.practice].sub_icb_location
        for kind in KINDS:
            registered[place, kind].add(cell_of(one, kind))
    found.registered = {key: sorted(cells) for key, cells in registered.items()}
    for one in world.items:
        place = world.places[one.practice].sub_icb_location
        for node in ("", one.presentation[:2]):
            key = (place, node, one.month)
            found.opened[key] = found.opened.get(key, 0) + 1
            for kind in KINDS:
                cell = SplitCell(place, node, one.month, kind, cell_of(one, kind))
                found.items[cell] = found.items.get(cell, 0) + 1
                if one.patient:
                    people[cell].add(one.patient)
    for place, node, month in found.opened:
        for kind in KINDS:
            for cell in found.cells(place, node, month, kind):
                found.items.setdefault(cell, 0)
                found.patients[cell] = len(people[cell])
    for practice, parents in world.places.items():
        found.practices.setdefault(parents.sub_icb_location, []).append(practice)
    return found


def practice_cells(truth: SplitTruth, place: str, node: str, month: DispensingMonth) -> list[Cell]:
    """The atoms of a place's practices."""
    cells = [Cell(practice, node, month) for practice in truth.practices[place]]
    return [one for one in cells if one in truth.of_practices.open_items]


def draw_split_world(seed: int, name: str, *, months: int = 3, all_identified: bool = True) -> World:
    """An England by chance, the same for the same seed."""
    chance = random.Random(f"splits {seed} {name}")
    span = month_span(FIRST, FIRST.plus(months - 1))
    # One practice in the first place, two in the second, one in the third.
    places = {
        f"SY{number:04}": Parents(f"SP{number:04}", *_PLACES[at]) for number, at in enumerate((0, 1, 1, 2))
    }
    items: list[Item] = []
    for practice in places:
        for one in _items_of(practice, name, span, chance):
            known = all_identified or chance.random() < 0.9
            items.append(one if known else one.unidentified())
    return World(f"{name} {seed}", seed, places, tuple(items), all_identified, span)


def _items_of(
    practice: str, habit: str, months: tuple[DispensingMonth, ...], chance: random.Random
) -> Iterator[Item]:
    """*One chapter*: the chapter is everything. *Many chapters*: few items of each. *Repeating*: few patients
    with many items. *Vaccinating*: one item each. *Steady*: the same every month.
    """
    patients = [
        (f"{practice}P{number:03}", *chance.choice(_PEOPLE), chance.randrange(1, 6)) for number in range(24)
    ]
    chapters = chance.sample(_SUBSTANCES, {"one chapter": 1, "many chapters": 8}.get(habit, 3))
    steady = {substance: chance.sample(patients, chance.randrange(8, 16)) for substance in chapters}
    for month in months:
        for substance in chapters:
            count = {
                "repeating": chance.randrange(3, 9),
                "many chapters": chance.randrange(4, 12),
                "vaccinating": chance.randrange(18, 24),
            }.get(habit, chance.randrange(6, 18))
            had = steady[substance] if habit == "steady" else chance.sample(patients, count)
            for patient, age, gender, quintile in had:
                for _ in range(_repeats(habit, chance)):
                    yield Item(month, practice, patient, presentation_of(substance), age, gender, quintile)


def _repeats(habit: str, chance: random.Random) -> int:
    match habit:
        case "vaccinating":
            return 1
        case "repeating":
            return chance.choice((3, 5, 8))
        case "steady":
            return chance.choice((1, 2, 2))
        case _:
            return chance.choice((1, 1, 2, 4))
