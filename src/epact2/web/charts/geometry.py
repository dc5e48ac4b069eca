"""Where things stand in a picture: round ticks, labels that do not touch, the width of a text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Widths of Arial's characters, in thousandths of the font's size; other characters count as a digit.
NARROW = set("fijlrtI.,:;'!|()[] ")
WIDE = set("mwMWGOQ%@")


@dataclass(frozen=True, slots=True)
class Ticks:
    """The labelled values of an axis, evenly spaced; the scale runs from the first to the last."""

    values: tuple[float, ...]

    @property
    def low(self) -> float:
        """Where the scale begins."""
        return self.values[0]

    @property
    def high(self) -> float:
        """Where the scale ends."""
        return self.values[-1]

    def place(self, value: float, start: float, end: float) -> float:
        """The pixel of a value on a scale that is drawn from ``start`` to ``end``."""
        return start + (end - start) * (value - self.low) / (self.high - self.low)


def nice_ticks(low: float, high: float, *, most: int = 6, from_zero: bool | None = None) -> Ticks:
    """Round ticks that hold everything from ``low`` to ``high``, at most so many.

    ``from_zero`` None lets a line chart start higher when all its values lie in the upper part: the
    chart must then print where its axis starts.
    """
    low, high = min(low, high), max(low, high)
    if low >= 0 and (from_zero or (from_zero is None and low < high * 0.5)):
        low = 0.0
    if high <= 0 and from_zero:
        high = 0.0
    if high == low:
        high = low + (abs(low) * 0.1 or 1.0)
    rough = (high - low) / (most - 1)
    power = 10 ** math.floor(math.log10(rough))
    for size in (1, 2, 2.5, 4, 5, 10, 20, 25, 40, 50):
        step = size * power
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first + 1 <= most:
            break
    return Ticks(tuple(round(step * index, 10) for index in range(first, last + 1)))


def text_width(text: str, font: int, *, bold: bool = False) -> float:
    """About how wide a text is in Arial, in pixels: a little more than it is, never less."""
    units = sum(
        300 if one in NARROW else 850 if one in WIDE else 690 if one.isupper() else 565 for one in text
    )
    return units * font / 1000 * (1.08 if bold else 1.0)


def shorten(text: str, font: int, room: float, *, bold: bool = False) -> str:
    """A text cut to fit, with an ellipsis; whole where it fits."""
    if text_width(text, font, bold=bold) <= room:
        return text
    while text and text_width(text + "…", font, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart so that none overlap, each as near to its own place as can be; order is kept."""
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = [min(max(places[index], low), high) for index in order]
    for _ in range(80):
        still = True
        for index in range(len(moved) - 1):
            lack = gap - (moved[index + 1] - moved[index])
            if lack > 0.1:
                moved[index] -= lack / 2
                moved[index + 1] += lack / 2
                still = False
        moved = [min(max(place, low), high) for place in moved]
        if still:
            break
    # Against a wall the pushing cannot end: stack upwards from the bottom.
    for index in range(len(moved) - 2, -1, -1):
        moved[index] = min(moved[index], moved[index + 1] - gap)
    result = [0.0] * len(places)
    for index, place in zip(order, moved, strict=True):
        result[index] = round(place, 1)
    return result


def label_steps(count: int, label_width: float, room: float, steps: Sequence[int]) -> int:
    """Every how many positions a label fits: the first of ``steps`` that leaves room for all."""
    for step in steps:
        if math.ceil(count / step) * (label_width + 12) <= room + label_width:
            return step
    return max(steps[-1], count)
