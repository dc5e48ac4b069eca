"""Which months a group of an answer covers.

A calendar never reaches an engine: here the question's months are grouped by its time fields, and each
value's own window (a year earlier, rolling twelve months, the year to date) becomes a plain list of
months; engines add up the rows of those months.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from epact2.errors import Epact2Error, did_you_mean
from epact2.model.fields import Field
from epact2.model.months import BadMonth, DispensingMonth, month_span, span_name
from epact2.model.prescribing import CALENDAR_YEAR, FINANCIAL_YEAR, MONTH, QUARTER
from epact2.query import conditions
from epact2.query.grains import split
from epact2.query.level import needs_items
from epact2.query.listing import Listing
from epact2.query.nodes import (
    AllMonths,
    AllOf,
    Amount,
    AnyOf,
    Between,
    Change,
    Distinct,
    Everything,
    Is,
    Latest,
    MonthRange,
    Months,
    Not,
    OneOf,
    Patients,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    UnderMedicine,
    UnderOrganisation,
    Value,
    YearToDate,
)

PeriodKey = tuple[str, ...]


class NoData(Epact2Error):
    """The question's months are not in the release."""


@dataclass(frozen=True, slots=True)
class Shift:
    """The same months, so many months earlier."""

    months: int


@dataclass(frozen=True, slots=True)
class Window:
    """So many months that end with the last month."""

    months: int


@dataclass(frozen=True, slots=True)
class ToDate:
    """From April of the financial year to the last month."""


# What stands between a question's period and the months that a value adds up, outermost first:
# the change of a rolling sum is (Shift(12), Window(12)).
Lens = tuple[Shift | Window | ToDate, ...]
PLAIN: Lens = ()


def window_months(
    window: conditions.Window, months: Sequence[DispensingMonth]
) -> tuple[DispensingMonth, ...]:
    """The months in which a condition on patients looks, for a period."""
    match window:
        case conditions.Here():
            return tuple(months)
        case conditions.Last(count):
            return month_span(max(months).plus(1 - count), max(months))
        case conditions.Before(count):
            return month_span(min(months).plus(-count), min(months).plus(-1))
        case MonthRange(first, last):
            return month_span(first, last)


def time_code(field: Field, month: DispensingMonth) -> str:
    """The code of a time field for a month: ``2017-09``, ``2017/18 Q2``, ``2017/18`` or ``2017``."""
    if field == MONTH:
        return month.code
    if field == QUARTER:
        return month.quarter
    if field == FINANCIAL_YEAR:
        return month.financial_year
    assert field == CALENDAR_YEAR, f"{field} is no time field"
    return month.calendar_year


def loaded_for(
    query: Query,
    prescribing: Sequence[DispensingMonth],
    lists: Iterable[DispensingMonth],
    items: Iterable[DispensingMonth] = (),
) -> tuple[DispensingMonth, ...]:
    """The months that a release can answer a question for, in order.

    Those with prescribing; for a question about people only (list sizes, prescribing units) those with lists;
    for one that needs single items those with items. Raises NoData when it needs items and none are loaded.
    """
    if needs_items(query):
        return with_items(items)
    if all(is_about_people(value) for value in query.values):
        return tuple(sorted(lists))
    return tuple(prescribing)


def with_items(months: Iterable[DispensingMonth]) -> tuple[DispensingMonth, ...]:
    """The months that have single items, in order. Raises NoData when there are none."""
    found = tuple(sorted(months))
    if not found:
        raise NoData(
            "The question needs single prescription items, and none are loaded.",
            "Load an item file (ITEMS_YYYYMM.csv), or leave out patients and prescribers.",
        )
    return found


def is_about_people(value: Value) -> bool:
    """Whether a value counts people (list sizes, prescribing units) and nothing that was prescribed."""
    match value:
        case Amount(measure):
            return measure.is_population
        case Distinct() | Patients():
            return False
        case Ratio(top, bottom):
            return is_about_people(top) and is_about_people(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            return is_about_people(inner)


def months_of(query: Query, loaded: Sequence[DispensingMonth]) -> tuple[DispensingMonth, ...]:
    """The loaded months that a question covers, in order. ``loaded`` is in order.

    Raises NoData when it covers none.
    """
    return covered_months(query.months, query.where, loaded, of_items=needs_items(query))


def covered_months(
    months: Months, where: Selection, loaded: Sequence[DispensingMonth], *, of_items: bool
) -> tuple[DispensingMonth, ...]:
    """The loaded months that are asked for, in order, and that a condition on time leaves.

    ``of_items`` says that only months with single items are loaded for it. Raises NoData when there are none.
    """
    if not loaded:
        raise NoData("No prescribing data has been loaded.", "Load a month with: epact2 load FILE")
    match months:
        case AllMonths():
            covered = tuple(loaded)
        case Latest(count):
            covered = tuple(month for month in loaded if loaded[-1].months_since(month) < count)
        case MonthRange(first, last):
            covered = tuple(month for month in loaded if first <= month <= last)
    time, _, _ = split(where)
    covered = tuple(month for month in covered if _selects_month(time, month))
    if not covered:
        which, loaded_with = (
            ("has single items", "Loaded with items") if of_items else ("is loaded", "Loaded")
        )
        raise NoData(
            f"The question covers no month that {which}.",
            f"{loaded_with}: {span_name(loaded)}. {_nearest(months, loaded)}".strip(),
        )
    return covered


def months_of_listing(listing: Listing, items: Iterable[DispensingMonth]) -> tuple[DispensingMonth, ...]:
    """The months with single items that a listing covers, in order. ``items`` are those that have any.

    Raises NoData when it covers none, and when its condition on patients looks at a month that has none: a
    question then has no number, and a list without rows would say that there is nobody.
    """
    loaded = with_items(items)
    covered = covered_months(listing.months, listing.where, loaded, of_items=True)
    for leaf in () if listing.condition is None else conditions.leaves(listing.condition):
        if not _has_window(leaf.window, covered, loaded):
            raise NoData(
                "The condition on patients looks at a month that has no single items.",
                f"Loaded with items: {span_name(loaded)}. List later months, load the earlier ones, or give "
                "the condition a shorter window.",
            )
    return covered


def _has_window(
    window: conditions.Window, months: Sequence[DispensingMonth], loaded: Sequence[DispensingMonth]
) -> bool:
    """Whether every month of a window is loaded."""
    try:
        return set(loaded).issuperset(window_months(window, months))
    except BadMonth:
        return False  # they lie before the first month that there can be


def _nearest(months: Months, loaded: Sequence[DispensingMonth]) -> str:
    if isinstance(months, MonthRange):
        return did_you_mean(months.first.code, (month.code for month in loaded))
    return ""


def _selects_month(selection: Selection, month: DispensingMonth) -> bool:
    match selection:
        case Everything():
            return True
        case Is(field, code):
            return time_code(field, month) == code
        case OneOf(field, codes):
            return time_code(field, month) in codes
        case Between(field, low, high):
            return low <= time_code(field, month) <= high
        case AllOf(parts):
            return all(_selects_month(part, month) for part in parts)
        case AnyOf(parts):
            return any(_selects_month(part, month) for part in parts)
        case Not(part):
            return not _selects_month(part, month)
        case UnderMedicine() | UnderOrganisation():
            raise AssertionError("only time fields reach this point: query.check")


def periods(
    time_fields: Iterable[Field], months: Sequence[DispensingMonth]
) -> Mapping[PeriodKey, tuple[DispensingMonth, ...]]:
    """The question's months, grouped by the time fields of a grain; one group, keyed (), when it has none."""
    fields = tuple(time_fields)
    groups: dict[PeriodKey, list[DispensingMonth]] = {}
    for month in months:
        groups.setdefault(tuple(time_code(field, month) for field in fields), []).append(month)
    return {key: tuple(members) for key, members in groups.items()}


def through(
    lens: Lens, months: Sequence[DispensingMonth], loaded: frozenset[DispensingMonth]
) -> tuple[DispensingMonth, ...] | None:
    """The months that a value covers for a period, or None when some of them are not loaded.

    Only a lens can lead to months that are not loaded: the period itself holds loaded months.
    """
    covered = tuple(months)
    try:
        for step in lens:
            covered = _seen_through(step, covered)
    except BadMonth:
        return None  # they lie before the first month that there can be
    return covered if loaded.issuperset(covered) else None


def _seen_through(
    step: Shift | Window | ToDate, months: tuple[DispensingMonth, ...]
) -> tuple[DispensingMonth, ...]:
    match step:
        case Shift(count):
            return tuple(month.plus(-count) for month in months)
        case Window(count):
            return month_span(max(months).plus(1 - count), max(months))
        case ToDate():
            return month_span(max(months).financial_year_start, max(months))
