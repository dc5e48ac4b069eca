"""Whether a question would lie.

A question may be well formed and still promise a number that does not exist: patients on a list do not belong
to a medicine, a quarter has no "one month earlier". Such a question is refused, with what to ask instead.
What is answerable but easy to misread is answered, with a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from epact2.errors import Epact2Error
from epact2.model.bnf import BnfCode
from epact2.model.fields import NOT_OF_PEOPLE, Dimension, Field
from epact2.model.items import FORM, PATIENT
from epact2.model.measures import Measure
from epact2.model.prescribing import (
    CALENDAR_YEAR,
    FINANCIAL_YEAR,
    MONTH,
    PRESENTATION,
    QUARTER,
    TOTAL_QUANTITY,
)
from epact2.query.conditions import AtLeast, leaves
from epact2.query.grains import conjuncts, dimensions_of
from epact2.query.level import fields_of_selection, needs_items, selections_of_value
from epact2.query.nodes import (
    AllMonths,
    Amount,
    AnyOf,
    Change,
    Distinct,
    Exclusions,
    Is,
    Latest,
    MonthRange,
    Months,
    Patients,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    UnderMedicine,
    Value,
    YearToDate,
)
from epact2.query.words import measures_of

COUNTED_AGAIN = "A distinct count is counted again for each total, so rows can add to more than their total."
COUNTED_ONCE = (
    "Patients are those whose NHS number was captured and verified; each counts once in every row, so rows "
    "do not add up."
)
_MONTHS_IN = {MONTH: 1, QUARTER: 3, FINANCIAL_YEAR: 12, CALENDAR_YEAR: 12}


class NotAdditive(Epact2Error):
    """The question asks to add up, or to split, what cannot be."""


class NotAnswerable(Epact2Error):
    """The parts of the question do not fit together."""


def check(query: Query) -> tuple[str, ...]:
    """Refuse a question that would lie; give back notes on what is easy to misread.

    Raises NotAdditive or NotAnswerable, each with advice.
    """
    _check_time_in_selections(query)
    _check_others(query)
    _check_single_rows(query)
    for value in query.values:
        _check_value(query, value)
        _check_population(query, value)
    return tuple(dict.fromkeys(_notes(query)))


def _check_time_in_selections(query: Query) -> None:
    for part in conjuncts(query.where):
        looked_at = dimensions_of(part)
        if Dimension.TIME in looked_at and looked_at != {Dimension.TIME}:
            raise NotAnswerable(
                "A condition on time is mixed with a condition on something else.",
                "Give the condition on time by itself, beside the others under “all”, or use “months”.",
            )
    for where in _wheres(query.values):
        if Dimension.TIME in dimensions_of(where):
            raise NotAnswerable(
                "A value has a condition on time of its own.",
                "Use “rolling”, “year to date” or “change”, or put the time field in rows or columns.",
            )


def _check_others(query: Query) -> None:
    """Others of months would have no months of their own, so no window could be worked out for them."""
    if query.top is None or not query.top.others:
        return
    for field in query.rows[len(query.top.within) :]:
        if field.dimension is Dimension.TIME:
            raise NotAnswerable(
                f"“Others” cannot be made of {field}s.",
                f"Put {field} into the columns, or ask for the top without others.",
            )


def _check_single_rows(query: Query) -> None:
    """What tells one person or one form from the others is counted or listed, never shown in a table."""
    for field in query.grain:
        if not field.groups:
            raise NotAnswerable(
                f"A table has no rows for each {field}.", "Ask for a listing, or count them as distinct."
            )
    for where in (query.where, *_wheres(query.values)):
        for field in fields_of_selection(where):
            if not field.groups:
                raise NotAnswerable(f"A question cannot be about one {field}.", "Ask for a listing.")
    for value in query.values:
        for field in uncountable(value):
            raise NotAnswerable(f"{field} cannot be counted as distinct.", "Count patients, forms or items.")


def _wheres(values: Iterable[Value]) -> Iterator[Selection]:
    for value in values:
        yield from selections_of_value(value)


def uncountable(value: Value) -> Iterator[Field]:
    """The fields of which a value counts the codes, though they only tell single rows from one another."""
    return (one for one in _counted(value) if not one.groups and one not in (PATIENT, FORM))


def _counted(value: Value) -> Iterator[Field]:
    match value:
        case Distinct(fields):
            yield from fields
        case Patients(condition):
            for leaf in leaves(condition):
                if isinstance(leaf, AtLeast):
                    yield from _counted(leaf.value)
        case Ratio(top, bottom):
            yield from _counted(top)
            yield from _counted(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            yield from _counted(inner)
        case Amount():
            return


def _check_value(query: Query, value: Value) -> None:
    match value:
        case Ratio(top, bottom):
            _check_value(query, top)
            _check_value(query, bottom)
        case Share(inner, of):
            for field in of:
                if field not in query.grain:
                    raise NotAnswerable(
                        f"The share is of each {field}, which is in neither rows nor columns.",
                        f"Add {field} to the rows, or leave it out of the share.",
                    )
            _check_value(query, inner)
        case Change(inner, months):
            for field in query.grain:
                if field in _MONTHS_IN and months % _MONTHS_IN[field]:
                    raise NotAnswerable(
                        f"A {field} cannot be compared with {months} months earlier.",
                        f"Use a multiple of {_MONTHS_IN[field]} months, or put the month in its place.",
                    )
            _check_value(query, inner)
        case Rolling(inner) | YearToDate(inner):
            _check_value(query, inner)
        case Amount() | Distinct() | Patients():
            pass


def _check_population(query: Query, value: Value, within_ratio: bool = False) -> None:
    """List sizes and prescribing units belong to organisations: never to medicines."""
    match value:
        case Amount(measure, where) if measure.is_population:
            _check_population_amount(query, measure, where, within_ratio)
        case Ratio(top, bottom):
            _check_population(query, top, within_ratio=True)
            _check_population(query, bottom, within_ratio=True)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            _check_population(query, inner, within_ratio)
        case Amount() | Distinct() | Patients():
            pass


def _check_population_amount(query: Query, measure: Measure, where: Selection, within_ratio: bool) -> None:
    for dimension in dimensions_of(where):
        if dimension in NOT_OF_PEOPLE:
            raise NotAdditive(
                f"{_start(measure)} cannot be limited to a medicine: it counts people, not prescriptions.",
                "Put the condition on the other part of the ratio, or on the whole question.",
            )
    for part in conjuncts(query.where):
        looked_at = dimensions_of(part)
        if Dimension.ORGANISATION in looked_at and any(one in looked_at for one in NOT_OF_PEOPLE):
            raise NotAdditive(
                f"{_start(measure)} cannot be worked out for a condition that mixes organisations and "
                "medicines.",
                "Give the two conditions side by side under “all”.",
            )
    split_by = next((field for field in query.grain if field.dimension in NOT_OF_PEOPLE), None)
    if split_by is not None and not within_ratio:
        raise NotAdditive(
            f"{_start(measure)} cannot be split by {split_by}: it counts people, not prescriptions.",
            f"Take {split_by} out of the rows and columns, or use {measure} below a ratio, such as items "
            "per 1,000 patients.",
        )
    if query.top and query.top.others and split_by is not None:
        raise NotAdditive(
            f"“Others” cannot be worked out for a ratio of {measure} by {split_by}.",
            "Ask for the top without others.",
        )


def _start(measure: Measure) -> str:
    return measure.name[:1].upper() + measure.name[1:]


def _notes(query: Query) -> Iterator[str]:
    measures = [measure for value in query.values for measure in measures_of(value)]
    if TOTAL_QUANTITY in measures and not _is_one_product(query):
        yield (
            "Total quantity is in the unit of each product (tablets, ml, g); adding up different products "
            "adds up different units."
        )
    stocks = [measure for measure in measures if measure.stock]
    if stocks and MONTH not in query.grain and not _covers_one_month(query.months):
        yield f"{_start(stocks[0])} over several months is the mean of the months, never their sum."
    if stocks and any(dimensions_of(part) & NOT_OF_PEOPLE for part in conjuncts(query.where)):
        yield f"{_start(stocks[0])} is that of all patients: conditions on medicines do not reduce it."
    if stocks and any(field.dimension is Dimension.PATIENT for field in query.grain):
        yield f"{_start(stocks[0])} is that of all patients, not of each {_patient_field(query)}."
    if any(isinstance(value, (Distinct, Patients)) for value in query.values) and query.totals:
        yield COUNTED_AGAIN
    yield from _notes_on_items(query)


def _patient_field(query: Query) -> str:
    return next(field.name for field in query.grain if field.dimension is Dimension.PATIENT)


def _notes_on_items(query: Query) -> Iterator[str]:
    if not needs_items(query):
        return
    yield exclusion_note(query.exclusions)
    if any(PATIENT in _counted(value) or _has_condition(value) for value in query.values):
        yield COUNTED_ONCE
    if any(_has_condition(value) for value in query.values) and any(
        field.dimension in (Dimension.MEDICINE, Dimension.LINE, Dimension.ITEM) for field in query.grain
    ):
        yield "A condition on patients is judged by what each row of the table holds, not by all they had."


def exclusion_note(exclusions: Exclusions) -> str:
    """What an answer from single items says about the items that the standard exclusions leave out."""
    if exclusions is Exclusions.NONE:
        return "Items under the standard exclusions are counted too, so figures are above those of open data."
    return (
        "Standard exclusions apply: items disallowed, not dispensed, referred back, out of hours, from "
        "private dispensers or prescribers, requisitions and dummy forms do not count."
    )


def _has_condition(value: Value) -> bool:
    match value:
        case Patients():
            return True
        case Ratio(top, bottom):
            return _has_condition(top) or _has_condition(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            return _has_condition(inner)
        case Amount() | Distinct():
            return False


def _covers_one_month(months: Months) -> bool:
    match months:
        case MonthRange(first, last):
            return first == last
        case Latest(count):
            return count == 1
        case AllMonths():
            return False


def _is_one_product(query: Query) -> bool:
    if PRESENTATION in query.grain:
        return not query.totals
    return any(_selects_one_substance(part) for part in conjuncts(query.where))


def _selects_one_substance(part: Selection) -> bool:
    match part:
        case UnderMedicine(BnfCode(text)):
            return len(text) >= 9
        case Is(field):
            return field == PRESENTATION
        case AnyOf(parts):
            return bool(parts) and all(_selects_one_substance(inner) for inner in parts)
        case _:
            return False
