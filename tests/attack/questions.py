"""The questions that the attacker asks: every dashboard in turn, and thousands by chance."""

from __future__ import annotations

import random
from collections.abc import Iterator

from attack.gathering import LEVEL_FIELDS, NODE_FIELDS
from attack.truth import COMPARATORS
from attack.worlds import SUBSTANCES, World
from epact2.model.bnf import BnfCode
from epact2.model.fields import Field
from epact2.model.items import PATIENT
from epact2.model.prescribing import ENGLAND, ITEMS, MONTH, PCN, PRACTICE, QUARTER
from epact2.query.conditions import Had, NotCondition
from epact2.query.nodes import (
    EVERYTHING,
    AllMonths,
    AllOf,
    Amount,
    BadQuestion,
    Change,
    Distinct,
    MonthRange,
    OneOf,
    Order,
    Patients,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    Top,
    UnderMedicine,
    UnderOrganisation,
    Value,
)

PATIENTS = Distinct((PATIENT,))
_NODES = sorted({code[:cut] for code in SUBSTANCES for cut in (2, 4, 9)})


def dashboards(world: World) -> Iterator[Query]:
    """Every count at every level in every month, with totals: what pages show to everybody."""
    for level in LEVEL_FIELDS:
        yield Query((PATIENTS,), rows=(level, MONTH))
        for node in NODE_FIELDS:
            yield Query((PATIENTS,), rows=(level, node, MONTH))
            for month in world.months:
                yield Query((PATIENTS,), rows=(level, node), months=MonthRange(month, month), totals=True)
        for value in COMPARATORS.values():
            yield Query((value,), rows=(level, MONTH))


def by_chance(world: World, count: int, seed: int) -> Iterator[Query]:
    """So many valid questions, the same for the same seed."""
    chance = random.Random(f"questions {seed}")
    made = 0
    while made < count:
        try:
            query = _draw(world, chance)
        except BadQuestion:
            continue
        made += 1
        yield query


def _draw(world: World, chance: random.Random) -> Query:
    levels: list[tuple[Field, ...]] = [(), (PCN,), *((level,) for level in LEVEL_FIELDS)]
    rows = chance.choice([*levels, (PRACTICE,), (PRACTICE,)])
    of_node = chance.choice([(), (), (), *((node,) for node in NODE_FIELDS)])
    of_time = chance.choice([(MONTH,), (MONTH,), (MONTH,), (), (QUARTER,)])
    fields = (*rows, *of_node, *of_time)
    values = tuple(dict.fromkeys(_value(chance) for _ in range(chance.choice((1, 1, 2)))))
    shape = chance.choice(("plain", "plain", "totals", "top", "order", "percentiles", "columns"))
    if not fields or (shape == "percentiles" and not rows):
        shape = "plain"
    month = chance.choice(world.months)
    return Query(
        values,
        rows=fields if shape != "columns" else (*rows, *of_node),
        columns=of_time if shape == "columns" else (),
        where=AllOf(tuple(_conditions(world, chance))),
        months=AllMonths() if chance.random() < 0.6 else MonthRange(month, month),
        totals=shape == "totals",
        top=Top(chance.choice((1, 2, 3))) if shape == "top" else None,
        order=(Order(values[0], descending=chance.random() < 0.5),) if shape in ("order", "top") else (),
        percentiles=(10, 50, 90) if shape == "percentiles" else (),
    )


def _value(chance: random.Random) -> Value:
    count: Value = chance.choice([PATIENTS, PATIENTS, _of(chance), *COMPARATORS.values()])
    match chance.randrange(10):
        case 0:
            return Ratio(count, chance.choice([PATIENTS, Amount(ITEMS)]), chance.choice((1, 100)))
        case 1:
            return Share(count)
        case 2:
            return Change(count, 1, relative=chance.random() < 0.5)
        case 3:
            return Rolling(count, chance.choice((1, 2)))
        case 4:
            return Amount(ITEMS)
        case _:
            return count


def _of(chance: random.Random) -> Value:
    return Distinct((PATIENT,), UnderMedicine(BnfCode(chance.choice(_NODES))))


def _conditions(world: World, chance: random.Random) -> Iterator[Selection]:
    """All of England half of the time; one organisation; some practices; all but one or two."""
    practices = list(world.places)
    match chance.randrange(8):
        case 0:
            place = world.places[chance.choice(practices)]
            yield UnderOrganisation(chance.choice((place.sub_icb_location, place.icb, place.region)))
        case 1:
            yield OneOf(
                PRACTICE, tuple(sorted(chance.sample(practices, chance.randrange(1, len(practices)))))
            )
        case 2 | 3:
            left_out = chance.sample(practices, chance.choice((1, 2)))
            yield OneOf(PRACTICE, tuple(one for one in practices if one not in left_out))
        case _:
            yield EVERYTHING
    if chance.random() < 0.25:
        yield UnderMedicine(BnfCode(chance.choice(_NODES)))


def overlapping(world: World, count: int, seed: int) -> Iterator[Query]:
    """A2: the same counts within many overlapping choices of practices, one beside the other.

    Were a number another one within another choice, the difference would tell; each answer has many numbers.
    """
    chance = random.Random(f"overlapping {seed}")
    practices = list(world.places)
    for _ in range(count):
        chosen = chance.sample(practices, chance.randrange(2, len(practices) + 1))
        month = chance.choice(world.months)
        yield Query(
            (PATIENTS, Amount(ITEMS)),
            rows=(PRACTICE, chance.choice(list(NODE_FIELDS)), MONTH),
            where=OneOf(PRACTICE, tuple(sorted(chosen))),
            months=AllMonths() if chance.random() < 0.8 else MonthRange(month, month),
            order=(Order(PATIENTS, descending=chance.random() < 0.5),) if chance.random() < 0.3 else (),
        )


def complements(world: World) -> Iterator[Query]:
    """All patients but those of one node; England without one practice, at every node: the oldest tricks."""
    practices = list(world.places)
    everybody_else = tuple(Patients(NotCondition(Had(UnderMedicine(BnfCode(node))))) for node in _NODES)
    for number in range(0, len(everybody_else), 6):
        yield Query(everybody_else[number : number + 6], rows=(PRACTICE, MONTH))
    for left_out in practices:
        others = OneOf(PRACTICE, tuple(one for one in practices if one != left_out))
        yield Query((PATIENTS, *COMPARATORS.values()), rows=(ENGLAND, MONTH), where=others)
        for node in NODE_FIELDS:
            yield Query((PATIENTS,), rows=(ENGLAND, node, MONTH), where=others)
