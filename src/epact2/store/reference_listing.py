"""Listings by the reference engine: every row looked at, sorted, and cut into pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key

from epact2.model.fields import Dimension, Field
from epact2.model.measures import Measure
from epact2.query.grains import split
from epact2.query.level import selections_of_condition
from epact2.query.listing import Listing, ListingRows
from epact2.query.nodes import EVERYTHING, AllOf, Structure
from epact2.query.nodes import Codes as CodesChoice
from epact2.query.periods import months_of_listing
from epact2.query.result import Cell, Column, Page, Result
from epact2.query.scope import Scope
from epact2.store.directory import Directory
from epact2.store.reference_data import (
    ReferenceData,
    Row,
    item_rows,
    look_up_organisations,
    selected_in,
    selects,
)
from epact2.store.reference_patients import patients_who
from epact2.store.reference_rows import key_of, sort_key

_Line = dict[Field | Measure, Cell]


def page_of(data: ReferenceData, directory: Directory, listing: Listing, scope: Scope) -> Page:
    """One page of a listing. Raises NoData or UnknownCode."""
    months = months_of_listing(listing, directory.item_months)
    _, organisation, rest = split(listing.where)
    asked = () if listing.condition is None else selections_of_condition(listing.condition)
    for selection in (listing.where, scope.organisations, *asked):
        look_up_organisations(selection, directory)
    wanted = AllOf((organisation, rest))
    in_scope = [
        row
        for row in item_rows(
            data,
            as_at=listing.structure is Structure.AS_AT,
            as_published=listing.codes is CodesChoice.AS_PUBLISHED,
            exclusions=listing.exclusions,
        )
        if selected_in(scope, EVERYTHING, row, directory)
    ]
    rows = [row for row in in_scope if row.month in months and selects(wanted, row, directory)]
    if listing.condition is not None:
        fulfilling = patients_who(listing.condition, rows, months, in_scope, directory)
        rows = [row for row in rows if row.patient in fulfilling]
    if listing.rows is ListingRows.PATIENTS:
        lines = _patients(listing, rows)
    else:
        lines = [_line(listing, [row]) for row in rows]

    def compare(one: Sequence[Cell], other: Sequence[Cell]) -> int:
        for order, mine, theirs in zip(listing.sort_columns, one, other, strict=True):
            column = _column(order.by)
            left, right = sort_key(mine, column), sort_key(theirs, column)
            if left != right:
                before = left < right
                return -1 if before != order.descending else 1
        return 0

    def place(line: _Line) -> tuple[Cell, ...]:
        return tuple(line[order.by] for order in listing.sort_columns)

    lines.sort(key=cmp_to_key(lambda one, other: compare(place(one), place(other))))
    if listing.after:
        lines = [line for line in lines if compare(place(line), listing.after) > 0]
    page = lines[: listing.size]
    after = place(page[-1]) if len(lines) > listing.size else ()
    columns = tuple(_column(one) for one in listing.columns)
    shown = tuple(tuple(line[one] for one in listing.columns) for line in page)
    return Page(Result(columns, shown), after)  # type: ignore[arg-type]  # no cell of a listing is a float


def _patients(listing: Listing, rows: Sequence[Row]) -> list[_Line]:
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.patient is not None:
            groups.setdefault(key_of(listing.identity, row), []).append(row)
    return [_line(listing, members) for members in groups.values()]


def _line(listing: Listing, rows: Sequence[Row]) -> _Line:
    """The cells of one line, those that only sort it too."""
    line: _Line = {}
    for column in dict.fromkeys((*listing.columns, *(order.by for order in listing.sort_columns))):
        if isinstance(column, Measure):
            line[column] = sum(row.amounts[column] or 0 for row in rows)
        elif column.dimension is Dimension.TIME:
            line[column] = key_of((column,), rows[0])[0]
        else:
            line[column] = rows[0].codes[column]
    return line


def _column(of: Field | Measure) -> Column:
    if isinstance(of, Measure):
        return Column(of.name, "value", of.unit, of.scale)
    return Column(of.name, "field", of=of)
