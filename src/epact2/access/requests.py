"""A request for access, from asking to a decision, as a value.

Every right comes from here: ``decide`` is the one function that turns an entitled person's signature into a
step towards a grant, and it refuses everything that the rules of ``authorising`` do not allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from epact2.access.authorising import (
    Authority,
    Given,
    NotEntitled,
    Signature,
    Wish,
    authority_for,
    may_become,
    require_another_person,
    require_no_circle,
    signatures,
)
from epact2.access.eligibility import require_eligible
from epact2.access.grants import AccountType, Grant
from epact2.access.life import GRANT_MONTHS, end_after, is_stale
from epact2.access.persons import Person, same_person
from epact2.errors import Epact2Error


class AlreadyDecided(Epact2Error):
    """The request was decided before; by whom and how is in the message."""


class Stale(Epact2Error):
    """The request waited too long, or is not what was shown."""


class NotLess(Epact2Error):
    """A reduction that is none: another type, or more months than were asked."""


class State(Enum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Decision:
    """What an authoriser says: a type and months to give, or a rejection with its reason."""

    account_type: AccountType | None
    months: int = GRANT_MONTHS
    reason: str = ""

    @property
    def is_rejection(self) -> bool:
        """Whether nothing is given."""
        return self.account_type is None


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was given: by whom, in which role, and what was left of the wish."""

    number: int
    authoriser: Person
    authority: Authority
    account_type: AccountType
    months: int


@dataclass(frozen=True, slots=True)
class Request:
    """A wish with the day on which it was made and what was signed so far."""

    wish: Wish
    asked: date
    months: int = GRANT_MONTHS
    state: State = State.WAITING
    signed: tuple[Signed, ...] = ()
    decided_by: str = ""

    @property
    def offered(self) -> tuple[AccountType, int]:
        """The type and the months that are still on offer: those of the last signature, or the wish's."""
        if self.signed:
            return self.signed[-1].account_type, self.signed[-1].months
        return self.wish.account_type, self.months

    @property
    def choices(self) -> tuple[AccountType, ...]:
        """What the next signature may give, the widest first."""
        return may_become(replace(self.wish, account_type=self.offered[0]))

    @property
    def needed(self) -> tuple[Signature, ...]:
        """The signatures that are missing. A reduced wish needs those of what was asked at first."""
        done = {one.number for one in self.signed}
        return tuple(one for one in signatures(self.wish.account_type) if one.number not in done)


def ask(wish: Wish, day: date, months: int = GRANT_MONTHS) -> Request:
    """Make a request. Raises NotEligible."""
    require_eligible(wish.kind, wish.account_type)
    return Request(wish, day, max(1, min(months, GRANT_MONTHS)))


def decide(
    request: Request,
    authoriser: Person,
    decision: Decision,
    *,
    authorities: Iterable[Authority],
    given: Iterable[Given],
    day: date,
) -> Request:
    """The request after somebody's decision.

    ``authorities`` are the roles of all authorisers, ``given`` the links between people that are in force.
    Raises AlreadyDecided, Stale, NotEntitled, NotLess.
    """
    roles, links = tuple(authorities), tuple(given)
    require_open(request, day)
    request = replace(request, signed=standing(request, roles, links, day))
    signature = next_signature(request, authoriser, roles, links, day)
    if decision.is_rejection:
        if not decision.reason.strip():
            raise NotLess("A rejection needs a reason.", "Write what the applicant should know.")
        return replace(request, state=State.REJECTED, decided_by=authoriser.account)
    account_type = decision.account_type
    assert account_type is not None
    _, most_months = request.offered
    if account_type not in request.choices or not 1 <= decision.months <= most_months:
        raise NotLess(
            f"{account_type} for {decision.months} months is not less than what was asked.",
            f"Give one of: {', '.join(map(str, request.choices))}; for 1 to {most_months} months.",
        )
    authority = authority_for(request.wish, signature, authoriser, roles, day)
    signed = Signed(signature.number, authoriser, authority, account_type, decision.months)
    after = replace(request, signed=(*request.signed, signed))
    return after if after.needed else replace(after, state=State.APPROVED, decided_by=authoriser.account)


def standing(
    request: Request, authorities: Iterable[Authority], given: Iterable[Given], day: date
) -> tuple[Signed, ...]:
    """The signatures that still count: whoever lost their role since, or would close a circle now, is out."""
    roles, links = tuple(authorities), tuple(given)
    kept = []
    for one in request.signed:
        try:
            require_another_person(request.wish.applicant, one.authoriser)
            require_no_circle(request.wish.applicant, one.authoriser, links)
            authority_for(request.wish, _numbered(request.wish, one.number), one.authoriser, roles, day)
        except NotEntitled:
            continue
        kept.append(one)
    return tuple(kept)


def _numbered(wish: Wish, number: int) -> Signature:
    return next(one for one in signatures(wish.account_type) if one.number == number)


def require_open(request: Request, day: date) -> None:
    """Refuse a request that was decided, or that has waited too long. Raises AlreadyDecided or Stale."""
    if request.state is not State.WAITING:
        by = f" by {request.decided_by}" if request.decided_by else ""
        raise AlreadyDecided(f"This request is already {request.state}{by}.", "Nothing more is to be done.")
    if is_stale(request.asked, day):
        raise Stale("This request has waited longer than 30 days.", "The person must ask again.")


def next_signature(
    request: Request,
    authoriser: Person,
    authorities: Iterable[Authority],
    given: Iterable[Given],
    day: date,
) -> Signature:
    """The missing signature that somebody may give. Raises NotEntitled with the first rule against it."""
    applicant = request.wish.applicant
    require_another_person(applicant, authoriser)
    require_no_circle(applicant, authoriser, given)
    for one in request.signed:
        if same_person(one.authoriser, authoriser):
            raise NotEntitled(
                "You have signed this request already.", "A second, different person must sign it too."
            )
    roles = tuple(authorities)
    refusal: NotEntitled | None = None
    for signature in request.needed:
        try:
            authority_for(request.wish, signature, authoriser, roles, day)
        except NotEntitled as no:
            refusal = refusal or no
        else:
            return signature
    raise refusal or NotEntitled("No signature is missing.", "Nothing more is to be done.")


def grant_of(request: Request, day: date) -> Grant:
    """The grant that an approved request makes from a day on."""
    assert request.state is State.APPROVED
    account_type, months = request.offered
    by = " and ".join(one.authoriser.account for one in request.signed)
    wish = request.wish
    return Grant(account_type, wish.level, wish.code, day, end_after(day, months), by)
