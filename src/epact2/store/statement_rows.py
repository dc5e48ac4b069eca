"""What a statement's rows become: columns with headings, settled cells, and marks of what is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.query.nodes import Query
from epact2.query.result import Cell, Column, Mark
from epact2.query.scope import Scope
from epact2.query.words import value_name, value_scale, value_unit
from epact2.store.published import is_approximate
from epact2.store.sql import Statement


def columns_of(query: Query, scope: Scope) -> tuple[Column, ...]:
    """The columns of a question's answer."""
    values = [
        Column(
            *(value_name(value), "value", value_unit(value), value_scale(value), value),
            approximate=scope.sealed and is_approximate(value, query),
        )
        for value in query.values
    ]
    if query.percentiles:
        fields = [Column(field.name, "field", of=field) for field in query.columns]
        return (*fields, Column("percentile", "field"), *(replace(value, scale=None) for value in values))
    return (*(Column(field.name, "field", of=field) for field in query.grain), *values)


def listing_column(of: Field | Measure) -> Column:
    """The column of a listing."""
    if isinstance(of, Measure):
        return Column(of.name, "value", of.unit, of.scale)
    return Column(of.name, "field", of=of)


def marks_of(rows: Sequence[tuple[Any, ...]], statement: Statement) -> dict[tuple[int, int], Mark]:
    """Which cells of sealed figures are withheld, or stand for fewer than five."""
    return {
        (line, place): Mark(row[mark])
        for place, mark in statement.marks
        for line, row in enumerate(rows)
        if row[mark]
    }


def settled(row: tuple[Any, ...], statement: Statement) -> tuple[Cell, ...]:
    """A row with one cell where there is a whole number or a mean, without marks."""
    if len(row) == statement.width:
        return row
    cells = list(row[: statement.width])
    for whole, mean in statement.either:
        if cells[whole] is None:
            cells[whole] = row[mean]
    return tuple(cells)
