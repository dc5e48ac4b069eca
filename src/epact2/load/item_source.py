"""A file of items as a table with types: parsed once from CSV, or read where it lies as Parquet.

Both have our names, whole numbers, flags, and codes as text. Numbers are looked at in every row, codes once
each. Pseudonyms are nearly as many as rows: they are looked at when they get their keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from epact2.load import fast
from epact2.load.columns import BadCell, CellType, Choice, Code
from epact2.load.fast import Relation, fetch_one, quoted
from epact2.load.layouts import Column
from epact2.load.parquet import ParquetReader, damaged, table_function
from epact2.load.read import Reader, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import FileRefused, Refusal
from epact2.load.typed import Stored, condition, value

PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Source:
    """A file as a table: ``table`` can stand after FROM, ``distinct`` gives the codes of its columns."""

    connection: duckdb.DuckDBPyConnection
    received: Received
    recognised: Recognised
    table: str
    rows: int
    distinct: Mapping[str, frozenset[str]]

    def reader(self, where: str) -> Reader:
        """Reads the rows again with their places; those of Parquet only where an SQL condition holds."""
        if self.received.is_parquet:
            return ParquetReader(self.connection, self.received, self.recognised, where)
        return StrictReader(self.received, self.recognised)

    def refuse_pseudonyms(self, table: str) -> None:
        """Look at the pseudonyms of a table that has each of them once. Raises FileRefused."""
        column = next(one for one in self.recognised.order if one.name == PATIENT)
        test = condition(column.type, Stored.TEXT, "pseudonym")
        sql = f"SELECT coalesce(bool_and({test}), true) FROM {table}"  # noqa: S608 - declared names
        if not fetch_one(self.connection, sql)[0]:
            refuse_cells(self.reader(f"NOT {condition(column.type, Stored.TEXT, column.headers[0])}"))


def open_source(
    connection: duckdb.DuckDBPyConnection, received: Received, recognised: Recognised, folder: Path
) -> Source:
    """A file as a table, each cell of which was looked at, pseudonyms apart. Raises FileRefused."""
    if received.is_parquet:
        try:
            return _open_parquet(connection, received, recognised)
        except duckdb.Error as error:
            raise damaged(received, error) from error
    return _stage(connection, received, recognised, folder)


def refuse_cells(reader: Reader) -> None:
    """Name the wrong cells that a reader meets, some of which there are. Raises FileRefused."""
    for _ in reader:
        pass
    raise AssertionError("a cell was found wrong by one reader and right by the other")


def distinct_texts(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> frozenset[str]:
    """The different texts of a column; null is the empty text."""
    found = connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()  # noqa: S608
    return frozenset(text or "" for (text,) in found)


def _is_coded(cell: CellType) -> bool:
    """Whether a column has few different texts."""
    return isinstance(cell, (Code, Choice))


def _all_right(column: Column, texts: frozenset[str]) -> bool:
    try:
        for text in texts:
            column.type.canonical(text)
    except BadCell:
        return False
    return True


def _q(name: str) -> str:
    return f'"{name}"'


# --- CSV ------------------------------------------------------------------------------------------------


def _stage(
    connection: duckdb.DuckDBPyConnection, received: Received, recognised: Recognised, folder: Path
) -> Source:
    """Parse a CSV file once, into a table of its own beside the release to come."""
    database = f"staged_{folder.name}"
    connection.execute(f"ATTACH {quoted(str(folder / 'staged.duckdb'))} AS {database}")
    relation = fast.as_received(received, recognised)
    if relation is None or not _parse(connection, relation, database):
        relation = fast.rewritten(received, recognised, folder / "plain.csv")
        if not _parse(connection, relation, database):
            raise FileRefused(
                Refusal(
                    received.name,
                    "its rows cannot be told apart with certainty.",
                    "Save it again with every text in quotes.",
                )
            )
    staged = f"{database}.received"
    distinct = {}
    for column in relation.order:
        if _is_coded(column.type) and column.name != PATIENT:
            distinct[column.name] = distinct_texts(connection, staged, _q(column.name))
            if not _all_right(column, distinct[column.name]):
                refuse_cells(StrictReader(received, recognised))
    values = ", ".join(
        f"{value(one.type, Stored.TEXT, _q(one.name))} AS {_q(one.name)}"
        if _is_coded(one.type)
        else _q(one.name)
        for one in relation.order
    )
    table = f"(SELECT {values} FROM {staged})"  # noqa: S608 - declared in formats
    return Source(connection, received, recognised, table, relation.rows, distinct)


def _parse(connection: duckdb.DuckDBPyConnection, relation: Relation, database: str) -> bool:
    """Whether the fast reader could read the table, and may be trusted to have lost nothing.

    Codes stay as they are, and are looked at later.
    """
    coded = {one.name for one in relation.order if _is_coded(one.type)}
    values = ", ".join(
        _q(one.name)
        if one.name in coded
        else f"{value(one.type, Stored.TEXT, _q(one.name))} AS {_q(one.name)}"
        for one in relation.order
    )
    plain = relation.plain(apart_from=coded)
    try:
        connection.execute("SET preserve_insertion_order = false")  # the rows are sorted later
        connection.execute(
            f"CREATE OR REPLACE TABLE {database}.received AS "  # noqa: S608 - declared in formats
            f"SELECT {values}, {plain} AS is_plain, {relation.ends_in_comma} AS ends_in_comma "
            f"FROM {relation.sql}"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException):
        return False
    finally:
        connection.execute("SET preserve_insertion_order = true")
    rows, all_plain, ending_in_comma = fetch_one(
        connection,
        "SELECT count(*), coalesce(bool_and(is_plain), false), count_if(ends_in_comma) "  # noqa: S608
        f"FROM {database}.received",
    )
    commas_agree = relation.rows_ending_in_comma in (-1, ending_in_comma)
    return bool(all_plain) and rows == relation.rows and commas_agree


# --- Parquet --------------------------------------------------------------------------------------------


def _open_parquet(
    connection: duckdb.DuckDBPyConnection, received: Received, recognised: Recognised
) -> Source:
    source = table_function(received)
    values = []
    checks: dict[str, str] = {}
    distinct: dict[str, frozenset[str]] = {}
    wrong = []
    for column, header in recognised.headed:
        stored = recognised.stored_of(column.name)
        values.append(f"{value(column.type, stored, _q(header))} AS {_q(column.name)}")
        test = condition(column.type, stored, _q(header))
        if stored is Stored.TEXT and _is_coded(column.type):
            if column.name != PATIENT:
                distinct[column.name] = distinct_texts(connection, source, _q(header))
                if not _all_right(column, distinct[column.name]):
                    wrong.append(f"NOT {test}")
        else:
            checks[column.name] = test
    right = ", ".join(f"coalesce(bool_and({one}), true)" for one in checks.values())
    rows, *are_right = fetch_one(connection, f"SELECT count(*), {right} FROM {source}")  # noqa: S608
    wrong += [f"NOT {test}" for test, right in zip(checks.values(), are_right, strict=True) if not right]
    if wrong:
        refuse_cells(ParquetReader(connection, received, recognised, " OR ".join(wrong)))
    if not rows:
        raise FileRefused(
            Refusal(
                received.name, "it has no rows.", "Fetch the file again: a month without rows is not loaded."
            )
        )
    table = f"(SELECT {', '.join(values)} FROM {source})"  # noqa: S608 - declared in formats
    return Source(connection, received, recognised, table, int(str(rows)), distinct)
