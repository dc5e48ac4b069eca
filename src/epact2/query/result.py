"""What an engine gives back: columns and rows of exact cells.

An amount is kept as the whole number in which it is stored, with the column's ``scale``: 7538 in a column of
scale 2 is £75.38. A ratio, a share and a change are floating-point numbers. ``None`` in a value column is "no
value"; ``None`` in a field column marks a total over that field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import Literal

from epact2.model.fields import Field
from epact2.query.nodes import Value

Cell = str | int | float | None
JsonCell = str | int | float | None


class Mark(IntEnum):
    """What a cell of a sealed answer says beside its number, or instead of one."""

    FEWER_THAN_FIVE = 1  # 0 is published, though there are items
    FEW_ITEMS = 2
    FEW_OR_NEARLY_ALL = 3  # of items that stand beside their exact total
    FEW_PATIENTS = 4
    TOO_FEW_TO_SPLIT = 5

    @property
    def is_withheld(self) -> bool:
        """Whether there is a number, and it is not published."""
        return self is not Mark.FEWER_THAN_FIVE

    @property
    def words(self) -> str:
        """What a reader is told."""
        return _WORDS[self]

    @property
    def reason(self) -> str:
        """Why a number is withheld; empty for one that is shown."""
        return self.words.removeprefix("withheld: ") if self.is_withheld else ""

    @property
    def short_words(self) -> str:
        """The same where there is little room, and a note says why."""
        return "withheld" if self.is_withheld else self.words


_WORDS = {
    Mark.FEWER_THAN_FIVE: "fewer than 5",
    Mark.FEW_ITEMS: "withheld: fewer than 10 items",
    Mark.FEW_OR_NEARLY_ALL: "withheld: fewer than 10 items, or nearly all of them",
    Mark.FEW_PATIENTS: "withheld: fewer than 20 patients",
    Mark.TOO_FEW_TO_SPLIT: "withheld: too few items to split",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``of`` is the field or value it shows; ``unit`` is empty for fields.

    ``scale`` is the number of decimals of a whole-number cell; None for texts and floating-point numbers.
    ``approximate`` numbers are published ones, made of counts that were rounded to 5.
    """

    name: str
    kind: Literal["field", "value"]
    unit: str = ""
    scale: int | None = None
    of: Field | Value | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of an answer, in order: those asked for, then totals from fine to coarse.

    ``marks`` tells, by row and column, which cells are withheld (and None) or fewer than five (and 0).
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    marks: Mapping[tuple[int, int], Mark] = field(default_factory=dict)

    def position(self, of: Field | Value) -> int:
        """Where the column of a field or value stands."""
        return next(index for index, column in enumerate(self.columns) if column.of == of)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing. ``after`` is the place after which the next one begins; empty on the last."""

    result: Result
    after: tuple[str | int | None, ...] = ()


def exact(cell: Cell, column: Column) -> Decimal | float | None:
    """A value cell as the number it means: a Decimal for an amount, a float for a ratio."""
    if cell is None or isinstance(cell, float):
        return cell
    assert isinstance(cell, int), f"{column.name} holds the text {cell!r}"
    return Decimal(cell).scaleb(-(column.scale or 0))


def as_json(cell: Cell, column: Column) -> JsonCell:
    """A cell as it is written in JSON.

    Pounds are decimal strings with full precision; counts and whole numbers are integers; other numbers are
    numbers; a total's field and a missing value are null.
    """
    if column.kind == "field" or cell is None or isinstance(cell, (float, str)):
        return cell
    scale = column.scale or 0
    if column.unit == "£":
        return str(Decimal(cell).scaleb(-scale).quantize(Decimal(1).scaleb(-scale)))
    whole, rest = divmod(cell, 10**scale)
    return whole if rest == 0 else float(Decimal(cell).scaleb(-scale))
