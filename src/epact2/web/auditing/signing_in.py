"""Signing in and out, and failing to: heard from Django, kept in the trail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from epact2.access.audit import AuditFailed, Event, Kind
from epact2.web.auditing.middleware import channel_of
from epact2.web.auditing.trail import keep
from epact2.web.identity.events import Event as SignInEvent
from epact2.web.identity.events import happened

NOBODY_KNOWN = "(no account of that name)"


def listen() -> None:
    """Begin to hear of sign-ins. An event that cannot be kept stops the sign-in."""
    user_logged_in.connect(_signed_in, dispatch_uid="auditing-signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="auditing-signed-out")
    user_login_failed.connect(_failed, dispatch_uid="auditing-sign-in-failed")
    happened.connect(_changed, dispatch_uid="auditing-sign-in-changed")


def _signed_in(request: HttpRequest | None = None, user: Any = None, **_: Any) -> None:
    try:
        keep(_event(Kind.SIGNED_IN, user.get_username(), request))
    except AuditFailed:
        if request is not None and hasattr(request, "session"):
            request.session.flush()  # the session is there already, and would be saved with the error's page
        raise


def _signed_out(request: HttpRequest | None = None, user: Any = None, **_: Any) -> None:
    if user is not None:
        keep(_event(Kind.SIGNED_OUT, user.get_username(), request))


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    # People type their password into the field of the name: only a name that is an account's is kept.
    users = get_user_model()
    name = str(credentials.get(users.USERNAME_FIELD) or credentials.get("username") or "")
    known = bool(name) and users._default_manager.filter(**{users.USERNAME_FIELD: name}).exists()
    keep(_event(Kind.SIGN_IN_FAILED, name if known else NOBODY_KNOWN, request))


def _changed(event: SignInEvent, user: Any, request: HttpRequest | None = None, **_: Any) -> None:
    failed = event in (
        SignInEvent.SECOND_FACTOR_FAILED, SignInEvent.CONFIRMATION_FAILED, SignInEvent.SLOWED_DOWN,
    )  # fmt: skip
    kind = Kind.SIGN_IN_FAILED if failed else Kind.SIGN_IN_CHANGED
    keep(replace(_event(kind, user.get_username(), request), details=event.value))


def _event(kind: Kind, who: str, request: HttpRequest | None) -> Event:
    if request is None:  # a test client, or a program within the server
        return Event(kind=kind, who=who)
    channel = channel_of(request)
    return Event(kind=kind, who=who, channel=channel, place=request.path[:200])
