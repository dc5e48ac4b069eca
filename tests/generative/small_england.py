"""Small Englands by chance: the same organisations and codes, other rows; made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from epact2.model import items
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ASTRO_PU_COST, LIST_SIZE, STAR_PUS
from epact2.store.reference_data import ItemRow, Parents, PopulationRow, PrescribingRow, ReferenceData
from generative.vocabulary import (
    AGES,
    CODES,
    ITEM_MONTHS,
    LATEST_CODES,
    MONTH_OF_LISTS_ALONE,
    MONTHS,
    MONTHS_WITHOUT_LISTS,
    PARENTS_NOW,
    PAST,
    PATIENTS,
    PRACTICES,
    PRESENTATIONS,
    QUANTITIES,
    SETTINGS,
    SNOMED_CODES,
)
from support.small_data import prescribing_of

CLOSED = ("P3", DispensingMonth(2020, 11))  # prescribes no more from this month on; its list stays a while
DORMANT = "P8"  # has a list and prescribes in the first month alone
WITHOUT_LIST = "P5"
MOVED = ("P2", "P4")  # belonged to other organisations in 2020

PEOPLE_MEASURES = (LIST_SIZE, ASTRO_PU_COST, STAR_PUS["oral_antibacterials_item"])
ROWS_A_MONTH = 24
ITEMS_A_MONTH = 30


def small_england(seed: int) -> ReferenceData:
    """One small England. Rows differ by the seed; what is odd about it does not."""
    chance = random.Random(seed)
    # Sections with letters keep an engine from treating sections as numbers: not in every England.
    codes = [code for code in PRESENTATIONS if code[:4].isdigit() or seed % 2 == 0]
    latest_codes = {old: new for old, new in LATEST_CODES.items() if new[:4].isdigit() or seed % 2 == 0}
    prescribing = [row for month in MONTHS for row in _month(chance, month, codes)]
    of_items = [row for month in ITEM_MONTHS for row in _items(chance, month, codes)]
    if seed % 2 == 0:
        # Months whose items add up to their prescribing, so that one may be answered from the other.
        prescribing = [row for row in prescribing if row.month not in ITEM_MONTHS] + prescribing_of(of_items)
    pairs = {(row.month, row.practice) for row in (*prescribing, *of_items)}
    return ReferenceData(
        prescribing=prescribing,
        population=list(_population(chance)),
        parents_now=PARENTS_NOW,
        parents_then={pair: _then(*pair, chance) for pair in sorted(pairs)},
        settings=SETTINGS,
        latest_codes=latest_codes,
        items=of_items,
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


def _items(chance: random.Random, month: DispensingMonth, codes: Sequence[str]) -> Iterator[ItemRow]:
    for number in range(ITEMS_A_MONTH):
        practice = chance.choice(PRACTICES)
        if (practice == CLOSED[0] and month >= CLOSED[1]) or practice == DORMANT:
            continue
        patient = chance.choice((*PATIENTS, *PATIENTS, ""))
        presentation, quantity = chance.choice(codes), chance.choice(QUANTITIES)
        row = _row(chance, month, practice, presentation, chance.choice(SNOMED_CODES), quantity)
        # Most people stay what they are within a month; some have a birthday.
        age = int(AGES[(len(patient) + ord((patient or "?")[0])) % len(AGES)])
        if chance.random() < 0.1:
            age = int(chance.choice(AGES))
        yield ItemRow(
            **{name: getattr(row, name) for name in PrescribingRow.__dataclass_fields__},
            patient=patient,
            identified=bool(patient) and chance.random() < 0.8,
            discount=chance.randint(0, 10**6),
            consumables=chance.choice((0, 1240)),
            containers=chance.choice((0, 10_000)),
            out_of_pocket=chance.choice((0, 0, 77)),
            age=age,
            age_september=max(-1, age - chance.choice((0, 0, 1))),
            age_source=chance.choice(items.AGE_SOURCE.codes) if age >= 0 else "5",
            gender=items.GENDER.codes[len(patient) % 3] if patient else "0",
            imd_quintile=chance.choice(items.IMD_QUINTILE.codes) if patient != "ann" else "1",
            prescriber=chance.choice(CODES[items.PRESCRIBER]),
            prescriber_type=chance.choice(CODES[items.PRESCRIBER_TYPE]),
            dispenser=chance.choice(CODES[items.DISPENSER]),
            dispenser_type=chance.choice(CODES[items.DISPENSER_TYPE]),
            eps=chance.random() < 0.7,
            repeat_dispensing=chance.random() < 0.2,
            form_type=chance.choice(CODES[items.FORM_TYPE]),
            exemption=chance.choice(("-", "A", "U")),
            charge_status=chance.choice(("C", "E")),
            preparation_class=chance.choice(items.PREPARATION_CLASS.codes),
            cd_schedule=chance.choice(items.CD_SCHEDULE.codes),
            exclusion=chance.choice(("included",) * 8 + ("private", "out of hours")),
            form=number // 3 + 1,
            item=number % 3 + 1,
            prescribed=chance.choice(CODES[items.PRESCRIBED_DATE]),
            paid_presentation=chance.choice(("", presentation)),
            paid_snomed=row.snomed,
        )


def _row(
    chance: random.Random,
    month: DispensingMonth,
    practice: str,
    presentation: str,
    snomed: str,
    quantity: str,
) -> PrescribingRow:
    count = chance.choice((1, 1, 2, 3, 5, 8, 40, 0, -1, -3))
    per_item = round(float(quantity) * 100_000)
    return PrescribingRow(
        month=month,
        practice=practice,
        presentation=presentation,
        snomed=snomed,
        quantity=per_item,
        items=count,
        total_quantity=per_item * count,
        nic=count * chance.randint(1, 5000),
        actual_cost=count * chance.randint(100_000, 500_000_000),
        adq_usage=chance.choice((0, per_item * count // 3)),
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
