"""Breaking the glass: single items for somebody without that right, in an emergency.

Two people, sixty minutes, one organisation; then a review. Whoever has one to be reviewed gets no other.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from epact2.access.authorising import (
    AuthoriserRole,
    NotEntitled,
    require_another_person,
    require_no_circle,
)
from epact2.access.grants import AccountType
from epact2.access.policy import Refused
from epact2.access.requests import AlreadyDecided
from epact2.model.organisations import ENGLAND, REGION
from epact2.web.registration import grants, history
from epact2.web.registration.administrators import is_administrator
from epact2.web.registration.authorities import chain_above, roles_in_force
from epact2.web.registration.history import Happened
from epact2.web.registration.models import BreakGlass
from epact2.web.registration.persons import identity_of
from epact2.web.registration.turns import take_turn

MINUTES = 60
REVIEW_WORKING_DAYS = 2
# An emergency that nobody answered within a day was none.
ANSWER_WITHIN = timedelta(days=1)


def may_ask(user: Any) -> bool:
    """Whether somebody may ask at all: those who hold data services access."""
    return grants.holds(user, AccountType.DATA_SERVICES, timezone.localdate())


def may_decide(user: Any) -> bool:
    """Whether somebody may be the second person: an administrator or a data services lead."""
    if is_administrator(user):
        return True
    leads = roles_in_force(timezone.localdate()).filter(role=str(AuthoriserRole.DATA_SERVICES_LEAD))
    return leads.filter(user=user).exists()


def may_review(user: Any, row: BreakGlass) -> bool:
    """Whether somebody may review: an administrator, or the organisation's Caldicott Guardian."""
    guardians = roles_in_force(timezone.localdate()).filter(
        role=str(AuthoriserRole.CALDICOTT_GUARDIAN), level=row.level, code=row.code
    )
    return is_administrator(user) or guardians.filter(user=user).exists()


def unreviewed(user: Any) -> QuerySet[BreakGlass]:
    """Somebody's emergencies that began and were not reviewed yet."""
    return BreakGlass.objects.filter(asked_by=user, approved_at__isnull=False, reviewed_at__isnull=True)


def waiting(now: datetime | None = None) -> QuerySet[BreakGlass]:
    """Emergencies that wait for a second person."""
    since = (now or timezone.now()) - ANSWER_WITHIN
    return BreakGlass.objects.filter(approved_at__isnull=True, refused_at__isnull=True, asked_at__gt=since)


def to_review() -> QuerySet[BreakGlass]:
    """Emergencies that began and were not reviewed yet, of everybody."""
    return BreakGlass.objects.filter(approved_at__isnull=False, reviewed_at__isnull=True)


def ask(user: Any, level: str, code: str, organisation_name: str, reason: str, ticket: str) -> BreakGlass:
    """Ask for an hour of one organisation's items. Raises Refused."""
    if not may_ask(user):
        raise Refused(
            "Breaking the glass is for people with data services access.", "Ask for the access you need."
        )
    if level in (ENGLAND, REGION):
        raise Refused(
            f"The glass is never broken for {organisation_name or level} as a whole.",
            "Name the ICB, sub-ICB location, PCN or practice that the emergency is about.",
        )
    with transaction.atomic():
        take_turn()
        if unreviewed(user).exists():
            raise Refused(
                "Your last emergency has not been reviewed yet.",
                "Ask an administrator to review it; until then there is no other.",
            )
        if waiting().filter(asked_by=user).exists():
            raise Refused("You have asked already.", "A second person must answer first.")
        row = BreakGlass.objects.create(
            asked_by=user, level=level, code=code, organisation_name=organisation_name, reason=reason,
            ticket=ticket,
        )  # fmt: skip
        history.record(
            Happened.EMERGENCY_ASKED, by=user.get_username(), about=user.get_username(),
            of=row, words=f"Ticket {ticket}",
        )  # fmt: skip
    return row


def decide(row_id: int, by: Any, *, yes: bool) -> BreakGlass:
    """The second person's answer; the hour begins with a yes. Raises Refused, NotEntitled, AlreadyDecided."""
    if not may_decide(by):
        raise Refused("The second person must be an administrator or a data services lead.", "Ask one.")
    with transaction.atomic():
        take_turn()
        row = BreakGlass.objects.select_for_update().get(pk=row_id)
        _require_independent(row, by)
        if not waiting().filter(pk=row.pk).exists():
            raise AlreadyDecided("This was answered already, or is older than a day.", "Look at the list.")
        now = timezone.now()
        if yes:
            if not may_ask(row.asked_by) or unreviewed(row.asked_by).exists():
                raise NotEntitled("This person may not break the glass any more.", "Refuse it.")
            row.approved_by, row.approved_at, row.ends_at = by, now, now + timedelta(minutes=MINUTES)
        else:
            row.refused_at = now
        row.save()
        history.record(
            Happened.EMERGENCY_BEGAN if yes else Happened.EMERGENCY_REFUSED, by=by.get_username(),
            about=row.asked_by.get_username(), of=row, words=f"Ticket {row.ticket}",
        )  # fmt: skip
    return row


def review(row_id: int, by: Any, words: str) -> BreakGlass:
    """Close an emergency; one that still lasts ends with it. Raises Refused, NotEntitled, AlreadyDecided."""
    with transaction.atomic():
        take_turn()
        row = BreakGlass.objects.select_for_update().get(pk=row_id)
        if not may_review(by, row):
            raise Refused(
                "A review is for an administrator or the organisation's Caldicott Guardian.", "Ask one."
            )
        _require_independent(row, by)
        if row.approved_at is None or row.reviewed_at is not None:
            raise AlreadyDecided("There is nothing to review here any more.", "Look at the list.")
        now = timezone.now()
        row.reviewed_by, row.reviewed_at, row.review = by, now, words
        row.ends_at = min(row.ends_at, now) if row.ends_at else now
        row.save()
        history.record(
            Happened.EMERGENCY_REVIEWED, by=by.get_username(), about=row.asked_by.get_username(),
            of=row, words=f"Ticket {row.ticket}",
        )  # fmt: skip
    return row


def _require_independent(row: BreakGlass, by: Any) -> None:
    """Refuse whoever asked, and whoever has their rights from whoever asked. Raises NotEntitled."""
    people = identity_of(row.asked_by), identity_of(by)
    require_another_person(*people)
    require_no_circle(*people, chain_above([by], timezone.localdate()))


def running(user: Any, now: datetime | None = None) -> BreakGlass | None:
    """The emergency that lasts now; for the banner on every page."""
    return BreakGlass.objects.filter(
        Q(asked_by=user), ends_at__gt=now or timezone.now(), approved_by__isnull=False
    ).first()


def review_due(row: BreakGlass) -> date:
    """The last day for the review: two working days after it began (Monday to Friday)."""
    day = timezone.localdate(row.approved_at)
    left = REVIEW_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5:
            left -= 1
    return day
