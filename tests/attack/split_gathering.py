"""What a loaded store tells of splits: every level, both splits, everything and each chapter, every month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from attack.rules import code_at
from attack.split_rules import SplitFigures
from attack.split_worlds import AGE, DEPRIVATION, SplitCell, SplitTruth
from attack.worlds import World
from epact2.model.fields import Field
from epact2.model.items import (
    AGE_BAND_5,
    AGE_BAND_20,
    GENDER,
    IMD_QUINTILE,
    PATIENT,
    age_band_20,
)
from epact2.model.prescribing import CHAPTER, ENGLAND, ICB, ITEMS, MONTH, REGION, SUB_ICB_LOCATION
from epact2.query.nodes import Amount, Distinct, Query
from epact2.query.scope import Scope
from epact2.query.sealing import Enters, cell_of_age, cell_of_deprivation
from epact2.store.engine import Engine

LEVELS: Mapping[Field, Enters] = {
    SUB_ICB_LOCATION: Enters.SUB_ICB_LOCATION,
    ICB: Enters.ICB,
    REGION: Enters.REGION,
    ENGLAND: Enters.ENGLAND,
}
SPLITS = ((AGE_BAND_5, GENDER), (AGE_BAND_5,), (AGE_BAND_20, GENDER), (GENDER,), (IMD_QUINTILE,))
VALUES = (Distinct((PATIENT,)), Amount(ITEMS))
# Of one organisation, node and month: the codes of the split, and what is told of it.
Answer = tuple[str, ...]
Numbers = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about splits: at a level, by some fields, of everything or by chapter."""

    level: Field
    by: tuple[Field, ...]
    chapters: bool

    def query(self) -> Query:
        """As a question to the engine."""
        nodes = (CHAPTER,) if self.chapters else ()
        return Query(VALUES, rows=(self.level, *nodes, MONTH, *self.by))


def questions() -> Iterator[Asked]:
    """Every question about splits that is published."""
    for level in LEVELS:
        for by in SPLITS:
            for chapters in (False, True):
                yield Asked(level, by, chapters)


def ask_splits(engine: Engine, asked: Asked) -> dict[Answer, Numbers]:
    """What somebody is answered to whom all organisations are those of others."""
    result = engine.answer(asked.query(), Scope(reason="published", sealed=True))
    found: dict[Answer, Numbers] = {}
    for row in result.rows:
        *codes, patients, items = row
        if not asked.chapters:
            codes.insert(1, "")
        found[tuple(map(str, codes))] = (_number(patients), _number(items))
    return found


def _number(one: object) -> int | None:
    return None if one is None else int(str(one))


def wanted_of(asked: Asked, world: World, told: SplitFigures) -> dict[Answer, Numbers]:
    """What the rules in plain Python say of a question: sums of the cells of places.

    Cells that nobody is registered in are left out, and organisations none of whose places is split.
    """
    sums: dict[Answer, list[int]] = {}
    parents = {one.sub_icb_location: one for one in world.places.values()}
    for cell, numbers in told.cells.items():
        if (cell.kind == DEPRIVATION) is not (asked.by == (IMD_QUINTILE,)):
            continue
        if bool(cell.node) is not asked.chapters:
            continue
        organisation = code_at("", parents[cell.place], LEVELS[asked.level])
        codes = _codes(asked.by)[cell.cell]
        both = sums.setdefault((organisation, cell.node, cell.month.code, *codes), [0, 0])
        for place, number in enumerate(numbers):
            both[place] += number
    return {answer: (patients, items) for answer, (patients, items) in sums.items()}


def _codes(by: Iterable[Field]) -> dict[str, tuple[str, ...]]:
    """The codes of fields by the name of each cell."""
    found: dict[str, tuple[str, ...]] = {}
    for place, code in enumerate(IMD_QUINTILE.codes):
        found[cell_of_deprivation(place)] = (code,)
    for at, band in enumerate(AGE_BAND_5.codes):
        twenty = age_band_20(int(band[:2]) if band[:2].isdecimal() else -1)
        for number, gender in enumerate(GENDER.codes):
            of = {AGE_BAND_5: band, AGE_BAND_20: twenty, GENDER: gender}
            found[cell_of_age(at, number)] = tuple(of[field] for field in by if field in of)
    return found


def as_told(
    answers: Mapping[Answer, Numbers], by_deprivation: Mapping[Answer, Numbers], truth: SplitTruth
) -> dict[SplitCell, tuple[int, int]]:
    """The cells of places as a store told them, by age and gender and by deprivation."""
    found: dict[SplitCell, tuple[int, int]] = {}
    for kind, told, by in (
        (AGE, answers, (AGE_BAND_5, GENDER)),
        (DEPRIVATION, by_deprivation, (IMD_QUINTILE,)),
    ):
        names = {codes: name for name, codes in _codes(by).items() if name.startswith("age") is (kind == AGE)}
        months = {month.code: month for _, _, month in truth.opened}
        for (place, node, month, *codes), (patients, items) in told.items():
            cell = SplitCell(place, node, months[month], kind, names[tuple(codes)])
            if patients is not None and items is not None and cell in truth.patients:
                found[cell] = (patients, items)
    return found
