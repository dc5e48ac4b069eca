"""The life of a grant: twelve months, then somebody entitled must confirm it; 180 days unused, and it ends.

Days are counted whole, in the calendar of the service (Europe/London), so that a clock that jumps by an hour
changes nothing.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from enum import Enum

GRANT_MONTHS = 12
IDLE_DAYS = 180
REMINDER_DAYS = (150, 173)
# How long before its end a grant may be confirmed for another year, and a person is told of it.
RENEWAL_DAYS = 60
# A request that nobody decided is stale: the reason for it may have gone.
REQUEST_DAYS = 30


class Idleness(Enum):
    """How long somebody has not signed in, as far as the rules ask."""

    IN_USE = "in use"
    REMIND_FIRST = "remind at 150 days"
    REMIND_LAST = "remind at 173 days"
    REVOKE = "revoke at 180 days"


def end_after(starts: date, months: int) -> date:
    """The last day of a grant of so many months (1 to 12): a day before its day comes round again."""
    months = max(1, min(months, GRANT_MONTHS))
    year, month = divmod(starts.month - 1 + months, 12)
    year, month = starts.year + year, month + 1
    day = min(starts.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) - timedelta(days=1)


def idleness(last_sign_in: date, day: date) -> Idleness:
    """What is due on a day for somebody who last signed in on another."""
    idle = (day - last_sign_in).days
    if idle >= IDLE_DAYS:
        return Idleness.REVOKE
    if idle >= REMINDER_DAYS[1]:
        return Idleness.REMIND_LAST
    if idle >= REMINDER_DAYS[0]:
        return Idleness.REMIND_FIRST
    return Idleness.IN_USE


def may_renew(ends: date, day: date) -> bool:
    """Whether a grant that ends then may be confirmed for another year already."""
    return day <= ends <= day + timedelta(days=RENEWAL_DAYS)


def is_stale(asked: date, day: date) -> bool:
    """Whether a request has waited too long to be decided."""
    return (day - asked).days > REQUEST_DAYS
