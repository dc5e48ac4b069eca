"""Which kind of organisation may hold which account type.

The rules stand in ``tables/eligibility.csv``. What is not said there is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from epact2.access.grants import AccountType
from epact2.access.tables import rows
from epact2.errors import Epact2Error


class OrganisationKind(Enum):
    """A kind of organisation that people may work for. The value is its name in tables and forms."""

    GP_PRACTICE = "GP practice"
    PCN = "PCN"
    ICB = "ICB"
    SUB_ICB_LOCATION = "sub-ICB location"
    LOCAL_AUTHORITY = "local authority"
    NHS_TRUST = "NHS trust"
    INDEPENDENT_PROVIDER = "independent provider of NHS services"
    COMMISSIONING_SUPPORT_UNIT = "commissioning support unit"
    HEALTH_INNOVATION_NETWORK = "health innovation network"
    NHS_ENGLAND_REGION = "NHS England region"
    NATIONAL_BODY = "national NHS or government body"
    OTHER_PUBLIC_BODY = "another public body"
    SERVICE_TEAM = "team that runs this service"
    PHARMACY_CONTRACTOR = "pharmacy contractor"
    COMMERCIAL = "commercial organisation"

    def __str__(self) -> str:
        return self.value


class NotEligible(Epact2Error):
    """A kind of organisation may not hold an account type, or none at all."""


@dataclass(frozen=True, slots=True)
class TypeInWords:
    """An account type as the pages explain it."""

    account_type: AccountType
    sees: str
    for_whom: str


_OPEN_DATA = (
    "Prescribing of every practice is open data: the English Prescribing Dataset, on the NHSBSA Open Data "
    "Portal, needs no account."
)
# Said instead of a bare refusal.
_CANNOT_REGISTER = {
    OrganisationKind.PHARMACY_CONTRACTOR: (
        "Pharmacy contractors cannot have an account.",
        f"Your own payments are in your contractor's statements. {_OPEN_DATA}",
    ),
    OrganisationKind.COMMERCIAL: (
        "Commercial organisations cannot have an account.",
        f"Accounts are for NHS and other public work alone. {_OPEN_DATA}",
    ),
}


@cache
def _table() -> dict[OrganisationKind, dict[str, str]]:
    return {OrganisationKind(row["kind of organisation"]): row for row in rows("eligibility")}


def chosen_level(kind: OrganisationKind) -> str:
    """The level at which a person of such an organisation names whose prescribing they work with.

    A trust or a commissioning support unit is no level of the data: its people name the area that they work
    for. Empty for those that cannot register.
    """
    return _table()[kind]["chosen at"]


def types_for(kind: OrganisationKind) -> tuple[AccountType, ...]:
    """The account types that people of such an organisation may ask for, from the least on."""
    row = _table()[kind]
    return tuple(one for one in AccountType if row[one.value] == "yes")


def require_eligible(kind: OrganisationKind, account_type: AccountType | None = None) -> None:
    """Refuse a kind of organisation that may not hold the type, or any type at all. Raises NotEligible."""
    if kind in _CANNOT_REGISTER:
        raise NotEligible(*_CANNOT_REGISTER[kind])
    if account_type is not None and account_type not in types_for(kind):
        offered = ", ".join(str(one) for one in types_for(kind))
        raise NotEligible(
            f"People of this kind of organisation ({kind}) cannot have {account_type} access.",
            f"Choose one of: {offered}.",
        )


@cache
def in_words(account_type: AccountType) -> TypeInWords:
    """What a type of account shows, and whom it is for, in plain words."""
    found = next(row for row in rows("account_types") if row["account type"] == account_type.value)
    return TypeInWords(account_type, found["sees"], found["for whom"])
