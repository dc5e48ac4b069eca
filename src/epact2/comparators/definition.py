"""A comparator: a named ratio with a clinical reason.

Numerator and denominator are amounts, so a comparator is right at every level: sums first, then the ratio.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from epact2.errors import Epact2Error
from epact2.model.bnf import BnfCode
from epact2.query.nodes import Amount, Ratio, UnderMedicine


class Direction(Enum):
    """Which way is better, if either is."""

    LOWER = "lower is better"
    HIGHER = "higher is better"
    NONE = "no target"


class NeedsMedicine(Epact2Error):
    """A comparator for any medicine was asked for without one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A numerator or a denominator: an amount with the name that people give it."""

    name: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Comparator:
    """One comparator as its file defines it.

    ``key`` is the file's name and stands in addresses. ``any_medicine`` tells a comparator whose numerator is
    filled in by the person asking.
    """

    key: str
    title: str
    summary: str
    theme: str
    direction: Direction
    numerator: Part
    denominator: Part
    per: int
    why: str
    source: str
    reviewed: date
    version: int
    any_medicine: bool = False
    medicine: BnfCode | None = None

    @property
    def value(self) -> Ratio:
        """The ratio. Raises NeedsMedicine when the medicine has not been chosen."""
        if self.any_medicine and self.medicine is None:
            raise NeedsMedicine(
                f"“{self.title}” needs a medicine.", "Give a BNF code of any level, for example 0501."
            )
        return Ratio(self.numerator.amount, self.denominator.amount, self.per)

    def for_medicine(self, code: BnfCode, name: str) -> Comparator:
        """The same comparator for one medicine, titled with the medicine's name."""
        if not self.any_medicine:
            raise NeedsMedicine(
                f"“{self.title}” is of fixed medicines.", "Leave the BNF code out for this comparator."
            )
        amount = replace(self.numerator.amount, where=UnderMedicine(code))
        return replace(
            self,
            title=f"{name}: {self.title[:1].lower()}{self.title[1:]}",
            numerator=Part(f"Items of {name}", amount),
            medicine=code,
        )
