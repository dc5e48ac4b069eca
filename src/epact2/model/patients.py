"""How old a patient was at an item, and how deprived the place is in which the patient lives.

The age logic is a table of rules. The first rule that gives an age from 0 to 120 decides; the page “How age
is determined” is drawn from this table, and the loader's SQL is tested against it. Births are known to the
month, so ages are whole years between two months: somebody born in March 1980 is 40 from 1 March 2020.

Source: our reading of NHSBSA's “age logic”, whose flow chart is not public; the age on 30 September is that
of its official statistics (Medicines used in mental health, methodology).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from epact2.model.items import AGE_UNKNOWN, IMD_QUINTILE, OLDEST, UNKNOWN
from epact2.model.months import DispensingMonth

# The codes of the field “age source”, in the order in which they are tried.
FROM_PDS = "1"
FROM_EPS = "2"
CAPTURED = "3"
EARLIER_ITEM = "4"
NOT_KNOWN = "5"


@dataclass(frozen=True, slots=True)
class AgeEvidence:
    """What an item tells of its patient's age. Months of birth are whole numbers, as 198003.

    ``prescribed`` is a day, as 20260114. ``captured`` is the age that was read when the form was processed.
    ``earlier_birth_month`` is the PDS birth month that the newest item of an earlier month had for the same
    pseudonym. None stands for what is not known.
    """

    month: DispensingMonth
    eps: bool = False
    prescribed: int | None = None
    pds_birth_month: int | None = None
    eps_birth_month: int | None = None
    captured: int | None = None
    earlier_birth_month: int | None = None


class Age(NamedTuple):
    """An age in whole years, -1 when it is not known, and the code of its source."""

    years: int
    source: str


@dataclass(frozen=True, slots=True)
class AgeRule:
    """One way to an age: ``source`` is the code of the field “age source”; the texts are for people."""

    source: str
    name: str
    meaning: str
    years: Callable[[AgeEvidence], int | None]


def reference_month(evidence: AgeEvidence) -> int:
    """The month for which an age is worked out: of prescribing on an EPS form, else the dispensing month.

    Paper forms rarely carry a date that was captured, so that the end of the dispensing month stands for it.
    """
    if evidence.eps and evidence.prescribed is not None:
        return evidence.prescribed // 100
    return evidence.month.number


def years_between(birth_month: int, month: int) -> int:
    """Whole years from one month to another; negative when the birth is later."""
    return (_index(month) - _index(birth_month)) // 12


def _index(month: int) -> int:
    return month // 100 * 12 + month % 100


def _by_birth(of: Callable[[AgeEvidence], int | None]) -> Callable[[AgeEvidence], int | None]:
    def years(evidence: AgeEvidence) -> int | None:
        birth_month = of(evidence)
        return None if birth_month is None else years_between(birth_month, reference_month(evidence))

    return years


AGE_RULES = (
    AgeRule(
        FROM_PDS,
        "PDS birth month",
        "The patient's number was verified by PDS, which knows the month of birth: whole years from it to "
        "the month of prescribing on an EPS form, or to the dispensing month on paper.",
        _by_birth(lambda evidence: evidence.pds_birth_month),
    ),
    AgeRule(
        FROM_EPS,
        "EPS birth month",
        "The EPS message gives the month of birth: whole years from it to the month of prescribing.",
        _by_birth(lambda evidence: evidence.eps_birth_month),
    ),
    AgeRule(
        CAPTURED,
        "captured on the form",
        "The age in years that was read from the form when it was processed.",
        lambda evidence: evidence.captured,
    ),
    AgeRule(
        EARLIER_ITEM,
        "earlier item",
        "An item of an earlier month was of the same pseudonym and had a month of birth from PDS: whole "
        "years from it, as by the first rule.",
        _by_birth(lambda evidence: evidence.earlier_birth_month),
    ),
)
UNKNOWN_AGE_NAME = "unknown"


def age_at_item(evidence: AgeEvidence) -> Age:
    """The age by the first rule that gives one from 0 to 120; -1 with source “unknown” if none does."""
    for rule in AGE_RULES:
        years = rule.years(evidence)
        if years is not None and 0 <= years <= OLDEST:
            return Age(years, rule.source)
    return Age(AGE_UNKNOWN, NOT_KNOWN)


def age_on_30_september(pds_birth_month: int | None, month: DispensingMonth) -> int:
    """The age on the 30 September of the financial year of a month, as official statistics count it.

    Only a month of birth from PDS counts. As there, somebody born after that September, but not after the
    month, is 0; whoever would be over 120, or is not born yet, is -1.
    """
    if pds_birth_month is None or pds_birth_month > month.number:
        return AGE_UNKNOWN
    september = month.financial_year_start.plus(5).number
    years = max(years_between(pds_birth_month, september), 0)
    return years if years <= OLDEST else AGE_UNKNOWN


def imd_quintile(decile: int | None) -> str:
    """The quintile of a decile of deprivation: 1 and 2 give 1 (most deprived), 9 and 10 give 5."""
    return UNKNOWN if decile is None else IMD_QUINTILE.codes[(decile - 1) // 2]
