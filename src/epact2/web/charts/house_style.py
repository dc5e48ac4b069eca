"""The house style: colours, type and the parts from which every specification is built.

Colour is for "you" and for exceptions; all else is grey. Sizes, margins and ticks are worked out in Python,
so that the server's picture, the browser's and the readings over them share one geometry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from epact2.web.charts.chart import Frame
from epact2.web.charts.geometry import Ticks
from epact2.web.presenters import numbers

OWN = "#005EB8"
OTHERS = "#84919B"
INK = "#212B32"
QUIET = "#4C6272"
GRID = "#D8DDE0"
AXIS = "#768692"
EXCEPTION = "#AE2573"
WHITE = "#FFFFFF"
SERIES = ("#005EB8", "#C05C00", "#00A499", "#7C2855", "#212B32")
# The same colours for words, dark enough to be read (4.5:1 on white).
SERIES_WORDS = ("#005EB8", "#A34E00", "#00736B", "#7C2855", "#212B32")
DASHES = ((1, 0), (8, 3), (2, 3), (10, 3, 2, 3), (5, 5))
FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

Layer = dict[str, Any]


def config(font: int) -> dict[str, Any]:
    """The Vega-Lite configuration of every chart."""
    return {
        "aria": False,  # the page names the whole picture; its marks are not read one by one
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "mark": {"invalid": "break-paths-filter-domains", "tooltip": None},
        "text": {"font": FONT, "fontSize": font, "baseline": "middle", "color": INK},
        "axis": {
            "title": None, "labelFont": FONT, "labelFontSize": font, "labelColor": QUIET, "labelPadding": 8,
            "grid": False, "gridColor": GRID, "domain": False, "domainColor": AXIS, "ticks": False,
            "tickColor": AXIS, "labelOverlap": False, "labelAngle": 0, "labelFlush": False, "labelLimit": 400,
        },
    }  # fmt: skip


def spec(
    frame: Frame,
    layers: Sequence[Layer],
    *,
    data: Sequence[Mapping[str, Any]] = (),
    encoding: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A whole specification: fixed size, fixed margins, nothing left to fit itself."""
    made: dict[str, Any] = {
        "$schema": SCHEMA,
        "width": frame.plot_width,
        "height": frame.plot_height,
        "padding": {"left": frame.left, "right": frame.right, "top": frame.top, "bottom": frame.bottom},
        "autosize": {"type": "none"},
        "config": config(frame.font),
        "data": {"values": list(data) or [{}]},
        "layer": list(layers),
    }
    if encoding:
        made["encoding"] = dict(encoding)
    return made


def value_axis(ticks: Ticks, unit: str, *, grid: bool = True, baseline: bool = True) -> dict[str, Any]:
    """An axis of values with labels in our own number style; zero's line is the baseline."""
    made: dict[str, Any] = {
        "values": list(ticks.values),
        "labelExpr": labels(ticks, [numbers.axis(value, unit) for value in ticks.values]),
        "grid": grid,
    }
    if baseline:
        # The lowest line is the axis itself, a shade darker than the grid.
        made["gridColor"] = {
            "condition": {"test": f"datum.value == {ticks.low!r}", "value": AXIS},
            "value": GRID,
        }
    return made


def labels(ticks: Ticks, texts: Sequence[str]) -> str:
    """An expression that finds a tick's text; Vega's own number formats do not know £1.2m."""
    step = ticks.values[1] - ticks.values[0] if len(ticks.values) > 1 else 1
    return f"{json.dumps(list(texts), ensure_ascii=False)}[round((datum.value - {ticks.low!r}) / {step!r})]"


def index_axis(marked: Mapping[int, str], *, ticks: bool = True) -> dict[str, Any]:
    """An axis of positions (periods in order), labelled at some of them."""
    texts = json.dumps({str(index): text for index, text in marked.items()}, ensure_ascii=False)
    return {"values": list(marked), "labelExpr": f"{texts}[datum.value]", "ticks": ticks, "tickSize": 6}


def scale(low: float, high: float, **more: Any) -> dict[str, Any]:
    """A linear scale from one value to another, exactly."""
    return {"type": "linear", "domain": [low, high], "nice": False, "zero": False, **more}


def text(
    words: str,
    x: float,
    y: float,
    *,
    align: str = "left",
    colour: str = INK,
    bold: bool = False,
    halo: bool = False,
    size: int | None = None,
) -> list[Layer]:
    """A text at a pixel of the plot; a halo keeps it readable over lines and bars."""
    mark: dict[str, Any] = {"type": "text", "text": words, "align": align, "color": colour, "clip": False}
    if bold:
        mark["fontWeight"] = 600
    if size:
        mark["fontSize"] = size
    under = {**mark, "color": WHITE, "stroke": WHITE, "strokeWidth": 5, "strokeJoin": "round"}
    place = {"x": {"value": round(x, 1)}, "y": {"value": round(y, 1)}}
    return [
        {"data": {"values": [{}]}, "mark": one, "encoding": place}
        for one in ([under, mark] if halo else [mark])
    ]


def rule(x1: float, y1: float, x2: float, y2: float, **look: Any) -> Layer:
    """A straight line between two pixels of the plot."""
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "clip": False, **look},
        "encoding": {
            "x": {"value": round(x1, 1)},
            "y": {"value": round(y1, 1)},
            "x2": {"value": round(x2, 1)},
            "y2": {"value": round(y2, 1)},
        },
    }


MEDIAN_LOOK: dict[str, Any] = {"color": INK, "strokeWidth": 2, "strokeDash": [7, 4]}
