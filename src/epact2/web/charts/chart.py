"""What a chart is before it is drawn: two specifications, its words, its table and its readings.

A chart function is pure: plain data in, a ``Chart`` out. The page shows the title, the key, the note and
the table; the picture carries the title and the description for those who do not see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from epact2.query.result import Mark
from epact2.web.presenters import numbers, told
from epact2.web.presenters.numbers import Number, amount

Spec = Mapping[str, Any]
Width = Literal["full", "half", "panel"]
Role = Literal["own", "median", "others", "series"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture's size and the margins round its plot, in pixels; ``font`` is the size of its text."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    font: int

    @property
    def plot_width(self) -> int:
        """The width inside the margins."""
        return self.width - self.left - self.right

    @property
    def plot_height(self) -> int:
        """The height inside the margins."""
        return self.height - self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a chart over time. ``values`` are an engine's cells; None is "no data".

    ``marks`` tell, of published figures, which values are withheld or fewer than five; empty where none are.
    ``missing`` is what any other value that is None is called.
    """

    name: str
    values: Sequence[Number | None]
    role: Role = "series"
    marks: told.Marks = ()
    missing: str = numbers.NO_DATA

    def words(self, index: int, unit: str, scale: int | None, *, places: int | None = None) -> str:
        """One value for tables and readings: the number, or why there is none."""
        value = self.values[index]
        number = self.missing if value is None else numbers.full(value, unit, scale, places=places)
        return told.in_words(self.marks[index] if self.marks else None, number)


@dataclass(frozen=True, slots=True)
class Bar:
    """One organisation, medicine or group with its value; ``own`` marks the reader's own.

    ``mark`` tells, of a published figure, that it is withheld or fewer than five.
    """

    name: str
    value: Number | None
    own: bool = False
    mark: Mark | None = None

    def words(self, unit: str, scale: int | None) -> str:
        """The value for tables and readings: the number, or why there is none."""
        return told.in_words(self.mark, numbers.full(self.value, unit, scale))

    def short(self, unit: str, scale: int | None) -> str:
        """The value as it stands in the picture."""
        return told.in_short(self.mark, numbers.short(self.value, unit, scale))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a period, marked by an upright line: a price cut, a correction."""

    period: str
    text: str


@dataclass(frozen=True, slots=True)
class KeyItem:
    """One entry of the key above a chart. ``look`` names a mark: see ``components/chart_figure.jinja``."""

    text: str
    look: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pointer or the arrow keys read at one place of the chart.

    ``rows`` are (name, value in words, whether it is the reader's own); ``say`` is read aloud; ``wide`` and
    ``narrow`` are the place in the two pictures.
    """

    label: str
    rows: tuple[tuple[str, str, bool], ...]
    say: str
    wide: Point
    narrow: Point


@dataclass(frozen=True, slots=True)
class ChartTable:
    """The same data as a table. The first column is text, the others are numbers in words."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. ``wide`` and ``narrow`` are Vega-Lite specifications, or SVG texts of hand-drawn charts.

    ``plot`` gives, for each picture, where the reading's line begins and ends (top and bottom of the plot,
    or left and right where ``axis`` is "y"). ``told`` is the caption of published figures: how many are
    withheld and why, and that they are approximate.
    """

    kind: str
    title: str
    subtitle: str
    description: str
    wide: Spec | str
    narrow: Spec | str
    table: ChartTable
    readings: tuple[Reading, ...] = ()
    key: tuple[KeyItem, ...] = ()
    note: str = ""
    told: str = ""
    axis: Literal["x", "y"] = "x"
    plot: Mapping[str, Point] = field(default_factory=dict)
    width: Width = "full"

    def without_key(self) -> Chart:
        """The same chart without its key: small multiples share one above them all."""
        return replace(self, key=())

    def saying(self, words: str) -> Chart:
        """The same chart with more in its caption."""
        return replace(self, told=f"{self.told} {words}".strip())


FRAMES: dict[Width, tuple[Frame, Frame]] = {
    "full": (Frame(900, 390, 64, 24, 14, 40, 16), Frame(358, 290, 50, 14, 14, 36, 14)),
    "half": (Frame(540, 300, 60, 22, 14, 38, 16), Frame(358, 260, 50, 14, 14, 36, 14)),
    "panel": (Frame(250, 150, 44, 10, 10, 28, 14), Frame(171, 130, 42, 8, 10, 28, 14)),
}


def numeric(value: Number | None, scale: int | None = None) -> float | None:
    """A value for drawing: seven significant digits, as a picture needs no more."""
    made = amount(value, scale)
    return None if made is None else float(f"{float(made):.7g}")


def known(values: Sequence[float | None]) -> list[float]:
    """The values that there are."""
    return [value for value in values if value is not None]
