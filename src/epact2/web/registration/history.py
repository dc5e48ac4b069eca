"""The one place to which every event of accounts and access goes: asked, approved, withdrawn, accepted …

The audit connects here. ``words`` never holds a patient's value; reasons that people typed stay with the
request and are not copied.
"""

from __future__ import annotations

from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from epact2.web.registration.models import Event


class Happened(Enum):
    """The kinds of events, in the words in which the history shows them."""

    ASKED = "asked for access"
    CONFIRMED = "confirmed an address"
    SIGNED = "signed a request"
    SIGNATURE_FELL = "signature no longer counts"
    APPROVED = "approved access"
    REJECTED = "rejected a request"
    REQUEST_WITHDRAWN = "withdrew a request"
    REQUEST_EXPIRED = "request expired"
    RENEWED = "replaced by a new grant"
    WITHDRAWN = "withdrew access"
    REVOKED = "revoked access"
    ENDED = "access ended"
    REMINDED = "was reminded"
    ACCEPTED = "accepted the user agreement"
    PUBLISHED = "put an agreement version in force"
    APPOINTED = "appointed an authoriser"
    VERIFIED = "confirmed an authoriser's address"
    DISMISSED = "ended an authoriser's role"
    ADMINISTRATOR = "made an administrator"
    NO_ADMINISTRATOR = "ended an administrator's right"
    SIGNED_OUT = "ended all sign-ins"
    CLOSED = "closed an account"
    REOPENED = "opened an account again"
    EMERGENCY_ASKED = "asked to break the glass"
    EMERGENCY_BEGAN = "let the glass be broken"
    EMERGENCY_REFUSED = "refused to break the glass"
    EMERGENCY_REVIEWED = "reviewed an emergency"


SYSTEM = "the service"


def record(
    happened: Happened, *, by: str, about: str = "", request: UUID | None = None, words: str = ""
) -> None:
    """Write an event down; in the transaction of what happened, so that neither is without the other."""
    Event.objects.create(kind=happened.value, by=by, about=about, request=request, words=words[:500])


def of(user: Any, most: int = 100) -> QuerySet[Event]:
    """What a person did and what was done about them, the newest first."""
    name = user.get_username()
    return Event.objects.filter(Q(about=name) | Q(by=name))[:most]
