"""Who may read everybody's trail: appointed on the server, and never by those who administer accounts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction

from epact2.access.audit import Channel, Event, Kind
from epact2.errors import Epact2Error
from epact2.web.auditing.reach import READ_EVERY_RECORD
from epact2.web.auditing.trail import keep


class NoSuchAccount(Epact2Error):
    """There is no account of a name."""


def appoint(name: str, by: str) -> bool:
    """Give an account the right. False where it had it. Raises NoSuchAccount or AuditFailed."""
    return _change(name, by, wanted=True)


def dismiss(name: str, by: str) -> bool:
    """Take the right away. False where there was none. Raises NoSuchAccount or AuditFailed."""
    return _change(name, by, wanted=False)


def _change(name: str, by: str, *, wanted: bool) -> bool:
    user: Any = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise NoSuchAccount(f"There is no account “{name}”.", "Write the name as it is at sign-in.")
    app, _, codename = READ_EVERY_RECORD.partition(".")
    right = Permission.objects.get(content_type__app_label=app, codename=codename)
    if user.user_permissions.filter(pk=right.pk).exists() is wanted:
        return False
    with transaction.atomic():
        if wanted:
            user.user_permissions.add(right)
        else:
            user.user_permissions.remove(right)
        keep(
            Event(
                kind=Kind.ADMINISTERED,
                who=by,
                channel=Channel.COMMAND,
                subject=name,
                details="Appointed an auditor" if wanted else "Ended an auditor's right",
            )
        )
    return True
