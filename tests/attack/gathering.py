"""What an account gathers: the answers to questions, as figures of organisations, nodes and months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from attack.rules import Figure, organisations
from attack.truth import COMPARATORS, CUTS
from attack.worlds import World
from epact2.errors import Epact2Error
from epact2.model.bnf import BnfCode
from epact2.model.fields import Field
from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import (
    CHAPTER,
    CHEMICAL_SUBSTANCE,
    ENGLAND,
    ICB,
    MONTH,
    PCN,
    PRACTICE,
    REGION,
    SECTION,
    SUB_ICB_LOCATION,
)
from epact2.query.conditions import Had, NotCondition
from epact2.query.grains import conjuncts
from epact2.query.nodes import (
    Distinct,
    Everything,
    Is,
    MonthRange,
    OneOf,
    Patients,
    Query,
    Ratio,
    Selection,
    UnderMedicine,
    UnderOrganisation,
    Value,
)
from epact2.query.result import Result
from epact2.query.scope import Scope
from epact2.query.sealing import Enters
from epact2.store.engine import Engine

LEVEL_FIELDS: Mapping[Field, Enters] = {
    PRACTICE: Enters.PRACTICE,
    SUB_ICB_LOCATION: Enters.SUB_ICB_LOCATION,
    ICB: Enters.ICB,
    REGION: Enters.REGION,
    ENGLAND: Enters.ENGLAND,
}
ORGANISATIONS = (*LEVEL_FIELDS, PCN)
NODE_FIELDS: Mapping[Field, int] = {CHAPTER: 2, SECTION: 4, CHEMICAL_SUBSTANCE: 9}
_NAMES = {value: name for name, value in COMPARATORS.items()}
NOT = "not "
MOST_NAIVE = 4  # counts from 1 to this are suppressed by the naive rule


class Contradiction(AssertionError):
    """The same figure was published with two numbers: the one could be averaged out of the other."""


@dataclass
class Gathered:
    """Figures that were seen, ratios of them, how many questions were asked, and what was refused.

    ``responses`` counts every number, or mark in its place, that stood in an answer; and every refusal.
    """

    figures: dict[Figure, int | None] = field(default_factory=dict)
    ratios: list[tuple[Figure, Figure, int, float]] = field(default_factory=list)
    questions: int = 0
    responses: int = 0
    refusals: Counter[str] = field(default_factory=Counter)

    def add(self, figure: Figure, number: int | None) -> None:
        """Keep a figure. Raises Contradiction."""
        if self.figures.setdefault(figure, number) != number:
            raise Contradiction(f"{figure} is {self.figures[figure]} and {number}")


def ask_sealed(engine: Engine, world: World, questions: Iterable[Query], gathered: Gathered) -> None:
    """Ask as somebody to whom all organisations are those of others."""
    scope = Scope(reason="published", sealed=True)
    for query in questions:
        gathered.questions += 1
        try:
            result = engine.answer(query, scope)
        except Epact2Error as error:
            gathered.refusals[error.message] += 1
            gathered.responses += 1
            continue
        numbers = sum(one.kind == "value" for one in result.columns)
        gathered.responses += numbers * len(result.rows)
        _read(query, result, world, gathered, levels=True)


def ask_naively(engine: Engine, world: World, questions: Iterable[Query], gathered: Gathered) -> None:
    """Ask a system that suppresses counts of 1 to 4 and gives everything else exactly."""
    for query in questions:
        gathered.questions += 1
        try:
            result = engine.answer(query, Scope(reason="naive"))
        except Epact2Error as error:
            gathered.refusals[type(error).__name__] += 1
            continue
        _read(query, result, world, gathered, levels=False)


def _read(query: Query, result: Result, world: World, gathered: Gathered, *, levels: bool) -> None:
    if query.percentiles:
        return  # of the published numbers of practices
    fields = {place: one.of for place, one in enumerate(result.columns) if isinstance(one.of, Field)}
    values = {
        place: one.of
        for place, one in enumerate(result.columns)
        if one.kind == "value" and not isinstance(one.of, Field | None)
    }
    for row in result.rows:
        codes = {of: str(row[place]) for place, of in fields.items() if row[place] is not None}
        for place, value in values.items():
            number = row[place]
            if isinstance(value, Ratio):
                top = figure_of(query, value.top, codes, world, levels=levels)
                bottom = figure_of(query, value.bottom, codes, world, levels=levels)
                if top and bottom and isinstance(number, float):
                    gathered.ratios.append((top, bottom, value.per, number))
                continue
            figure = figure_of(query, value, codes, world, levels=levels)
            if figure is None or isinstance(number, float | str):
                continue
            if not levels and number is not None and 1 <= number <= MOST_NAIVE:
                number = None
            gathered.add(figure, number)


def figure_of(
    query: Query, value: Value, codes: Mapping[Field, str], world: World, *, levels: bool
) -> Figure | None:
    """What a number of an answer is a figure of; None where that is no single node and month."""
    month = _month(query, codes)
    node = _node(query, value, codes)
    if month is None or node is None:
        return None
    practices = frozenset(
        practice
        for practice in world.places
        if all(_at(world, practice, one) == code for one, code in codes.items() if one in ORGANISATIONS)
        and all(_selects(one, world, practice) for one in conjuncts(query.where))
    )
    if not practices:
        return None
    if not levels:
        return Figure(practices, node, month)
    if PCN in codes:
        return None  # the sum of what its practices show
    named = [LEVEL_FIELDS[one] for one in codes if one in LEVEL_FIELDS and one != ENGLAND]
    whole = [level for level, members in organisations(world.places) if members == practices]
    if not whole or (named and min(named) not in whole):
        return None
    return Figure(practices, node, month, min(named) if named else max(whole))


def _month(query: Query, codes: Mapping[Field, str]) -> DispensingMonth | None:
    if MONTH in codes:
        return DispensingMonth.parse(codes[MONTH])
    match query.months:
        case MonthRange(first, last) if first == last:
            return first
        case _:
            return None


def _node(query: Query, value: Value, codes: Mapping[Field, str]) -> str | None:
    """The comparator, or the narrowest BNF code that all conditions on medicines name together."""
    medicines = [one for one in conjuncts(query.where) if not isinstance(one, UnderOrganisation)]
    medicines = [one for one in medicines if not (isinstance(one, OneOf | Is) and one.field in ORGANISATIONS)]
    named = [code for one, code in codes.items() if one in NODE_FIELDS]
    if value in _NAMES:
        return _NAMES[value] if not medicines and not named else None
    if not isinstance(value, Distinct) or value.fields != (PATIENT,):
        return without(named, medicines, value)
    for one in (*medicines, *conjuncts(value.where)):
        match one:
            case UnderMedicine(BnfCode(text)) | Is(_, text):
                named.append(text)
            case Everything():
                pass
            case _:
                return None
    narrowest = max(named, key=len, default="")
    fits = all(narrowest.startswith(one) for one in named) and len(narrowest) in CUTS
    return narrowest if fits else None


def without(named: list[str], medicines: list[Selection], value: Value) -> str | None:
    """Patients of a practice who had nothing of a node: “not 0501” is everybody less those of 0501."""
    match value:
        case Patients(NotCondition(Had(UnderMedicine(BnfCode(text)))), Everything()) if (
            not named and not medicines
        ):
            return f"{NOT}{text}"
        case _:
            return None


def _at(world: World, practice: str, level: Field) -> str:
    place = world.places[practice]
    return {
        PRACTICE: practice,
        PCN: place.pcn,
        SUB_ICB_LOCATION: place.sub_icb_location,
        ICB: place.icb,
        REGION: place.region,
        ENGLAND: "ENG",
    }[level]


def _selects(selection: Selection, world: World, practice: str) -> bool:
    match selection:
        case UnderOrganisation(code):
            return code in {_at(world, practice, level) for level in ORGANISATIONS}
        case OneOf(of, codes) if of in ORGANISATIONS:
            return _at(world, practice, of) in codes
        case Is(of, code) if of in ORGANISATIONS:
            return _at(world, practice, of) == code
        case _:
            return True
