"""How cells become values in SQL, by what the column may hold and how the file stores it.

A CSV file stores text. A Parquet file has types of its own: whole numbers and decimals are taken as they are
if the column may hold numbers, floating point never: money would be rounded before anybody saw it.
"""

from __future__ import annotations

import re
from enum import Enum

from epact2.load.columns import (
    BirthMonth,
    CellType,
    Choice,
    Count,
    Date,
    Month,
    Number,
    Whole,
)


class Stored(Enum):
    """How a file stores a column."""

    TEXT = "text"
    WHOLE = "a whole number"
    DECIMAL = "a decimal number"


_WHOLE = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
)


def stored_as(duckdb_type: str) -> Stored | None:
    """How DuckDB's type of a Parquet column stores it; None for types that no column may have."""
    if duckdb_type == "VARCHAR":
        return Stored.TEXT
    if duckdb_type in _WHOLE:
        return Stored.WHOLE
    return Stored.DECIMAL if duckdb_type.startswith("DECIMAL(") else None


def accepted(cell: CellType) -> tuple[Stored, ...]:
    """How a column of this type may be stored."""
    if isinstance(cell, Number):
        return Stored.TEXT, Stored.WHOLE, Stored.DECIMAL
    if isinstance(cell, (Whole, Count, Date, Month, BirthMonth)) or _is_digits(cell):
        return Stored.TEXT, Stored.WHOLE
    return (Stored.TEXT,)


def _is_digits(cell: CellType) -> bool:
    return isinstance(cell, Choice) and all(one.isdigit() for one in cell.values)


def is_optional(cell: CellType) -> bool:
    """Whether a cell may be empty."""
    return not cell.plain or re.fullmatch(cell.plain, "") is not None


def condition(cell: CellType, stored: Stored, name: str) -> str:
    """An SQL condition, never NULL: the value of a column is one that it may hold."""
    found = "true"
    match cell, stored:
        case _, Stored.TEXT:
            if cell.plain:
                found = f"regexp_full_match({name}, '{cell.plain}')"
        case Number(), Stored.WHOLE:
            found = f"{name} BETWEEN -{10**cell.whole_digits - 1} AND {10**cell.whole_digits - 1}"
        case Number(), Stored.DECIMAL:
            found = (
                f"abs({name}) < {10**cell.whole_digits} AND "
                f"{name} = CAST({name} AS DECIMAL({cell.whole_digits + cell.scale}, {cell.scale}))"
            )
        case Whole(), _:
            found = f"{name} BETWEEN {cell.low} AND {cell.high}"
        case Count(), _:
            found = f"{name} BETWEEN 0 AND 99999999"
        case Choice(), _:
            found = f"{name} IN ({', '.join(cell.values)})"
        case Month(), _:
            found = f"{_is_month(name)} AND {name} BETWEEN 199001 AND 219912"
        case BirthMonth(), _:
            found = f"{_is_month(name)} AND {name} BETWEEN 180001 AND 209912"
        case Date(), _:
            found = (
                f"{_is_month(f'{name} // 100')} AND {name} % 100 BETWEEN 1 AND 31 "
                f"AND {name} BETWEEN 10000101 AND 29991231"
            )
    return f"coalesce({found}, {str(is_optional(cell)).lower()})"


def _is_month(number: str) -> str:
    return f"({number}) % 100 BETWEEN 1 AND 12"


def value(cell: CellType, stored: Stored, name: str) -> str:
    """A right value as SQL: whole numbers (scaled, where the column has decimals), flags, or text.

    Of a cell that is not right it is NULL or anything, never an error.
    """
    number = f"TRY_CAST(nullif({name}, '') AS BIGINT)" if stored is Stored.TEXT else name
    match cell:
        case Number():
            # Exact: no right value has more decimals, and none is too large for its scaled number.
            exact = f"TRY_CAST({name} AS DECIMAL(18, {cell.scale}))"
            return (
                f"CAST({exact} * {10**cell.scale} AS BIGINT)" if cell.scale else f"CAST({number} AS BIGINT)"
            )
        case Choice(values=("Y", "N")):
            return f"{name} = 'Y'"
        case Choice(values=("0", "1")):
            return f"{name} = 1" if stored is Stored.WHOLE else f"{name} = '1'"
        case Whole() | Count():
            return f"CAST({number} AS BIGINT)"
        case Date() | BirthMonth():
            return f"CAST({number} AS INTEGER)"
    return f"CAST({name} AS VARCHAR)" if stored is Stored.WHOLE else f"coalesce({name}, '')"
