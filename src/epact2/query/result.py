"""What an engine gives back: columns and rows of exact cells.

An amount is kept as the whole number in which it is stored, with the column's ``scale``: 7538 in a column of
scale 2 is £75.38. A ratio, a share and a change are floating-point numbers. ``None`` in a value column is "no
value"; ``None`` in a field column marks a total over that field.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from epact2.model.fields import Field
from epact2.query.nodes import Value

Cell = str | int | float | None
JsonCell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``of`` is the field or value it shows; ``unit`` is empty for fields.

    ``scale`` is the number of decimals of a whole-number cell; None for texts and floating-point numbers.
    """

    name: str
    kind: Literal["field", "value"]
    unit: str = ""
    scale: int | None = None
    of: Field | Value | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of an answer, in order: those asked for, then totals from fine to coarse."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

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
