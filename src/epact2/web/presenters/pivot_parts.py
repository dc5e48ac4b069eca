"""What a pivot is made of: lines of numbers, headings, and where they lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from epact2.model.fields import Field
from epact2.query.nodes import Amount, Rolling, Value, YearToDate
from epact2.query.result import Cell

OTHERS = "others"

Key = tuple[Cell, ...]
NameOf = Callable[[Field, Cell], str]
LinkOf = Callable[[Key], str]
CellLinkOf = Callable[[Key, Value], str]


@dataclass(frozen=True, slots=True)
class PivotCell:
    """One number in words; ``bar`` is its share of the largest of its measure, where bars are shown."""

    text: str
    href: str = ""
    bar: float | None = None
    missing: bool = False
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row. ``kind`` is leaf, subtotal (a group with its own numbers), group (without) or total."""

    name: str
    code: str
    kind: str
    depth: int
    cells: tuple[PivotCell, ...]
    href: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A heading of columns: its text, how many columns it spans, and how to sort by it."""

    text: str
    span: int = 1
    edge: bool = False
    sort: str = ""
    sorted: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pivot:
    """The table: the corner's words, one or more lines of headings, groups of lines and the total lines."""

    corner: tuple[Head, ...]
    heads: tuple[tuple[Head, ...], ...]
    groups: tuple[tuple[Line, ...], ...]
    totals: tuple[Line, ...]
    shown_lines: int
    all_lines: int
    shown_columns: int
    all_columns: int
    latest_columns: bool = False
    cells_linked: bool = True
    bar_note: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether the page shows less than the answer holds."""
        return self.shown_lines < self.all_lines or self.shown_columns < self.all_columns


def is_additive(value: Value) -> bool:
    """Whether a number is a sum of prescriptions, so that it can be opened into its parts."""
    match value:
        case Amount(measure):
            return not measure.is_population
        case Rolling(inner) | YearToDate(inner):
            return is_additive(inner)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Links:
    """Where the table's links lead: ``row`` and ``cell`` beneath a key, ``sort`` by a value or the rows.

    ``opens`` tells the values whose numbers are links.
    """

    row: LinkOf
    cell: CellLinkOf
    sort: Callable[[Value | Field], str]
    opens: Callable[[Value], bool] = is_additive
