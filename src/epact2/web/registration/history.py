"""The one place to which every event of accounts and access goes: asked, approved, withdrawn, accepted …

The account pages read it, and it goes on to the audit trail. ``words`` never holds a patient's value; reasons
that people typed stay with the request and are not copied.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.db.models import Q, QuerySet

from epact2.access import audit
from epact2.access.audit import Kind
from epact2.web.auditing.trail import keep
from epact2.web.registration.models import AccessRequest, Event, OfOrganisation


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
# What the audit trail calls each; what is not named here is administration.
_KINDS = {
    Happened.ASKED: Kind.REQUESTED,
    Happened.CONFIRMED: Kind.REQUESTED,
    Happened.REQUEST_WITHDRAWN: Kind.WITHDRAWN,
    Happened.SIGNED: Kind.GRANTED,
    Happened.APPROVED: Kind.GRANTED,
    Happened.REJECTED: Kind.REJECTED,
    Happened.WITHDRAWN: Kind.WITHDRAWN,
    Happened.REVOKED: Kind.WITHDRAWN,
    Happened.ACCEPTED: Kind.AGREED,
    Happened.EMERGENCY_ASKED: Kind.BREAK_GLASS,
    Happened.EMERGENCY_BEGAN: Kind.BREAK_GLASS,
    Happened.EMERGENCY_REFUSED: Kind.BREAK_GLASS,
    Happened.EMERGENCY_REVIEWED: Kind.BREAK_GLASS,
}


def record(
    happened: Happened, *, by: str, about: str = "", of: OfOrganisation | None = None, words: str = ""
) -> None:
    """Write an event down, here and in the audit trail, in the transaction of what happened.

    So neither is without the other: where the trail cannot be written, nothing happens. ``of`` is the row
    that it is about; its organisation's Caldicott Guardian reads the event. Raises AuditFailed.
    """
    request = of.pk if isinstance(of, AccessRequest) else getattr(of, "request_id", None)
    Event.objects.create(kind=happened.value, by=by, about=about, request=request, words=words[:500])
    keep(
        audit.Event(
            kind=_KINDS.get(happened, Kind.ADMINISTERED),
            who=by,
            subject=about,
            organisations=(f"{of.level} {of.code}",) if of is not None else (),
            details=f"{happened.value.capitalize()}: {words}" if words else happened.value.capitalize(),
        )
    )


def of(user: Any, most: int = 100) -> QuerySet[Event]:
    """What a person did and what was done about them, the newest first."""
    name = user.get_username()
    return Event.objects.filter(Q(about=name) | Q(by=name))[:most]
