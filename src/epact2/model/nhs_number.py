"""NHS numbers: ten digits, of which the last checks the others (NHS Data Dictionary, “NHS NUMBER”).

The check digit: multiply the first nine digits by 10, 9, … 2, add up, take the remainder by 11 from 11. An 11
is written as 0; a 10 means that there is no number with these nine digits.

No function here repeats a number in an error: errors are shown and logged, NHS numbers never are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from epact2.errors import Epact2Error

DIGITS = 10
# NHS England keeps these for tests: no person has one.
FIRST_OF_TESTS, LAST_OF_TESTS = 999_000_000, 999_999_999  # the first nine digits
# Ten digits, written together or as people write them (999 000 0018, 999-000-0018), within no longer number.
_TEN = re.compile(r"(?<!\d)(\d{3})[ \u00a0-]?(\d{3})[ \u00a0-]?(\d{4})(?!\d)", re.ASCII)


class BadNhsNumber(Epact2Error):
    """What cannot be an NHS number."""


def check_digit(nine: int) -> int | None:
    """The tenth digit that belongs to nine; None where there is no NHS number with these nine."""
    total = sum(int(digit) * weight for digit, weight in zip(f"{nine:09}", range(10, 1, -1), strict=True))
    found = 11 - total % 11
    return {10: None, 11: 0}.get(found, found)


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits, and nothing else, are an NHS number by their check digit."""
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return False
    return check_digit(int(digits[:9])) == int(digits[9])


def nhs_number(text: str) -> str:
    """The ten digits of a number as somebody wrote it, spaces and hyphens left out. Raises BadNhsNumber."""
    digits = re.sub(r"[ \u00a0-]", "", text.strip())
    if not (digits.isascii() and digits.isdecimal()):
        raise BadNhsNumber("It holds something else than digits.", "An NHS number is ten digits.")
    if len(digits) != DIGITS:
        raise BadNhsNumber(f"It has {len(digits)} digits.", "An NHS number is ten digits.")
    if not is_nhs_number(digits):
        raise BadNhsNumber(
            "Its last digit does not fit the others.",
            "A digit is wrong or two are exchanged: take the number from its source again.",
        )
    return digits


def spaced(digits: str) -> str:
    """A number as people read it: ``999 000 0018``."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def numbers_in(text: str) -> list[str]:
    """What may be NHS numbers in a text: each ten digits whose last one checks the others.

    One in eleven numbers of ten digits that mean something else fits by chance.
    """
    found = ("".join(match.groups()) for match in _TEN.finditer(text))
    return [digits for digits in found if is_nhs_number(digits)]


def numbers_of_tests() -> Iterator[str]:
    """Every number that the NHS keeps for tests, smallest first: some 909,000."""
    for nine in range(FIRST_OF_TESTS, LAST_OF_TESTS + 1):
        last = check_digit(nine)
        if last is not None:
            yield f"{nine}{last}"
