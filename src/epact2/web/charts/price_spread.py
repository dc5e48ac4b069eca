"""What something costs among peers: from the 10th to the 90th percentile, the median, and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from epact2.web.charts import house_style as style
from epact2.web.charts.chart import Chart, ChartTable, Frame, KeyItem, Reading
from epact2.web.charts.geometry import Ticks, nice_ticks, shorten, text_width
from epact2.web.presenters import numbers

RANGE = "#C8D0D5"
WIDE_ROW, NARROW_ROW = 38, 54


@dataclass(frozen=True, slots=True)
class Spread:
    """One row: the peers' 10th percentile, median and 90th percentile, and one's own value."""

    name: str
    low: float | None
    median: float | None
    high: float | None
    own: float | None


def price_spread(
    *,
    title: str,
    subtitle: str,
    rows: Sequence[Spread],
    unit: str,
    own_name: str,
    peers: str,
    median_name: str,
) -> Chart:
    """Ranges in the order given, all on one scale from nought."""
    values = [one for row in rows for one in (row.low, row.median, row.high, row.own) if one is not None]
    ticks = nice_ticks(0.0, max(values, default=1.0), most=6, from_zero=True)
    wide, narrow = frames(rows)
    return Chart(
        kind="price-spread",
        title=title,
        subtitle=subtitle,
        description=" ".join(words(row, unit, own_name) for row in rows),
        wide=picture(wide, rows, ticks, unit),
        narrow=picture(narrow, rows, ticks, unit),
        table=ChartTable(
            subtitle,
            ("Presentation", own_name, "10th percentile", median_name, "90th percentile"),
            tuple(
                (row.name, *(money(one, unit) for one in (row.own, row.low, row.median, row.high)))
                for row in rows
            ),
        ),
        readings=tuple(reading(index, row, unit, own_name, wide, narrow) for index, row in enumerate(rows)),
        key=(
            KeyItem(own_name, "dot-own", style.OWN),
            KeyItem(f"10th to 90th percentile of {peers}", "band", style.QUIET),
            KeyItem(median_name, "others", style.INK),
        ),
        axis="y",
        plot={
            "wide": (wide.left, wide.width - wide.right),
            "narrow": (narrow.left, narrow.width - narrow.right),
        },
    )


def money(value: float | None, unit: str) -> str:
    """A price for the table: pence matter, and a tablet may cost less than one."""
    if value is None:
        return numbers.NO_DATA
    return numbers.full(value, unit, places=4 if abs(value) < 0.1 else 3 if abs(value) < 1 else 2)


def axis_labels(ticks: Ticks, unit: str) -> list[str]:
    """Prices with as many decimals as the finest step needs, and pence at least: £0.00, £0.02, £0.04."""
    places = next((places for places in (2, 3) if all(round(one, places) == one for one in ticks.values)), 4)
    whole = all(one == int(one) for one in ticks.values)
    return [numbers.full(one, unit, places=0 if whole else places) for one in ticks.values]


def frames(rows: Sequence[Spread]) -> tuple[Frame, Frame]:
    left = int(min(max((text_width(row.name, 16) for row in rows), default=0) + 16, 400))
    count = max(len(rows), 1)
    return (
        Frame(900, 4 + WIDE_ROW * count + 34, left, 90, 4, 34, 16),
        Frame(358, 4 + NARROW_ROW * count + 30, 4, 66, 4, 30, 14),
    )


def picture(frame: Frame, rows: Sequence[Spread], ticks: Ticks, unit: str) -> dict[str, Any]:
    narrow = frame.width < 500
    slot = frame.plot_height / max(len(rows), 1)
    axis = {
        **style.value_axis(ticks, unit),
        "domain": False,
        "labelExpr": style.labels(ticks, axis_labels(ticks, unit)),
    }
    if narrow:
        axis["values"] = list(ticks.values)[::2]
    encoding = {
        "x": {
            "field": "low", "type": "quantitative", "scale": style.scale(ticks.low, ticks.high), "axis": axis,
        },
        "y": {
            "field": "a", "type": "quantitative", "scale": style.scale(len(rows) or 1, 0), "axis": None,
        },
    }  # fmt: skip
    middle = 0.7 if narrow else 0.5
    data = [
        {"a": index + middle - 0.15, "b": index + middle + 0.15, "low": row.low, "high": row.high}
        for index, row in enumerate(rows)
        if row.low is not None and row.high is not None
    ]
    layers: list[style.Layer] = [
        {
            "mark": {"type": "rect", "color": RANGE},
            "encoding": {"y2": {"field": "b"}, "x2": {"field": "high"}},
        }
    ]
    for index, row in enumerate(rows):
        y = slot * (index + middle)
        if row.median is not None:
            x = ticks.place(row.median, 0, frame.plot_width)
            layers.append(style.rule(x, y - 10, x, y + 10, color=style.INK, strokeWidth=3))
        name = shorten(row.name, frame.font, frame.width - 8 if narrow else frame.left - 14)
        place = (0.0, slot * (index + 0.25)) if narrow else (-12.0, y)
        layers += style.text(name, *place, align="left" if narrow else "right")
        layers += own_layers(frame, row, ticks, y, unit)
    return style.spec(frame, layers, data=data, encoding=encoding)


def own_layers(frame: Frame, row: Spread, ticks: Ticks, y: float, unit: str) -> list[style.Layer]:
    """The blue dot, and its value right of everything in the row."""
    if row.own is None:
        return []
    x = ticks.place(row.own, 0, frame.plot_width)
    dot: style.Layer = {
        "data": {"values": [{}]},
        "mark": {
            "type": "point", "filled": True, "size": 130, "color": style.OWN, "stroke": style.WHITE,
            "strokeWidth": 2, "opacity": 1, "clip": False,
        },
        "encoding": {"x": {"value": round(x, 1)}, "y": {"value": round(y, 1)}},
    }  # fmt: skip
    ends = [one for one in (row.own, row.high, row.median) if one is not None]
    end = ticks.place(max(ends), 0, frame.plot_width)
    return [dot, *style.text(money(row.own, unit), end + 12, y, colour=style.OWN, bold=True, halo=True)]


def words(row: Spread, unit: str, own_name: str) -> str:
    """A row in words."""
    return (
        f"{row.name}: {own_name} {money(row.own, unit)}, median {money(row.median, unit)}, "
        f"10th to 90th percentile {money(row.low, unit)} to {money(row.high, unit)}."
    )


def reading(index: int, row: Spread, unit: str, own_name: str, wide: Frame, narrow: Frame) -> Reading:
    rows = (
        (own_name, money(row.own, unit), True),
        ("10th percentile", money(row.low, unit), False),
        ("Median", money(row.median, unit), False),
        ("90th percentile", money(row.high, unit), False),
    )
    places = []
    for frame, slot, middle in ((wide, WIDE_ROW, 0.5), (narrow, NARROW_ROW, 0.7)):
        places.append((float(frame.left), round(frame.top + slot * (index + middle), 1)))
    return Reading(row.name, rows, words(row, unit, own_name), places[0], places[1])
