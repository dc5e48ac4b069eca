"""Dispensing months and the periods that they make up.

A dispensing month is the month for which dispensed items were submitted (``YEAR_MONTH`` in the NHSBSA
files). It is a whole thing, not a date: there is no day and no time zone anywhere in a question.

Source of the financial year and its quarters: NHSBSA's ``YEAR_MONTH_DIM`` (April to March, ``2023/2024``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from epact2.errors import Epact2Error

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ABBREVIATIONS = {name[:3].casefold(): number for number, name in enumerate(MONTH_NAMES, start=1)}

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-_/]?(?P<month>\d{2})(?:-01)?\Z", re.ASCII)
_DAY_FIRST = re.compile(r"\d{2}-?(?P<name>[A-Za-z]{3})-?(?P<year>\d{2}|\d{4})\Z", re.ASCII)


class BadMonth(Epact2Error):
    """A text that is no month, or a month that cannot be."""


@dataclass(frozen=True, slots=True, order=True)
class DispensingMonth:
    """One dispensing month, ordered in time."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1990 <= self.year <= 2199):
            raise BadMonth(
                f"“{self.year}-{self.month:02}” is not a month.",
                "Write the year and the number of the month, for example 2017-09.",
            )

    @classmethod
    def parse(cls, text: str) -> DispensingMonth:
        """Read a month in any of the five ways in which NHS files write one.

        ``2017-09``, ``2017_09``, ``201709``, ``2017-09-01``, ``01SEP2017`` and ``01-Sep-17`` are the same
        month. Raises BadMonth for anything else.
        """
        stripped = text.strip()
        if found := _YEAR_FIRST.match(stripped):
            return cls(int(found["year"]), int(found["month"]))
        if (found := _DAY_FIRST.match(stripped)) and found["name"].casefold() in _ABBREVIATIONS:
            year = int(found["year"])
            return cls(year if year > 99 else 2000 + year, _ABBREVIATIONS[found["name"].casefold()])
        raise BadMonth(f"“{text}” is not a month.", "Write it like 2017-09.")

    @classmethod
    def from_number(cls, number: int) -> DispensingMonth:
        """The month stored as ``201709``."""
        return cls(number // 100, number % 100)

    @property
    def number(self) -> int:
        """The month as stored: ``201709``."""
        return self.year * 100 + self.month

    def plus(self, months: int) -> DispensingMonth:
        """The month so many months later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return DispensingMonth(index // 12, index % 12 + 1)

    def months_since(self, earlier: DispensingMonth) -> int:
        """How many months lie between ``earlier`` and this month."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month

    @property
    def code(self) -> str:
        """``2017-09``: how a month is written in questions and answers."""
        return f"{self.year}-{self.month:02}"

    @property
    def name(self) -> str:
        """``September 2017``."""
        return f"{MONTH_NAMES[self.month - 1]} {self.year}"

    @property
    def financial_year_start(self) -> DispensingMonth:
        """April of the financial year to which this month belongs."""
        return DispensingMonth(self.year if self.month >= 4 else self.year - 1, 4)

    @property
    def financial_year(self) -> str:
        """``2017/18``, April to March."""
        start = self.financial_year_start.year
        return f"{start}/{(start + 1) % 100:02}"

    @property
    def quarter(self) -> str:
        """``2017/18 Q2``: the quarter of the financial year (Q1 is April to June)."""
        return f"{self.financial_year} Q{(self.month - 4) % 12 // 3 + 1}"

    @property
    def calendar_year(self) -> str:
        """``2017``."""
        return str(self.year)

    def __str__(self) -> str:
        return self.code


def month_span(first: DispensingMonth, last: DispensingMonth) -> tuple[DispensingMonth, ...]:
    """Every month from ``first`` to ``last``, both included; empty when ``last`` is earlier."""
    return tuple(first.plus(step) for step in range(last.months_since(first) + 1))


def span_name(months: Iterable[DispensingMonth]) -> str:
    """``September 2017 to October 2017``, or one month's name, for titles and exports."""
    ordered = sorted(months)
    if not ordered:
        return "no months"
    if ordered[0] == ordered[-1]:
        return ordered[0].name
    return f"{ordered[0].name} to {ordered[-1].name}"


def each_month(numbers: Iterable[int]) -> Iterator[DispensingMonth]:
    """The months stored as numbers."""
    return (DispensingMonth.from_number(number) for number in numbers)
