"""How many peers have which value: a histogram of all, with one's own practices as dots beneath it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from epact2.web.charts import house_style as style
from epact2.web.charts.chart import Chart, ChartTable, Frame, KeyItem, Reading, known, numeric
from epact2.web.charts.geometry import Ticks, nice_ticks, text_width
from epact2.web.presenters import numbers, told
from epact2.web.presenters.numbers import Number

MOST_DOTS = 400
FEW, MANY = 10, 20  # bins from one tick to the next, for up to a thousand values and for more
HIGHEST_PILE = 24
DOT = {16: 7.2, 14: 5.2}  # the distance of two dots, by the size of the text
TAIL = 0.995  # the last bin holds everything above this share, where the tail is long


def distribution(
    *,
    title: str,
    subtitle: str,
    values: Sequence[Number | None],
    own: Sequence[Number | None] = (),
    median: Number | None,
    unit: str,
    scale: int | None = None,
    peers: str = "practices in England",
    own_name: str = "",
    median_name: str = "England median",
    marks: told.Marks = (),
    own_marks: told.Marks = (),
) -> Chart:
    """A histogram of ``values``; each of ``own`` is a blue dot (or blue bars, where there are over 400).

    One value in ``own`` is drawn as a single large dot with its name. ``marks`` and ``own_marks`` tell of
    everybody and of one's own what is withheld: the caption and the table count them.
    """
    everyone = sorted(known([numeric(value, scale) for value in values]))
    mine = sorted(known([numeric(value, scale) for value in own]))
    middle = numeric(median, scale)
    ticks, tail = ticks_of(everyone or [0.0, 1.0], mine)
    size = (ticks.values[1] - ticks.values[0]) / (MANY if len(everyone) > 1000 else FEW)
    count = round((ticks.high - ticks.low) / size)
    bins = binned(everyone, ticks, size, count)
    frames = [frame_for(mine, ticks, size, count, font) for font in (16, 14)]
    words = {
        "median": f"{median_name} {numbers.short(median, unit, scale)}",
        "tail": " or more" if tail else "",
        "own": f"{own_name} {numbers.short(own[0], unit, scale)}" if len(own) == 1 else "",
        "unit": unit,
    }
    pictures = [picture(frame, bins, mine, middle, ticks, size, words) for frame in frames]
    wide, narrow = frames
    return Chart(
        kind="distribution",
        title=title,
        subtitle=subtitle,
        description=described(everyone, mine, middle, unit, peers, own_name, words["median"]),
        wide=pictures[0],
        narrow=pictures[1],
        table=table_of(subtitle, bins, mine, ticks, size, unit, peers, own_name, withheld(marks, own_marks)),
        readings=tuple(readings(bins, ticks, size, unit, peers, wide, narrow)),
        key=(
            *([KeyItem(own_name, "dot-own", style.OWN)] if mine else []),
            KeyItem(peers[:1].upper() + peers[1:], "dot-others", style.OTHERS),
        ),
        told=" ".join(filter(None, (told.caption(marks, peers), own_caption(own_marks, own_name)))),
        note="" if ticks.low <= 0 else f"The horizontal axis starts at {numbers.axis(ticks.low, unit)}.",
        plot={
            "wide": (wide.top, wide.height - wide.bottom),
            "narrow": (narrow.top, narrow.height - narrow.bottom),
        },
    )


def own_caption(marks: told.Marks, name: str) -> str:
    """What the caption says of one's own, by their name."""
    if len(marks) == 1:
        withheld = told.why_withheld(marks)
        return f"{name} is not shown: withheld, {withheld.reason}." if withheld else ""
    return told.caption(marks, name[:1].lower() + name[1:])


def withheld(marks: told.Marks, own_marks: told.Marks) -> tuple[int, int]:
    """How many values are withheld, of everybody and of one's own."""
    return sum(map(told.is_withheld, marks)), sum(map(told.is_withheld, own_marks))


def ticks_of(everyone: Sequence[float], mine: Sequence[float]) -> tuple[Ticks, bool]:
    """The axis, and whether its last bin gathers a long tail."""
    cut = everyone[min(len(everyone) - 1, int(len(everyone) * TAIL))]
    cut = max([cut, *mine[int(len(mine) * TAIL) : int(len(mine) * TAIL) + 1]])
    ticks = nice_ticks(everyone[0], cut, most=6)
    return ticks, max([everyone[-1], *mine[-1:]]) > ticks.high


def bin_of(value: float, ticks: Ticks, size: float, count: int) -> int:
    return min(count - 1, max(0, int((value - ticks.low) / size + 1e-9)))


def binned(values: Sequence[float], ticks: Ticks, size: float, count: int) -> list[int]:
    found = Counter(bin_of(value, ticks, size, count) for value in values)
    return [found[index] for index in range(count)]


def frame_for(mine: Sequence[float], ticks: Ticks, size: float, count: int, font: int) -> Frame:
    """The dots decide the height: room beneath the histogram for the highest pile."""
    wide = font == 16
    width, left, upper = (900, 14, 160) if wide else (358, 14, 120)
    below = 24.0
    if 1 < len(mine) <= MOST_DOTS:
        highest = max(Counter(columns(mine, ticks, width - 28)).values())
        below = 16 + min(highest, HIGHEST_PILE) * DOT[font]
    elif mine:
        below = 60 if len(mine) > MOST_DOTS else 30
    return Frame(width, int(40 + upper + below + 32), left, 14, 40, int(below) + 32, font)


def columns(mine: Sequence[float], ticks: Ticks, room: float) -> list[int]:
    """The column of dots in which each value stands: as many columns as fit side by side."""
    step = DOT[16] if room > 500 else DOT[14]
    return [round(ticks.place(min(max(value, ticks.low), ticks.high), 0, room) / step) for value in mine]


def picture(
    frame: Frame,
    bins: Sequence[int],
    mine: Sequence[float],
    median: float | None,
    ticks: Ticks,
    size: float,
    words: dict[str, str],
) -> dict[str, Any]:
    count, highest = len(bins), max([*bins, 1])
    data = [{"a": index + 0.06, "b": index + 0.94, "v": many} for index, many in enumerate(bins) if many]
    encoding = {
        "x": {"field": "a", "type": "quantitative", "scale": style.scale(0, count), "axis": None},
        "y": {"field": "v", "type": "quantitative", "scale": style.scale(0, highest), "axis": None},
    }
    bar = {
        "mark": {"type": "rect", "color": style.OTHERS},
        "encoding": {"x2": {"field": "b"}, "y2": {"datum": 0}},
    }
    layers: list[style.Layer] = [
        bar,
        style.rule(0, frame.plot_height, frame.plot_width, frame.plot_height, color=style.AXIS),
    ]
    layers += tick_layers(frame, ticks, words)
    if median is not None:
        x = ticks.place(median, 0, frame.plot_width)
        layers.append(style.rule(x, -14, x, frame.height - frame.top - 32, **style.MEDIAN_LOOK))
        half = text_width(words["median"], frame.font, bold=True) / 2
        where = min(max(x, half - frame.left), frame.plot_width + frame.right - half)
        layers += style.text(words["median"], where, -26, align="center", bold=True)
    layers += own_layers(frame, mine, ticks, size, count, words["own"])
    return style.spec(frame, layers, data=data, encoding=encoding)


def own_layers(
    frame: Frame, mine: Sequence[float], ticks: Ticks, size: float, count: int, name: str
) -> list[style.Layer]:
    """One's own: dots in piles under the axis; one dot with its name; or bars, where they are many."""
    base = frame.plot_height
    if len(mine) == 1:
        x = ticks.place(min(mine[0], ticks.high), 0, frame.plot_width)
        half = text_width(name, frame.font) / 2
        where = min(max(x, half), frame.plot_width - half)
        return [
            own_dots([(x, base)], 150),
            *style.text(name, where, base + 22, align="center", colour=style.OWN, bold=True, halo=True),
        ]
    piles: Counter[int] = Counter()
    if len(mine) > MOST_DOTS:
        many = binned(mine, ticks, size, count)
        unit = frame.plot_width / count
        rects = [
            {
                "x": (index + 0.06) * unit,
                "x2": (index + 0.94) * unit,
                "y": base + 4,
                "y2": base + 4 + 52 * one / max(many),
            }
            for index, one in enumerate(many)
            if one
        ]
        return [pixels(rects, {"type": "rect", "color": style.OWN}, two=True)]
    step = DOT[frame.font]
    places = []
    for column in columns(mine, ticks, frame.plot_width):
        if piles[column] < HIGHEST_PILE:
            places.append((column * step, base + 10 + piles[column] * step))
        piles[column] += 1
    return [own_dots(places, (step * 0.88) ** 2)] if places else []


def own_dots(places: Sequence[tuple[float, float]], area: float) -> style.Layer:
    look = {"type": "circle", "color": style.OWN, "opacity": 1, "size": round(area, 1), "clip": False}
    return pixels([{"x": x, "y": y} for x, y in places], look)


def pixels(data: Sequence[dict[str, float]], mark: dict[str, Any], *, two: bool = False) -> style.Layer:
    """Marks placed by pixel, without a scale."""
    encoding: dict[str, Any] = {
        axis: {"field": axis, "type": "quantitative", "scale": None, "axis": None} for axis in ("x", "y")
    }
    if two:
        encoding |= {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
    values = [{key: round(value, 1) for key, value in row.items()} for row in data]
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def tick_layers(frame: Frame, ticks: Ticks, words: dict[str, str]) -> list[style.Layer]:
    layers: list[style.Layer] = []
    foot = frame.height - frame.top - 14
    for index, value in enumerate(ticks.values):
        x = ticks.place(value, 0, frame.plot_width)
        last = index == len(ticks.values) - 1
        align = "left" if index == 0 else "right" if last else "center"
        layers.append(style.rule(x, frame.plot_height, x, frame.plot_height + 5, color=style.AXIS))
        tail = words["tail"] if last and frame.width > 500 else "+" if last and words["tail"] else ""
        label = numbers.axis(value, words["unit"]) + tail
        shift = -frame.left + 4 if index == 0 else frame.right - 4 if last else 0
        layers += style.text(label, x + shift, foot, align=align, colour=style.QUIET)
    return layers


def span(index: int, ticks: Ticks, size: float, unit: str) -> str:
    low = ticks.low + index * size
    return f"{numbers.axis(round(low, 9), unit)} to {numbers.axis(round(low + size, 9), unit)}"


def readings(
    bins: Sequence[int], ticks: Ticks, size: float, unit: str, peers: str, wide: Frame, narrow: Frame
) -> list[Reading]:
    made = []
    for index, many in enumerate(bins):
        label = span(index, ticks, size, unit)
        places = [
            (round(f.left + f.plot_width * (index + 0.5) / len(bins), 1), float(f.top))
            for f in (wide, narrow)
        ]
        rows = ((peers[:1].upper() + peers[1:], f"{many:,}", False),)
        made.append(Reading(label, rows, f"{label}: {many:,} {peers}", places[0], places[1]))
    return made


def table_of(
    caption: str, bins: Sequence[int], mine: Sequence[float], ticks: Ticks, size: float,
    unit: str, peers: str, own_name: str, not_shown: tuple[int, int],
) -> ChartTable:  # fmt: skip
    own = binned(mine, ticks, size, len(bins))
    has_own = bool(mine) or not_shown[1] > 0
    heads = ("Value", peers[:1].upper() + peers[1:], *((own_name,) if has_own else ()))
    rows = tuple(
        (span(index, ticks, size, unit), f"{many:,}", *((f"{own[index]:,}",) if has_own else ()))
        for index, many in enumerate(bins)
        if many or own[index]
    )
    if any(not_shown):
        rows += (("Withheld", f"{not_shown[0]:,}", *((f"{not_shown[1]:,}",) if has_own else ())),)
    return ChartTable(caption, heads, rows)


def described(
    everyone: Sequence[float], mine: Sequence[float], median: float | None,
    unit: str, peers: str, own_name: str, median_words: str,
) -> str:  # fmt: skip
    if not everyone:
        return "There is no value to show."
    first = (
        f"{len(everyone):,} {peers} from {numbers.short(everyone[0], unit)} "
        f"to {numbers.short(everyone[-1], unit)}. {median_words}."
    )
    if not mine or median is None:
        return first
    above = sum(value > median for value in mine)
    return f"{first} {own_name}: {above:,} of {len(mine):,} above it."
