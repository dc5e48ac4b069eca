"""From a chart to pictures: SVG for the page, SVG and PNG files to keep.

A picture is made once for each specification and kept while the process lives: the specification holds the
data, so a new release simply makes another key.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import vl_convert
from markupsafe import Markup

from epact2.web.charts.chart import Chart, Spec

VEGA_LITE = "6.4"
KEPT = 512  # pictures of about 20 KB


@dataclass(frozen=True, slots=True)
class Pictures:
    """A chart ready for a page: two SVGs and the readings for ``charts.js``."""

    wide: Markup
    narrow: Markup
    data: Markup


def draw(chart: Chart, *, redraw: bool = False) -> Pictures:
    """The pictures of a chart. ``redraw`` adds the specification, so that a browser may draw it again."""
    return Pictures(
        wide=Markup(named(chart, chart.wide, "wide")),  # noqa: S704 - made and escaped here
        narrow=Markup(named(chart, chart.narrow, "narrow")),  # noqa: S704
        data=Markup(in_script(for_browser(chart, redraw))),  # noqa: S704
    )


def svg_file(chart: Chart) -> str:
    """The wide picture as a file of its own, on white."""
    body = named(chart, chart.wide, "wide")
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', body)
    assert found, "every picture has a view box"
    width, height = found[1], found[2]
    body = body.replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
    ground = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return re.sub(r"(</desc>)", rf"\1{ground}", body, count=1)


def png_file(chart: Chart, *, scale: float = 2.0) -> bytes:
    """The wide picture as pixels, twice as fine as a screen shows it."""
    made = vl_convert.svg_to_png(svg_file(chart), scale=scale)
    assert isinstance(made, bytes)
    return made


def warm() -> None:
    """Start the renderer before the first request needs it."""
    spec = {"data": {"values": [{"v": 1}]}, "mark": "point", "encoding": {"x": {"field": "v"}}}
    vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=VEGA_LITE)


def named(chart: Chart, picture: Spec | str, width: str) -> str:
    """The SVG with its role, its name and its description, and without a fixed size."""
    body = picture if isinstance(picture, str) else rendered(json.dumps(picture, separators=(",", ":")))
    description = f"{chart.description} {chart.told}".strip()
    words = f"{chart.title}\n{description}\n{body}"
    uid = f"chart-{hashlib.sha256(words.encode()).hexdigest()[:10]}-{width}"
    view = re.search(r'viewBox="[^"]*"', body)
    assert view, "every picture has a view box"
    head = (
        f'<svg class="app-chart" role="img" aria-labelledby="{uid}-t {uid}-d" data-width="{width}" '
        f'{view[0]} xmlns="http://www.w3.org/2000/svg" focusable="false">'
        f'<title id="{uid}-t">{escape(chart.title)}</title>'
        f'<desc id="{uid}-d">{escape(description)}</desc>'
    )
    return re.sub(r"<svg[^>]*>", lambda _: head, body, count=1)


@lru_cache(maxsize=KEPT)
def rendered(spec: str) -> str:
    """The SVG of a Vega-Lite specification."""
    made = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    return tidy(made if isinstance(made, str) else made.decode())


def tidy(body: str) -> str:
    """Less of the same picture: no namespaces that nobody uses, no groups' names, shorter numbers."""
    body = re.sub(
        r'\s(?:xmlns:xlink|version|aria-hidden|aria-roledescription|role|pointer-events)="[^"]*"', "", body
    )
    body = re.sub(r'\sclass="(?!marks)[^"]*"', "", body)
    # Within tags only: the same digits between tags are words, and 0.053 must not be read as 0.05.
    body = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\d+\.\d{2})\d+", r"\1", tag[0]), body)
    return re.sub(r"<path(?=[^>]*\sd=\"M0,0h0v0h0Z\")[^>]*(?:/>|></path>)", "", body)


def for_browser(chart: Chart, redraw: bool) -> dict[str, Any]:
    """What ``charts.js`` needs: readings, the plot's ends, and perhaps the specification."""
    data: dict[str, Any] = {
        "axis": chart.axis,
        "plot": dict(chart.plot),
        "readings": [
            {
                "label": one.label,
                "rows": one.rows,
                "say": one.say,
                "wide": one.wide,
                "narrow": one.narrow,
            }
            for one in chart.readings
        ],
    }
    if redraw and not isinstance(chart.wide, str):
        data["vega"] = chart.wide
    return data


def in_script(data: dict[str, Any]) -> str:
    """JSON that may stand in a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
