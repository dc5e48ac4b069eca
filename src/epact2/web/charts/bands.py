"""Percentile bands over time: where one organisation stands among all its peers, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from epact2.web.charts import house_style as style
from epact2.web.charts.chart import FRAMES, Chart, Frame, KeyItem, Line, Reading, Width, known, numeric
from epact2.web.charts.geometry import Ticks, nice_ticks, shorten, spread
from epact2.web.charts.periods import period_labels
from epact2.web.charts.trend import axis_note, described, line_layers, readings, table_of, told_of, with_right
from epact2.web.presenters import numbers
from epact2.web.presenters.numbers import Number

DECILES = (10, 20, 30, 40, 50, 60, 70, 80, 90)
PAIRS = ((10, 90), (20, 80), (30, 70), (40, 60))
# Four layers lie over one another in the middle, so that it is darkest there.
BAND_OPACITY = 0.13


def _key(own: Line | None, median_name: str, peers: str, *, drawn: bool) -> tuple[KeyItem, ...]:
    """What the picture has; ``drawn`` says whether any percentile of the peers is in it."""
    mine = (KeyItem(own.name, "own", style.OWN),) if own else ()
    if not drawn:
        return mine
    return (
        *mine,
        KeyItem(median_name, "median", style.INK),
        KeyItem(f"10th to 90th percentile of {peers}, by decile", "band", style.QUIET),
    )


def bands(
    *,
    title: str,
    subtitle: str,
    periods: Sequence[str],
    percentiles: Mapping[int, Sequence[Number | None]],
    own: Line | None,
    peers: str,
    unit: str,
    scale: int | None = None,
    median_name: str = "England median",
    ranks: Sequence[str] = (),
    width: Width = "full",
    missing: str = numbers.NO_DATA,
) -> Chart:
    """Decile bands, the median (dashed) and one organisation's line.

    ``percentiles`` holds the deciles 10 to 90, each with one value a period. ``peers`` names them in the
    key ("ICBs"). ``ranks`` adds a row to each reading ("28 of 42"). ``missing`` is what a percentile that
    is None is called.
    """
    values = {key: [numeric(value, scale) for value in percentiles[key]] for key in DECILES}
    mine = [numeric(value, scale) for value in own.values] if own else []
    everything = known([*values[10], *values[90], *mine]) or [0.0, 1.0]
    ticks = nice_ticks(min(everything), max(everything), most=6 if width == "full" else 5)
    wide, narrow = FRAMES[width]
    ends = {90: "90th percentile", 50: median_name, 10: "10th percentile"}
    wide = with_right(wide, [*ends.values(), *([own.name] if own else [])])
    lines = reading_lines(percentiles, own, median_name, missing)
    drawn = {"wide": (wide, True), "narrow": (narrow, False)}
    pictures = {
        name: picture(frame, periods, values, own, mine, unit, ticks, ends if labelled else {})
        for name, (frame, labelled) in drawn.items()
    }
    return Chart(
        kind="bands",
        title=title,
        subtitle=subtitle,
        description=described(
            periods, [line for line in lines if line.role in ("own", "median")], unit, scale
        ),
        wide=pictures["wide"],
        narrow=pictures["narrow"],
        table=table_of(subtitle, periods, lines, unit, scale),
        readings=with_ranks(readings(periods, lines, unit, scale, wide, narrow), ranks),
        key=_key(own, median_name, peers, drawn=any(value is not None for value in values[50])),
        note=axis_note(ticks, unit),
        told=told_of(lines),
        plot={
            "wide": (wide.top, wide.height - wide.bottom),
            "narrow": (narrow.top, narrow.height - narrow.bottom),
        },
        width=width,
    )


def reading_lines(
    percentiles: Mapping[int, Sequence[Number | None]], own: Line | None, median_name: str, missing: str
) -> list[Line]:
    """What readings and the table show: own, 90th, median, 10th."""
    return [
        *([replace(own, role="own")] if own else []),
        Line("90th percentile", percentiles[90], "others", missing=missing),
        Line(median_name, percentiles[50], "median", missing=missing),
        Line("10th percentile", percentiles[10], "others", missing=missing),
    ]


def with_ranks(made: Sequence[Reading], ranks: Sequence[str]) -> tuple[Reading, ...]:
    if not ranks:
        return tuple(made)
    return tuple(
        replace(
            one,
            rows=(*one.rows[:1], ("Rank", rank, False), *one.rows[1:]),
            say=f"{one.say}, rank {rank}",
        )
        for one, rank in zip(made, ranks, strict=True)
    )


def picture(
    frame: Frame,
    periods: Sequence[str],
    values: Mapping[int, Sequence[float | None]],
    own: Line | None,
    mine: Sequence[float | None],
    unit: str,
    ticks: Ticks,
    ends: Mapping[int, str],
) -> dict[str, Any]:
    last = max(len(periods) - 1, 1)
    data = [
        {"i": index, **{f"p{key}": values[key][index] for key in DECILES if values[key][index] is not None}}
        for index in range(len(periods))
    ]
    encoding = {
        "x": {
            "field": "i", "type": "quantitative", "scale": style.scale(0, last),
            "axis": style.index_axis(period_labels(periods, frame.font, frame.plot_width)),
        },
        "y": {
            "field": "p50", "type": "quantitative", "scale": style.scale(ticks.low, ticks.high),
            "axis": style.value_axis(ticks, unit),
        },
    }  # fmt: skip
    layers: list[style.Layer] = [band(low, high) for low, high in PAIRS]
    layers += [edge(10), edge(90)]
    layers.append({"mark": {"type": "line", **style.MEDIAN_LOOK}})
    if own:
        layers += [with_value(layer) for layer in line_layers("own", mine, last, frame)]
    layers += end_layers(frame, values, own, mine, ticks, ends)
    return style.spec(frame, layers, data=data, encoding=encoding)


def band(low: int, high: int) -> style.Layer:
    return {
        "mark": {"type": "area", "color": style.QUIET, "opacity": BAND_OPACITY, "line": False},
        "encoding": {"y": channel(f"p{low}"), "y2": {"field": f"p{high}"}},
    }


def edge(percentile: int) -> style.Layer:
    return {
        "mark": {"type": "line", "color": style.QUIET, "strokeWidth": 1, "strokeDash": [1, 3]},
        "encoding": {"y": channel(f"p{percentile}")},
    }


def channel(name: str) -> dict[str, Any]:
    """The y channel of a layer that reads another field on the chart's own scale."""
    return {"field": name, "type": "quantitative"}


def with_value(layer: style.Layer) -> style.Layer:
    """The lines of ``trend`` keep their value in the field "v"."""
    return {**layer, "encoding": {**layer.get("encoding", {}), "y": channel("v")}}


def end_layers(
    frame: Frame,
    values: Mapping[int, Sequence[float | None]],
    own: Line | None,
    mine: Sequence[float | None],
    ticks: Ticks,
    ends: Mapping[int, str],
) -> list[style.Layer]:
    placed: list[tuple[str, str, bool, float]] = []
    for key, words in ends.items():
        last = next((value for value in reversed(values[key]) if value is not None), None)
        if last is not None:
            placed.append((words, style.INK, key == 50, ticks.place(last, frame.plot_height, 0)))
    mine_last = next((value for value in reversed(mine) if value is not None), None)
    if own and ends and mine_last is not None:
        placed.append((own.name, style.OWN, True, ticks.place(mine_last, frame.plot_height, 0)))
    heights = spread([y for *_, y in placed], frame.font * 1.25, 4, frame.plot_height - 2)
    layers: list[style.Layer] = []
    for (words, colour, bold, _), y in zip(placed, heights, strict=True):
        cut = shorten(words, frame.font, frame.right - 14, bold=bold)
        layers += style.text(cut, frame.plot_width + 12, y, colour=colour, bold=bold)
    return layers
