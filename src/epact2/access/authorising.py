"""Who may authorise which account type for which organisation, and who may never do so.

The rules stand in ``tables/authorisers.csv`` and ``tables/reductions.csv``. A type needs one signature or
two; each signature names the roles of which one must sign. What is not said there is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache

from epact2.access.eligibility import OrganisationKind, types_for
from epact2.access.grants import AccountType
from epact2.access.persons import Person, same_person
from epact2.access.tables import rows
from epact2.errors import Epact2Error
from epact2.model.organisations import ENGLAND, ENGLAND_CODE


class AuthoriserRole(Enum):
    """The part in which somebody authorises. The value is its name in tables and on pages."""

    LINE_MANAGER = "line manager"
    ORGANISATION_ADMINISTRATOR = "organisation administrator"
    REGISTERED_GP = "registered GP"
    PCN_CLINICAL_DIRECTOR = "PCN clinical director"
    CALDICOTT_GUARDIAN = "Caldicott Guardian"
    CALDICOTT_NOMINEE = "nominee of the Caldicott Guardian"
    HEAD_OF_FINANCE = "head of finance"
    FINANCE_DIRECTOR = "finance director"
    BUDGET_HOLDER = "budget holder"
    CDAO_REGISTER = "keeper of the CDAO register"
    NATIONAL_PANEL = "national panel member"
    DATA_SERVICES_LEAD = "data services lead"

    def __str__(self) -> str:
        return self.value


CALDICOTT_ROLES = frozenset({AuthoriserRole.CALDICOTT_GUARDIAN, AuthoriserRole.CALDICOTT_NOMINEE})


class NotEntitled(Epact2Error):
    """Somebody may not authorise this: the message says which rule stands against it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One of the signatures that a type needs: the roles that may give it, and whether for all of England."""

    number: int
    roles: tuple[AuthoriserRole, ...]
    of_england: bool


@dataclass(frozen=True, slots=True)
class Authority:
    """One person's role for one organisation, held from ``starts`` to ``ends``, both included.

    ``given_by`` is the account that appointed them; empty for whoever set the service up.
    """

    person: Person
    role: AuthoriserRole
    level: str
    code: str
    starts: date
    ends: date = date.max
    given_by: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the role is held on a day."""
        return self.starts <= day <= self.ends


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: a type for an organisation, by somebody who works for that kind of organisation."""

    applicant: Person
    kind: OrganisationKind
    account_type: AccountType
    level: str
    code: str


@cache
def signatures(account_type: AccountType) -> tuple[Signature, ...]:
    """The signatures that a type needs, in order."""
    found: dict[int, list[dict[str, str]]] = {}
    for row in rows("authorisers"):
        if row["account type"] == account_type.value:
            found.setdefault(int(row["signature"]), []).append(row)
    return tuple(
        Signature(
            number,
            tuple(AuthoriserRole(row["role"]) for row in lines),
            of_england=all(row["held for"] == ENGLAND for row in lines),
        )
        for number, lines in sorted(found.items())
    )


@cache
def reductions(account_type: AccountType) -> tuple[AccountType, ...]:
    """The lesser types to which an authoriser may reduce a request, the widest first."""
    return tuple(
        AccountType(row["may be reduced to"])
        for row in rows("reductions")
        if row["account type"] == account_type.value
    )


def may_become(wish: Wish) -> tuple[AccountType, ...]:
    """What an authoriser may make of a wish: itself, or a lesser type that the organisation may hold."""
    held = types_for(wish.kind)
    return tuple(one for one in (wish.account_type, *reductions(wish.account_type)) if one in held)


def covers(authority: Authority, signature: Signature, level: str, code: str) -> bool:
    """Whether a role counts for a signature about an organisation. A wider organisation's does not."""
    place = (ENGLAND, ENGLAND_CODE) if signature.of_england else (level, code)
    return authority.role in signature.roles and (authority.level, authority.code) == place


def authority_for(
    wish: Wish, signature: Signature, authoriser: Person, authorities: Iterable[Authority], day: date
) -> Authority:
    """The role by which somebody may give a signature today. Raises NotEntitled.

    ``authorities`` are those of every authoriser; only the person's own count.
    """
    own = [one for one in authorities if one.person.account == authoriser.account and one.holds_on(day)]
    for one in own:
        if covers(one, signature, wish.level, wish.code):
            return one
    needed = " or ".join(str(role) for role in signature.roles)
    if wish.account_type is AccountType.FINANCIAL and any(one.role in CALDICOTT_ROLES for one in own):
        raise NotEntitled(
            "A Caldicott Guardian cannot authorise financial access.", f"It needs the {needed}."
        )
    place = "for England" if signature.of_england else f"of {wish.level} {wish.code}"
    raise NotEntitled(
        f"You cannot authorise {wish.account_type} access here.", f"It needs the {needed} {place}."
    )


@dataclass(frozen=True, slots=True)
class Given:
    """A right or a role in force that one person gave to another: one link of the chain of authorisers."""

    giver: Person
    receiver: Person


def require_another_person(applicant: Person, authoriser: Person) -> None:
    """Refuse whoever would authorise themselves, by whatever name. Raises NotEntitled."""
    if why := same_person(applicant, authoriser):
        raise NotEntitled(
            f"Nobody can authorise their own access: {why}.", "Another entitled person must decide."
        )


def require_no_circle(applicant: Person, authoriser: Person, given: Iterable[Given]) -> None:
    """Refuse an authoriser whose own rights come, through whatever chain, from the applicant.

    Raises NotEntitled.
    """
    links = tuple(given)
    above, seen = [authoriser], [authoriser]
    while above:
        receiver = above.pop()
        for link in links:
            if not same_person(link.receiver, receiver):
                continue
            if same_person(link.giver, applicant):
                raise NotEntitled(
                    "This would be a circle: your own rights come from the person who asks.",
                    "Somebody whose rights do not depend on them must decide.",
                )
            if not any(same_person(link.giver, one) for one in seen):
                seen.append(link.giver)
                above.append(link.giver)
