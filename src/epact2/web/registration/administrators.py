"""The right to administer accounts: given by another administrator, or by a command on the server."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from epact2.access.authorising import NotEntitled, require_another_person, require_no_circle
from epact2.access.policy import Refused
from epact2.web.registration import history, sessions
from epact2.web.registration.authorities import chain_above
from epact2.web.registration.history import SYSTEM, Happened
from epact2.web.registration.models import Administrator
from epact2.web.registration.persons import identity_of
from epact2.web.registration.turns import take_turn


def is_administrator(user: Any, day: date | None = None) -> bool:
    """Whether somebody administers accounts on a day. Django's flags (staff, superuser) count for nothing."""
    on = day or timezone.localdate()
    rights = Administrator.objects.filter(user=user, starts__lte=on)
    return bool(user.is_active) and rights.filter(Q(ends__isnull=True) | Q(ends__gte=on)).exists()


def require_administrator(user: Any) -> None:
    """Refuse everybody else. Raises Refused."""
    if not is_administrator(user):
        raise Refused(
            "These pages are for people who administer accounts.",
            "If this is your work, ask an administrator for the right.",
        )


def make_administrator(user: Any, by: Any | None) -> Administrator:
    """Give the right. ``by`` is None for whoever works on the server. Raises NotEntitled."""
    with transaction.atomic():
        take_turn()
        if by is not None:
            require_another_person(identity_of(user), identity_of(by))
            require_no_circle(identity_of(user), identity_of(by), chain_above([by], timezone.localdate()))
        if is_administrator(user):
            raise NotEntitled(f"{user.get_username()} is an administrator already.", "Nothing is to be done.")
        row = Administrator.objects.create(user=user, appointed_by=by)
        history.record(
            Happened.ADMINISTRATOR, by=by.get_username() if by else SYSTEM, about=user.get_username()
        )
    return row


def end_administrator(user: Any, by: Any) -> bool:
    """Take the right away from today on, and end what the person has open. False where there was none."""
    with transaction.atomic():
        ended = Administrator.objects.filter(user=user, ends__isnull=True).update(
            ends=timezone.localdate() - timedelta(days=1)
        )
        if ended:
            history.record(Happened.NO_ADMINISTRATOR, by=by.get_username(), about=user.get_username())
            sessions.end_sessions(user)
    return bool(ended)


def close_account(user: Any, by: Any, *, opened: bool = False) -> None:
    """Close an account, or open it again. A closed one holds no grants, whatever it was given.

    What it holds comes back when it is opened, so nobody opens an account of their own. Raises NotEntitled.
    """
    with transaction.atomic():
        if opened:
            require_another_person(identity_of(user), identity_of(by))
        user.is_active = opened
        user.save(update_fields=["is_active"])
        happened = Happened.REOPENED if opened else Happened.CLOSED
        history.record(happened, by=by.get_username(), about=user.get_username())
        sessions.end_sessions(user)
