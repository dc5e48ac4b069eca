"""When two accounts belong to one person, so that nobody can authorise themselves by another name.

An e-mail address is compared without what mail systems ignore or let people add: capitals, quotation marks,
dots and what follows a plus sign before the ``@``. Two people whose addresses differ in dots alone are taken
for one: that refuses a right where it should not, never the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

from epact2.errors import Epact2Error

# Domains that are one mail system.
_SAME_DOMAIN = {"googlemail.com": "gmail.com"}
_QUOTING = str.maketrans("", "", '"\\')
# Work addresses: NHS and government. ``.example`` is reserved, so it is never anybody's (RFC 2606).
WORK_DOMAINS = ("nhs.net", "nhs.uk", "gov.uk")


class NotAWorkAddress(Epact2Error):
    """An e-mail address of a kind that cannot be registered."""


def plain_address(address: str) -> str:
    """An address as it is compared: ``A.Smith+x@NHS.net`` is ``asmith@nhs.net``.

    So is ``"a.smith"@nhs.net``: quotation marks and the strokes in them are no part of a name (RFC 5321).
    """
    before, _, domain = address.strip().casefold().rpartition("@")
    before, domain = before.translate(_QUOTING), domain.rstrip(".")
    return f"{before.split('+')[0].replace('.', '')}@{_SAME_DOMAIN.get(domain, domain)}"


def require_work_address(address: str, more_domains: tuple[str, ...] = ()) -> None:
    """Refuse an address outside NHS, government and the named domains. Raises NotAWorkAddress."""
    before, _, domain = address.strip().casefold().rpartition("@")
    domain = domain.rstrip(".") if before else ""
    allowed = (*WORK_DOMAINS, *more_domains)
    if not any(domain == one or domain.endswith(f".{one}") for one in allowed):
        raise NotAWorkAddress(
            f"“{address.strip()}” is not an NHS or government address.",
            "Use your own work address, for example at nhs.net. If your organisation has another domain, ask "
            "the service team to add it.",
        )


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. ``subjects`` are the identifiers of NHS CIS2 and the like, one a provider."""

    account: str
    addresses: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()


def same_person(one: Person, other: Person) -> str:
    """Why two accounts are one person's, as a clause; empty when nothing says so."""
    if one.account.casefold() == other.account.casefold():
        return "the account is the same"
    if one.subjects & other.subjects:
        return "both sign in with the same NHS identity"
    if {plain_address(a) for a in one.addresses} & {plain_address(a) for a in other.addresses}:
        return "both have the same e-mail address, apart from dots and additions"
    return ""
