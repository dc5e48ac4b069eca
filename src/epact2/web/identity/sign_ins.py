"""Sign-ins in force: how long they last, how many a person may have, and how they end.

Thirty minutes without a request, or twelve hours in all; fifteen minutes for pages of single items and
patients.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from epact2.web.auth import is_open_demo_account
from epact2.web.identity.models import ApiToken, SignIn, Tries
from epact2.web.identity.throttle import FORGOTTEN_AFTER

IDLE = timedelta(minutes=30)
IDLE_FOR_ITEMS = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
MOST_SIGN_INS = 3
# ``seen_at`` is written no more often than this; a sign-in may end so much early, and never late.
EXACTNESS = timedelta(seconds=30)
FACTOR_NAMES = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery code"}
SHOWN = "epact2_shown_elsewhere"


def note_sign_in(sender: Any, request: HttpRequest | None, user: AbstractBaseUser, **_: Any) -> None:
    """Write down a sign-in that has just happened, and end the person's oldest ones above three."""
    if request is None or not hasattr(request, "session"):
        return
    if not request.session.session_key:
        request.session.save()
    records = get_authentication_records(request, user)
    elsewhere = shown_elsewhere(request)
    now = timezone.now()
    # A sign-in at an identity provider that was made hours ago does not begin anew here.
    began = datetime.fromtimestamp(elsewhere["auth_time"], UTC) if elsewhere.get("auth_time") else now
    SignIn.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        began_at=now,
        seen_at=now,
        confirmed_at=began,
        ends_at=began + LONGEST,
        second_factor=_second_factor(records, elsewhere),
        method=elsewhere.get("provider", "password"),
        provider_session=str(elsewhere.get("session", ""))[:255],
        device=device_words(request.headers.get("User-Agent", "")),
    )
    if not is_open_demo_account(user):  # many people try the demo with one account
        for old in list(of(user))[:-MOST_SIGN_INS]:
            end(old)


def note_sign_out(sender: Any, request: HttpRequest | None, **_: Any) -> None:
    """Forget a sign-in that its owner has ended."""
    key = request.session.session_key if request is not None and hasattr(request, "session") else None
    if key:
        SignIn.objects.filter(session_key=key).delete()


def of(user: Any) -> QuerySet[SignIn]:
    """A person's sign-ins in force, the oldest first."""
    now = timezone.now()
    return SignIn.objects.filter(user_id=user.pk, ends_at__gt=now, seen_at__gt=now - IDLE)


def current(request: HttpRequest) -> SignIn | None:
    """The sign-in that a request belongs to; None for a visitor. Read once a request."""
    if not hasattr(request, "epact2_sign_in"):
        key = request.session.session_key if hasattr(request, "session") else None
        user = getattr(request, "user", None)
        found = None
        if key and user is not None and user.is_authenticated:
            found = SignIn.objects.filter(session_key=key, user_id=user.pk).first()
        request.epact2_sign_in = found  # type: ignore[attr-defined]
    known: SignIn | None = request.epact2_sign_in  # type: ignore[attr-defined]
    return known


def is_over(sign_in: SignIn, now: datetime, idle: timedelta = IDLE) -> bool:
    """Whether a sign-in has ended by itself, for pages that allow ``idle`` without a request."""
    return now >= sign_in.ends_at or now - sign_in.seen_at >= idle


def seen(sign_in: SignIn, now: datetime) -> None:
    """Note a request."""
    if now - sign_in.seen_at >= EXACTNESS:
        SignIn.objects.filter(pk=sign_in.pk).update(seen_at=now)
        sign_in.seen_at = now


def end(sign_in: SignIn) -> None:
    """End one sign-in: its browser is a stranger from its next request on."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    store(sign_in.session_key).delete()
    sign_in.delete()


def end_all(user: Any, keep: SignIn | None = None) -> int:
    """End a person's sign-ins, except one; give how many. For a new password and for withdrawn access.

    Without ``keep`` the person's tokens for programs end as well.
    """
    ended = 0
    for one in SignIn.objects.filter(user_id=user.pk):
        if keep is None or one.pk != keep.pk:
            end(one)
            ended += 1
    if keep is None:
        ApiToken.objects.filter(user_id=user.pk).delete()
    return ended


def forget_old() -> None:
    """Remove what has ended by itself."""
    now = timezone.now()
    SignIn.objects.filter(ends_at__lte=now).delete()
    SignIn.objects.filter(seen_at__lte=now - IDLE).delete()
    ApiToken.objects.filter(ends_at__lte=now).delete()
    Tries.objects.filter(last_at__lte=now - FORGOTTEN_AFTER).delete()


def moved(request: HttpRequest) -> None:
    """Follow a session that has been given a new id."""
    sign_in = current(request)
    if sign_in is not None and request.session.session_key:
        sign_in.session_key = request.session.session_key
        sign_in.save(update_fields=["session_key"])


def confirmed(request: HttpRequest, second_factor: str = "") -> None:
    """Note that the person has just shown a password or a second factor again."""
    sign_in = current(request)
    if sign_in is not None:
        sign_in.confirmed_at = timezone.now()
        sign_in.second_factor = second_factor or sign_in.second_factor
        sign_in.save(update_fields=["confirmed_at", "second_factor"])


def note_shown_elsewhere(sender: Any, request: HttpRequest, method: str, **_: Any) -> None:
    """Keep what an identity provider showed (``request.epact2_shown``) until the sign-in is complete."""
    if method == "socialaccount":
        request.session[SHOWN] = getattr(request, "epact2_shown", {})
    elif method == "password":
        request.session.pop(SHOWN, None)


def shown_elsewhere(request: HttpRequest) -> dict[str, Any]:
    """What an identity provider showed: ``provider``, ``two_factors``, ``auth_time``, ``session``."""
    shown: dict[str, Any] = request.session.get(SHOWN) or {}
    return shown


def device_words(agent: str) -> str:
    """A browser in words ("Firefox on Windows"), so that people know their own. No version, no address."""
    browsers = (
        ("Edg", "Edge"),
        ("OPR", "Opera"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
        ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next(
        (name for mark, name in browsers if re.search(rf"\b{mark}\w*/", agent)), "A program or browser"
    )
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def _second_factor(records: list[dict[str, Any]], elsewhere: dict[str, Any]) -> str:
    """The second factor that was shown, here or at an identity provider; empty for none."""
    for record in reversed(records):
        if record.get("method") == "mfa":
            return FACTOR_NAMES.get(str(record.get("type")), "")
    return str(elsewhere["provider"]) if elsewhere.get("two_factors") else ""
