"""Parquet files: what they are, whether they are whole, and reading their rows with places.

DuckDB reads the file; nothing of its types is taken on trust that the layout does not allow.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from epact2.load import formats
from epact2.load.fast import quoted
from epact2.load.formats import KINDS, layouts_of
from epact2.load.layouts import Layout
from epact2.load.read import Reader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised, why_not
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.load.typed import Stored, accepted, condition, stored_as

PARQUET_KINDS = (formats.ITEMS,)
_FETCHED = 2048
_FETCH_AGAIN = "Fetch the file again: it is damaged or cut off."


def table_function(received: Received, *, numbered: bool = False) -> str:
    """The file as a table function; ``numbered`` adds file_row_number, from 0."""
    more = ", file_row_number = true" if numbered else ""
    return f"read_parquet({quoted(str(received.text))}, hive_partitioning = false{more})"


def damaged(received: Received, error: duckdb.Error) -> FileRefused:
    """The refusal of a Parquet file that cannot be read to its end."""
    first_line = str(error).splitlines()[0].replace(str(received.text), received.name)
    return FileRefused(
        Refusal(received.name, f"it cannot be read as a Parquet file: {first_line}.", _FETCH_AGAIN)
    )


def recognise_parquet(
    connection: duckdb.DuckDBPyConnection, received: Received, kind: str | None
) -> Recognised:
    """Tell what a Parquet file is by the names and types of its columns. Raises FileRefused."""
    try:
        header = [name for (name,) in connection.execute(_NAMES_SQL, [str(received.text)]).fetchall()]
        found = connection.execute(f"DESCRIBE FROM {table_function(received)}").fetchall()
    except duckdb.Error as error:
        raise damaged(received, error) from error
    if kind is not None and kind not in PARQUET_KINDS:
        raise FileRefused(
            Refusal(
                received.name,
                f"it is a Parquet file, and files of {KINDS.get(kind, shown(kind))} are not.",
                f"Files that may be Parquet: {', '.join(PARQUET_KINDS)}.",
            )
        )
    candidates = [layout for one in PARQUET_KINDS for layout in layouts_of(one)]
    layout = next((one for one in candidates if one.accepts(header)), None)
    if layout is None:
        raise FileRefused(*why_not(received.name, header, candidates, line=None))
    types = [str(one[1]) for one in found]
    named = layout.by_header(header)
    order = tuple(named[text] for text in header)
    _refuse_types(received, layout, dict(zip((one.name for one in order), types, strict=True)))
    kept = tuple(stored_as(one) or Stored.TEXT for one in types)
    return Recognised(layout.kind, layout, order, tuple(header), kept)


# The first row is the root; its children follow in their order. Columns within columns come as unknown ones.
_NAMES_SQL = """
    SELECT name FROM (SELECT name, row_number() OVER () AS place FROM parquet_schema($1))
    WHERE place > 1 ORDER BY place
"""


def _refuse_types(received: Received, layout: Layout, types: dict[str, str]) -> None:
    faults = []
    for column in layout.columns:
        stored = stored_as(types[column.name])
        if stored in accepted(column.type):
            continue
        wanted = " or ".join(one.value for one in accepted(column.type))
        faults.append(
            Refusal(
                received.name,
                f"the column is stored as {types[column.name]}, and must be {wanted}.",
                "Write the file again with these types; money and quantities as DECIMAL, never as floating "
                "point, codes as text.",
                column=column.headers[0],
            )
        )
    if faults:
        raise FileRefused(*faults)


class ParquetReader(Reader):
    """Reads the rows of a Parquet file as text, one by one; places are rows, counted from 1.

    ``where`` limits it, in SQL over the file's own columns, to rows that are looked for.
    """

    has_lines = False

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        received: Received,
        recognised: Recognised,
        where: str = "true",
    ) -> None:
        super().__init__(received, recognised)
        self._connection = connection
        self._recognised = recognised
        self._where = where

    def __iter__(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """See ``Reader``; a cell that is not right is told, and its row left out."""
        names = {one.name: f'"{header}"' for one, header in self._recognised.headed}
        cells = ", ".join(f"coalesce(CAST({names[one.name]} AS VARCHAR), '')" for one in self.layout.columns)
        right = ", ".join(
            condition(one.type, self._recognised.stored_of(one.name), names[one.name])
            for one in self.layout.columns
        )
        try:
            found = self._connection.cursor().execute(
                f"SELECT file_row_number + 1, [{right}], {cells} "  # noqa: S608 - declared in formats
                f"FROM {table_function(self._received, numbered=True)} WHERE {self._where}"
            )
            while rows := found.fetchmany(_FETCHED):
                for place, are_right, *values in rows:
                    if all(are_right):
                        yield place, tuple(values)
                    else:
                        self._tell(place, are_right, values)
        except duckdb.Error as error:
            raise damaged(self._received, error) from error
        self.finish()

    def _tell(self, place: int, are_right: list[bool], values: list[str]) -> None:
        for column, is_right, cell in zip(self.layout.columns, are_right, values, strict=True):
            if not is_right:
                what = (
                    f"{shown(cell)} is not {column.type.words}"
                    if cell
                    else f"empty is not {column.type.words}"
                )
                self.fault(f"{what}.", "Write the file again with right values.", place, column)
