"""Bars that lie: names on the left (above the bar on a phone), values at their ends, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from epact2.web.charts import house_style as style
from epact2.web.charts.chart import Bar, Chart, ChartTable, Frame, Reading, Width, numeric
from epact2.web.charts.geometry import Ticks, nice_ticks, shorten, text_width
from epact2.web.presenters import told

WIDE_ROW, NARROW_ROW = 34, 50
MOST = 40


def bars(
    *,
    title: str,
    subtitle: str,
    rows: Sequence[Bar],
    unit: str,
    scale: int | None = None,
    value_name: str = "Value",
    width: Width = "full",
) -> Chart:
    """Bars in the order given, at most forty; bars start at nought, always."""
    shown = list(rows)[:MOST]
    values = [numeric(row.value, scale) for row in shown]
    there = [value for value in values if value is not None] or [0.0, 1.0]
    ticks = nice_ticks(min(0.0, *there), max(0.0, *there), most=6 if width == "full" else 4, from_zero=True)
    wide, narrow = frames(shown, unit, scale, width)
    pictures = [picture(frame, shown, values, ticks, unit, scale) for frame in (wide, narrow)]
    return Chart(
        kind="bars",
        title=title,
        subtitle=subtitle,
        description="; ".join(f"{row.name} {row.words(unit, scale)}" for row in shown) + ".",
        wide=pictures[0],
        narrow=pictures[1],
        table=ChartTable(
            subtitle,
            ("Name", value_name),
            tuple((row.name, row.words(unit, scale)) for row in shown),
        ),
        readings=tuple(
            reading(index, row, unit, scale, value_name, wide, narrow) for index, row in enumerate(shown)
        ),
        told=told.caption([row.mark for row in shown]),
        axis="y",
        plot={
            "wide": (wide.left, wide.width - wide.right),
            "narrow": (narrow.left, narrow.width - narrow.right),
        },
        width=width,
    )


def frames(rows: Sequence[Bar], unit: str, scale: int | None, width: Width) -> tuple[Frame, Frame]:
    names = max((text_width(row.name, 16, bold=row.own) for row in rows), default=0)
    whole = 900 if width == "full" else 540
    left = int(min(names + 16, whole * 0.38))
    ends = max((text_width(row.short(unit, scale), 16) for row in rows), default=0)
    right = int(ends + 20)
    count = max(len(rows), 1)
    return (
        Frame(whole, 4 + WIDE_ROW * count + 34, left, right, 4, 34, 16),
        Frame(358, 4 + NARROW_ROW * count + 6, 2, int(ends * 0.9 + 18), 4, 6, 14),
    )


def picture(
    frame: Frame,
    rows: Sequence[Bar],
    values: Sequence[float | None],
    ticks: Ticks,
    unit: str,
    scale: int | None,
) -> dict[str, Any]:
    narrow = frame.width < 500
    top, bottom = (0.52, 0.9) if narrow else (0.18, 0.82)
    data = [
        {"a": index + top, "b": index + bottom, "v": value, "own": row.own}
        for index, (row, value) in enumerate(zip(rows, values, strict=True))
        if value is not None
    ]
    axis = None if narrow else {**style.value_axis(ticks, unit), "domain": False}
    encoding = {
        "x": {
            "field": "v",
            "type": "quantitative",
            "scale": style.scale(ticks.low, ticks.high),
            "axis": axis,
        },
        "y": {"field": "a", "type": "quantitative", "scale": style.scale(len(rows) or 1, 0), "axis": None},
    }
    colour = {"condition": {"test": "datum.own", "value": style.OWN}, "value": style.OTHERS}
    layers: list[style.Layer] = [
        {
            "mark": {"type": "rect"},
            "encoding": {"y2": {"field": "b"}, "x2": {"datum": 0}, "color": colour},
        }
    ]
    slot = frame.plot_height / max(len(rows), 1)
    for index, (row, value) in enumerate(zip(rows, values, strict=True)):
        middle = slot * (index + (top + bottom) / 2)
        colour_of = style.OWN if row.own else style.INK
        if narrow:
            name = shorten(row.name, frame.font, frame.width - 6, bold=row.own)
            layers += style.text(name, 0, slot * (index + 0.3), colour=colour_of, bold=row.own)
        else:
            name = shorten(row.name, frame.font, frame.left - 14, bold=row.own)
            layers += style.text(name, -12, middle, align="right", colour=colour_of, bold=row.own)
        end = ticks.place(max(value or 0.0, 0.0), 0, frame.plot_width)
        shown = row.short(unit, scale)
        layers += style.text(shown, end + 8, middle, colour=colour_of, bold=row.own, halo=True)
    return style.spec(frame, layers, data=data, encoding=encoding)


def reading(
    index: int, row: Bar, unit: str, scale: int | None, value_name: str, wide: Frame, narrow: Frame
) -> Reading:
    shown = row.words(unit, scale)
    places = []
    for frame in (wide, narrow):
        slot = frame.plot_height / max(
            round(frame.plot_height / (NARROW_ROW if frame is narrow else WIDE_ROW)), 1
        )
        places.append(
            (float(frame.left), round(frame.top + slot * (index + (0.71 if frame is narrow else 0.5)), 1))
        )
    return Reading(row.name, ((value_name, shown, row.own),), f"{row.name}, {shown}", places[0], places[1])
