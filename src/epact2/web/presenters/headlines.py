"""Findings in words, made by rule after the numbers are known.

Each function takes numbers and gives one sentence or title; nothing here asks for data. What is not known is
left out, never guessed: a finding without a year earlier says what was spent and no more.
"""

from __future__ import annotations

from collections.abc import Sequence

from epact2.web.presenters import numbers

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_word(number: int) -> str:
    """``four``, ``12``: numbers to ten in words, as in running text."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def capital(text: str) -> str:
    """The sentence with its first letter large."""
    return text[:1].upper() + text[1:]


def percent(change: float) -> str:
    """The size of a relative change of 0.064: ``6.4%``; ten per cent and over need no decimals."""
    size = abs(change) * 100
    return f"{numbers.decimals(numbers.amount(size) or numbers.Decimal(0), 0 if size >= 9.95 else 1)}%"


def spending_finding(now: float | None, before: float | None) -> str:
    """``spending is 2.1% higher than a year ago``; empty when there is nothing to compare with."""
    if now is None or not before:
        return ""
    change = now / before - 1
    size = percent(change)
    if size == "0.0%":
        return "spending is the same as a year ago"
    return f"spending is {size} {'higher' if change > 0 else 'lower'} than a year ago"


def home_title(name: str, now: float | None, before: float | None, month: str) -> str:
    """The greeting that is the finding."""
    if now is None:
        return f"{name}: nothing was prescribed in {month}"
    finding = spending_finding(now, before)
    return f"{name}: {finding}" if finding else f"{name} spent {numbers.short(now, '£')} in {month}"


def more_than(rank: int | None, compared: int, peers: str) -> str:
    """``more per patient than 29 of the 41 other ICBs``, by the rank among ``compared`` (1 is lowest)."""
    if rank is None or compared < 2:
        return ""
    others, below = compared - 1, rank - 1
    if below == others:
        return f"more per patient than all {others:,} other {peers}"
    if below == 0:
        return f"less per patient than any of the {others:,} other {peers}"
    return f"more per patient than {below:,} of the {others:,} other {peers}"


def spent(name: str, cost: float | None, month: str, comparison: str) -> str:
    """``Kent and Medway spent £28.9m in September 2025, more per patient than 29 of the 41 other ICBs.``"""
    if cost is None:
        return f"{name} prescribed nothing in {month}."
    ending = f", {comparison}" if comparison else ""
    return f"{name} spent {numbers.short(cost, '£')} in {month}{ending}."


def verdicts(words: Sequence[str]) -> str:
    """``Four comparators improved, one worsened.``: of those that have a target."""
    improved, worsened = words.count("improved"), words.count("worsened")
    if not improved and not worsened:
        return ""
    if not worsened:
        return f"{_comparators(improved)} improved, none worsened."
    if not improved:
        return f"{_comparators(worsened)} worsened, none improved."
    return f"{_comparators(improved)} improved, {number_word(worsened)} worsened."


def _comparators(number: int) -> str:
    return f"{capital(number_word(number))} comparator{'' if number == 1 else 's'}"


def moved_title(more_than_usual: int, has_history: bool) -> str:
    """The title of "what changed most"."""
    if not has_history:
        return "What changed most in a year"
    if more_than_usual == 0:
        return "No measure moved more than usual this year"
    noun = "measure" if more_than_usual == 1 else "measures"
    return f"{capital(number_word(more_than_usual))} {noun} moved more than usual this year"


def medicine_title(name: str, change: float) -> str:
    """``Edoxaban added most: £12k more than a year ago``; for the first of a list."""
    size = numbers.short(abs(change), "£")
    if change > 0:
        return f"{name} added most to spending: {size} more than a year ago"
    return f"{name} fell most: {size} less than a year ago"


def trend_title(items: float | None, cost: float | None, *, per_patient: bool = False) -> str:
    """``Items rose 3.2% in a year; spending fell 1.0%`` from two relative changes, as the charts show."""
    per = " per patient" if per_patient else ""
    if items is None or cost is None:
        return f"Items and spending{per} by month"
    items_words, cost_words = _moved(items), _moved(cost)
    if items_words == cost_words:
        return f"Items and spending{per} both {items_words} in a year"
    return f"Items{per} {items_words} in a year; spending{per} {cost_words}"


def _moved(change: float) -> str:
    size = percent(change)
    if size == "0.0%":
        return "did not change"
    return f"{'rose' if change > 0 else 'fell'} {size}"


def comparators_title(better: int, total: int, peers: str) -> str:
    """``Better than the median of ICBs on three of five comparators with a target``."""
    if not total:
        return "Comparators"
    if better == total:
        return f"Better than the median of {peers} on all {number_word(total)} comparators with a target"
    if better == 0:
        return f"Not better than the median of {peers} on any of {number_word(total)} comparators"
    of_all = f"{number_word(better)} of {number_word(total)} comparators with a target"
    return f"Better than the median of {peers} on {of_all}"


def largest_title(name: str, share: float, what: str) -> str:
    """``Apixaban is the largest cost: 4.2% of spending``."""
    return f"{name} is the largest: {numbers.full(share * 100, '%')} of {what}"


def children_title(name: str | None, count: int, level: str, plural: str, per_patient: bool) -> str:
    """``Kent and Medway spends most per patient of the 42 ICBs``; ``name`` is of the dearest."""
    if name is None or count == 0:
        return f"No {plural} prescribed in this month"
    if count == 1:
        return f"{name} is its only {level}"
    how = "spends most per patient" if per_patient else "spends most"
    return f"{name} {how} of the {count:,} {plural}"


def similar_title(name: str, cheaper_than: int, count: int, plural: str) -> str:
    """Against the peers of the same size, by spending per patient."""
    if not count:
        return f"{capital(plural)} of a similar size"
    if cheaper_than == count:
        return f"{name} spends less per patient than all {number_word(count)} {plural} nearest in size"
    if cheaper_than == 0:
        return f"{name} spends more per patient than all {number_word(count)} {plural} nearest in size"
    of_all = f"{number_word(cheaper_than)} of the {number_word(count)} {plural} nearest in size"
    return f"{name} spends less per patient than {of_all}"
