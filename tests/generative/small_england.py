"""Small Englands by chance: the same organisations and codes, other rows; made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ASTRO_PU_COST, LIST_SIZE, STAR_PUS
from epact2.store.reference_data import Parents, PopulationRow, PrescribingRow, ReferenceData
from generative.vocabulary import (
    LATEST_CODES,
    MONTH_OF_LISTS_ALONE,
    MONTHS,
    MONTHS_WITHOUT_LISTS,
    PARENTS_NOW,
    PAST,
    PRACTICES,
    PRESENTATIONS,
    QUANTITIES,
    SETTINGS,
    SNOMED_CODES,
)

CLOSED = ("P3", DispensingMonth(2020, 11))  # prescribes no more from this month on; its list stays a while
DORMANT = "P8"  # has a list and prescribes in the first month alone
WITHOUT_LIST = "P5"
MOVED = ("P2", "P4")  # belonged to other organisations in 2020

PEOPLE_MEASURES = (LIST_SIZE, ASTRO_PU_COST, STAR_PUS["oral_antibacterials_item"])
ROWS_A_MONTH = 24


def small_england(seed: int) -> ReferenceData:
    """One small England. Rows differ by the seed; what is odd about it does not."""
    chance = random.Random(seed)
    # Sections with letters keep an engine from treating sections as numbers: not in every England.
    codes = [code for code in PRESENTATIONS if code[:4].isdigit() or seed % 2 == 0]
    latest_codes = {old: new for old, new in LATEST_CODES.items() if new[:4].isdigit() or seed % 2 == 0}
    prescribing = [row for month in MONTHS for row in _month(chance, month, codes)]
    pairs = {(row.month, row.practice) for row in prescribing}
    return ReferenceData(
        prescribing=prescribing,
        population=list(_population(chance)),
        parents_now=PARENTS_NOW,
        parents_then={pair: _then(*pair, chance) for pair in sorted(pairs)},
        settings=SETTINGS,
        latest_codes=latest_codes,
    )


def _month(chance: random.Random, month: DispensingMonth, codes: Sequence[str]) -> Iterator[PrescribingRow]:
    seen = set()
    for number in range(ROWS_A_MONTH):
        # The first month has every practice and every presentation, so that all codes are known.
        everything = month == MONTHS[0] and number < len(codes)
        practice = PRACTICES[number % len(PRACTICES)] if everything else chance.choice(PRACTICES)
        presentation = codes[number] if everything else chance.choice(codes)
        snomed, quantity = chance.choice(SNOMED_CODES), chance.choice(QUANTITIES)
        closed = practice == CLOSED[0] and month >= CLOSED[1]
        dormant = practice == DORMANT and month > MONTHS[0]
        key = (practice, presentation, snomed, quantity)
        if closed or dormant or key in seen:
            continue
        seen.add(key)
        yield _row(chance, month, practice, presentation, snomed, quantity)


def _row(
    chance: random.Random,
    month: DispensingMonth,
    practice: str,
    presentation: str,
    snomed: str,
    quantity: str,
) -> PrescribingRow:
    items = chance.choice((1, 1, 2, 3, 5, 8, 40, 0, -1, -3))
    per_item = round(float(quantity) * 100_000)
    return PrescribingRow(
        month=month,
        practice=practice,
        presentation=presentation,
        snomed=snomed,
        quantity=per_item,
        items=items,
        total_quantity=per_item * items,
        nic=items * chance.randint(1, 5000),
        actual_cost=items * chance.randint(100_000, 500_000_000),
        adq_usage=chance.choice((0, per_item * items // 3)),
    )


def _population(chance: random.Random) -> Iterator[PopulationRow]:
    for month in (*MONTHS, MONTH_OF_LISTS_ALONE):
        if month in MONTHS_WITHOUT_LISTS:
            continue
        for practice in PRACTICES:
            if practice == WITHOUT_LIST or chance.random() < 0.1:
                continue
            patients = chance.randint(1, 9000)
            amounts: dict[Measure, int | None] = {
                LIST_SIZE: patients,
                ASTRO_PU_COST: patients * chance.randint(10**9, 9 * 10**9),
                STAR_PUS["oral_antibacterials_item"]: (
                    None if practice == "P6" else patients * chance.randint(10**8, 10**9)
                ),
            }
            yield PopulationRow(month, practice, amounts)


def _then(month: DispensingMonth, practice: str, chance: random.Random) -> Parents:
    if practice in MOVED and month.year == 2020:
        return chance.choice(PAST)
    return PARENTS_NOW[practice]
