"""What the reference engine does with one row or one cell: its key in some fields, its place in an order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from epact2.model.fields import Dimension, Field
from epact2.query.periods import time_code
from epact2.query.result import Cell, Column
from epact2.store.reference_data import Row

OTHERS = "others"


def key_of(fields: Sequence[Field], row: Row) -> tuple[str, ...]:
    """The codes of a row in some fields."""
    return tuple(
        time_code(field, row.month) if field.dimension is Dimension.TIME else row.codes[field]
        for field in fields
    )


def sort_key(cell: Cell, column: Column) -> tuple[int, Decimal | float | str]:
    """Codes in alphabetical order, those of a closed field in the field's own, numbers as numbers.

    What has no value, and others, last.
    """
    if cell is None or cell == OTHERS:
        return (2, "")
    if isinstance(cell, str):
        if isinstance(column.of, Field) and column.of.numeric:
            return (0, Decimal(cell))
        if isinstance(column.of, Field) and column.of.closed:
            return (0, Decimal(column.of.codes.index(cell)))
        return (1, cell)
    if isinstance(cell, int):
        return (0, Decimal(cell).scaleb(-(column.scale or 0)))
    return (0, cell)
