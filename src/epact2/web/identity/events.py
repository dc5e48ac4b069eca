"""What happens to sign-ins, told to whoever listens: an audit trail, for instance.

Django's own signals say who signed in, signed out or failed to; ``happened`` says the rest. Listeners are
given ``event``, ``user`` and ``request``. Nothing that is told holds a password, a code or a secret.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.dispatch import Signal
from django.http import HttpRequest

happened = Signal()


class Event(Enum):
    """One thing that happened to somebody's sign-in. The value is its name in words."""

    SECOND_FACTOR_FAILED = "second factor failed"
    SLOWED_DOWN = "tries slowed down"
    CONFIRMED = "confirmed again"
    CONFIRMATION_FAILED = "confirmation failed"
    RECOVERY_CODE_USED = "recovery code used"
    FACTOR_ADDED = "second factor added"
    FACTOR_REMOVED = "second factor removed"
    FACTORS_TAKEN_AWAY = "second factors taken away by the service"
    RECOVERY_CODES_MADE = "recovery codes made"
    PASSWORD_CHANGED = "password changed"  # noqa: S105  the name of an event
    PASSWORD_RESET = "password changed by a link"  # noqa: S105
    TOKEN_MADE = "token made"  # noqa: S105
    TOKEN_ENDED = "token ended"  # noqa: S105
    IDENTITY_LINKED = "identity linked"
    IDENTITY_UNLINKED = "identity unlinked"
    SIGN_IN_ENDED = "sign-in ended from elsewhere"


def tell(event: Event, user: Any, request: HttpRequest | None = None) -> None:
    """Tell whoever listens. A listener that raises stops what was about to happen."""
    happened.send(sender=Event, event=event, user=user, request=request)
