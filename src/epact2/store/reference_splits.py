"""Published splits in the reference engine: sub-ICB locations by what patients are, worked out by loops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from epact2.model.fields import Field
from epact2.model.items import AGE_BAND_5, AGE_BAND_20, GENDER, IMD_QUINTILE, age_band_20
from epact2.model.months import DispensingMonth
from epact2.model.organisations import UNKNOWN_CODE
from epact2.model.prescribing import ITEMS, PRACTICE
from epact2.query.sealing import (
    BASE,
    SPLIT_FROM,
    Enters,
    Place,
    cell_of_age,
    cell_of_deprivation,
    offset,
    patients_between,
    room,
    rounded,
    split_fits,
    split_message,
    split_place,
)
from epact2.store.catalogue import Practice
from epact2.store.reference_data import Row

Cell = Mapping[Field, str]  # a 5-year band and a gender, or a quintile
_AGE = [(band, gender) for band in range(len(AGE_BAND_5.codes)) for gender in range(len(GENDER.codes))]


@dataclass(frozen=True, slots=True)
class SplitCell:
    """The published numbers of one cell of one place, and the level in whose sums they count."""

    place: Place
    codes: Cell
    patients: int
    items: int
    enters: Enters

    @property
    def is_shown(self) -> bool:
        """Whether its place is split."""
        return self.enters is not Enters.NEVER


def split_cells(
    rows: list[Row],
    places: PlaceFacts,
    chapters: Mapping[str, list[SplitCell]],
    secret: bytes,
    month: DispensingMonth,
    chapter: str,
) -> list[SplitCell]:
    """Every cell of every sub-ICB location with open items: of a chapter, or of everything.

    The latter is made from the cells of all ``chapters``. ``rows`` are the items of the node and month.
    """
    made: list[SplitCell] = []
    for place, opened in places.opened.items():
        if opened <= 0:
            continue
        mine = [row for row in rows if places.of_practice.get(row.codes[PRACTICE]) == place]
        for cells in (_cells_of_age(), _cells_of_deprivation()):
            parts = {
                one: [cell for cell in found if cell.place == place and cell.codes in cells.values()]
                for one, found in chapters.items()
            }
            # A chapter of which a place has no open items has no cells there.
            here = {one: found for one, found in parts.items() if found}
            split = _Split(place, cells, mine, secret, month, chapter)
            numbers = split.of_everything(here, places.of_chapters) if not chapter else split.of_chapter()
            fits = opened >= SPLIT_FROM and split_fits(
                [patients for patients, _ in numbers.values()], *patients_between(places.practices[place])
            )
            if chapter:
                fits = fits and split_fits([items for _, items in numbers.values()], opened, opened)
            else:
                fits = fits and any(cell.is_shown for found in here.values() for cell in found)
            level = Enters.SUB_ICB_LOCATION if fits else Enters.NEVER
            made += [SplitCell(place, cells[name], *two, level) for name, two in numbers.items()]
    return made


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is known of sub-ICB locations for a node and month.

    The place of each practice, open items, those of each chapter, and of each of its practices the published
    patients (None if hidden) and the open items.
    """

    of_practice: Mapping[str, Place]
    opened: Mapping[Place, int]
    of_chapters: Mapping[tuple[Place, str], int]
    practices: Mapping[Place, list[tuple[int | None, int]]]


def place_facts(
    practices: Iterable[Practice],
    chapter: str,
    opened: Mapping[tuple[str, str], int],
    shown: Mapping[tuple[str, str], int | None],
) -> PlaceFacts:
    """The facts for a chapter, or for everything ("").

    Open items, and the published patients of atoms that are shown, are given by node and practice.
    """
    of_practice: dict[str, Place] = {}
    for one in practices:
        if one.sub_icb != UNKNOWN_CODE:
            of_practice[one.code] = Place(one.sub_icb, one.icb, one.region)
    of_node: dict[Place, int] = defaultdict(int)
    of_chapters: dict[tuple[Place, str], int] = defaultdict(int)
    patients: dict[Place, list[tuple[int | None, int]]] = defaultdict(list)
    for (node, practice), items in opened.items():
        place = of_practice.get(practice)
        if place is None:
            continue
        if node:
            of_chapters[place, node] += items
        if node == chapter:
            of_node[place] += items
            if items > 0:
                patients[place].append((shown.get((node, practice)), items))
    return PlaceFacts(of_practice, of_node, of_chapters, patients)


@dataclass(frozen=True, slots=True)
class _Split:
    """One split of one place."""

    place: Place
    cells: Mapping[str, Cell]
    rows: list[Row]
    secret: bytes
    month: DispensingMonth
    chapter: str

    def of_chapter(self) -> dict[str, tuple[int, int]]:
        """Patients and items of each cell, rounded once; patients at most as many as items."""
        found = {}
        for name in self.cells:
            items = self.rounded(name, sum(row.amounts[ITEMS] or 0 for row in self.of(name)), of_items=True)
            found[name] = (min(self.patients(name), items), items)
        return found

    def of_everything(
        self, chapters: Mapping[str, list[SplitCell]], opened: Mapping[tuple[Place, str], int]
    ) -> dict[str, tuple[int, int]]:
        """The items of the chapters that are shown, added up; patients that leave those of chapters room."""
        found = {}
        for name, codes in self.cells.items():
            parts: list[tuple[int | None, int]] = []
            items = 0
            for chapter, cells in chapters.items():
                cell = next(one for one in cells if one.codes == codes)
                if cell.is_shown:
                    parts.append((cell.patients, cell.items + BASE - 1))
                    items += cell.items
                else:
                    parts.append((None, opened[self.place, chapter]))
            found[name] = (min(self.patients(name), room(parts)), items)
        return found

    def of(self, name: str) -> list[Row]:
        """The items of a cell."""
        codes = self.cells[name].items()
        return [row for row in self.rows if all(row.codes[field] == code for field, code in codes)]

    def patients(self, name: str) -> int:
        """The patients of a cell, by the offset that all nodes share."""
        return self.rounded(
            name, len({row.patient for row in self.of(name) if row.patient is not None}), of_items=False
        )

    def rounded(self, name: str, exact: int, *, of_items: bool) -> int:
        """A number of a cell, rounded once."""
        where = split_place(self.place.sub_icb_location, name, of_items=of_items)
        node = self.chapter if of_items else ""
        return rounded(exact, offset(self.secret, split_message(where, node, self.month)))


def _cells_of_age() -> dict[str, Cell]:
    return {
        cell_of_age(band, gender): {AGE_BAND_5: AGE_BAND_5.codes[band], GENDER: GENDER.codes[gender]}
        for band, gender in _AGE
    }


def _cells_of_deprivation() -> dict[str, Cell]:
    return {cell_of_deprivation(place): {IMD_QUINTILE: code} for place, code in enumerate(IMD_QUINTILE.codes)}


def code_of_cell(cell: Cell, field: Field) -> str | None:
    """The code of a cell in a field; None where it is of another split."""
    if field == AGE_BAND_20 and AGE_BAND_5 in cell:
        band = cell[AGE_BAND_5]
        return age_band_20(int(band[:2]) if band[:2].isdecimal() else -1)
    return cell.get(field)
