"""Dates and periods in words."""

from datetime import date, datetime

import pytest

from epact2.model.months import DispensingMonth
from epact2.web.presenters import dates


def test_a_month_has_one_name_however_it_is_written():
    assert {dates.month_name(m) for m in (202509, "2025-09", DispensingMonth(2025, 9))} == {"September 2025"}
    assert dates.short_month(202509) == "Sep 2025"


def test_periods_have_no_dash():
    assert dates.period(202010, 202509) == "October 2020 to September 2025"
    assert dates.period(202509, "2025-09") == "September 2025"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("2025-09", "September 2025"),
        ("2025/26 Q2", "July to September 2025"),
        ("2025/26 Q4", "January to March 2026"),
        ("2025/26", "2025 to 2026"),
        ("1999/00", "1999 to 2000"),
        ("2025", "2025"),
    ],
)
def test_time_fields_in_words(code, words):
    assert dates.period_name(code) == words


def test_days():
    assert dates.day(date(2022, 3, 22)) == "22 March 2022"
    assert dates.moment(datetime(2022, 3, 2, 14, 5)) == "2 March 2022 at 14:05"  # noqa: DTZ001
