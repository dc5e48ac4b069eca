"""The quantities that doctors write, for ``make_formulary.py``."""

from __future__ import annotations

import math
import re

# The quantities doctors write and how common they are, by kind of presentation. Tablets: how many items in
# a hundred had each quantity in four practices of September 2017, the tail filled with round numbers.
WRITTEN: dict[str, dict[int, float]] = {
    "tablets": {
        28: 20, 56: 17, 7: 5, 14: 5.5, 100: 4, 30: 4, 112: 2.6, 60: 2.5, 84: 2.3, 200: 1.5, 21: 1.5, 10: 1.2,
        20: 1.2, 5: 0.6, 4: 1.2, 3: 0.6, 2: 0.8, 1: 1, 6: 0.6, 12: 0.5, 15: 0.8, 42: 0.6, 50: 0.8, 90: 0.8,
        120: 0.7, 168: 0.8, 180: 0.4, 224: 0.8, 150: 0.3, 300: 0.2, 400: 0.1, 500: 0.05,
    },
    "courses": {
        21: 8, 28: 5, 15: 6, 14: 6, 7: 4, 8: 4, 6: 4, 10: 3, 20: 3, 5: 2, 3: 1.5, 1: 2, 2: 1, 4: 1, 42: 1,
        56: 2.5, 30: 1, 84: 0.7, 12: 0.5, 100: 0.3, 112: 0.5,
    },
    "millilitres": {
        100: 8, 200: 8, 500: 8, 300: 6, 150: 5, 250: 3, 1000: 4, 600: 2, 50: 2, 10: 5, 5: 3, 20: 2, 30: 2,
        15: 1, 60: 1, 120: 1, 400: 1, 1500: 1, 2000: 1.5, 3000: 1, 5000: 1, 7000: 1, 8400: 1, 14000: 1,
        28000: 1, 42000: 0.6, 56000: 0.6, 90000: 0.2,
    },
    "grams": {
        30: 8, 100: 8, 50: 5, 60: 4, 15: 4, 500: 8, 20: 2, 5: 2, 10: 2, 80: 2, 120: 1, 200: 2, 250: 1, 300: 1,
        400: 1, 450: 1, 1000: 3, 1500: 0.5, 2000: 0.7, 4: 2, 3000: 0.5, 5000: 0.5, 12000: 0.3,
    },
    "pieces": {
        1: 20, 2: 8, 3: 2, 4: 1.5, 5: 3, 6: 1, 10: 4, 12: 0.8, 15: 1, 20: 2, 30: 3, 40: 1, 50: 2, 60: 2,
        90: 1.5, 100: 4, 120: 0.6, 150: 0.4, 200: 1.5, 300: 0.5, 400: 0.3, 500: 0.2, 1000: 0.05,
    },
}  # fmt: skip


def kind_of(code: str, name: str, unit: str) -> str:
    """Which table of written quantities fits."""
    if unit == "3":
        return "millilitres"
    if unit == "6":
        return "grams"
    if re.search(r"tablet|capsule|\btab\b|\bcap\b|caps\b|tabs\b", name):
        return "courses" if code.startswith("05") else "tablets"
    return "pieces"


def quantities(mean: float, kind: str, most: int) -> list[tuple[float, float]]:
    """A few usual quantities with their shares, whose mean is the mean of 2018.

    The weights are those of the table, tilted exponentially until the mean is right: the least that one
    has to assume.
    """
    options = {q: w for q, w in WRITTEN[kind].items() if mean / 3 <= q <= mean * 2.4}
    if mean < 1.08 or not options or max(options) < mean or min(options) > mean:
        return [(max(1.0, float(round(mean))), 1.0)]
    for _ in range(2):
        weights = tilted(options, mean)
        keep = sorted(options, key=lambda q: -weights[q])[:most]
        if len(keep) == len(options):
            break
        if min(keep) > mean or max(keep) < mean:
            return [(float(keep[0]), 1.0)]
        options = {q: options[q] for q in keep}
    weights = tilted(options, mean)
    total = sum(weights.values())
    shares = {q: w / total for q, w in weights.items() if w / total >= 0.02}
    total = sum(shares.values())
    return [(float(q), shares[q] / total) for q in sorted(shares)]


def tilted(options: dict[int, float], mean: float) -> dict[int, float]:
    """The weights, tilted exponentially so that their mean quantity is the one given (by bisection)."""
    low, high = -8.0, 8.0
    weights = options
    for _ in range(60):
        tilt = (low + high) / 2
        weights = {q: w * math.exp(tilt * (q / mean - 1)) for q, w in options.items()}
        if sum(q * w for q, w in weights.items()) / sum(weights.values()) < mean:
            low = tilt
        else:
            high = tilt
    return weights


def pack_of(kind: str, shares: list[tuple[float, float]]) -> float:
    """The pack that quantities are multiples of: packs of 28 or 30 tablets, else the commonest quantity."""
    usual = max(shares, key=lambda pair: pair[1])[0]
    if kind in ("tablets", "courses"):
        return next(
            (pack for pack in (28.0, 30.0, 21.0, 100.0) if usual % pack == 0), 28.0 if usual == 7 else usual
        )
    # Liquids, creams and pieces come in packs of many sizes: only odd quantities are taken from a pack.
    if usual < 5:
        return 1.0
    return next((pack for pack in (50.0, 10.0, 5.0) if usual % pack == 0), usual)
