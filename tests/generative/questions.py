"""Strategies for questions, drawn backwards: first what the answer is to look like, then values that fit
it. So nothing has to be thrown away: what is drawn passes ``query.check``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from epact2.model.bnf import BnfCode
from epact2.model.fields import NOT_OF_PEOPLE, Dimension, Field
from epact2.model.items import AGE, FORM, ITEM_MEASURES, PATIENT
from epact2.model.prescribing import (
    CALENDAR_YEAR,
    CHEMICAL_SUBSTANCE,
    FIELDS,
    FINANCIAL_YEAR,
    LIST_SIZE,
    MONTH,
    NIC,
    PRACTICE,
    PRESCRIBING_MEASURES,
    QUARTER,
)
from epact2.model.prescribing import ITEMS as ITEMS_MEASURE
from epact2.query.conditions import (
    HERE,
    AllConditions,
    AnyCondition,
    AtLeast,
    Before,
    Condition,
    Had,
    Last,
    NotCondition,
    Score,
)
from epact2.query.named import IDENTIFIED_PATIENTS, UNIQUE_MEDICINES
from epact2.query.nodes import (
    EVERYTHING,
    AllMonths,
    Amount,
    AnyOf,
    Between,
    Change,
    Codes,
    Distinct,
    Exclusions,
    Latest,
    MonthRange,
    Months,
    Order,
    Patients,
    Query,
    Ratio,
    Rolling,
    Share,
    Structure,
    Top,
    UnderMedicine,
    Value,
    YearToDate,
)
from epact2.query.scope import ALL_OF_ENGLAND, Absence, Scope
from generative.selections import (
    ITEMS,
    MEDICINES,
    PEOPLE,
    question_selections,
    selections,
    value_selections,
)
from generative.small_england import PEOPLE_MEASURES
from generative.vocabulary import CODES, ITEM_MONTHS, MONTHS_TO_ASK

_LEAST_CHANGE = {MONTH: 1, QUARTER: 3, FINANCIAL_YEAR: 12, CALENDAR_YEAR: 12}
_COUNTABLE = [field for field in FIELDS if field.dimension is not Dimension.TIME and not field.of_items]
_COUNTABLE_OF_ITEMS = [
    field
    for field in FIELDS
    if field.dimension is not Dimension.TIME and (field.groups or field in (PATIENT, FORM))
]
_FIELDS = [field for field in FIELDS if not field.of_items]
_FIELDS_OF_ITEMS = [field for field in FIELDS if field.groups]


@dataclass(frozen=True)
class Shape:
    """What an answer is to look like, and so which values can stand in it."""

    rows: tuple[Field, ...]
    columns: tuple[Field, ...]
    top: Top | None
    percentiles: tuple[int, ...]
    of_items: bool

    @property
    def grain(self) -> tuple[Field, ...]:
        return (*self.rows, *self.columns)

    @property
    def has_medicines(self) -> bool:
        return any(field.dimension in NOT_OF_PEOPLE for field in self.grain)

    @property
    def people_in_ratios(self) -> bool:
        return not (self.has_medicines and self.top and self.top.others)

    @property
    def change_step(self) -> int:
        return max((_LEAST_CHANGE[field] for field in self.grain if field in _LEAST_CHANGE), default=1)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    count = draw(st.sampled_from((0, 1, 1, 2, 2, 3)))
    of_items = draw(st.booleans())
    known = _FIELDS_OF_ITEMS if of_items else _FIELDS
    fields = draw(st.lists(st.sampled_from(known), min_size=count, max_size=count, unique=True))
    row_count = draw(st.integers(0, len(fields)))
    rows, columns = tuple(fields[:row_count]), tuple(fields[row_count:])
    kind = draw(st.sampled_from(("plain", "plain", "top", "percentiles"))) if rows else "plain"
    top = draw(tops(rows)) if kind == "top" else None
    percentiles: tuple[int, ...] = ()
    if kind == "percentiles":
        percentiles = tuple(
            draw(st.lists(st.sampled_from((0, 10, 25, 50, 77, 90, 100)), min_size=1, max_size=3, unique=True))
        )
    return Shape(rows, columns, top, percentiles, of_items)


@st.composite
def tops(draw: st.DrawFn, rows: tuple[Field, ...]) -> Top:
    within = rows[: draw(st.integers(0, len(rows) - 1))]
    ranks_time = any(field.dimension is Dimension.TIME for field in rows[len(within) :])
    others = not ranks_time and draw(st.booleans())
    return Top(draw(st.integers(1, 3)), within, others)


# --- Values ---------------------------------------------------------------------------------------------


@cache
def prescribing_amounts(of_items: bool) -> st.SearchStrategy[Value]:
    measures = (*PRESCRIBING_MEASURES, *ITEM_MEASURES) if of_items else PRESCRIBING_MEASURES
    return st.builds(Amount, st.sampled_from(measures), value_selections(looked_at(of_items)))


def looked_at(of_items: bool) -> tuple[Dimension, ...]:
    return (*PEOPLE, *MEDICINES, *(ITEMS if of_items else ()))


@cache
def people_amounts() -> st.SearchStrategy[Value]:
    return st.builds(Amount, st.sampled_from(PEOPLE_MEASURES), value_selections(PEOPLE))


@cache
def distinct_counts(of_items: bool) -> st.SearchStrategy[Distinct]:
    known = _COUNTABLE_OF_ITEMS if of_items else _COUNTABLE
    fields = st.lists(st.sampled_from(known), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(Distinct, fields, value_selections(looked_at(of_items)))


@cache
def patient_counts() -> st.SearchStrategy[Value]:
    everybody = st.builds(Distinct, st.just((PATIENT,)), value_selections(looked_at(True)))
    return everybody | st.builds(Patients, conditions_on_patients(), value_selections(looked_at(True)))


@cache
def conditions_on_patients() -> st.SearchStrategy[Condition]:
    """What patients had, in the group itself or in a window."""
    windows = (
        st.just(HERE)
        | st.just(HERE)
        | st.builds(Last, st.integers(1, 4))
        | st.builds(Before, st.integers(1, 3))
        | st.sampled_from(
            [MonthRange(ITEM_MONTHS[5], ITEM_MONTHS[7]), MonthRange(ITEM_MONTHS[1], ITEM_MONTHS[4])]
        )
    )
    selected = selections(looked_at(True), leaves=3)
    amounts = st.builds(Amount, st.sampled_from((ITEMS_MEASURE, NIC)), value_selections(looked_at(True)))
    least = st.sampled_from([Decimal(number) for number in ("0", "1", "2", "3", "12.5")])
    medicines = st.just(UNIQUE_MEDICINES) | st.just(Distinct((CHEMICAL_SUBSTANCE,)))
    counted = medicines | distinct_counts(True)
    points = st.lists(st.tuples(selected, st.integers(-1, 3)), min_size=1, max_size=3).map(tuple)
    one = (
        st.builds(Had, selected, windows)
        | st.builds(AtLeast, amounts, least, windows)
        | st.builds(AtLeast, counted, least, windows)
        | st.builds(Score, points, st.integers(0, 5), windows)
    )
    return st.recursive(
        one,
        lambda parts: (
            st.builds(NotCondition, parts)
            | st.builds(AnyCondition, st.lists(parts, max_size=3).map(tuple))
            | st.builds(AllConditions, st.lists(parts, max_size=3).map(tuple))
        ),
        max_leaves=4,
    )


@st.composite
def values(draw: st.DrawFn, shape: Shape, people: bool, within_ratio: bool = False, depth: int = 2) -> Value:
    """A value that can stand in the shape; ``people`` says whether it may count people."""
    may_count_people = people and (within_ratio or not shape.has_medicines)
    kinds = ["amount", "amount", "distinct"]
    if may_count_people:
        kinds += ["people"]
    if shape.of_items:
        kinds += ["patients", "patients", "patients"]
    if depth > 0:
        kinds += ["ratio", "ratio", "share", "change", "rolling", "to date"]
    if shape.of_items and draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(PREPARED))
    kind = draw(st.sampled_from(kinds))

    def inner(within: bool = within_ratio) -> Value:
        return draw(values(shape, people, within, depth - 1))

    match kind:
        case "amount":
            return draw(prescribing_amounts(shape.of_items))
        case "patients":
            return draw(patient_counts())
        case "distinct":
            return draw(distinct_counts(shape.of_items))
        case "people":
            return draw(people_amounts())
        case "ratio":
            return Ratio(inner(True), inner(True), draw(st.sampled_from((1, 100, 1000))))
        case "share":
            of = tuple(field for field in shape.grain if draw(st.booleans()))
            return Share(inner(), of)
        case "change":
            months = draw(st.sampled_from((1, 1, 2, 4))) * shape.change_step
            return Change(inner(), months, draw(st.booleans()))
        case "rolling":
            return Rolling(inner(), draw(st.integers(1, 5)))
        case _:
            return YearToDate(inner())


# Values that are prepared in the small Englands: a comparator's, as it were.
PREPARED: tuple[Value, ...] = (
    Amount(ITEMS_MEASURE, UnderMedicine(BnfCode("0501"))),
    Amount(NIC),
    IDENTIFIED_PATIENTS,
    Patients(
        AllConditions(
            (Had(UnderMedicine(BnfCode("0501"))), NotCondition(Had(UnderMedicine(BnfCode("1001")))))
        )
    ),
    Patients(AtLeast(UNIQUE_MEDICINES, Decimal(2)), Between(AGE, "18", "90")),
    Patients(
        AllConditions(
            (Had(UnderMedicine(BnfCode("05"))), NotCondition(Had(UnderMedicine(BnfCode("05")), Before(2))))
        )
    ),
)


# --- Questions ------------------------------------------------------------------------------------------


@st.composite
def month_choices(draw: st.DrawFn) -> Months:
    kind = draw(st.sampled_from(("all", "latest", "range")))
    if kind == "all":
        return AllMonths()
    if kind == "latest":
        return Latest(draw(st.integers(1, 9)))
    first, last = sorted((draw(st.sampled_from(MONTHS_TO_ASK)), draw(st.sampled_from(MONTHS_TO_ASK))))
    return MonthRange(first, last)


_ORGANISATIONS = [field for field in FIELDS if field.dimension in PEOPLE]
_OF_PATIENTS = [field for field in FIELDS if field.dimension is Dimension.PATIENT and field.groups]


@st.composite
def comparator_questions(draw: st.DrawFn) -> Query:
    """What a comparator's page asks: a ranking, deciles by month, one organisation's own line."""
    numerator, denominator = (
        draw(st.sampled_from(PREPARED)),
        draw(st.sampled_from((*PREPARED, Amount(LIST_SIZE)))),
    )
    rows = draw(st.sampled_from([(), (MONTH,), *((field,) for field in _ORGANISATIONS)]))
    columns = (MONTH,) if rows != (MONTH,) and draw(st.booleans()) else ()
    ratio = Ratio(numerator, denominator, 100)
    percentiles = (10, 50, 90) if rows and draw(st.integers(0, 3)) == 0 else ()
    return Query(
        values=(ratio,) if percentiles else tuple(dict.fromkeys((numerator, denominator, ratio))),
        rows=rows,
        columns=columns,
        where=draw(selections(PEOPLE, leaves=2) | st.just(EVERYTHING)),
        months=draw(month_choices()),
        percentiles=percentiles,
        totals=not percentiles and draw(st.integers(0, 4)) == 0,
    )


@st.composite
def patient_questions(draw: st.DrawFn) -> Query:
    """Patients and how many medicines they had, by what they are and where, month by month."""
    chapters = draw(st.lists(st.sampled_from(("04", "05", "06", "10")), min_size=1, max_size=3, unique=True))
    chosen = AnyOf(tuple(UnderMedicine(BnfCode(code)) for code in chapters))
    many = AtLeast(Distinct((CHEMICAL_SUBSTANCE,), chosen), Decimal(draw(st.integers(1, 3))))
    some = AtLeast(Amount(ITEMS_MEASURE), Decimal(draw(st.integers(1, 5))))
    known = draw(
        st.sampled_from(
            [
                many,
                some,
                Had(chosen),
                AllConditions((many, NotCondition(some))),
                AnyCondition((Had(chosen), some)),
            ]
        )
    )
    where = draw(value_selections((*PEOPLE, Dimension.PATIENT)))
    fields = draw(st.lists(st.sampled_from([*_ORGANISATIONS, *_OF_PATIENTS]), max_size=2, unique=True))
    return Query(
        values=(Patients(known, where), Distinct((PATIENT,), where)),
        rows=tuple(fields),
        columns=(MONTH,) if draw(st.booleans()) else (),
        where=draw(selections(PEOPLE, leaves=2) | st.just(EVERYTHING)),
        months=draw(month_choices() | st.builds(Latest, st.just(1))),
        totals=draw(st.integers(0, 3)) == 0,
    )


def questions() -> st.SearchStrategy[Query]:
    """Any valid question, and more of those that engines have special ways for."""
    return any_questions() | any_questions() | comparator_questions() | patient_questions()


@st.composite
def any_questions(draw: st.DrawFn) -> Query:
    """Any valid question."""
    shape = draw(shapes())
    people = shape.people_in_ratios and draw(st.booleans())
    asked = tuple(draw(st.lists(values(shape, people), min_size=1, max_size=2, unique=True)))
    plain = not shape.percentiles
    orderable = [*shape.grain, *asked]
    orders = st.builds(Order, st.sampled_from(orderable), st.booleans())
    return Query(
        values=asked,
        rows=shape.rows,
        columns=shape.columns,
        where=draw(question_selections(mixed=not people, of_items=shape.of_items)),
        months=draw(month_choices()),
        order=tuple(draw(st.lists(orders, max_size=2))) if plain else (),
        top=shape.top,
        totals=plain and draw(st.booleans()),
        structure=draw(st.sampled_from(Structure)),
        codes=draw(st.sampled_from(Codes)),
        percentiles=shape.percentiles,
        exclusions=draw(st.sampled_from(Exclusions)) if shape.of_items else Exclusions.STANDARD,
    )


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    """Some months in which a practice is not in a scope."""
    first, last = sorted((draw(st.sampled_from(MONTHS_TO_ASK)), draw(st.sampled_from(MONTHS_TO_ASK))))
    return Absence(draw(st.sampled_from(CODES[PRACTICE])), first, last)


def scopes() -> st.SearchStrategy[Scope]:
    """Mostly all of England."""
    some = st.lists(absences(), max_size=2).map(tuple)
    return (
        st.just(ALL_OF_ENGLAND)
        | st.just(ALL_OF_ENGLAND)
        | st.builds(Scope, selections(PEOPLE, leaves=3), st.just("drawn"), some)
    )
