"""Rows of a listing as a table: headings that sort, names beside codes, a patient as a button.

A pseudonym is written where it is read and sent, in a button's value; never in an address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from epact2.analysis.answer import MEDICINES
from epact2.analysis.listing import Listed
from epact2.model.fields import Dimension, Field
from epact2.model.items import (
    AGE,
    AGE_SEPTEMBER,
    FORM,
    PATIENT,
    PRESCRIBED_DATE,
)
from epact2.model.measures import Measure
from epact2.model.months import MONTH_NAMES
from epact2.model.prescribing import MONTH, ORGANISATION_FIELDS, PRACTICE
from epact2.query.listing import Listing
from epact2.query.result import Cell
from epact2.web.presenters import dates, numbers
from epact2.web.presenters.dressed import DressedNames

SHORT_PSEUDONYM = 10
NOT_CAPTURED = "Not captured"
NOT_KNOWN = "Not known"
_FEW = 4  # codes of a field whose names are one short word each


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a column. ``sort`` is the address of the listing sorted by it; ``wordy`` cells are names
    that may take two lines.
    """

    text: str
    numeric: bool
    sort: str = ""
    sorted: str = ""
    wordy: bool = False


@dataclass(frozen=True, slots=True)
class RowCell:
    """One cell. ``patient`` is the pseudonym that the cell's button sends; ``quiet`` ones say “not known”."""

    text: str
    note: str = ""
    patient: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a page; ``head_column`` is the place of the column that names its rows."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[RowCell, ...], ...]
    head_column: int


def table_of(page: Listed, names: DressedNames, sort: Callable[[Field | Measure], str]) -> Table:
    """The rows of a page in words."""
    listing = page.listing
    columns = page.result.columns
    places = [
        decimals_of(one, [row[at] for row in page.result.rows]) for at, one in enumerate(listing.columns)
    ]
    rows = tuple(
        tuple(
            cell_of(of, cell, columns[at].scale, places[at], names)
            for at, (of, cell) in enumerate(zip(listing.columns, row, strict=True))
        )
        for row in page.result.rows
    )
    return Table(
        heads=tuple(_head(listing, one, sort) for one in listing.columns),
        rows=rows,
        head_column=next((at for at, one in enumerate(listing.columns) if isinstance(one, Field)), 0),
    )


def _head(listing: Listing, column: Field | Measure, sort: Callable[[Field | Measure], str]) -> Head:
    now = listing.order[0] if listing.order else None
    direction = ""
    if now is not None and now.by == column:
        direction = "descending" if now.descending else "ascending"
    wordy = column in (*MEDICINES, *ORGANISATION_FIELDS) or (
        isinstance(column, Field) and len(column.closed) > _FEW
    )
    return Head(heading(column), is_numeric(column), sort(column), direction, bool(wordy))


def heading(column: Field | Measure) -> str:
    """A column's heading, with its unit where there is one to say."""
    text = column.name[:1].upper() + column.name[1:]
    return f"{text}\u00a0(£)" if isinstance(column, Measure) and column.is_money else text


def is_numeric(column: Field | Measure) -> bool:
    """Whether the cells are numbers to compare by eye. The number of a form is a name."""
    return isinstance(column, Measure) or (column.numeric and column != FORM)


def decimals_of(column: Field | Measure, cells: Sequence[Cell]) -> int:
    """The decimals of a column: pence for money, otherwise as many as its most exact number has."""
    if not isinstance(column, Measure):
        return 0
    if column.is_money:
        return 2
    numbers_of = [numbers.amount(cell, column.scale) for cell in cells if isinstance(cell, int)]
    exponents = [one.normalize().as_tuple().exponent for one in numbers_of if one is not None]
    return max((-one for one in exponents if isinstance(one, int) and one < 0), default=0)


def cell_of(of: Field | Measure, cell: Cell, scale: int | None, places: int, names: DressedNames) -> RowCell:
    """One cell in words."""
    if isinstance(of, Measure):
        made = numbers.amount(cell if isinstance(cell, (int, float)) else None, scale)
        return RowCell(numbers.NO_DATA if made is None else numbers.decimals(made, places))
    code = "" if cell is None else str(cell)
    if of == PATIENT:
        return RowCell(short_pseudonym(code), patient=code) if code else RowCell(NOT_CAPTURED, quiet=True)
    if of in (AGE, AGE_SEPTEMBER):
        return RowCell(code) if code.isdigit() else RowCell(NOT_KNOWN, quiet=True)
    if of == PRESCRIBED_DATE:
        return RowCell(day_words(code)) if code else RowCell("No date", quiet=True)
    if of == MONTH:
        return RowCell(dates.short_month(code))
    if of.dimension is Dimension.TIME:
        return RowCell(dates.period_name(code))
    if code in ("", "-"):
        return RowCell(NOT_KNOWN, quiet=True)
    name = names.name_of(of, code)
    if of in MEDICINES or of in ORGANISATION_FIELDS:
        return RowCell(name, note=code if of == PRACTICE and name != code else "")
    return RowCell(name, quiet=name in ("Unknown", NOT_KNOWN))


def short_pseudonym(pseudonym: str) -> str:
    """A pseudonym as a row shows it: its beginning, by which people tell one row from the next."""
    return pseudonym if len(pseudonym) <= SHORT_PSEUDONYM + 2 else f"{pseudonym[:SHORT_PSEUDONYM]}…"


def day_words(code: str) -> str:
    """``20260114`` as 14 Jan 2026."""
    if len(code) != 8 or not code.isdigit() or not 1 <= int(code[4:6]) <= 12:
        return code
    return f"{int(code[6:])} {MONTH_NAMES[int(code[4:6]) - 1][:3]} {code[:4]}"
