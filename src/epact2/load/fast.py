"""The fast reader: a received table as a relation of DuckDB, and the test that it may be trusted.

Nothing is guessed: separators, quotes and columns are given, every cell comes as text. DuckDB is more
lenient than the contract (it skips empty lines, drops an empty value too many, rounds decimals), so a table
is trusted only if each of its lines became one row, no row ends in a comma too many, and each cell is plain
(see ``columns``). One leniency is kept: blanks between a comma and a quote do not belong to the value.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from epact2.load.layouts import Column
from epact2.load.read import StrictReader, rewrite_plainly
from epact2.load.receive import Received
from epact2.load.recognise import Recognised

_SEPARATOR = "\\x1F"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Relation:
    """A table that DuckDB can read, with the number of rows that it must find."""

    path: Path
    order: tuple[Column, ...]
    rows: int
    rows_ending_in_comma: int

    @property
    def sql(self) -> str:
        """The table function; its columns have our names, and an empty cell is an empty text."""
        names = [quoted(column.name) for column in self.order]
        columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
        return (
            f"read_csv({quoted(str(self.path))}, auto_detect = false, header = true, delim = ',', "
            f"quote = '\"', escape = '\"', strict_mode = true, columns = {{{columns}}}, "
            f"force_not_null = [{', '.join(names)}])"
        )

    def plain(self, *, apart_from: Collection[str] = ()) -> str:
        """An SQL condition: the cells of the row are in plain form, apart from some columns.

        One expression over all cells together takes a fraction of the time of one for each.
        """
        checked = [one for one in self.order if one.type.plain and one.name not in apart_from]
        cells = ", ".join(f'"{column.name}"' for column in checked)
        pattern = _SEPARATOR.join(f"(?:{column.type.plain})" for column in checked)
        return f"regexp_full_match(concat_ws(chr(31), {cells}), {quoted(pattern)})"

    def plain_column(self, name: str) -> str:
        """An SQL condition: the cell of one column is in plain form."""
        column = next(one for one in self.order if one.name == name)
        return f'regexp_full_match("{name}", {quoted(column.type.plain)})' if column.type.plain else "true"

    @property
    def ends_in_comma(self) -> str:
        """An SQL condition: the last cell of the row is empty."""
        return f"\"{self.order[-1].name}\" = ''"


def as_received(received: Received, recognised: Recognised) -> Relation | None:
    """The file where it lies, or None if it must be read strictly first."""
    layout = recognised.layout
    if layout is None or not layout.header or received.encoding != "utf-8" or received.cut_off:
        return None
    return Relation(received.text, recognised.order, received.lines - 1, received.lines_ending_in_comma)


def rewritten(received: Received, recognised: Recognised, target: Path) -> Relation:
    """The file in plain form, by way of the strict reader. Raises FileRefused if it has a fault."""
    reader = StrictReader(received, recognised)
    rows = rewrite_plainly(reader, target)
    return Relation(target, reader.layout.columns, rows, -1)


def fetch_one(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[object] = ()
) -> tuple[object, ...]:
    """The only row of a query."""
    row: tuple[object, ...] | None = connection.execute(sql, list(values)).fetchone()
    assert row is not None, "aggregates always give a row"
    return row


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    """Add rows made in Python to a table, column by column: row by row takes far longer."""
    if not rows:
        return
    values = [list(column) for column in zip(*rows, strict=True)]
    places = ", ".join(f"unnest(${place})" for place in range(1, len(values) + 1))
    connection.execute(f"INSERT INTO {table} SELECT {places}", values)
