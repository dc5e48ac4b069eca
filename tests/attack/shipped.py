"""Which counts the shipped comparators publish, and who counts in each: to see what adds up exactly.

Invented patients take what comparators look at, now and in the year before. If some counts make another by
adding and subtracting for every patient who can be, they do so in every practice: the attacker then has an
equation. If none do for these patients, none do at all. So the columns “who counts here”, one for each count
and each BNF node of which patients are published, must be independent.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy

from epact2.comparators.read import prepared_values
from epact2.model.bnf import code_at, generic_equivalent
from epact2.model.fields import Dimension, Field
from epact2.model.items import AGE, EPS, GENDER, PATIENT_IDENTIFIED, REPEAT_DISPENSING
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import (
    BNF_FIELDS,
    CHAPTER,
    CHEMICAL_SUBSTANCE,
    GENERIC_EQUIVALENT,
    ITEMS,
    PRESENTATION,
    SECTION,
    TOTAL_QUANTITY,
)
from epact2.query.conditions import (
    AllConditions,
    AnyCondition,
    AtLeast,
    Condition,
    Had,
    NotCondition,
    Score,
    leaves,
)
from epact2.query.grains import dimensions_of
from epact2.query.nodes import AllOf, Amount, AnyOf, Distinct, Not, OneOf, Patients, Selection, UnderMedicine
from epact2.query.words import value_name
from epact2.store.directory import Directory
from epact2.store.prepared import slots_of, value_of
from epact2.store.published import is_published_column
from epact2.store.reference_data import Row, selects
from epact2.store.reference_patients import patients_who

Count = Amount | Distinct | Patients
NOW = DispensingMonth(2026, 1)  # windows of fixed months lie in the year before
_ANYWHERE = Directory(release=1, months=(), list_months=(), organisations=(), medicines=())
_LENGTH = 15  # letters of a presentation's code
LEVELS = (CHAPTER, SECTION, CHEMICAL_SUBSTANCE)


@cache
def published_counts() -> tuple[Count, ...]:
    """The counts of comparators that are published: of patients, or of items that open data do not tell."""
    found = [value_of(slot) for slot in slots_of(prepared_values()) if is_published_column(slot)]
    return tuple(one for one in found if isinstance(one, Amount | Distinct | Patients))


def presentations_in(count: Count) -> list[str]:
    """A presentation for each code that a count names."""
    named = list(_codes(count.where))
    if isinstance(count, Patients):
        for leaf in leaves(count.condition):
            for selection in _selections(leaf):
                named += _codes(selection)
    return sorted({code.ljust(_LENGTH, "A") for code in named})


def _selections(leaf: object) -> Iterator[Selection]:
    if hasattr(leaf, "selection"):
        yield leaf.selection
    if hasattr(leaf, "value"):
        yield leaf.value.where
    for selection, _ in getattr(leaf, "points", ()):
        yield selection


def _codes(selection: Selection) -> Iterator[str]:
    match selection:
        case UnderMedicine(code):
            yield code.text
        case OneOf(field, codes) if field == GENERIC_EQUIVALENT:
            yield from codes
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _codes(part)
        case Not(part):
            yield from _codes(part)


def draw_patients(count: int, seed: int = 1) -> list[list[Row]]:
    """The items of invented patients.

    First everybody who takes one thing: what a count names, or its neighbour in the same section, chapter or
    nowhere near. Then, by chance, who takes of what one to three counts look at, in any months of a year.
    """
    chance = random.Random(f"shipped {seed}")
    named = [one for one in map(presentations_in, published_counts()) if one]
    plain = [[_row(NOW, code, "50", "1", code, 28, chance)] for code in sorted(pool())]
    return plain + [list(_items(str(number), named, chance)) for number in range(count)]


@cache
def pool() -> frozenset[str]:
    """Every presentation that a patient may take: what counts name, and their neighbours."""
    codes = {code for count in published_counts() for code in presentations_in(count)}
    return frozenset(codes | {_neighbour(code, length) for code in codes for length in (0, 2, 4, 7)})


def _neighbour(code: str, length: int) -> str:
    return f"{code[:length]}{'980980Z0AAAAAAA'[length:]}"


def _items(patient: str, named: Sequence[list[str]], chance: random.Random) -> Iterator[Row]:
    age = str(chance.choice((3, 6, 10, 12, 14, 16, 18, 19, 30, 50, 54, 60, 65, 70, 75, 80, 85, 90)))
    gender = chance.choice("122")
    codes: list[str] = []
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        of = chance.choice(named)
        of = of if chance.random() < 0.5 else chance.sample(of, min(len(of), 4))
        codes += chance.sample(of, min(len(of), chance.choice((1, 1, 2, 3, 6, 12, 25))))
    often = chance.random()
    for code in codes:
        quantity = chance.choice((1, 28, 400, 5000))
        months = [
            back for back in (0, 1, 2, 4, 8, 11) if chance.random() < (0.9 if back == 0 else 0.5 * often)
        ]
        for back in months if len(codes) < 6 else (0,):
            yield _row(NOW.plus(-back), patient, age, gender, code, quantity, chance)
    for code in chance.sample(codes, min(len(codes), chance.choice((0, 1, 3)))):
        yield _row(NOW, patient, age, gender, _neighbour(code, chance.choice((0, 2, 4, 7, 7))), 28, chance)


def _row(
    month: DispensingMonth,
    patient: str,
    age: str,
    gender: str,
    code: str,
    quantity: int,
    chance: random.Random,
) -> Row:
    codes: dict[Field, str] = {level: code_at(code, level.name) for level in BNF_FIELDS}
    codes |= {GENERIC_EQUIVALENT: generic_equivalent(code), AGE: age, GENDER: gender, PATIENT_IDENTIFIED: "Y"}
    codes |= {EPS: chance.choice("YN"), REPEAT_DISPENSING: chance.choice("YN")}
    amounts: dict[Measure, int | None] = {ITEMS: 1, TOTAL_QUANTITY: quantity * 10**TOTAL_QUANTITY.scale}
    return Row(month, codes, amounts, patient)


def _resolved(count: Count) -> Count:
    """The same count with each selection of medicines as the presentations of ours that it selects."""
    where = _of_presentations(count.where)
    if not isinstance(count, Patients):
        return replace(count, where=where)
    return replace(count, where=where, condition=_condition(count.condition))


def _condition(condition: Condition) -> Condition:
    match condition:
        case AllConditions(parts) | AnyCondition(parts):
            return replace(condition, parts=tuple(map(_condition, parts)))
        case NotCondition(part):
            return replace(condition, part=_condition(part))
        case Had(selection):
            return replace(condition, selection=_of_presentations(selection))
        case AtLeast(value):
            return replace(condition, value=replace(value, where=_of_presentations(value.where)))
        case Score(points):
            return replace(condition, points=tuple((_of_presentations(one), each) for one, each in points))


@cache
def _of_presentations(selection: Selection) -> Selection:
    if dimensions_of(selection) <= {Dimension.MEDICINE}:
        chosen = (code for code in sorted(pool()) if selects(selection, _row_of(code), _ANYWHERE))
        return OneOf(PRESENTATION, tuple(chosen))
    if isinstance(selection, AllOf | AnyOf):
        return replace(selection, parts=tuple(map(_of_presentations, selection.parts)))
    return selection


def _row_of(code: str) -> Row:
    codes: dict[Field, str] = {level: code_at(code, level.name) for level in BNF_FIELDS}
    return Row(NOW, {**codes, GENERIC_EQUIVALENT: generic_equivalent(code)}, {})


@dataclass(frozen=True, slots=True)
class Counter:
    """A count, made quick: the codes that it names, to be looked for first, and what they stand for."""

    named: tuple[str, ...]
    resolved: Count

    def __call__(self, rows: Sequence[Row]) -> int:
        """What one patient adds to it: nothing or one; of items, their number."""
        if self.named and not any(row.codes[PRESENTATION].startswith(self.named) for row in rows):
            return 0  # no count that names medicines counts who took none of them: a test holds it to that
        return counted(self.resolved, rows)


def counter(count: Count) -> Counter:
    """The counter of a count."""
    return Counter(tuple(code.rstrip("A") for code in presentations_in(count)), _resolved(count))


def counted(count: Count, rows: Sequence[Row]) -> int:
    """What one patient adds to a count, by the reference engine."""
    chosen = [row for row in rows if selects(count.where, row, _ANYWHERE)]
    now = [row for row in chosen if row.month == NOW]
    match count:
        case Amount():
            return len(now)
        case Distinct():
            return int(bool(now))
        case Patients(condition):
            return len(patients_who(condition, now, [NOW], chosen, _ANYWHERE))


def nodes_of(rows: Sequence[Row]) -> set[str]:
    """The BNF nodes in which a patient counts."""
    now = [row for row in rows if row.month == NOW]
    return (
        {"everything", *(f"{level} {row.codes[level]}" for row in now for level in LEVELS)} if now else set()
    )


def columns(patients: Sequence[Sequence[Row]]) -> tuple[list[str], numpy.ndarray]:
    """The names of all counts of patients and BNF nodes, and what each patient adds to each."""
    counts = [one for one in published_counts() if not isinstance(one, Amount)]
    counters = [counter(one) for one in counts]
    of_nodes = [nodes_of(rows) for rows in patients]
    nodes = sorted(set().union(*of_nodes))
    names = [value_name(one) for one in counts] + nodes
    table = numpy.zeros((len(patients), len(names)))
    for line, (rows, inside) in enumerate(zip(patients, of_nodes, strict=True)):
        table[line, : len(counts)] = [count_in(rows) for count_in in counters]
        table[line, len(counts) :] = [node in inside for node in nodes]
    return names, table


def equations(names: Sequence[str], table: numpy.ndarray, counts: int) -> list[list[str]]:
    """The equations in which a count of a comparator stands; ``counts`` columns are those of comparators.

    What BNF nodes are among one another the attack knows: of a section with one substance, it is that.
    """
    mine = set(names[:counts])
    return [way for way in dependent(names, table) if mine & set(way)]


def dependent(names: Sequence[str], table: numpy.ndarray) -> list[list[str]]:
    """Which columns make one another by adding and subtracting: for each way, those that it needs.

    From the null space, brought to the form in which each way has one column of its own.
    """
    sizes, directions = numpy.linalg.eigh(table.T @ table)
    null = directions.T[sizes < 1e-8 * sizes[-1]]
    ways = []
    for place in range(len(null)):
        column = int(numpy.abs(null[place]).argmax())
        null[place] /= null[place, column]
        for other in range(len(null)):
            if other != place:
                null[other] -= null[other, column] * null[place]
    for way in null:
        ways.append([name for name, weight in zip(names, way, strict=True) if abs(weight) > 1e-6])
    return ways
