"""Lines over time: one organisation, one organisation against the median, or up to five series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from epact2.errors import Epact2Error
from epact2.web.charts import house_style as style
from epact2.web.charts.chart import (
    FRAMES,
    Chart,
    ChartTable,
    Event,
    Frame,
    KeyItem,
    Line,
    Reading,
    Width,
    known,
    numeric,
)
from epact2.web.charts.geometry import Ticks, nice_ticks, shorten, spread, text_width
from epact2.web.charts.periods import period_labels
from epact2.web.presenters import dates, numbers, told

MOST_SERIES = 5


class TooManySeries(Epact2Error):
    """More lines than a reader can tell apart."""


def trend(
    *,
    title: str,
    subtitle: str,
    periods: Sequence[str],
    lines: Sequence[Line],
    unit: str,
    scale: int | None = None,
    from_zero: bool | None = None,
    top: float | None = None,
    events: Sequence[Event] = (),
    width: Width = "full",
    end_value: bool = False,
) -> Chart:
    """Lines over ``periods`` ("2025-09", "2025/26 Q2", …, oldest first).

    Roles decide the look: "own" thick and blue with an end dot, "median" dashed, "others" grey, "series"
    the palette (at most five). ``top`` fixes the top of the axis, so that several charts share one scale.
    ``end_value`` labels a single line with its last value instead of its name.
    """
    if sum(line.role == "series" for line in lines) > MOST_SERIES:
        raise TooManySeries(
            f"A chart of {len(lines)} lines cannot be read.", "Show five at most, or small multiples."
        )
    drawn = [(line, [numeric(value, scale) for value in line.values]) for line in lines]
    everything = known([value for _, values in drawn for value in values]) or [0.0, 1.0]
    wide_frame, narrow_frame = FRAMES[width]
    most = 6 if width == "full" else 5 if width == "half" else 3
    ticks = nice_ticks(
        min(everything), top if top is not None else max(everything), most=most, from_zero=from_zero
    )
    ends = end_texts(drawn, unit, scale, end_value)
    if width == "panel":
        ends = {}
    wide_frame = with_right(wide_frame, ends.values())
    pictures = [
        picture(frame, periods, drawn, unit, ticks, events, ends if frame is wide_frame else {})
        for frame in (wide_frame, narrow_frame)
    ]
    return Chart(
        kind="trend",
        title=title,
        subtitle=subtitle,
        description=described(periods, lines, unit, scale),
        wide=pictures[0],
        narrow=pictures[1],
        table=table_of(subtitle, periods, lines, unit, scale),
        readings=readings(periods, lines, unit, scale, wide_frame, narrow_frame),
        key=key_of(lines) if len(lines) > 1 else (),
        note=axis_note(ticks, unit),
        told=told_of(lines),
        plot={
            "wide": (wide_frame.top, wide_frame.height - wide_frame.bottom),
            "narrow": (narrow_frame.top, narrow_frame.height - narrow_frame.bottom),
        },
        width=width,
    )


def end_texts(
    drawn: Sequence[tuple[Line, list[float | None]]], unit: str, scale: int | None, value: bool
) -> dict[str, str]:
    if len(drawn) == 1:
        line = drawn[0][0]
        last = next((one for one in reversed(line.values) if one is not None), None)
        return {line.name: numbers.short(last, unit, scale)} if value and last is not None else {}
    return {line.name: line.name for line, _ in drawn}


def with_right(frame: Frame, texts: Any) -> Frame:
    """The frame with room on the right for the labels at the lines' ends."""
    widest = max((text_width(one, frame.font, bold=True) for one in texts), default=0)
    if not widest:
        return frame
    return replace(frame, right=int(min(widest + 24, frame.width * 0.3)))


def picture(
    frame: Frame,
    periods: Sequence[str],
    drawn: Sequence[tuple[Line, list[float | None]]],
    unit: str,
    ticks: Ticks,
    events: Sequence[Event],
    ends: dict[str, str],
) -> dict[str, Any]:
    last = max(len(periods) - 1, 1)
    encoding = {
        "x": {
            "field": "i", "type": "quantitative", "scale": style.scale(0, last),
            "axis": style.index_axis(period_labels(periods, frame.font, frame.plot_width)),
        },
        "y": {
            "field": "v", "type": "quantitative", "scale": style.scale(ticks.low, ticks.high),
            "axis": style.value_axis(ticks, unit),
        },
    }  # fmt: skip
    layers = event_layers(frame, periods, events, last)
    palette = [line for line, _ in drawn if line.role == "series"]
    if palette:
        layers.append(series_layer(palette, drawn))
    for role in ("others", "median", "own"):
        for line, values in drawn:
            if line.role == role:
                layers += line_layers(role, values, last, frame)
    layers += end_layers(frame, drawn, ticks, ends)
    return style.spec(frame, layers, encoding=encoding)


def rows(values: Sequence[float | None], **more: Any) -> list[dict[str, Any]]:
    return [{"i": index, "v": value, **more} for index, value in enumerate(values)]


def line_layers(role: str, values: Sequence[float | None], last: int, frame: Frame) -> list[style.Layer]:
    """The layers of one line that is not of the palette; "own" gets a halo and an end dot."""
    data = {"values": rows(values)}
    if role == "median":
        return [{"data": data, "mark": {"type": "line", **style.MEDIAN_LOOK}}]
    if role == "others":
        return [{"data": data, "mark": {"type": "line", "color": style.OTHERS, "strokeWidth": 2}}]
    halo = {"type": "line", "color": style.WHITE, "strokeWidth": 7, "strokeJoin": "round", "opacity": 0.85}
    thick = 3.5 if frame.width > 300 else 3
    own = {"type": "line", "color": style.OWN, "strokeWidth": thick, "strokeJoin": "round"}
    layers: list[style.Layer] = [{"data": data, "mark": halo}, {"data": data, "mark": own}]
    at = max((index for index, value in enumerate(values) if value is not None), default=None)
    if at is not None:
        layers.append(end_dot(at, values[at]))
    return layers


def end_dot(index: int, value: float | None, colour: str = style.OWN) -> style.Layer:
    look = {"type": "point", "filled": True, "size": 110, "color": colour, "stroke": style.WHITE}
    return {
        "data": {"values": [{"i": index, "v": value}]},
        "mark": {**look, "strokeWidth": 2, "opacity": 1, "clip": False},
    }


def series_layer(palette: Sequence[Line], drawn: Sequence[tuple[Line, list[float | None]]]) -> dict[str, Any]:
    """The palette's lines in one layer, so that a browser can let the others fade when one is pointed at."""
    names = [line.name for line in palette]
    data = [row for line, values in drawn if line.role == "series" for row in rows(values, s=line.name)]
    near = {"type": "point", "fields": ["s"], "on": "pointerover", "clear": "pointerout"}
    return {
        "data": {"values": data},
        "params": [{"name": "near", "select": near}],
        "mark": {"type": "line", "strokeWidth": 2.5, "strokeJoin": "round"},
        "encoding": {
            "color": {
                "field": "s", "type": "nominal", "legend": None,
                "scale": {"domain": names, "range": list(style.SERIES[: len(names)])},
            },
            "strokeDash": {
                "field": "s", "type": "nominal", "legend": None,
                "scale": {"domain": names, "range": [list(dash) for dash in style.DASHES[: len(names)]]},
            },
            "opacity": {"condition": {"param": "near", "value": 1}, "value": 0.25},
        },
    }  # fmt: skip


def event_layers(
    frame: Frame, periods: Sequence[str], events: Sequence[Event], last: int
) -> list[style.Layer]:
    layers: list[style.Layer] = []
    for event in events:
        if event.period not in periods:
            continue
        x = frame.plot_width * list(periods).index(event.period) / last
        right = x > frame.plot_width * 0.45
        layers.append(style.rule(x, 0, x, frame.plot_height, color=style.QUIET, strokeDash=[2, 3]))
        room = (x if right else frame.plot_width - x) - 8
        words = shorten(event.text, frame.font, room)
        layers += style.text(
            words,
            x + (-8 if right else 8),
            6,
            align="right" if right else "left",
            colour=style.QUIET,
            halo=True,
        )
    return layers


def end_layers(
    frame: Frame, drawn: Sequence[tuple[Line, list[float | None]]], ticks: Ticks, ends: dict[str, str]
) -> list[style.Layer]:
    """Names at the lines' right ends, pushed apart; what stands there is the line's last known value."""
    placed = []
    for line, values in drawn:
        last = next((value for value in reversed(values) if value is not None), None)
        if last is not None and line.name in ends:
            placed.append((line, ticks.place(last, frame.plot_height, 0)))
    heights = spread([y for _, y in placed], frame.font * 1.25, 4, frame.plot_height - 2)
    palette = [line.name for line, _ in drawn if line.role == "series"]
    layers: list[style.Layer] = []
    for (line, _), y in zip(placed, heights, strict=True):
        words = shorten(ends[line.name], frame.font, frame.right - 14, bold=line.role in ("own", "median"))
        colour = line_colour(line, palette, style.SERIES_WORDS)
        layers += style.text(
            words, frame.plot_width + 12, y, colour=colour, bold=line.role in ("own", "median")
        )
    return layers


def line_colour(line: Line, palette: Sequence[str], colours: Sequence[str] = style.SERIES) -> str:
    if line.role == "series":
        return colours[list(palette).index(line.name)]
    return {"own": style.OWN, "median": style.INK, "others": style.QUIET}[line.role]


def key_of(lines: Sequence[Line]) -> tuple[KeyItem, ...]:
    """The key above the chart, in the order of the lines."""
    palette = [line.name for line in lines if line.role == "series"]
    return tuple(
        KeyItem(
            line.name,
            f"series-{palette.index(line.name)}" if line.role == "series" else line.role,
            line_colour(line, palette),
        )
        for line in lines
    )


def axis_note(ticks: Ticks, unit: str) -> str:
    """The printed warning of a line chart that does not start at nought."""
    return "" if ticks.low <= 0 else f"The vertical axis starts at {numbers.axis(ticks.low, unit)}."


def told_of(lines: Sequence[Line]) -> str:
    """What the caption says of the lines' published values."""
    marked = [line for line in lines if line.marks]
    things = f"values of {marked[0].name}" if len(marked) == 1 else "values"
    return told.caption([mark for line in marked for mark in line.marks], things)


def readings(
    periods: Sequence[str],
    lines: Sequence[Line],
    unit: str,
    scale: int | None,
    wide: Frame,
    narrow: Frame,
) -> tuple[Reading, ...]:
    """One reading a period, with every line's value there."""
    last = max(len(periods) - 1, 1)
    made = []
    for index, period in enumerate(periods):
        cells = tuple((line.name, line.words(index, unit, scale), line.role == "own") for line in lines)
        name = dates.period_name(period)
        said = ", ".join(f"{who} {value}" for who, value, _ in cells)
        places = [(round(f.left + f.plot_width * index / last, 1), float(f.top)) for f in (wide, narrow)]
        made.append(Reading(name, cells, f"{name}: {said}", places[0], places[1]))
    return tuple(made)


def table_of(
    caption: str, periods: Sequence[str], lines: Sequence[Line], unit: str, scale: int | None
) -> ChartTable:
    """The newest period first, since that is what people look up."""
    places = [numbers.column_places(line.values, unit, scale) for line in lines]
    return ChartTable(
        caption,
        ("Period", *(line.name for line in lines)),
        tuple(
            (
                dates.period_name(periods[index]),
                *(line.words(index, unit, scale, places=places[number]) for number, line in enumerate(lines)),
            )
            for index in reversed(range(len(periods)))
        ),
    )


def described(periods: Sequence[str], lines: Sequence[Line], unit: str, scale: int | None) -> str:
    """The finding in words: where each line began and ended, its highest and its lowest."""
    return " ".join(one_line(periods, line, unit, scale) for line in lines)


def one_line(periods: Sequence[str], line: Line, unit: str, scale: int | None) -> str:
    there = [(index, numeric(value, scale)) for index, value in enumerate(line.values) if value is not None]
    if not there:
        missing = "no value is shown" if any(line.marks) else line.missing
        return f"{line.name}: {missing[:1].lower()}{missing[1:]}."

    def at(index: int) -> str:
        return f"{numbers.short(line.values[index], unit, scale)} in {dates.period_name(periods[index])}"

    first, last = there[0][0], there[-1][0]
    high = max(there, key=lambda pair: pair[1] or 0)[0]
    low = min(there, key=lambda pair: pair[1] or 0)[0]
    return f"{line.name}: from {at(first)} to {at(last)}; highest {at(high)}, lowest {at(low)}."
