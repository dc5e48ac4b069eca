"""Published splits in the reference engine: sub-ICB locations by what patients are, worked out by loops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from epact2.model.fields import Field
from epact2.model.items import AGE_BAND_5, AGE_BAND_20, GENDER, IMD_QUINTILE, age_band_20
from epact2.model.months import DispensingMonth
from epact2.model.organisations import UNKNOWN_CODE
from epact2.model.prescribing import CHAPTER, ITEMS, PRACTICE
from epact2.query.sealing import (
    Enters,
    Place,
    cell_of_age,
    cell_of_deprivation,
    entries,
    lone_message,
    offset,
    rounded,
    split_fits,
    split_message,
    split_place,
)
from epact2.store.reference_data import NO_PARENTS, ReferenceData, Row

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


def split_cells(
    data: ReferenceData,
    open_rows: list[Row],
    item_rows: list[Row],
    secret: bytes,
    month: DispensingMonth,
    chapter: str,
) -> list[SplitCell]:
    """Every cell of every sub-ICB location with open items, of everything or of a chapter."""
    places = {
        practice: place
        for practice in {row.codes[PRACTICE] for row in (*open_rows, *item_rows)}
        if (place := _place(data, practice)).sub_icb_location != UNKNOWN_CODE
    }

    def of_node(rows: list[Row]) -> list[tuple[Place, Row]]:
        return [
            (places[row.codes[PRACTICE]], row)
            for row in rows
            if row.month == month
            and row.codes[PRACTICE] in places
            and (not chapter or row.codes[CHAPTER] == chapter)
        ]

    opened: dict[Place, int] = defaultdict(int)
    for place, row in of_node(open_rows):
        opened[place] += row.amounts[ITEMS] or 0
    found = of_node(item_rows)
    made: list[SplitCell] = []
    some = {place: total for place, total in opened.items() if total > 0}
    for cells in (_cells_of_age(), _cells_of_deprivation()):
        made += _of_kind(some, found, cells, secret, month, chapter)
    return made


def _of_kind(
    opened: Mapping[Place, int],
    rows: list[tuple[Place, Row]],
    cells: Mapping[str, Cell],
    secret: bytes,
    month: DispensingMonth,
    chapter: str,
) -> list[SplitCell]:
    patients: dict[tuple[Place, str], int] = {}
    items: dict[tuple[Place, str], int] = {}
    for place in opened:
        for name, codes in cells.items():
            mine = [
                row
                for at, row in rows
                if at == place and all(row.codes[field] == code for field, code in codes.items())
            ]
            patients[place, name] = len({row.patient for row in mine if row.patient is not None})
            items[place, name] = sum(row.amounts[ITEMS] or 0 for row in mine)

    def published(place: Place, name: str, *, alone: bool) -> tuple[int, int]:
        message = lone_message if alone else split_message
        numbers = []
        for of_items, exact in ((False, patients), (True, items)):
            where = split_place(place.sub_icb_location, name, of_items=of_items)
            numbers.append(rounded(exact[place, name], offset(secret, message(where, chapter, month))))
        return numbers[0], numbers[1]

    shown = {place: {name: published(place, name, alone=False) for name in cells} for place in opened}
    hidden = {
        str(number): place
        for number, (place, total) in enumerate(opened.items())
        if not split_fits([of_items for _, of_items in shown[place].values()], total)
    }
    enters = {hidden[number]: level for number, level in entries(hidden).items()}
    made = []
    for place in opened:
        numbers = shown[place]
        if place in enters:
            numbers = {name: published(place, name, alone=True) for name in cells}
        level = enters.get(place, Enters.SUB_ICB_LOCATION)
        made += [SplitCell(place, cells[name], *two, level) for name, two in numbers.items()]
    return made


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


def _place(data: ReferenceData, practice: str) -> Place:
    parents = data.parents_now.get(practice, NO_PARENTS)
    return Place(parents.sub_icb_location, parents.icb, parents.region)
