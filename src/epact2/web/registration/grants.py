"""The grants that people hold, and how they end.

``grants_of`` is what the policy is given. It decides at every request: a grant that ended a moment ago
is gone at the next one, whether or not the daily work has run.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from epact2.access.grants import AccountType, Grant
from epact2.access.life import IDLE_DAYS, Idleness, idleness
from epact2.web.registration import agreement_text, history, sessions
from epact2.web.registration.history import Happened
from epact2.web.registration.models import BreakGlass, HeldGrant
from epact2.web.registration.persons import was_made_in_demo


def grants_of(user: Any, on: date) -> tuple[Grant, ...]:
    """The grants in force on a day of an active account that accepted the present agreement.

    Nobody else holds any: not a closed account, not one that was not signed in to for 180 days, not one that
    has the new agreement still to accept, and none of a demo where the server is no demo. An emergency
    (``BreakGlass``) counts on the day itself, while it lasts.
    """
    if not user.is_active or last_used(user, on) is Idleness.REVOKE or not agreement_text.has_accepted(user):
        return ()
    if not settings.CONFIG.demo and was_made_in_demo(user):
        return ()
    held = tuple(one.value for one in in_force(user, on))
    if not any(one.account_type is AccountType.DATA_SERVICES for one in held):
        return held  # whoever loses the access that an emergency is for loses the emergency with it
    return (*held, *_emergencies(user, on, timezone.now()))


def in_force(user: Any, on: date) -> QuerySet[HeldGrant]:
    """A person's grants in force on a day, whatever the state of the account."""
    return HeldGrant.objects.filter(user=user, ended_at__isnull=True, starts__lte=on, ends__gte=on).order_by(
        "pk"
    )


def last_used(user: Any, on: date) -> Idleness:
    """How long an account has been unused on a day. One that was never used counts from its making."""
    moment = user.last_login or user.date_joined
    return idleness(timezone.localdate(moment), on)


def note_sign_in(sender: Any, instance: Any, update_fields: Any = None, **_: Any) -> None:
    """End what was unused for too long, before the sign-in that would hide it is written down.

    So a grant that lapsed does not come to life again where the daily work has not run in between.
    """
    if not update_fields or "last_login" not in update_fields:
        return
    before = type(instance).objects.filter(pk=instance.pk).first()
    if before is not None and last_used(before, timezone.localdate()) is Idleness.REVOKE:
        for grant in in_force(before, timezone.localdate()):
            why = f"Nobody signed in for {IDLE_DAYS} days."
            end_grant(grant, by=history.SYSTEM, why=why, happened=Happened.REVOKED, end_sign_ins=False)


def holds(user: Any, account_type: AccountType, on: date) -> bool:
    """Whether somebody may act by a type of account on a day."""
    return any(one.account_type is account_type for one in grants_of(user, on))


def _emergencies(user: Any, on: date, now: datetime) -> tuple[Grant, ...]:
    if on != timezone.localdate(now):
        return ()
    return tuple(
        Grant(AccountType.PRESCRIBER_LEVEL, one.level, one.code, on, on, one.approved_by.get_username())
        for one in BreakGlass.objects.filter(asked_by=user, ends_at__gt=now).select_related("approved_by")
        if one.approved_by is not None
    )


def end_grant(
    grant: HeldGrant,
    *,
    by: str,
    why: str,
    happened: Happened = Happened.WITHDRAWN,
    end_sign_ins: bool = True,
) -> bool:
    """End a grant now, and everything that its holder has open. False where it had ended already."""
    with transaction.atomic():
        ended = HeldGrant.objects.filter(pk=grant.pk, ended_at__isnull=True).update(
            ended_at=timezone.now(), ended_by=by, why_ended=why[:500]
        )
        if not ended:
            return False
        grant.refresh_from_db()
        history.record(
            happened,
            by=by,
            about=grant.user.get_username(),
            of=grant,
            words=f"{grant.account_type}, {grant.level} {grant.code}",
        )
        if end_sign_ins:
            sessions.end_sessions(grant.user)
    return True
