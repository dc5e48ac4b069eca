"""How much is dispensed in a month: dispensing days, and the seasons of some medicines.

A dispensing day is a day that is neither a Sunday nor a bank holiday. Over 2021 to 2024 the items of a month
went with the square root of its dispensing days: people collect a month's medicines whatever the month.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import cache

# Mean dispensing days of a month, 2021 to 2024.
USUAL_DAYS = 25.23
# Fitted to England's items of 2021 to 2024 without vaccines (standard error 1.6 %): what a month has above
# or below its dispensing days. People stock up before Christmas; February is short.
DAYS_POWER = 0.5
MONTH_EFFECT = {2: 0.955, 9: 0.992, 10: 0.982, 12: 1.038}

# One-off bank holidays, and the early May holiday that moved in 2020.
_EXTRA = {date(2020, 5, 8), date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)}
_NOT = {date(2020, 5, 4), date(2022, 5, 30)}


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _monday(year: int, month: int, *, last: bool) -> date:
    day = date(year, month, monthrange(year, month)[1] if last else 7)
    return day - timedelta(days=day.weekday())


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in a year."""
    sunday = easter(year)
    holidays = {sunday - timedelta(days=2), sunday + timedelta(days=1)}
    holidays |= {_monday(year, 5, last=False), _monday(year, 5, last=True), _monday(year, 8, last=True)}
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        # A holiday at a weekend, or on a day already taken by such a move, goes to the next free weekday.
        while fixed.weekday() >= 5 or fixed in holidays:
            fixed += timedelta(days=1)
        holidays.add(fixed)
    return frozenset((holidays | {day for day in _EXTRA if day.year == year}) - _NOT)


def dispensing_days(month: int) -> int:
    """The days of a month (yyyymm) that are neither a Sunday nor a bank holiday."""
    year, number = divmod(month, 100)
    days = (date(year, number, day) for day in range(1, monthrange(year, number)[1] + 1))
    return sum(1 for day in days if day.weekday() != 6 and day not in bank_holidays(year))


def month_index(month: int) -> float:
    """A month's items against a usual month, without trend and without the seasons of single medicines."""
    days: float = (dispensing_days(month) / USUAL_DAYS) ** DAYS_POWER
    return days * MONTH_EFFECT.get(month % 100, 1.0)


# January to December against the year's mean; the first prefix that fits a substance's code counts.
_WINTER = (1.12, 1.07, 1.04, 0.98, 0.97, 0.93, 0.92, 0.90, 0.92, 0.99, 1.05, 1.11)
_CHESTS = (1.30, 1.17, 1.09, 0.95, 0.91, 0.83, 0.80, 0.77, 0.84, 0.98, 1.10, 1.26)
_SUMMER = (0.93, 0.93, 0.95, 0.97, 1.00, 1.05, 1.09, 1.09, 1.06, 1.01, 0.97, 0.95)
_POLLEN = (0.85, 0.86, 0.94, 1.08, 1.25, 1.27, 1.16, 1.00, 0.93, 0.90, 0.88, 0.88)
_FLAT = (1.0,) * 12
SEASONS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("1404000H0", (0.42, 0.16, 0.06, 0.03, 0.03, 0.03, 0.03, 0.04, 1.35, 6.55, 2.15, 1.15)),
    ("0501012", _SUMMER),  # flucloxacillin: skin
    ("0501013B0", _CHESTS),  # amoxicillin
    ("0501050", _CHESTS),  # macrolides
    ("0501011", _CHESTS),  # phenoxymethylpenicillin
    ("0501030I0", _CHESTS),  # doxycycline
    ("0501130", _FLAT),  # urinary infections know no season
    ("0501080", _FLAT),
    ("0501", _WINTER),
    ("0503", _WINTER),
    ("0309", _WINTER),
    ("0304", _POLLEN),
    ("1202", _POLLEN),
    ("1104", _POLLEN),
)


def season(substance: str, month: int) -> float:
    """A substance's own season: its items of this month of the year against its mean month."""
    shape = next((shape for prefix, shape in SEASONS if substance.startswith(prefix)), _FLAT)
    return shape[month % 100 - 1] * 12 / sum(shape)


def prescribing_days(month: int) -> tuple[list[int], list[int]]:
    """The days (yyyymmdd) that forms dispensed in a month bear, each as often as it is likely.

    First the last third of the month before, from which about one form in four comes, then the days of the
    month itself. Few forms are written on a Saturday, none on a Sunday or a bank holiday.
    """
    year, number = divmod(month, 100)
    before = (year - 1) * 100 + 12 if number == 1 else month - 1
    return [each for each in _written(before) if each % 100 > 22], _written(month)


def _written(month: int) -> list[int]:
    year, number = divmod(month, 100)
    days = [date(year, number, day) for day in range(1, monthrange(year, number)[1] + 1)]
    open_days = [each for each in days if each.weekday() != 6 and each not in bank_holidays(year)]
    return [
        year * 10_000 + number * 100 + each.day
        for each in open_days
        for _ in range(1 if each.weekday() == 5 else 12)
    ]
