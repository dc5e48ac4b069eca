"""Ranked bars: every peer one upright bar, from the lowest to the highest, with one of them in blue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from epact2.errors import Epact2Error
from epact2.web.charts import house_style as style
from epact2.web.charts.chart import Bar, Chart, ChartTable, Frame, KeyItem, Reading, numeric
from epact2.web.charts.geometry import Ticks, nice_ticks, text_width
from epact2.web.presenters import numbers, told
from epact2.web.presenters.numbers import Number

MOST = 150
FRAMES = (Frame(900, 290, 64, 10, 26, 28, 16), Frame(358, 220, 50, 8, 30, 12, 14))


class TooManyBars(Epact2Error):
    """More bars than a picture can show."""


def ranked(
    *,
    title: str,
    subtitle: str,
    bars: Sequence[Bar],
    median: Number | None,
    unit: str,
    scale: int | None = None,
    peers: str = "organisations",
    median_name: str = "England median",
) -> Chart:
    """Bars in rising order with the median as a dashed line; peers without a value are left out.

    Those whose value is withheld stand at the end of the table, and the caption counts them. At most 150
    bars: of more peers show the ``distribution``.
    """
    there = [(bar, numeric(bar.value, scale)) for bar in bars]
    ordered = sorted(((bar, v) for bar, v in there if v is not None), key=lambda pair: pair[1])
    if len(ordered) > MOST:
        raise TooManyBars(f"{len(ordered)} bars cannot be told apart.", "Show their distribution instead.")
    middle = numeric(median, scale)
    values = [value for _, value in ordered] or [0.0, 1.0]
    ticks = nice_ticks(min(0.0, *values), max(*values, 0.0, middle or 0.0), most=6, from_zero=True)
    words = {"median": f"{median_name} {numbers.short(median, unit, scale)}", "unit": unit}
    pictures = [picture(frame, ordered, middle, ticks, words, scale) for frame in FRAMES]
    wide, narrow = FRAMES
    own_at = next((index for index, (bar, _) in enumerate(ordered) if bar.own), None)
    return Chart(
        kind="ranked",
        title=title,
        subtitle=subtitle,
        description=described(ordered, own_at, unit, scale, peers, words["median"]),
        wide=pictures[0],
        narrow=pictures[1],
        table=ChartTable(
            subtitle,
            ("Organisation", "Rank", "Value"),
            tuple(
                (bar.name, str(index + 1), bar.words(unit, scale)) for index, (bar, _) in enumerate(ordered)
            )
            + withheld_rows(bars, unit, scale),
        ),
        readings=tuple(reading(index, ordered, unit, scale) for index in range(len(ordered))),
        key=(
            *([KeyItem(ordered[own_at][0].name, "dot-own", style.OWN)] if own_at is not None else []),
            KeyItem(f"Other {peers}", "dot-others", style.OTHERS),
        ),
        told=told.caption([bar.mark for bar in bars], peers),
        plot={
            "wide": (wide.top, wide.height - wide.bottom),
            "narrow": (narrow.top, narrow.height - narrow.bottom),
        },
    )


def withheld_rows(bars: Sequence[Bar], unit: str, scale: int | None) -> tuple[tuple[str, ...], ...]:
    """The rows of a ranking's table for those who have no rank, because their value is withheld."""
    return tuple((bar.name, "–", bar.words(unit, scale)) for bar in bars if told.is_withheld(bar.mark))


def picture(
    frame: Frame,
    ordered: Sequence[tuple[Bar, float]],
    median: float | None,
    ticks: Ticks,
    words: dict[str, str],
    scale: int | None,
) -> dict[str, Any]:
    count = max(len(ordered), 1)
    data = [
        {"a": index + 0.14, "b": index + 0.86, "v": value, "own": bar.own}
        for index, (bar, value) in enumerate(ordered)
    ]
    encoding = {
        "x": {"field": "a", "type": "quantitative", "scale": style.scale(0, count), "axis": None},
        "y": {
            "field": "v", "type": "quantitative", "scale": style.scale(ticks.low, ticks.high),
            "axis": style.value_axis(ticks, words["unit"]),
        },
    }  # fmt: skip
    colour = {"condition": {"test": "datum.own", "value": style.OWN}, "value": style.OTHERS}
    layers: list[style.Layer] = [
        {
            "mark": {"type": "rect"},
            "encoding": {"x2": {"field": "b"}, "y2": {"datum": 0}, "color": colour},
        }
    ]
    layers += labels(frame, ordered, median, ticks, words, scale)
    return style.spec(frame, layers, data=data, encoding=encoding)


def labels(
    frame: Frame,
    ordered: Sequence[tuple[Bar, float]],
    median: float | None,
    ticks: Ticks,
    words: dict[str, str],
    scale: int | None,
) -> list[style.Layer]:
    layers: list[style.Layer] = []
    slot = frame.plot_width / max(len(ordered), 1)
    if median is not None:
        y = ticks.place(median, frame.plot_height, 0)
        layers.append(style.rule(0, y, frame.plot_width, y, **style.MEDIAN_LOOK))
        layers += style.text(words["median"], 6, y - 12, bold=True, halo=True)
    for index, (bar, value) in enumerate(ordered):
        if not bar.own:
            continue
        # Bars rise to the right, so the room is to the left of a bar; the first ones turn to the right.
        shown = bar.short(words["unit"], scale)
        text = shown if frame.width < 500 else f"{bar.name} {shown}"
        left = slot * (index + 0.86) > text_width(text, frame.font) + 8
        x = slot * (index + (0.86 if left else 0.14))
        y = ticks.place(max(value, 0), frame.plot_height, 0) - 13
        if median is not None:
            line = ticks.place(median, frame.plot_height, 0) - 12
            beside = frame.width < 500 or x - text_width(text, frame.font) < text_width(
                words["median"], frame.font
            )
            if beside and abs(y - line) < frame.font * 1.2:
                y = line - frame.font * 1.3
        layers += style.text(
            text, x, y, align="right" if left else "left", colour=style.OWN, bold=True, halo=True
        )
    if frame.width >= 500:
        end = frame.plot_height + 16
        layers += style.text("Lowest", 0, end, colour=style.QUIET)
        layers += style.text("Highest", frame.plot_width, end, align="right", colour=style.QUIET)
    return layers


def reading(index: int, ordered: Sequence[tuple[Bar, float]], unit: str, scale: int | None) -> Reading:
    bar, _ = ordered[index]
    shown = bar.words(unit, scale)
    rank = f"{index + 1} of {len(ordered)}"
    places = [
        (round(frame.left + frame.plot_width * (index + 0.5) / len(ordered), 1), float(frame.top))
        for frame in FRAMES
    ]
    rows = (("Rank", rank, False), ("Value", shown, bar.own))
    return Reading(bar.name, rows, f"{bar.name}, {shown}, rank {rank}", places[0], places[1])


def described(
    ordered: Sequence[tuple[Bar, float]],
    own_at: int | None,
    unit: str,
    scale: int | None,
    peers: str,
    median: str,
) -> str:
    if not ordered:
        return "There is no value to show."
    low, high = ordered[0][0], ordered[-1][0]
    ends = (
        f"{len(ordered)} {peers} from {low.name}, {low.words(unit, scale)}, "
        f"to {high.name}, {high.words(unit, scale)}. {median}."
    )
    if own_at is None:
        return ends
    own = ordered[own_at][0]
    place = f"rank {own_at + 1} of {len(ordered)}, 1 is the lowest"
    return f"{own.name}: {own.words(unit, scale)}, {place}. {ends}"
