"""Slows down guessing: five tries, then a delay that doubles with each failure, and never a lock.

Tries are counted by account and by network. Somebody who guesses at another person's account must not keep
that person out, so a browser that once signed in to an account carries a cookie of its own, and its tries are
counted apart from those of strangers (the "device cookies" of OWASP). A network may be a whole hospital
behind one address, so it has more tries before its delay begins.

A try is counted before it is judged: a thousand at once get no further than a thousand in turn.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from epact2.errors import Epact2Error
from epact2.web.auth import DEMO_NAMES
from epact2.web.config import cookie_prefix
from epact2.web.identity.models import Tries

FREE_TRIES = 5
FREE_TRIES_OF_A_NETWORK = 50
FIRST_DELAY = timedelta(seconds=2)
LONGEST_DELAY = timedelta(minutes=15)
# Failures are forgotten after this time without another.
FORGOTTEN_AFTER = timedelta(hours=24)
DEVICE_SALT = "epact2.identity.device"
DEVICE_AGE = timedelta(days=90)


class TooManyTries(Epact2Error):
    """A try came before the delay was over; nothing was judged. ``seconds`` is what is left of it."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__("Too many tries have failed.", f"Wait {said(seconds)}, then try again.")


@dataclass(frozen=True, slots=True)
class Counter:
    """What tries are counted by, and how many are free. A network's is ``shared`` by many accounts."""

    key: str
    free: int = FREE_TRIES
    shared: bool = False


def counters(request: HttpRequest, kind: str, account: str) -> tuple[Counter, ...]:
    """The counters of a try: this account (from this browser or from strangers), and this network.

    ``account`` is what was typed or the account's name; whether there is such an account plays no part. Where
    no account is meant, or a demo's that is everybody's, the network alone counts.
    """
    name = account.strip().casefold()
    of_network = Counter(_hashed(f"{kind}:network:{network(request)}"), FREE_TRIES_OF_A_NETWORK, shared=True)
    if not name or (settings.CONFIG.demo and name in DEMO_NAMES):
        return (of_network,)
    who = f"{kind}:account:{name}"
    if device := _device(request, name):
        who += f":device:{device}"
    return (Counter(_hashed(who)), of_network)


def begin(tried: Iterable[Counter]) -> None:
    """Count a try as failed, before it is judged. Raises TooManyTries while a delay lasts."""
    now = timezone.now()
    with transaction.atomic():
        rows = [(counter, _row(counter, now)) for counter in tried]
        wait = max((row.open_at - now for _, row in rows), default=timedelta())
        if wait > timedelta():
            raise TooManyTries(max(1, round(wait.total_seconds() + 0.5)))
        for counter, row in rows:
            row.failures += 1
            row.last_at = now
            row.open_at = now + delay(row.failures, counter.free)
            row.save()


def succeeded(tried: Iterable[Counter]) -> None:
    """Forget the account's failures after a right try, and take this one back from the network."""
    with transaction.atomic():
        for counter in tried:
            row = Tries.objects.select_for_update().filter(key=counter.key).first()
            if row is None:
                continue
            if counter.shared:
                row.failures = max(0, row.failures - 1)
                row.open_at = row.last_at
                row.save()
            else:
                row.delete()


def delay(failures: int, free: int = FREE_TRIES) -> timedelta:
    """How long to wait after so many failures."""
    if failures < free:
        return timedelta()
    return min(FIRST_DELAY * 2 ** min(failures - free, 20), LONGEST_DELAY)


def network(request: HttpRequest) -> str:
    """The network that a request comes from: an IPv4 address, or the /64 of an IPv6 address."""
    text = request.META.get("REMOTE_ADDR", "")
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.CONFIG.https and forwarded:
        # Behind a proxy that ends TLS: the last address is the one that the proxy saw; the rest is hearsay.
        text = forwarded.rsplit(",", 1)[-1].strip()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def device_cookie_name() -> str:
    """The cookie of a browser that has signed in before."""
    return f"{cookie_prefix(settings.CONFIG.https)}epact2-device"


def remember_device(response: HttpResponse, *names: str) -> None:
    """Give a browser that has just signed in its cookie: its tries count apart from those of strangers.

    It holds the account's user name and e-mail address as keyed hashes only.
    """
    value = signing.dumps(
        [_hashed(f"device:{name.casefold()}")[:20] for name in names if name], salt=DEVICE_SALT
    )
    response.set_cookie(
        device_cookie_name(),
        value,
        max_age=DEVICE_AGE,
        secure=settings.CONFIG.https,
        httponly=True,
        samesite="Lax",
    )


def _device(request: HttpRequest, name: str) -> str:
    """A name for this browser, if it has signed in to this account before; empty for strangers."""
    value = request.COOKIES.get(device_cookie_name(), "")
    try:
        known = signing.loads(value, salt=DEVICE_SALT, max_age=DEVICE_AGE) if value else []
    except signing.BadSignature:
        return ""
    return sha256(value.encode()).hexdigest() if _hashed(f"device:{name}")[:20] in known else ""


def _row(counter: Counter, now: datetime) -> Tries:
    row, _ = Tries.objects.select_for_update().get_or_create(
        key=counter.key, defaults={"last_at": now, "open_at": now}
    )
    if now - row.last_at > FORGOTTEN_AFTER:
        row.failures, row.open_at = 0, now
    return row


def _hashed(text: str) -> str:
    """A name that tells accounts and networks apart without naming them."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), sha256).hexdigest()


def said(seconds: int) -> str:
    """A time to wait, in words."""
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{round(seconds / 60)} minutes"
