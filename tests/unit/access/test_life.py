"""Twelve months, then confirmed again; 180 days unused, and it ends: exact to the day."""

from datetime import date, timedelta

import pytest

from epact2.access.life import Idleness, end_after, idleness, is_stale, may_renew

LAST = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("starts", "months", "ends"),
    [
        (date(2026, 11, 26), 12, date(2027, 11, 25)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 1, 1), 40, date(2026, 12, 31)),
    ],
)
def test_a_grant_ends_the_day_before_its_day_comes_round(starts, months, ends):
    assert end_after(starts, months) == ends


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (0, Idleness.IN_USE),
        (149, Idleness.IN_USE),
        (150, Idleness.REMIND_FIRST),
        (172, Idleness.REMIND_FIRST),
        (173, Idleness.REMIND_LAST),
        (179, Idleness.REMIND_LAST),
        (180, Idleness.REVOKE),
        (4000, Idleness.REVOKE),
    ],
)
def test_unused_accounts_are_reminded_and_then_revoked(days, due):
    assert idleness(LAST, LAST + timedelta(days=days)) is due


def test_a_sign_in_that_lies_ahead_of_the_clock_is_use():
    assert idleness(LAST, LAST - timedelta(days=2)) is Idleness.IN_USE


def test_a_grant_may_be_confirmed_in_its_last_sixty_days():
    ends = date(2027, 3, 31)
    assert not may_renew(ends, ends - timedelta(days=61))
    assert may_renew(ends, ends - timedelta(days=60))
    assert may_renew(ends, ends)
    assert not may_renew(ends, ends + timedelta(days=1))


def test_a_request_is_stale_after_thirty_days():
    assert not is_stale(LAST, LAST + timedelta(days=30))
    assert is_stale(LAST, LAST + timedelta(days=31))
