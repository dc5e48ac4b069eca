"""Findings about one medicine, made by rule. Pure functions from numbers to words."""

from __future__ import annotations

from collections.abc import Sequence

from epact2.analysis.compare import quantile
from epact2.web.presenters import names, numbers
from epact2.web.presenters.comparator_findings import STEADY, fraction, movement

NEARLY_ALL = 0.92
UNUSUAL_COST = 0.10  # a part's share of the cost exceeds its share of the items by so much: worth a title


def headline(
    who: str,
    items: tuple[int | None, int | None],
    cost: tuple[int | None, int | None],
    month: str,
    scale: int,
) -> str:
    """Items and money now against a year earlier: (now, before) of each."""
    now, before = items
    if not now:
        return f"{who} dispensed none in {month}."
    more = _against(now, before, "more items", "fewer items", "as many items")
    spent = _against(cost[0], cost[1], "more", "less", "as much")
    if not more or not spent:
        total = numbers.short(cost[0], "£", scale)
        return f"{who} dispensed {numbers.counted(now, 'item')} in {month}, which cost {total}."
    than = "as" if more.startswith("as ") else "than"
    joiner = "and" if _same_way(items, cost) else "but"
    return f"{who} dispensed {more} {than} a year ago {joiner} spent {spent}."


def _against(now: int | None, before: int | None, more: str, less: str, same: str) -> str:
    """``6.4% more items``, ``32% less``, ``as much``; empty where there is nothing to compare with."""
    change = numbers.relative_change(now, before)
    if change is None:
        return ""
    size = abs(change)
    text = f"{size:.1f}%" if size < 9.95 else f"{size:.0f}%"
    return same if text == "0.0%" else f"{text} {more if change > 0 else less}"


def _same_way(first: tuple[int | None, int | None], second: tuple[int | None, int | None]) -> bool:
    one, two = numbers.relative_change(*first), numbers.relative_change(*second)
    return one is None or two is None or (one >= 0) == (two >= 0)


def trend_title(items: Sequence[float | None], cost: Sequence[float | None]) -> str:
    """Where items and spending went in the last year. The chart may show more years, so the title says so."""
    first, second = _way(movement(items)), _way(movement(cost))
    if not first or not second:
        return "Items and actual cost, month by month"
    if first == second:
        both = "were both steady" if first == "steady" else f"both {first}"
        return f"Items and spending {both} over the last year"
    items_words = "were steady" if first == "steady" else first
    cost_words = "was steady" if second == "steady" else second
    return f"Over the last year items {items_words} while spending {cost_words}"


def _way(change: float | None) -> str:
    if change is None:
        return ""
    return "steady" if abs(change) < STEADY else "rose" if change > 0 else "fell"


def largest_cost(name: str, cost_share: float | None) -> str:
    """The second sentence of the page: where most of the money goes."""
    if cost_share is None or cost_share < 0.5:
        return ""
    if cost_share >= 0.995:
        return f"All of the cost is {name}."
    return f"{'Nearly all' if cost_share >= 0.92 else 'Most'} of the cost is {name}."


def shares_title(parts: Sequence[tuple[str, Sequence[float | None]]]) -> str:
    """Which part is the largest, and whose share has moved most over the period. Shares are percentages.

    Names are as they stand inside a sentence, here and below: ``apixaban``, ``Eliquis``.
    """
    known = [(name, values) for name, values in parts if values and values[-1] is not None]
    if not known:
        return "There is no data for the parts in this month"
    largest = max(known, key=lambda one: one[1][-1] or 0)
    title = f"{names.capital(_is(largest[0]))} {numbers.full(largest[1][-1], '%', places=0)} of items"
    moves = [
        (name, (values[-1] or 0) - values[0])
        for name, values in known
        if len(values) >= 13 and values[0] is not None
    ]
    if not moves:
        return title
    name, change = max(moves, key=lambda one: abs(one[1]))
    if abs(change) < 1:
        return f"{title}; shares have hardly moved"
    verb = "grown" if change > 0 else "fallen"
    its = "their" if names.is_plural(name) else "its"
    whose = its if name == largest[0] else f"{names.of(name)}"
    return f"{title}; {whose} share has {verb} most"


def peers_title(who: str, value: float | None, others: Sequence[float], one: str, many: str) -> str:
    """How many others prescribe less, or more, for their patients."""
    if value is None:
        return f"There is no rate for {who} in this month"
    if not others:
        return f"{who} is the only {one} with a rate"
    if value == 0:
        some = sum(other > 0 for other in others)
        others_words = numbers.counted(len(others), f"other {one}", f"other {many}")
        return f"{who} prescribes none; {some:,} of {others_words} {'does' if some == 1 else 'do'}"
    lower, higher = sum(other < value for other in others), sum(other > value for other in others)
    count, way = (lower, "more") if lower >= higher else (higher, "less")
    others_name = one if len(others) == 1 else many
    return f"{who} prescribes {way} for its patients than {count:,} of {len(others):,} other {others_name}"


def spread_title(values: Sequence[float], many: str) -> str:
    """Between which rates most peers lie."""
    low, high = quantile(values, 10), quantile(values, 90)
    if low is None or high is None:
        return f"There is no data for {many} in this month"
    if low <= 0:
        return f"At least one in ten {many} prescribes none"
    unit = "items per 1,000 patients"
    ends = f"{numbers.short(low, unit)} and {numbers.short(high, unit)}"
    return f"Eight in ten {many} prescribe between {ends} items per 1,000 patients"


def parts_title(parts: Sequence[tuple[str, float, float]]) -> str:
    """What the parts show: a part that costs much more than its share of items, else the largest.

    ``parts`` are (name, share of items, share of cost), shares from 0 to 1.
    """
    if not parts:
        return "Nothing was dispensed in this month"
    whole = next((name for name, items, cost in parts if min(items, cost) >= NEARLY_ALL), "")
    if whole:
        return f"Nearly all items and spending are {whole}"
    dear = max(parts, key=lambda one: one[2] - one[1])
    if dear[2] - dear[1] >= UNUSUAL_COST:
        return f"{names.capital(_is(dear[0]))} {_of_items(dear[1])} but {fraction(dear[2])} of spending"
    name, items, cost = max(parts, key=lambda one: one[1])
    if fraction(items) == fraction(cost):
        return f"{names.capital(_is(name))} {_of_items(items)} and of spending"
    return f"{names.capital(_is(name))} {_of_items(items)} and {fraction(cost)} of spending"


def _is(name: str) -> str:
    return f"{name} {'are' if names.is_plural(name) else 'is'}"


def _of_items(share: float) -> str:
    return f"{fraction(share)} of items"


def generic_words(generic: int, items: int) -> str:
    """How much was dispensed as the generic product."""
    if not items:
        return ""
    share = generic * 100 / items
    if generic == items:
        return "Every item was of the generic product."
    if not generic:
        return "Every item was of a branded product."
    return (
        f"Generic products were {numbers.full(share, '%')} of items, "
        f"branded products {numbers.full(100 - share, '%')}."
    )


def price_title(prices: Sequence[tuple[str, float | None, float | None]], where: str) -> str:
    """Where the unit price here is furthest from the median: (name, here, median)."""
    known = [(name, here / median) for name, here, median in prices if here is not None and median]
    if not known:
        return "What a unit costs"
    name, ratio = max(known, key=lambda one: abs(one[1] - 1))
    if abs(ratio - 1) < 0.05:
        return f"{where} pays about the typical price for each"
    size = f"{abs(ratio - 1) * 100:.0f}% {'more' if ratio > 1 else 'less'}"
    return f"{where} pays {size} than is typical for {name}"
