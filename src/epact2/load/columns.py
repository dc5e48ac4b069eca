"""What a cell may hold: the types of the columns in received files.

Each type has two readings that must agree. ``plain`` is a regular expression for the forms that DuckDB may
convert on its own without any doubt; ``canonical`` reads every accepted form, one cell at a time, and
returns it in plain form or says what is wrong with it. A file with a cell that is not plain is read cell by
cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from epact2.model.months import BadMonth, DispensingMonth


class BadCell(Exception):
    """The cell does not hold what its column must hold; the text completes “… is not …”."""


@dataclass(frozen=True, slots=True)
class CellType:
    """What a column's cells may hold. ``plain`` is empty where any text is plain; ``must_hold`` says what an
    empty cell lacks. Types that accept more than plain forms read the others in a ``canonical`` of their own.
    """

    words: str
    plain: str = ""
    must_hold: ClassVar[str] = ""

    def canonical(self, text: str) -> str:
        """The cell in plain form. Raises BadCell."""
        if not self.plain or re.fullmatch(self.plain, text):
            return text
        lacking = not text and self.must_hold
        raise BadCell(f"empty, but must hold {self.must_hold}" if lacking else f"not {self.words}")


@dataclass(frozen=True, slots=True)
class Code(CellType):
    """A code: letters, digits and marks without blanks; never empty unless said so."""

    words: str = "a code"
    plain: str = r"[!-~]+"
    must_hold: ClassVar[str] = "a code"


@dataclass(frozen=True, slots=True)
class Choice(CellType):
    """One of a few words."""

    words: str = ""
    plain: str = ""
    values: tuple[str, ...] = ()


def choice(*values: str) -> Choice:
    """One of the words given."""
    return Choice(
        words=f"one of {', '.join(values)}", plain="|".join(re.escape(one) for one in values), values=values
    )


_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Number(CellType):
    """A number with at most ``scale`` decimals; more are refused, because rounding loses money silently.

    Accepted exactly: ``4.``, ``.5``, ``+1``, trailing zeros, ``1.5E+2``.
    """

    words: str = "a number"
    plain: str = ""
    scale: int = 0
    whole_digits: int = 12

    def canonical(self, text: str) -> str:
        if not _NUMBER.fullmatch(text):
            raise BadCell("empty, but must hold a number" if not text else f"not {self.words}")
        number = Decimal(text)
        # Compared by position first: a text such as 1e999 must not become a thousand digits.
        if number and (number.adjusted() >= self.whole_digits):
            raise BadCell(f"too large: more than {self.whole_digits} digits before the point")
        if number and number.normalize().as_tuple().exponent < -self.scale:  # type: ignore[operator]
            allowed = f"at most {self.scale} decimals" if self.scale else "no decimals"
            raise BadCell(f"more exact than its column, which has {allowed}")
        return f"{number:.{self.scale}f}" if number else f"{0:.{self.scale}f}"


def number(scale: int, whole_digits: int = 12) -> Number:
    """A number with at most so many decimals and digits before the point."""
    if scale == 0:
        return Number("a whole number", rf"-?[0-9]{{1,{whole_digits}}}", 0, whole_digits)
    plain = rf"-?(?:[0-9]{{1,{whole_digits}}}(?:\.[0-9]{{0,{scale}}})?|\.[0-9]{{1,{scale}}})"
    return Number(f"a number with at most {scale} decimals", plain, scale, whole_digits)


@dataclass(frozen=True, slots=True)
class Count(CellType):
    """A whole number that cannot be negative, such as of patients."""

    words: str = "a whole number of 0 or more"
    plain: str = r"[0-9]{1,8}"
    must_hold: ClassVar[str] = "a number"


@dataclass(frozen=True, slots=True)
class Whole(CellType):
    """A whole number from ``low`` to ``high``, or nothing where ``plain`` has it."""

    words: str = "a whole number"
    plain: str = ""
    low: int = 0
    high: int = 0
    must_hold: ClassVar[str] = "a number"


def whole(digits: int, low: int = 0) -> Whole:
    """A whole number of at most so many digits, from 0 or from 1."""
    pattern = rf"[0-9]{{1,{digits}}}" if low == 0 else rf"[1-9][0-9]{{0,{digits - 1}}}"
    return Whole(f"a whole number of {low} or more, of at most {digits} digits", pattern, low, 10**digits - 1)


@dataclass(frozen=True, slots=True)
class Month(CellType):
    """A month, in any of the ways in which NHS files write one."""

    words: str = "a month"
    plain: str = r"[0-9A-Za-z_/-]{6,11}"

    def canonical(self, text: str) -> str:
        try:
            DispensingMonth.parse(text)
        except BadMonth:
            raise BadCell("empty, but must hold a month" if not text else "not a month") from None
        return text


@dataclass(frozen=True, slots=True)
class Date(CellType):
    """A day as ``YYYYMMDD``, or nothing."""

    words: str = "a date such as 20170901, or empty"
    plain: str = r"(?:[12][0-9]{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))?"


@dataclass(frozen=True, slots=True)
class BirthMonth(CellType):
    """A month of birth as ``YYYYMM``, or nothing."""

    words: str = "a month of birth such as 198003, or empty"
    plain: str = r"(?:(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2]))?"


@dataclass(frozen=True, slots=True)
class Real(CellType):
    """A computed number with as many digits as it has, or nothing."""

    words: str = "a number, or empty"
    plain: str = r"(?:[0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]{1,2})?)?"


TEXT = CellType("any text")
CODE = Code()
OPTIONAL_CODE = Code("a code, or empty", r"[!-~]*")
DIGITS = Code("18 digits or fewer", r"[0-9]{0,18}")
REAL = Real()
COUNT = Count()
MONTH = Month()
DATE = Date()
BIRTH_MONTH = BirthMonth()
WORDS = Code("a text, which may not be empty", r"[^\x00-\x1F]+")
PSEUDONYM = Code("1 to 64 letters and digits, or empty", r"[0-9A-Za-z]{0,64}")
ONE_PSEUDONYM = Code("1 to 64 letters and digits", r"[0-9A-Za-z]{1,64}")
AREA = Code("the code of an area (LSOA)", r"[0-9A-Z]{4,12}")
OPTIONAL_AREA = Code("the code of an area (LSOA), or empty", r"(?:[0-9A-Z]{4,12})?")
# Ages misread from paper may be impossible; they are passed over by the age logic. More is no age at all.
AGE = Whole("an age from 0 to 199, -1, or empty", r"(?:-1|1?[0-9]{1,2})?", -1, 199)
YES_NO = choice("Y", "N")
ZERO_ONE = choice("0", "1")
LETTER = Choice("one letter, or -", "[-A-Z]", ("-", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
