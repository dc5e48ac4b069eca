"""Account types, and what a person was granted: which type, for which organisation, by whom, for how long.

The types are those of ePACT2's registration pages; what each may see stands in the policy tables, never here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from epact2.model.organisations import ENGLAND


class AccountType(Enum):
    """A kind of access. The value is its name in tables, forms and words."""

    DEFAULT = "default"
    DEFAULT_WITH_ANALYSIS = "default with analysis"
    GP_PRACTICE = "GP practice"
    PCN = "PCN"
    PRESCRIBER_LEVEL = "prescriber level"
    FINANCIAL = "financial"
    CONTROLLED_DRUGS = "controlled-drugs accountable officer"
    NATIONAL = "national"
    DATA_SERVICES = "data services"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Grant:
    """One right of one person. ``level`` and ``code`` name the organisation; England has the level England.

    It holds from the day ``starts`` up to and including the day ``ends``. ``authorised_by`` names the account
    that granted it.
    """

    account_type: AccountType
    level: str
    code: str
    starts: date
    ends: date
    authorised_by: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the grant is in force on a day."""
        return self.starts <= day <= self.ends

    @property
    def is_of_england(self) -> bool:
        """Whether the organisation is a national one."""
        return self.level == ENGLAND
