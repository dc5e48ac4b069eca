"""Small multiples: one small chart each, all on one scale, for more series than one chart can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.web.charts.chart import Chart, Line, known, numeric
from epact2.web.charts.geometry import nice_ticks
from epact2.web.charts.trend import trend
from epact2.web.presenters import numbers
from epact2.web.presenters.numbers import Number


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the small charts: its name, own values, and perhaps values to compare with."""

    name: str
    own: Sequence[Number | None]
    reference: Sequence[Number | None] = ()
    href: str = ""


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    """A panel ready for the page: its last values in words stand above the chart."""

    name: str
    href: str
    last: str
    reference: str
    chart: Chart


def panels(
    *,
    subtitle: str,
    periods: Sequence[str],
    items: Sequence[Panel],
    unit: str,
    scale: int | None = None,
    own_name: str,
    reference_name: str = "England",
) -> list[DrawnPanel]:
    """The small charts in the order given, from nought to one top for all of them."""
    values = [numeric(value, scale) for item in items for value in (*item.own, *item.reference)]
    ticks = nice_ticks(0.0, max(known(values), default=1.0), most=3, from_zero=True)
    return [
        DrawnPanel(
            item.name,
            item.href,
            numbers.short(last_of(item.own), unit, scale),
            f"{reference_name} {numbers.short(last_of(item.reference), unit, scale)}"
            if item.reference
            else "",
            trend(
                title=item.name,
                subtitle=f"{item.name}: {subtitle}",
                periods=periods,
                lines=lines(item, own_name, reference_name),
                unit=unit,
                scale=scale,
                from_zero=True,
                top=ticks.high,
                width="panel",
            ),
        )
        for item in items
    ]


def lines(item: Panel, own_name: str, reference_name: str) -> list[Line]:
    reference = [Line(reference_name, item.reference, "median")] if item.reference else []
    return [*reference, Line(own_name, item.own, "own")]


def last_of(values: Sequence[Number | None]) -> Number | None:
    return next((value for value in reversed(values) if value is not None), None)
