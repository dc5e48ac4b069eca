"""An organisation's profile: which figures describe it, and the few questions that give them.

A page needs some forty numbers, each with a history and a place among peers. They come from a handful of
questions with many values each; ranks, medians and changes are worked out from the answers in ``standing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.analysis.compare import peers
from epact2.comparators.definition import Comparator, Direction
from epact2.comparators.read import comparators
from epact2.model.bnf import BnfCode
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.organisations import ENGLAND, Organisation
from epact2.model.prescribing import (
    ACTUAL_COST,
    CHAPTER,
    FIELD_BY_NAME,
    ITEMS,
    LIST_SIZE,
    MONTH,
)
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Amount,
    Change,
    Everything,
    Is,
    Latest,
    MonthRange,
    OneOf,
    Order,
    Query,
    Ratio,
    Selection,
    UnderMedicine,
    Value,
)
from epact2.query.words import value_unit

HISTORY = 60  # months of a trend, and of the usual movement
YEAR = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that describes an organisation. ``per_patient`` ones need a list of patients."""

    key: str
    name: str
    value: Value
    direction: Direction = Direction.NONE
    per_patient: bool = False
    comparator: Comparator | None = None
    medicine: str = ""

    @property
    def unit(self) -> str:
        """The unit of its value."""
        return value_unit(self.value)


PATIENTS = Amount(LIST_SIZE)
COST = Figure("cost", "Actual cost", Amount(ACTUAL_COST))
PRESCRIBED = Figure("items", "Items", Amount(ITEMS))
LIST = Figure("list", "Patients", PATIENTS, per_patient=True)
COST_PER_PATIENT = Figure(
    "cost-per-1000-patients",
    "Actual cost per 1,000 patients",
    Ratio(Amount(ACTUAL_COST), PATIENTS, 1000),
    per_patient=True,
)
ITEMS_PER_PATIENT = Figure(
    "items-per-1000-patients-all",
    "Items per 1,000 patients",
    Ratio(Amount(ITEMS), PATIENTS, 1000),
    per_patient=True,
)
COST_PER_ITEM = Figure("cost-per-item", "Actual cost per item", Ratio(Amount(ACTUAL_COST), Amount(ITEMS)))
BASIC = (PRESCRIBED, COST, LIST, ITEMS_PER_PATIENT, COST_PER_PATIENT, COST_PER_ITEM)
KEY_COMPARATOR = "antibacterial-items-per-star-pu"


def comparator_figures() -> tuple[Figure, ...]:
    """Every comparator of fixed medicines that practice-level data can answer, as a figure.

    Those that need single items have months of their own and would take the other figures of a question with
    them: one answer never mixes two sources.
    """
    return tuple(
        Figure(
            one.key,
            one.title,
            one.value,
            one.direction,
            per_patient=one.denominator.is_population,
            comparator=one,
        )
        for one in comparators().values()
        if not one.any_medicine and not one.needs_items
    )


def chapter_figure(code: str, name: str, *, per_patient: bool) -> Figure:
    """What a BNF chapter costs, for every 1,000 patients where there is a list of patients."""
    cost = Amount(ACTUAL_COST, UnderMedicine(BnfCode(code)))
    value: Value = Ratio(cost, PATIENTS, 1000) if per_patient else cost
    return Figure(f"chapter-{code}", name, value, per_patient=per_patient, medicine=code)


# --- The questions ------------------------------------------------------------------------------------


def level_field(organisation: Organisation) -> Field:
    """The field that tells organisations of its level apart."""
    return FIELD_BY_NAME[organisation.level]


def within(organisation: Organisation) -> Selection:
    """What the organisation prescribes: everything for England."""
    return EVERYTHING if organisation.level == ENGLAND else Is(level_field(organisation), organisation.code)


def and_also(one: Selection, other: Selection) -> Selection:
    """Both selections."""
    parts = tuple(part for part in (one, other) if not isinstance(part, Everything))
    return AllOf(parts) if len(parts) > 1 else parts[0] if parts else EVERYTHING


def series_question(organisation: Organisation, figures: Sequence[Figure], months: int = HISTORY) -> Query:
    """The figures of one organisation, month by month."""
    return Query(
        values=tuple(one.value for one in figures),
        rows=(MONTH,),
        where=within(organisation),
        months=Latest(months),
    )


def peers_question(level: Field, figures: Sequence[Figure], month: DispensingMonth) -> Query:
    """The figures of every organisation of a level in one month."""
    return Query(
        values=tuple(one.value for one in figures),
        rows=(level,),
        where=peers(level),
        months=MonthRange(month, month),
    )


def medians_question(level: Field, figures: Sequence[Figure], months: int) -> Query:
    """The median of a level's organisations, month by month."""
    return Query(
        values=tuple(one.value for one in figures),
        rows=(level,),
        columns=(MONTH,),
        where=peers(level),
        months=Latest(months),
        percentiles=(50,),
    )


def chapters_question(organisation: Organisation, months: int = HISTORY) -> Query:
    """What each BNF chapter cost, month by month."""
    return Query(
        values=(Amount(ACTUAL_COST),),
        rows=(CHAPTER,),
        columns=(MONTH,),
        where=within(organisation),
        months=Latest(months),
    )


def medicines_question(organisation: Organisation, level: Field, month: DispensingMonth) -> Query:
    """Cost and items of the medicines of a level, in a month and in the same month a year earlier.

    Both months are asked for, not a change: a medicine that is gone today must be seen too.
    """
    both = OneOf(MONTH, (month.plus(-YEAR).code, month.code))
    return Query(
        values=(Amount(ACTUAL_COST), Amount(ITEMS)),
        rows=(level,),
        columns=(MONTH,),
        where=and_also(within(organisation), both),
    )


def top_medicines_question(
    organisation: Organisation, level: Field, month: DispensingMonth, by: Value
) -> Query:
    """The medicines of a level in one month, the largest first: for the explorer and for downloads."""
    values = (Amount(ACTUAL_COST), Amount(ITEMS))
    return Query(
        values=(*values, Change(Amount(ACTUAL_COST)), Change(Amount(ITEMS))),
        rows=(level,),
        where=within(organisation),
        months=MonthRange(month, month),
        order=(Order(by, descending=True),),
    )


CHILD_COLUMNS: tuple[Value, ...] = (
    Amount(ITEMS),
    Amount(ACTUAL_COST),
    PATIENTS,
    ITEMS_PER_PATIENT.value,
    COST_PER_PATIENT.value,
    Change(Amount(ACTUAL_COST)),
)


def children_question(organisation: Organisation, level: Field, month: DispensingMonth) -> Query:
    """Every organisation of a level beneath one, the dearest first."""
    return Query(
        values=CHILD_COLUMNS,
        rows=(level,),
        where=within(organisation),
        months=MonthRange(month, month),
        order=(Order(Amount(ACTUAL_COST), descending=True),),
    )
