"""A comparator: a named ratio with a clinical reason.

Numerator and denominator are amounts or counts of one group of rows, so a comparator is right at every
level: each is worked out for the level first, then the ratio. Where a source gives a count and no ratio
(patients started on a medicine), the count is the numerator and is shown beside the value; the denominator is
that which makes places of different size comparable: patients at risk, or all patients registered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from epact2.errors import Epact2Error
from epact2.model.bnf import BnfCode
from epact2.query.level import value_needs_items
from epact2.query.nodes import Amount, Distinct, Patients, Ratio, UnderMedicine
from epact2.query.words import value_scale, value_unit

# What may stand above or below the line of a comparator; a ratio of ratios would hide its sums.
PartValue = Amount | Distinct | Patients


class Direction(Enum):
    """Which way is better, if either is."""

    LOWER = "lower is better"
    HIGHER = "higher is better"
    NONE = "no target"


class NeedsMedicine(Epact2Error):
    """A comparator for any medicine was asked for without one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A numerator or a denominator: an amount or a count, with the name that people give it."""

    name: str
    value: PartValue

    @property
    def unit(self) -> str:
        """The unit of its numbers: items, patients, £."""
        return value_unit(self.value)

    @property
    def scale(self) -> int:
        """How many decimals its whole-number cells hold."""
        return value_scale(self.value) or 0

    @property
    def is_population(self) -> bool:
        """Whether it counts the people of an organisation, whatever was prescribed."""
        return isinstance(self.value, Amount) and self.value.measure.is_population


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
        return Ratio(self.numerator.value, self.denominator.value, self.per)

    @property
    def needs_items(self) -> bool:
        """Whether only single prescription items can answer it: patients, ages, EPS."""
        return any(value_needs_items(part.value) for part in (self.numerator, self.denominator))

    @property
    def counts_pairs(self) -> bool:
        """Whether it counts pairs of patient and medicine, which are published of nobody."""
        parts = (self.numerator.value, self.denominator.value)
        return any(isinstance(value, Distinct) and len(value.fields) > 1 for value in parts)

    def for_medicine(self, code: BnfCode, name: str) -> Comparator:
        """The same comparator for one medicine, titled with the medicine's name."""
        if not self.any_medicine:
            raise NeedsMedicine(
                f"“{self.title}” is of fixed medicines.", "Leave the BNF code out for this comparator."
            )
        value = replace(self.numerator.value, where=UnderMedicine(code))
        return replace(
            self,
            title=f"{name}: {self.title[:1].lower()}{self.title[1:]}",
            numerator=Part(f"Items of {name}", value),
            medicine=code,
        )
