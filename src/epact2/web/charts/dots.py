"""Every peer one dot, piled where they meet; drawn by hand, all dots in one path.

Vega makes one node a dot; thousands of them are slow to draw. The grey ones need no names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from epact2.web.charts import house_style as style
from epact2.web.charts.chart import Bar, Chart, ChartTable, KeyItem, Reading, numeric
from epact2.web.charts.geometry import Ticks, nice_ticks, text_width
from epact2.web.charts.ranked import withheld_rows
from epact2.web.presenters import numbers, told
from epact2.web.presenters.numbers import Number

HIGHEST_PILE = 150  # pixels; dots shrink until the highest pile fits


def dots(
    *,
    title: str,
    subtitle: str,
    rows: Sequence[Bar],
    median: Number | None,
    unit: str,
    scale: int | None = None,
    peers: str = "organisations",
    median_name: str = "England median",
) -> Chart:
    """All peers as dots on one axis, the reader's own large, blue and named. Thousands are fine."""
    there = [(row, numeric(row.value, scale)) for row in rows]
    ordered = sorted(((row, value) for row, value in there if value is not None), key=lambda pair: pair[1])
    middle = numeric(median, scale)
    values = [value for _, value in ordered] or [0.0, 1.0]
    ticks = nice_ticks(values[0], values[-1], most=7, from_zero=False)
    median_words = f"{median_name} {numbers.short(median, unit, scale)}"
    wide, base_wide = picture(900, 16, ordered, middle, ticks, unit, scale, median_words)
    narrow, base_narrow = picture(358, 14, ordered, middle, ticks, unit, scale, median_words)
    own = [(index, row) for index, (row, _) in enumerate(ordered) if row.own]
    return Chart(
        kind="dots",
        title=title,
        subtitle=subtitle,
        description=described(ordered, own, unit, scale, peers, median_words),
        wide=wide,
        narrow=narrow,
        table=ChartTable(
            subtitle,
            ("Organisation", "Rank", "Value"),
            tuple(
                (row.name, f"{index + 1:,}", row.words(unit, scale)) for index, (row, _) in enumerate(ordered)
            )
            + withheld_rows(rows, unit, scale),
        ),
        readings=tuple(readings(ordered, ticks, unit, scale)) if len(ordered) <= 300 else (),
        key=(
            *(KeyItem(row.name, "dot-own", style.OWN) for _, row in own[:1]),
            KeyItem(f"One dot for each of the other {peers}", "dot-others", style.OTHERS),
        ),
        note="" if ticks.low <= 0 else f"The horizontal axis starts at {numbers.axis(ticks.low, unit)}.",
        told=told.caption([row.mark for row in rows], peers),
        plot={"wide": (40, base_wide), "narrow": (40, base_narrow)},
    )


def picture(
    width: int,
    font: int,
    ordered: Sequence[tuple[Bar, float]],
    median: float | None,
    ticks: Ticks,
    unit: str,
    scale: int | None,
    median_words: str,
) -> tuple[str, float]:
    """The SVG and the height of its axis."""
    margin = 20
    radius, piles = fitting(width - 2 * margin, ordered, ticks, 6.0 if width > 500 else 4.2)
    step = 2 * radius + (1 if radius > 2 else 0.3)
    top = 74
    base = top + int(max(piles.values(), default=1) * step)

    def x(value: float) -> float:
        return ticks.place(value, margin, width - margin)

    seen: Counter[int] = Counter()
    others: list[str] = []
    own: list[tuple[float, float, Bar]] = []
    for row, value in ordered:
        slot = round((x(value) - margin) / step)
        place = (margin + slot * step, base - radius - seen[slot] * step)
        seen[slot] += 1
        if row.own:
            own.append((*place, row))
        else:
            others.append(f"M{place[0]:.1f} {place[1]:.1f}h0")
    parts = [axis(width, base, ticks, unit, margin, font)]
    parts.append(
        f'<path d="{"".join(others)}" stroke="{style.OTHERS}" stroke-width="{2 * radius:.1f}" '
        f'stroke-linecap="round" fill="none"/>'
    )
    if median is not None:
        parts.append(median_mark(x(median), base, width, font, median_words, own[0][0] if own else None))
    for at, height, row in own[:1]:
        parts.append(own_mark(at, height, radius, width, font, f"{row.name} {row.short(unit, scale)}"))
    for at, height, _ in own[1:]:
        parts.append(f'<circle cx="{at:.1f}" cy="{height:.1f}" r="{radius:.1f}" fill="{style.OWN}"/>')
    body = "".join(parts)
    height_of_all = base + 44
    group = f'<g font-family="{style.FONT}" font-size="{font}">{body}</g>'
    return f'<svg viewBox="0 0 {width} {height_of_all}">{group}</svg>', base + 4.0


def fitting(
    room: float, ordered: Sequence[tuple[Bar, float]], ticks: Ticks, largest: float
) -> tuple[float, Counter[int]]:
    """The largest dots whose highest pile fits, and the piles they make."""
    radius = largest
    while True:
        step = 2 * radius + (1 if radius > 2 else 0.3)
        piles = Counter(round(ticks.place(value, 0, room) / step) for _, value in ordered)
        if max(piles.values(), default=1) * step <= HIGHEST_PILE or radius <= 0.8:
            return radius, piles
        radius *= 0.85


def axis(width: int, base: float, ticks: Ticks, unit: str, margin: int, font: int) -> str:
    parts = [line(margin, base + 4, width - margin, base + 4, style.AXIS)]
    every = 1 if width > 500 else 2
    for index, value in enumerate(ticks.values):
        x = ticks.place(value, margin, width - margin)
        parts.append(line(x, base + 4, x, base + 10, style.AXIS))
        if index % every == 0:
            parts.append(words(numbers.axis(value, unit), x, base + 30, "middle", style.QUIET, font))
    return "".join(parts)


def median_mark(x: float, base: float, width: int, font: int, text: str, own: float | None) -> str:
    """The dashed line and its words: beside the line on the side that the own dot's stem does not cross."""
    room = text_width(text, font) + 12
    fits_left, fits_right = x > room, x + room < width
    left = fits_left and not (own is not None and x - room < own < x and fits_right)
    anchor, shift = ("end", -8) if left else ("start", 8)
    dashes = line(x, 52, x, base + 4, style.INK, ' stroke-width="2" stroke-dasharray="7 4"')
    return dashes + words(text, x + shift, 48, anchor, style.INK, font, bold=True)


def own_mark(x: float, y: float, radius: float, width: int, font: int, text: str) -> str:
    left = x + text_width(text, font) > width - 4
    stem = line(x, 26, x, y, style.OWN, ' stroke-width="1.5"')
    dot = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(radius + 2, 5):.1f}" fill="{style.OWN}" '
        f'stroke="#fff" stroke-width="2"/>'
    )
    anchor = "end" if left else "start"
    return stem + dot + words(text, x + (6 if left else -6), 18, anchor, style.OWN, font, bold=True)


def line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def words(text: str, x: float, y: float, anchor: str, colour: str, font: int, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    halo = f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight} stroke="#fff" stroke-width="5">'
    top = f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight} fill="{colour}">'
    safe = escape(text)
    return f"{halo}{safe}</text>{top}{safe}</text>" if bold else f"{top}{safe}</text>"


def readings(
    ordered: Sequence[tuple[Bar, float]], ticks: Ticks, unit: str, scale: int | None
) -> list[Reading]:
    made = []
    for index, (row, value) in enumerate(ordered):
        shown, rank = row.words(unit, scale), f"{index + 1} of {len(ordered)}"
        places = [(round(ticks.place(value, 20, width - 20), 1), 40.0) for width in (900, 358)]
        rows = (("Rank", rank, False), ("Value", shown, row.own))
        made.append(Reading(row.name, rows, f"{row.name}, {shown}, rank {rank}", places[0], places[1]))
    return made


def described(
    ordered: Sequence[tuple[Bar, float]],
    own: Sequence[tuple[int, Bar]],
    unit: str,
    scale: int | None,
    peers: str,
    median: str,
) -> str:
    if not ordered:
        return "There is no value to show."
    low, high = ordered[0][0], ordered[-1][0]
    ends = f"{len(ordered):,} {peers} from {low.short(unit, scale)} to {high.short(unit, scale)}. {median}."
    mine = " ".join(
        f"{row.name}: {row.short(unit, scale)}, rank {index + 1:,} of {len(ordered):,}, 1 is the lowest."
        for index, row in own[:1]
    )
    return f"{mine} {ends}".strip()
