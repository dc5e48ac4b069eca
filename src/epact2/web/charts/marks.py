"""Tiny pictures that stand inside tables and key figures: drawn by hand, a few hundred bytes each.

They are hidden from screen readers on purpose: the number or the rank always stands beside them in words.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup


def sparkline(values: Sequence[float | None], *, width: int = 112, height: int = 28) -> Markup:
    """The shape of a series, with a dot at its last value; gaps stay gaps."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(known), max(known)
    step = (width - 8) / (len(values) - 1)

    def place(index: int, value: float) -> str:
        # A flat line runs through the middle instead of along the floor.
        share = (value - low) / (high - low) if high > low else 0.5
        return f"{2 + step * index:.1f} {3 + (height - 6) * (1 - share):.1f}"

    path, pen_down = "", False
    for index, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        path += ("L" if pen_down else "M") + place(index, value)
        pen_down = True
    last = max(index for index, value in enumerate(values) if value is not None)
    x, y = place(last, values[last] or 0.0).split()
    return Markup(  # noqa: S704 - numbers alone
        f'<svg class="app-spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true" focusable="false"><path d="{path}"/><circle cx="{x}" cy="{y}" r="2.6"/></svg>'
    )


def percentile_strip(percentile: float | None, *, width: int = 128, height: int = 20) -> Markup:
    """Where one organisation stands among its peers, from 0 (lowest) to 100 (highest).

    Line: all peers; box: the middle half; upright: the median; dot: the organisation. Print the rank
    beside it, always.
    """
    if percentile is None:
        return Markup("")

    def x(at: float) -> float:
        return 6 + (width - 12) * min(max(at, 0), 100) / 100

    middle = height / 2
    return Markup(  # noqa: S704 - numbers alone
        f'<svg class="app-strip" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true" focusable="false">'
        f'<line class="app-strip__line" x1="{x(0):g}" x2="{x(100):g}" y1="{middle:g}" y2="{middle:g}"/>'
        f'<rect class="app-strip__half" x="{x(25):g}" width="{x(75) - x(25):g}" '
        f'y="{middle - 4:g}" height="8"/><line class="app-strip__median" '
        f'x1="{x(50):g}" x2="{x(50):g}" y1="{middle - 7:g}" y2="{middle + 7:g}"/>'
        f'<circle class="app-strip__own" cx="{x(percentile):.1f}" cy="{middle:g}" r="6"/></svg>'
    )


def cell_bar(value: float | None, largest: float, *, width: int = 60, height: int = 5) -> Markup:
    """A bar under the number of a pivot's cell, from 0 to one printed maximum for the whole measure."""
    if value is None or largest <= 0:
        return Markup("")
    filled = width * min(max(value / largest, 0), 1)
    return Markup(  # noqa: S704 - numbers alone
        f'<svg class="app-cellbar" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true" focusable="false" preserveAspectRatio="none">'
        f'<rect class="app-cellbar__all" width="{width}" height="{height}"/>'
        f'<rect class="app-cellbar__value" width="{filled:.1f}" height="{height}"/></svg>'
    )
