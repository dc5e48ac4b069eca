"""Dispensing days: neither Sunday nor bank holiday."""

from datetime import date

import pytest

from epact2.synth.days import bank_holidays, dispensing_days, easter, month_index, season


@pytest.mark.parametrize(
    ("year", "sunday"), [(2021, date(2021, 4, 4)), (2024, date(2024, 3, 31)), (2025, date(2025, 4, 20))]
)
def test_easter(year, sunday):
    assert easter(year) == sunday


def test_christmas_at_a_weekend_moves_to_the_next_weekdays():
    assert {date(2021, 12, 27), date(2021, 12, 28)} <= bank_holidays(2021)
    assert {date(2022, 12, 26), date(2022, 12, 27)} <= bank_holidays(2022)


def test_one_off_holidays():
    assert date(2022, 9, 19) in bank_holidays(2022)
    assert date(2023, 5, 8) in bank_holidays(2023)


# Published with England's items by month, 2021 to 2024 (DISP_DAYS).
PUBLISHED = {
    2021: (25, 24, 27, 24, 24, 26, 27, 25, 26, 26, 26, 25),
    2022: (25, 24, 27, 24, 25, 24, 26, 26, 25, 26, 26, 25),
    2023: (25, 24, 27, 23, 24, 26, 26, 26, 26, 26, 26, 24),
    2024: (26, 25, 25, 25, 25, 25, 27, 26, 25, 27, 26, 24),
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_days_are_the_published_ones(year):
    assert tuple(dispensing_days(year * 100 + month) for month in range(1, 13)) == PUBLISHED[year]


def test_a_year_of_indexes_is_near_one():
    for year in (2021, 2022, 2023, 2024):
        assert sum(month_index(year * 100 + month) for month in range(1, 13)) / 12 == pytest.approx(
            1, abs=0.004
        )


def test_seasons_have_a_mean_of_one_and_a_winter():
    for substance in ("0501013B0", "0501130R0", "1404000H0", "0304010G0", "0212000B0"):
        shape = [season(substance, 202400 + month) for month in range(1, 13)]
        assert sum(shape) / 12 == pytest.approx(1)
    assert season("0501013B0", 202412) > 1.4 * season("0501013B0", 202408)
    assert season("1404000H0", 202410) > 5
