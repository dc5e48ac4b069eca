"""The time axis: which of many periods are labelled, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence

from epact2.web.charts.geometry import label_steps, text_width
from epact2.web.presenters import dates

MONTH = re.compile(r"\d{4}-\d{2}\Z")


def period_labels(periods: Sequence[str], font: int, room: float) -> dict[int, str]:
    """Position -> label, as many as fit. Months are labelled at January where there is more than one."""
    if not all(MONTH.match(period) for period in periods):
        return every(periods, list(map(axis_name, periods)), font, room)
    names = [dates.short_month(period) for period in periods]
    januaries = [index for index, period in enumerate(periods) if period.endswith("-01")]
    if len(januaries) < 2:
        return every(periods, names, font, room)
    width = text_width("Jan 2025", font)
    # The labels have only the room from the first January to the last, not that of the whole axis.
    between = room * (januaries[-1] - januaries[0]) / (len(periods) - 1)
    step = label_steps(len(januaries), width, between, (1, 2, 3, 4, 5, 10))
    # Counted from the newest, so that a long series and its last years share their labels.
    return {index: names[index] for index in sorted(januaries[::-1][::step])}


def every(periods: Sequence[str], names: Sequence[str], font: int, room: float) -> dict[int, str]:
    width = max(text_width(name, font) for name in names)
    step = label_steps(len(periods), width, room, (1, 2, 3, 4, 6, 12))
    last = len(periods) - 1
    return {index: names[index] for index in range(last % step, len(periods), step)}


def axis_name(period: str) -> str:
    """A period's name where room is short: a quarter and a financial year stay as they are written."""
    return dates.short_month(period) if MONTH.match(period) else period
