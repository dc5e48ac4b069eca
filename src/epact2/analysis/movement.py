"""What changed most: a year's change held against a measure's own usual ups and downs.

A share that always stands between 8.0% and 8.2% and is 7.5% today has moved far; a cost that swings by a
tenth every year and has swung by a tenth has not. So measures of different units are put in order by

    size = change on a year earlier ÷ usual movement

where the usual movement is the standard deviation about nought (the root mean square) of the measure's
12-month changes over its history. About nought and not about their mean: a cost that rises steadily by a
tenth each year moves by a tenth as a rule, and must not look unheard of because it varies so little. It is

* never less than a hundredth of the value a year earlier, so that a measure that hardly varies does not lead
  the table by a trifle;
* a twentieth of the value a year earlier while fewer than six such changes are known (17 months of data).

A size of 1 or more is "more than usual".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from epact2.comparators.definition import Direction

YEAR = 12
FEWEST_CHANGES = 6
LEAST_SHARE = 0.01
SHARE_BEFORE_HISTORY = 0.05


@dataclass(frozen=True, slots=True)
class Movement:
    """One measure now and a year earlier. ``usual`` is its usual movement in the measure's own unit."""

    now: float
    before: float
    usual: float
    from_history: bool

    @property
    def change(self) -> float:
        """Now − a year earlier."""
        return self.now - self.before

    @property
    def size(self) -> float:
        """The change in units of the usual movement; 0 where nothing is known to hold it against."""
        return abs(self.change) / self.usual if self.usual else 0.0

    @property
    def more_than_usual(self) -> bool:
        """Whether it moved more than it usually does; never claimed without a history."""
        return self.from_history and self.size >= 1


def movement(values: Sequence[float | None]) -> Movement | None:
    """The movement of a measure from its monthly values, oldest first, one a month without gaps.

    A month without a value is None. Gives None when the last month or the month a year earlier has none.
    """
    if len(values) <= YEAR:
        return None
    now, before = values[-1], values[-1 - YEAR]
    if now is None or before is None:
        return None
    changes = [
        later - earlier
        for earlier, later in zip(values, values[YEAR:], strict=False)
        if earlier is not None and later is not None
    ]
    if len(changes) < FEWEST_CHANGES:
        return Movement(now, before, SHARE_BEFORE_HISTORY * abs(before), from_history=False)
    usual = max(math.sqrt(sum(one * one for one in changes) / len(changes)), LEAST_SHARE * abs(before))
    return Movement(now, before, usual, from_history=True)


def verdict(change: float, direction: Direction) -> str:
    """``improved``, ``worsened``, ``no target`` or ``no change``.

    Give the change as it is shown (rounded), so that "No change" is never called an improvement.
    """
    if change == 0:
        return "no change"
    if direction is Direction.NONE:
        return "no target"
    return "improved" if (change < 0) == (direction is Direction.LOWER) else "worsened"
