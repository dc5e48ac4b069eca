from __future__ import annotations

import pytest

from epact2.model.months import DispensingMonth, month_span
from epact2.model.prescribing import CALENDAR_YEAR, FINANCIAL_YEAR, ITEMS, MONTH, QUARTER
from epact2.query.nodes import (
    AllMonths,
    AllOf,
    Amount,
    AnyOf,
    Between,
    Everything,
    Is,
    Latest,
    MonthRange,
    Not,
    OneOf,
    Query,
)
from epact2.query.periods import (
    PLAIN,
    NoData,
    Shift,
    ToDate,
    Window,
    months_of,
    periods,
    through,
    time_code,
)


def month(code: str) -> DispensingMonth:
    return DispensingMonth.parse(code)


def asked(months=AllMonths(), where=Everything()) -> Query:  # noqa: B008
    return Query((Amount(ITEMS),), months=months, where=where)


def codes(months) -> list[str]:
    return [one.code for one in months]


LOADED = tuple(one for one in month_span(month("2020-01"), month("2021-05")) if one != month("2020-08"))


def test_time_codes():
    assert [
        time_code(field, month("2021-02")) for field in (MONTH, QUARTER, FINANCIAL_YEAR, CALENDAR_YEAR)
    ] == [
        "2021-02",
        "2020/21 Q4",
        "2020/21",
        "2021",
    ]


def test_all_months_are_those_that_are_loaded():
    assert months_of(asked(), LOADED) == LOADED


def test_latest_counts_months_of_the_calendar():
    assert codes(months_of(asked(Latest(2)), LOADED)) == ["2021-04", "2021-05"]
    with_gap = tuple(one for one in LOADED if one != month("2021-04"))
    assert codes(months_of(asked(Latest(2)), with_gap)) == ["2021-05"]


def test_a_range_passes_over_what_is_not_loaded():
    summer = MonthRange(month("2020-07"), month("2020-09"))
    assert codes(months_of(asked(summer), LOADED)) == ["2020-07", "2020-09"]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Is(MONTH, "2021-05"), ["2021-05"]),
        (OneOf(MONTH, ("2020-08", "2020-09")), ["2020-09"]),
        (Between(MONTH, "2021-04", "2021-12"), ["2021-04", "2021-05"]),
        (AllOf((Is(QUARTER, "2020/21 Q1"), Not(Is(MONTH, "2020-05")))), ["2020-04", "2020-06"]),
        (AnyOf((Is(FINANCIAL_YEAR, "2021/22"), Is(MONTH, "2020-01"))), ["2020-01", "2021-04", "2021-05"]),
    ],
)
def test_conditions_on_time(where, found):
    assert codes(months_of(asked(where=where), LOADED)) == found


def test_no_data():
    with pytest.raises(NoData) as caught:
        months_of(asked(MonthRange(month("2022-01"), month("2022-02"))), LOADED)
    assert caught.value.message == "The question covers no month that is loaded."
    assert caught.value.advice.startswith("Loaded: January 2020 to May 2021.")
    with pytest.raises(NoData) as caught:
        months_of(asked(), ())
    assert str(caught.value) == "No prescribing data has been loaded. Load a month with: epact2 load FILE"


def test_periods():
    spring = month_span(month("2021-02"), month("2021-05"))
    assert periods((), spring) == {(): spring}
    assert {key: codes(months) for key, months in periods((FINANCIAL_YEAR, QUARTER), spring).items()} == {
        ("2020/21", "2020/21 Q4"): ["2021-02", "2021-03"],
        ("2021/22", "2021/22 Q1"): ["2021-04", "2021-05"],
    }


@pytest.mark.parametrize(
    ("lens", "found"),
    [
        (PLAIN, ["2021-03", "2021-04"]),
        ((Shift(12),), ["2020-03", "2020-04"]),
        ((Window(3),), ["2021-02", "2021-03", "2021-04"]),
        ((ToDate(),), ["2021-04"]),
        ((Shift(1), ToDate()), None),  # April 2020 to March 2021 needs August 2020
        ((Shift(12), Window(2)), ["2020-03", "2020-04"]),
        ((Window(2), Shift(12)), ["2020-03", "2020-04"]),
        ((Shift(8),), None),  # July and August 2020: August is not loaded
        ((Window(9),), None),
        ((Shift(24),), None),
    ],
)
def test_through_a_lens(lens, found):
    seen = through(lens, (month("2021-03"), month("2021-04")), frozenset(LOADED))
    assert (None if seen is None else codes(seen)) == found
