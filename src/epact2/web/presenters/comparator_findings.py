"""Findings made by rule: what a set of numbers says, in one sentence.

Pure functions from numbers to words. A title is written after the numbers are known, so every rule here is
tested with numbers on either side of its edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from epact2.query.result import Mark
from epact2.web.presenters import names, numbers
from epact2.web.presenters.numbers import Number

MONTHS_OF_TREND = 15  # so many months have the last three and the same three a year earlier
STEADY = 0.02  # a change of less than two per cent is no news
AS_FAST = 1.25  # a change is "faster" when it is so many times the other one
_FRACTIONS = (
    (0.995, "all"), (0.92, "nearly all"), (0.86, "nine in ten"), (0.78, "four fifths"),
    (0.72, "three quarters"), (0.64, "two thirds"), (0.52, "more than half"), (0.48, "half"),
    (0.44, "nearly half"),
    (0.37, "two in five"), (0.31, "a third"), (0.23, "a quarter"), (0.18, "one in five"),
)  # fmt: skip


def last_known(values: Sequence[Number | None]) -> Number | None:
    """The newest value that there is."""
    return next((one for one in reversed(values) if one is not None), None)


def movement(values: Sequence[float | None]) -> float | None:
    """How a monthly series moves: its last three months against the same three a year earlier, as a share.

    Three months, so that one short February makes no trend; the same months, so that winter makes none.
    With less than 15 months the last month is compared with the same month a year earlier; with less than
    13 nothing is said.
    """
    if len(values) < 13:
        return None
    count = 3 if len(values) >= MONTHS_OF_TREND else 1
    now, before = values[-count:], values[-12 - count : -12]
    known = [one for one in (*now, *before) if one is not None]
    if len(known) < 2 * count or not sum(one or 0 for one in before):
        return None
    return sum(one or 0 for one in now) / sum(one or 0 for one in before) - 1


def place_words(value: float | None, median: float | None, unit: str) -> str:
    """``above``, ``below`` or ``at``: at when both look the same in print."""
    if value is None or median is None:
        return ""
    if numbers.short(value, unit) == numbers.short(median, unit):
        return "at"
    return "above" if value > median else "below"


def measure_noun(unit: str) -> str:
    """What a comparator's value is called in a sentence."""
    if numbers.is_percentage(unit):
        return "percentage"
    return "average" if unit.startswith("count per ") else "rate"


def nothing_known(name: str, when: str, withheld: Mark | None) -> str:
    """Why there is no value to speak of: it is withheld, or there is no data."""
    if withheld is not None:
        return f"Figures of {name} are withheld in {when}: {withheld.reason}"
    return f"There is no data for {name} in {when}"


def trend_title(
    name: str,
    own: Sequence[float | None],
    median: Sequence[float | None],
    unit: str,
    withheld: Mark | None = None,
) -> str:
    """How one organisation moves against the median of its peers, and where it stands now.

    ``withheld`` is why a value of the period is not shown, here and in the other titles.
    """
    noun = measure_noun(unit)
    if last_known(own) is None:
        return nothing_known(name, "this period", withheld)
    place = place_words(own[-1], median[-1] if median else None, unit)
    mine, theirs = movement(own), movement(median)
    if mine is None:
        if not place:
            return f"{names.of(name)} {noun} month by month"
        return f"{names.of(name)} {noun} is {place} the median"
    if abs(mine) < STEADY:
        return f"{names.of(name)} {noun} is steady" + (f" and {place} the median" if place else "")
    moving = "rising" if mine > 0 else "falling"
    how = f"{moving}{_against(mine, theirs)}"
    the = "it" if "median" in how else "the median"
    if not place:
        return f"{names.of(name)} {noun} is {how}"
    if (moving, place) in (("falling", "above"), ("rising", "below")):
        return f"{names.of(name)} {noun} is {how}, but is still {place} {the}"
    return f"{names.of(name)} {noun} is {how}, and is {place} {the}"


def _against(mine: float, theirs: float | None) -> str:
    if theirs is None:
        return ""
    if abs(theirs) < STEADY:
        return " while the median is steady"
    if (mine > 0) != (theirs > 0):
        return f" while the median {'rises' if theirs > 0 else 'falls'}"
    if abs(mine) > abs(theirs) * AS_FAST:
        return " faster than the median"
    if abs(mine) * AS_FAST < abs(theirs):
        return " more slowly than the median"
    return " in line with the median"


def own_trend_title(name: str, own: Sequence[float | None], unit: str, withheld: Mark | None = None) -> str:
    """How one organisation moves by itself: for England, which has no peers."""
    noun = measure_noun(unit)
    mine = movement(own)
    if last_known(own) is None:
        return nothing_known(name, "this period", withheld)
    if mine is None:
        return f"{names.of(name)} {noun} month by month"
    if abs(mine) < STEADY:
        return f"{names.of(name)} {noun} has been steady over the past year"
    return f"{names.of(name)} {noun} has {'risen' if mine > 0 else 'fallen'} over the past year"


def standing(
    name: str,
    value: float | None,
    rank: int | None,
    compared: int,
    peers: str,
    median: float | None,
    unit: str,
    withheld: Mark | None = None,
) -> str:
    """Where an organisation stands: value, rank, and the side of the median. ``peers``: "ICBs"."""
    if withheld is not None:
        return f"{nothing_known(name, 'this month', withheld)}."
    if value is None or rank is None:
        return f"{name} has no value in this month."
    shown = numbers.short(value, unit)
    if compared < 2:
        return f"{name} has {shown}; there is nobody to compare it with."
    place = place_words(value, median, unit)
    where = f", {place} the median of {numbers.short(median, unit)}" if place in ("above", "below") else ""
    where = ", at the median" if place == "at" else where
    if rank == 1:
        return f"At {shown}, {name} has the lowest {measure_noun(unit)} of {compared:,} {peers}{where}."
    if rank == compared:
        return f"At {shown}, {name} has the highest {measure_noun(unit)} of {compared:,} {peers}{where}."
    return f"At {shown}, {name} is {numbers.ordinal(rank)} of {compared:,} {peers} from the lowest{where}."


def rank_title(
    value: float | None,
    others: Sequence[float],
    one: str,
    many: str,
    unit: str,
    name: str,
    withheld: Mark | None = None,
) -> str:
    """How many others have less, or more: whichever are more. ``one`` and ``many`` name the peers."""
    noun = measure_noun(unit)
    if withheld is not None:
        return nothing_known(name, "this month", withheld)
    if value is None:
        return f"{name} has no {noun} in this month"
    count = len(others)
    if not count:
        return f"{name} is the only {one} with a {noun}"
    lower, higher = sum(other < value for other in others), sum(other > value for other in others)
    if not lower and not higher:
        return f"All {count + 1:,} {many} have the same {noun}"
    if lower >= higher:
        return _others(lower, count, one, many, f"a lower {noun}")
    return _others(higher, count, one, many, f"a higher {noun}")


def _others(part: int, count: int, one: str, many: str, what: str) -> str:
    if part == count:
        if count == 1:
            return f"The other {one} has {what}"
        return f"All {count:,} other {many} have {what}"
    return f"{part:,} of {count:,} other {many} {'has' if part == 1 else 'have'} {what}"


def above_title(
    values: Sequence[float], median: float | None, of_whom: str, withheld: Mark | None = None
) -> str:
    """How many of an organisation's own stand above the median; ``of_whom``: "practices in Devon"."""
    if not values or median is None:
        return nothing_known(of_whom, "this month", withheld)
    above = sum(value > median for value in values)
    if len(values) == 1:
        return f"{names.capital(of_whom)}: the only one is {'' if above else 'not '}above the England median"
    if above == len(values):
        return f"All {above:,} {of_whom} are above the England median"
    if not above:
        return f"None of the {len(values):,} {of_whom} is above the England median"
    return f"{above:,} of {len(values):,} {of_whom} {'is' if above == 1 else 'are'} above the England median"


def middle_title(
    low: float | None, high: float | None, peers: str, unit: str, withheld: Mark | None = None
) -> str:
    """Between which values the middle half of all peers lies."""
    if low is None or high is None:
        return nothing_known(peers, "this month", withheld)
    return f"Half of {peers} lie between {numbers.short(low, unit)} and {numbers.short(high, unit)}"


def surplus(value: float | None, median: float | None, denominator: float | None, per: int) -> float | None:
    """How many more of the numerator than at the median: (value − median) × denominator ÷ per."""
    if value is None or median is None or denominator is None:
        return None
    return (value - median) * denominator / per


def difference_words(now: float | None, before: float | None, unit: str, since: str) -> str:
    """A change of a percentage or a rate in words: ``0.8 percentage points lower than in August 2024``."""
    if now is None or before is None:
        return ""
    if numbers.is_percentage(unit):
        size = f"{abs(Decimal(repr(now)) - Decimal(repr(before))):.1f}"
        if size == "0.0":
            return f"The same as in {since}"
        return f"{size} percentage points {'higher' if now > before else 'lower'} than in {since}"
    words = numbers.more_or_less(now, before, f"in {since}")
    return words.replace(" more than", " higher than").replace(" less than", " lower than")


def fraction(share: float | None) -> str:
    """A share of a whole in everyday words: ``more than half``, ``a third``, ``one in five``, ``8.1%``."""
    if share is None:
        return ""
    for least, words in _FRACTIONS:
        if share >= least:
            return words
    for many, words in ((7, "seven"), (8, "eight"), (9, "nine"), (10, "ten")):
        if round(1 / share) == many if share > 0 else False:
            return f"one in {words}"
    return numbers.full(share * 100, "%")
