"""Values about patients that a person puts together from a form, and conditions on single items.

Pure functions: what was chosen in, a part of a question out. What cannot mean anything raises BadQuestion.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from epact2.model import items
from epact2.model.fields import Field
from epact2.model.items import AGE, OLDEST, PATIENT
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, LIST_SIZE
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
    Window,
)
from epact2.query.named import POLYPHARMACY
from epact2.query.nodes import (
    EVERYTHING,
    Amount,
    BadQuestion,
    Between,
    Distinct,
    Everything,
    Is,
    Patients,
    Ratio,
    Selection,
    Value,
)

LOOK_BACK = 12  # months
MOST_MEDICINES = 100


class Which(Enum):
    """Which patients are counted, by what they had. The words stand in the form."""

    HAD = "had"
    BOTH = "both"
    WITHOUT = "without"
    EITHER = "either"
    NEW = "new"
    MANY = "many"


WHICH_WORDS = {
    Which.BOTH: "had both medicines",
    Which.WITHOUT: "had the first without the second",
    Which.EITHER: "had one or the other",
    Which.HAD: "had the first medicine",
    Which.NEW: "had the first, and not in the 12 months before",
    Which.MANY: "had so many different medicines or more",
}
PERIODS = {
    "row": "in the months of each row",
    "year": "in the 12 months to the last of them",
}
SHOWN = {
    "number": "The number of patients",
    "percent": "% of all identified patients",
    "per-1000": "Per 1,000 patients on the list",
}

# Fields whose conditions are chosen from a list: closed, short, and asked about every day.
CHOOSABLE: tuple[Field, ...] = (
    items.ADULT,
    items.AGE_BAND_20,
    items.AGE_BAND_5,
    items.GENDER,
    items.IMD_QUINTILE,
    items.PATIENT_IDENTIFIED,
    items.AGE_SOURCE,
    items.EPS,
    items.REPEAT_DISPENSING,
    items.PREPARATION_CLASS,
    items.CD_SCHEDULE,
    items.EXCLUSION,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form says about patients. ``first`` and ``second`` are medicines, None where none was named."""

    which: Which
    first: Selection | None = None
    second: Selection | None = None
    least: int = 10
    years: Selection = EVERYTHING
    period: str = "row"
    shown: str = "number"


def count_of(chosen: Chosen) -> Value:
    """The value that was put together. Raises BadQuestion where a medicine is missing."""
    patients = Patients(_condition(chosen), chosen.years)
    match chosen.shown:
        case "percent":
            return Ratio(patients, Distinct((PATIENT,), chosen.years), 100)
        case "per-1000":
            return Ratio(patients, Amount(LIST_SIZE), 1000)
        case _:
            return patients


def _condition(chosen: Chosen) -> Condition:
    window: Window = Last(LOOK_BACK) if chosen.period == "year" else HERE
    if chosen.which is Which.MANY:
        if not 1 <= chosen.least <= MOST_MEDICINES:
            raise BadQuestion(
                f"{chosen.least} different medicines cannot be asked for.",
                f"Enter a number from 1 to {MOST_MEDICINES}.",
            )
        counted = Distinct((CHEMICAL_SUBSTANCE,), POLYPHARMACY if chosen.first is None else chosen.first)
        return AtLeast(counted, Decimal(chosen.least), window)
    if chosen.first is None:
        raise BadQuestion("The first medicine is missing.", "Type its name, a group of the BNF, or a code.")
    had = Had(chosen.first, window)
    if chosen.which is Which.HAD:
        return had
    if chosen.which is Which.NEW:
        return AllConditions((Had(chosen.first), NotCondition(Had(chosen.first, Before(LOOK_BACK)))))
    if chosen.second is None:
        raise BadQuestion("The second medicine is missing.", "Type its name, a group of the BNF, or a code.")
    other = Had(chosen.second, window)
    match chosen.which:
        case Which.BOTH:
            return AllConditions((had, other))
        case Which.WITHOUT:
            return AllConditions((had, NotCondition(other)))
        case _:
            return AnyCondition((had, other))


def ages_between(low: str, high: str) -> Selection:
    """The condition of two boxes for ages in years; everything where both are empty. Raises BadQuestion."""
    if not low and not high:
        return EVERYTHING
    for text in (low, high):
        if text and (not text.isdecimal() or int(text) > OLDEST):
            raise BadQuestion(f"“{text}” is no age.", f"Enter whole years from 0 to {OLDEST}.")
    first, last = str(int(low or 0)), str(int(high or OLDEST))
    return Between(AGE, first, last)


def is_about_age(part: Selection) -> bool:
    """Whether a condition is one of ``ages_between``."""
    return isinstance(part, Between) and part.field == AGE


def is_everything(selection: Selection) -> bool:
    """Whether nothing was chosen."""
    return isinstance(selection, Everything)


def condition_of(text: str) -> Selection:
    """A condition on single items as the list gives it: ``EPS=Y``. Raises BadQuestion."""
    name, _, code = text.partition("=")
    for field in CHOOSABLE:
        if field.name == name and code in field.codes:
            return Is(field, code)
    raise BadQuestion(f"“{text}” is no condition.", "Choose one from the list.")


def conditions() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Every condition of the list, in groups: the field's name, then (condition, its name)."""
    return tuple(
        (field.name, tuple((f"{field.name}={code}", name) for code, name in field.closed))
        for field in CHOOSABLE
    )
