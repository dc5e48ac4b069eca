"""Dates and periods as people read them: "September 2025", "2025 to 2026", "22 March 2022"."""

from __future__ import annotations

import re
from datetime import date, datetime

from epact2.model.months import MONTH_NAMES, DispensingMonth

Month = DispensingMonth | int | str
FINANCIAL_YEAR = re.compile(r"(\d{4})/(\d{2})\Z")
QUARTER = re.compile(r"(\d{4})/\d{2} Q([1-4])\Z")


def dispensing_month(month: Month) -> DispensingMonth:
    """A month, however it is written: 202509, ``2025-09`` or itself."""
    if isinstance(month, DispensingMonth):
        return month
    return DispensingMonth.from_number(month) if isinstance(month, int) else DispensingMonth.parse(month)


def month_name(month: Month) -> str:
    """``September 2025``."""
    return dispensing_month(month).name


def short_month(month: Month) -> str:
    """``Sep 2025``, for axes and narrow columns."""
    made = dispensing_month(month)
    return f"{MONTH_NAMES[made.month - 1][:3]} {made.year}"


def period(first: Month, last: Month) -> str:
    """``October 2020 to September 2025``: never with a dash."""
    return (
        month_name(first)
        if month_name(first) == month_name(last)
        else f"{month_name(first)} to {month_name(last)}"
    )


def period_name(code: str) -> str:
    """A value of a time field in words.

    ``2025-09`` is September 2025, ``2025/26 Q2`` is July to September 2025, ``2025/26`` is 2025 to 2026;
    anything else (a calendar year) stays as it is.
    """
    if found := QUARTER.match(code):
        year, quarter = int(found[1]), int(found[2])
        first = DispensingMonth(year, 4).plus(3 * (quarter - 1))
        return f"{MONTH_NAMES[first.month - 1]} to {first.plus(2).name}"
    if found := FINANCIAL_YEAR.match(code):
        return f"{found[1]} to {int(found[1]) + 1}"
    return month_name(code) if re.match(r"\d{4}-\d{2}\Z", code) else code


def day(when: date) -> str:
    """``22 March 2022``."""
    return f"{when.day} {MONTH_NAMES[when.month - 1]} {when.year}"


def moment(when: datetime) -> str:
    """``22 March 2022 at 14:05``."""
    return f"{day(when)} at {when:%H:%M}"


def clock(when: datetime) -> str:
    """``14:05``."""
    return f"{when:%H:%M}"
