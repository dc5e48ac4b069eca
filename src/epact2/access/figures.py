"""What kind of figures a question asks for, and how finely: the two things on which every decision rests.

Open figures are published for every practice anyway (EPD). Protected ones count patients, or tell apart what
patients are. Closed ones are of prescribers, dispensers and whatever else only single items know. A field or
measure that is not listed here is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from epact2.access.policy_tables import Grain
from epact2.model import organisations
from epact2.model.fields import Dimension, Field
from epact2.model.items import (
    ADULT,
    AGE,
    AGE_BAND_5,
    AGE_BAND_5_SEPTEMBER,
    AGE_BAND_20,
    AGE_SEPTEMBER,
    AGE_SOURCE,
    CD_SCHEDULE,
    CHARGE_STATUS,
    EXEMPTION,
    GENDER,
    IMD_QUINTILE,
    KINDS_OF_ITEMS,
    PATIENT,
    PATIENT_IDENTIFIED,
)
from epact2.query.conditions import AtLeast, Condition, leaves
from epact2.query.grains import conjuncts
from epact2.query.level import fields_of_selection, selections_in_windows, selections_of_value
from epact2.query.nodes import (
    AllOf,
    Amount,
    AnyOf,
    Change,
    Distinct,
    Exclusions,
    Is,
    Not,
    OneOf,
    Patients,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    UnderOrganisation,
    Value,
    YearToDate,
)
from epact2.store.directory import Directory

# What patients are. Why a prescription is free (age, pregnancy, income) is one of these; whether the patient
# is identified tells how many there can be.
OF_PATIENTS = frozenset(
    {
        *(AGE, AGE_BAND_5, AGE_BAND_20, ADULT, AGE_SEPTEMBER, AGE_BAND_5_SEPTEMBER, AGE_SOURCE),
        *(GENDER, IMD_QUINTILE, PATIENT_IDENTIFIED, EXEMPTION, CHARGE_STATUS),
    }
)
_OPEN_DIMENSIONS = frozenset({Dimension.TIME, Dimension.ORGANISATION, Dimension.MEDICINE, Dimension.LINE})
_NATIONAL = frozenset({organisations.ENGLAND, organisations.REGION, organisations.ICB})
_LOCAL = frozenset({organisations.SUB_ICB_LOCATION, organisations.PCN})
CONTROLLED = tuple(code for code in CD_SCHEDULE.codes if code != "0")


class Figures(Enum):
    """How far figures are open. The order is from open to closed."""

    OPEN = 0
    PROTECTED = 1
    CLOSED = 2

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for: the kind of its figures, why, how finely, and whether all is of controlled
    drugs.
    """

    figures: Figures
    because: str
    grain: Grain
    controlled_only: bool = False


def asked_by(query: Query, directory: Directory) -> Asked:
    """What a question asks for. Raises UnknownCode."""
    found: dict[Figures, str] = {Figures.OPEN: "these figures are published for every practice"}
    fields = list(_fields(query))
    if query.exclusions is not Exclusions.STANDARD:
        found[Figures.CLOSED] = "items under the standard exclusions are not published"
    for value in query.values:
        for figures, reason in _of_value(value):
            found[figures] = reason
    for field in fields:
        figures, reason = _of_field(field)
        found[figures] = reason
    lines = any(field.dimension is Dimension.LINE for field in fields)
    if lines and any(field.of_items for field in fields):
        found[Figures.CLOSED] = "prescription lines of some items only are not published"
    worst = max(found, key=lambda one: one.value)
    levels = {*(field.name for field in fields if field.dimension is Dimension.ORGANISATION)}
    levels |= {directory.organisation(code).level for code in organisations_named(query)}
    return Asked(worst, found[worst], _grain(levels, worst), _controlled_only(query))


def _fields(query: Query) -> Iterator[Field]:
    yield from query.grain
    yield from fields_of_selection(query.where)
    for value in query.values:
        yield from _counted(value)
        for selection in selections_of_value(value):
            yield from fields_of_selection(selection)


def _counted(value: Value) -> Iterator[Field]:
    match value:
        case Distinct(fields):
            yield from fields
        case Patients(condition):
            for inner in _of_one_patient(condition):
                yield from _counted(inner)
        case Ratio(top, bottom):
            yield from _counted(top)
            yield from _counted(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            yield from _counted(inner)
        case _:
            return


def _of_one_patient(condition: Condition) -> Iterator[Amount | Distinct]:
    """What a condition works out for each patient: whoever counts those above a limit learns of it."""
    return (leaf.value for leaf in leaves(condition) if isinstance(leaf, AtLeast))


def _of_value(value: Value) -> Iterator[tuple[Figures, str]]:
    match value:
        case Patients(condition):
            yield Figures.PROTECTED, "it counts patients"
            for inner in _of_one_patient(condition):
                yield from _of_value(inner)
        case Amount(measure) if measure.of_items:
            yield Figures.CLOSED, f"“{measure}” is known of single items only"
        case Ratio(top, bottom):
            yield from _of_value(top)
            yield from _of_value(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            yield from _of_value(inner)
        case _:
            return


def _of_field(field: Field) -> tuple[Figures, str]:
    if field == PATIENT:
        return Figures.PROTECTED, "it counts patients"
    if field in OF_PATIENTS:
        return Figures.PROTECTED, f"“{field}” says something of patients"
    if field.dimension in _OPEN_DIMENSIONS or field in KINDS_OF_ITEMS:
        return Figures.OPEN, "these figures are published for every practice"
    return Figures.CLOSED, f"“{field}” is known of single items only"


def organisations_named(query: Query) -> Iterator[str]:
    """The codes beneath which a question looks."""
    yield from _beneath(query.where)
    for value in query.values:
        for selection in selections_of_value(value):
            yield from _beneath(selection)


def _beneath(selection: Selection) -> Iterator[str]:
    match selection:
        case UnderOrganisation(code):
            yield code
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _beneath(part)
        case Not(part):
            yield from _beneath(part)
        case _:
            return


def _grain(levels: set[str], figures: Figures) -> Grain:
    if figures is Figures.CLOSED:
        return Grain.PRESCRIBER
    if levels <= _NATIONAL:
        return Grain.NATIONAL
    return Grain.LOCAL if levels <= _NATIONAL | _LOCAL else Grain.PRACTICE


def _controlled_only(query: Query) -> bool:
    """Whether everything that is counted, or looked at to decide who counts, is of controlled drugs.

    Where only the values are limited to them, rows come from all medicines: then these may tell no more apart
    than organisations and months.
    """
    conditions = (condition for value in query.values for condition in _conditions(value))
    if is_controlled(query.where) and all(map(windows_are_controlled, conditions)):
        return True
    if any(field.dimension not in (Dimension.TIME, Dimension.ORGANISATION) for field in query.grain):
        return False
    wheres = [list(selections_of_value(value)) for value in query.values]
    return all(found and all(map(is_controlled, found)) for found in wheres)


def _conditions(value: Value) -> Iterator[Condition]:
    match value:
        case Patients(condition):
            yield condition
        case Ratio(top, bottom):
            yield from _conditions(top)
            yield from _conditions(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            yield from _conditions(inner)
        case _:
            return


def windows_are_controlled(condition: Condition) -> bool:
    """Whether a condition on patients looks at controlled drugs alone where its windows reach beyond the rows
    that are selected.
    """
    return all(map(is_controlled, selections_in_windows(condition)))


def is_controlled(selection: Selection) -> bool:
    """Whether a selection selects controlled drugs alone, as one of its conditions says."""
    for part in conjuncts(selection):
        match part:
            case Is(field, code) if field == CD_SCHEDULE and code in CONTROLLED:
                return True
            case OneOf(field, codes) if field == CD_SCHEDULE and set(codes) <= set(CONTROLLED):
                return True
    return False
