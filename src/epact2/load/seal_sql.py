"""The SQL of sealing a month: exact counts, open items, offsets, and where each atom enters.

Databases are attached as ``dims``, ``open_rows``, ``of_patients``, ``prepared_before`` and ``sealed``. Exact
counts live in temporary tables for as long as a month is worked on.
"""
# ruff: noqa: S608 - every name in these statements is the program's own; the key is bound, never written

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from epact2.load.fast import insert_rows, quoted
from epact2.load.seal_rules import key_parameters, offset_sql, pooling, rounded_sql
from epact2.load.seal_splits import SPLIT_TABLES, count_cells, create_cells, write_splits
from epact2.model.months import DispensingMonth
from epact2.query.nodes import Codes, Selection
from epact2.query.open_bounds import Bound, ItemsOf, LeastOf, SumOf, selections_of
from epact2.query.sealing import BASE, SHOWN_FROM, Enters
from epact2.store.catalogue import Catalogue
from epact2.store.published import LEVEL_OF_COMPARATORS

_TABLES = (
    "seal_open",
    "seal_had",
    "seal_count",
    "seal_atom",
    "seal_shown",
    "seal_class",
    "seal_member",
    "seal_bound",
    *SPLIT_TABLES,
)
_LENGTHS = (0, 2, 4, 9)  # of the codes of nodes, by level: everything, chapter, section, chemical substance


@dataclass(frozen=True, slots=True)
class Counted:
    """A count of a comparator: its column in the prepared results, the bound of its open items, and whether
    it counts items and not patients.
    """

    column: str
    bound: Bound
    of_items: bool


def write_atoms(
    connection: duckdb.DuckDBPyConnection,
    month: DispensingMonth,
    counted: Sequence[Counted],
    catalogue: Catalogue,
    secret: bytes,
) -> None:
    """Write the atoms of a month."""
    try:
        connection.execute(
            "CREATE TEMP TABLE seal_atom (level UTINYINT, node VARCHAR, practice INTEGER, n BIGINT, "
            "open BIGINT, room BIGINT)"
        )
        connection.execute(
            "CREATE TEMP TABLE seal_shown (level UTINYINT, node VARCHAR, practice INTEGER, m BIGINT)"
        )
        _count_bnf(connection)
        # From fine to coarse: a whole leaves room for its parts as they are published.
        for level in reversed(range(len(_LENGTHS))):
            if level < len(_LENGTHS) - 1:
                _leave_room(connection, level)
            _show(connection, level, month, secret)
        _count_comparators(connection, counted, catalogue)
        _show(connection, LEVEL_OF_COMPARATORS, month, secret)
        _write_published(connection, month, secret)
        write_splits(connection, month, secret)
    finally:
        for table in _TABLES:
            connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


# --- Exact counts and open items ------------------------------------------------------------------------


def _count_bnf(connection: duckdb.DuckDBPyConnection) -> None:
    """Everything, chapters, sections and chemical substances: patients, and open items, by practice.

    Chapter by chapter, so that a large month fits into memory; within one, from fine to coarse.
    """
    connection.execute(
        "CREATE TEMP TABLE seal_open AS SELECT m.chemical_substance AS node, r.practice, "
        "sum(r.items) AS items "
        "FROM open_rows.prescribing r JOIN dims.medicine m USING (presentation) GROUP BY ALL"
    )
    connection.execute(
        "CREATE TEMP TABLE seal_count (level UTINYINT, node VARCHAR, practice INTEGER, n BIGINT)"
    )
    chapters = connection.execute(
        "SELECT chapter, min(presentation), max(presentation) FROM dims.medicine GROUP BY chapter"
    ).fetchall()
    create_cells(connection)
    for chapter, low, high in chapters:
        count_cells(connection, chapter, low, high)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE seal_had AS SELECT DISTINCT m.chemical_substance AS node, "
            "i.practice, i.patient FROM of_patients.item_by_presentation i "
            "JOIN dims.medicine m USING (presentation) WHERE i.patient <> 0 "
            "AND i.presentation BETWEEN $low AND $high AND m.chapter = $chapter",
            {"low": low, "high": high, "chapter": chapter},
        )
        connection.execute(
            "INSERT INTO seal_count SELECT 3, node, practice, count(*) FROM seal_had GROUP BY ALL"
        )
        for level, length in ((2, 4), (1, 2)):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE seal_had AS SELECT DISTINCT left(node, {length}) AS node, "
                "practice, patient FROM seal_had"
            )
            connection.execute(
                f"INSERT INTO seal_count SELECT {level}, node, practice, count(*) FROM seal_had GROUP BY ALL"
            )
    # Who is at one practice all the month has one row; the few others are counted anew.
    connection.execute(
        "INSERT INTO seal_count SELECT 0, '', practice, sum(n) FROM ("
        "SELECT practice, count(*) AS n FROM of_patients.patient_month GROUP BY ALL UNION ALL "
        "SELECT practice, count(DISTINCT patient) FROM of_patients.mixed_item WHERE patient <> 0 GROUP BY ALL"
        ") GROUP BY ALL"
    )
    levels = " UNION ALL ".join(
        f"SELECT {level} AS level, left(node, {length}) AS node, practice, sum(items) AS open "
        "FROM seal_open GROUP BY ALL"
        for level, length in enumerate(_LENGTHS)
    )
    connection.execute(
        "INSERT INTO seal_atom SELECT o.level, o.node, o.practice, coalesce(c.n, 0), "
        f"o.open, NULL FROM ({levels}) o LEFT JOIN seal_count c USING (level, node, practice) "
        "WHERE o.open > 0"
    )


def _count_comparators(
    connection: duckdb.DuckDBPyConnection, counted: Sequence[Counted], catalogue: Catalogue
) -> None:
    """The counts of comparators, from the prepared results, with the open items that they rest on."""
    if not counted:
        return
    wanted = tuple(dict.fromkeys(one for slot in counted for one in selections_of(slot.bound)))
    _add_up_open(connection, wanted, catalogue)
    names = {selection: str(place) for place, selection in enumerate(wanted)}
    for slot in counted:
        bound = _bound(slot.bound, names, "b")
        room = "NULL" if slot.of_items else _bound(slot.bound, names, "r")
        connection.execute(
            f"INSERT INTO seal_atom SELECT {LEVEL_OF_COMPARATORS}, {quoted(slot.column)}, "
            f"b.practice, coalesce(p.{slot.column}, 0), {bound}, {room} "
            f"FROM seal_bound b LEFT JOIN prepared_before.prepared_practice p USING (practice) "
            f"WHERE {bound} > 0"
        )


def _bound(bound: Bound, names: dict[Selection, str], kind: str) -> str:
    """The open items of a bound (``b``), or the room that it leaves (``r``)."""
    match bound:
        case ItemsOf(medicines):
            return f"b.{kind}{names[medicines]}"
        case LeastOf(parts):
            return f"least({', '.join(_bound(part, names, kind) for part in parts)})"
        case SumOf(parts):
            return f"({' + '.join(_bound(part, names, kind) for part in parts)})"


def _add_up_open(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[Selection], catalogue: Catalogue
) -> None:
    """The open items of each practice under each selection of medicines, and the room that the substances
    selected leave: a column for each.

    Presentations that the same selections select are one class, so that rows are brought together first.
    """
    medicines = catalogue.medicines(Codes.LATEST)
    selected: dict[int, list[int]] = {}
    for place, selection in enumerate(wanted):
        for position in medicines.selected(selection):
            selected.setdefault(medicines.keys[position], []).append(place)
    classes: dict[tuple[int, ...], int] = {}
    of_key = [(key, classes.setdefault(tuple(places), len(classes))) for key, places in selected.items()]
    connection.execute("CREATE TEMP TABLE seal_class (presentation INTEGER, class INTEGER)")
    insert_rows(connection, "seal_class", of_key)
    connection.execute("CREATE TEMP TABLE seal_member (class INTEGER, place INTEGER)")
    members = [(number, place) for places, number in classes.items() for place in places]
    insert_rows(connection, "seal_member", members)
    most = BASE - 1
    columns = ", ".join(
        f"coalesce(sum(items) FILTER (place = {place}), 0) AS b{place}, "
        f"greatest(coalesce(max(m) FILTER (place = {place}), 0), {BASE} * "
        f"((coalesce(sum(top) FILTER (place = {place}), 0) - {most}) // {BASE})) AS r{place}"
        for place in range(len(wanted))
    )
    connection.execute(
        f"""
        CREATE TEMP TABLE seal_bound AS
        WITH of_class AS (
            SELECT practice, class, m.chemical_substance AS node, sum(items) AS items
            FROM open_rows.prescribing JOIN seal_class USING (presentation)
            JOIN dims.medicine m USING (presentation) GROUP BY ALL
        ),
        of_place AS (
            SELECT practice, place, node, sum(items) AS items
            FROM of_class JOIN seal_member USING (class) GROUP BY ALL
        )
        SELECT practice, {columns} FROM (
            SELECT o.practice, o.place, o.items, s.m, {_top("s.m", "o.items")} AS top
            FROM of_place o LEFT JOIN seal_shown s
            ON s.level = {len(_LENGTHS) - 1} AND s.node = o.node AND s.practice = o.practice
        ) GROUP BY practice
        """
    )


# --- What is published ----------------------------------------------------------------------------------


def _leave_room(connection: duckdb.DuckDBPyConnection, level: int) -> None:
    """Say of every whole of a level how much room its parts leave it: ``query.sealing.room``."""
    connection.execute(
        f"""
        UPDATE seal_atom SET room = r.room FROM (
            SELECT left(c.node, {_LENGTHS[level]}) AS node, c.practice, greatest(
                coalesce(max(s.m), 0),
                {BASE} * ((sum({_top("s.m", "c.open")}) - {BASE - 1}) // {BASE})
            ) AS room
            FROM seal_atom c LEFT JOIN seal_shown s USING (level, node, practice)
            WHERE c.level = {level + 1} GROUP BY ALL
        ) r
        WHERE seal_atom.level = {level} AND seal_atom.node = r.node AND seal_atom.practice = r.practice
        """
    )


def _top(published: str, items: str) -> str:
    """The most patients that a part can have, as far as is published."""
    return f"greatest(least(coalesce({published} + {BASE - 1}, {items}), {items}), 0)"


def _show(connection: duckdb.DuckDBPyConnection, level: int, month: DispensingMonth, secret: bytes) -> None:
    """Round the atoms of a level that are published by themselves: see ``query.sealing``."""
    chain = offset_sql(f"concat('chain|', p.code, '|', {quoted(month.financial_year)})")
    connection.execute(
        f"""
        INSERT INTO seal_shown
        SELECT level, node, practice,
            least({rounded_sql("a.n", chain)}, {BASE} * (a.open // {BASE}), coalesce(a.room, a.open))
        FROM seal_atom a JOIN dims.practice p USING (practice)
        WHERE level = {level} AND open >= {SHOWN_FROM}
        """,
        key_parameters(secret),
    )


def _write_published(connection: duckdb.DuckDBPyConnection, month: DispensingMonth, secret: bytes) -> None:
    """Write what is published: atoms that are shown, and the others in their pools."""
    alone = offset_sql(f"concat('alone|', p.code, '|', a.node, '|', {quoted(month.code)})")
    steps = "".join(f", {step}" for step in pooling(("level", "node"), ("m",)))
    connection.execute(
        f"""
        INSERT INTO sealed.atom
        WITH hidden0 AS (
            SELECT level, node, practice, sub_icb, icb, region,
                least({rounded_sql("a.n", alone)}, {BASE}) AS m
            FROM seal_atom a JOIN dims.practice p USING (practice) WHERE open < {SHOWN_FROM}
        ){steps}
        SELECT {month.number}, level, node, practice, m, {int(Enters.PRACTICE)} FROM seal_shown
        UNION ALL SELECT {month.number}, level, node, practice, m, enters FROM pooled
        ORDER BY level, node, practice
        """,
        key_parameters(secret),
    )
