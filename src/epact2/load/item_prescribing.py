"""Prescribing by practice from a month's items: where no EPD file is loaded, and to compare where one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from epact2.load.database import attached
from epact2.load.fast import fetch_one, insert_rows
from epact2.load.parts import ranges
from epact2.load.prescribing import UNIDENTIFIED
from epact2.model.organisations import UNKNOWN_CODE
from epact2.store.item_tables import ITEM
from epact2.store.tables import MEASURES, PRESCRIBING, PUBLISHED_PRACTICE, PUBLISHED_PRESENTATION, ROWS_TABLES


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    items: Path,
    practices: Mapping[str, int],
    presentations: Mapping[str, int],
    products: Mapping[str, int],
    target: Path,
) -> None:
    """Write the prescribing of a month as its EPD file would have it: the items that are not excluded.

    Item files name no places, so the places of practices are left open; lists and registers know them.
    """
    _write_codes(connection, "product_code", products)
    _write_codes(connection, "practice_code", practices)
    _write_codes(connection, "presentation_code", presentations)
    sums = ", ".join(f"CAST(sum({one.name}) AS BIGINT) AS {one.name}" for one in MEASURES)
    amounts = ", ".join(one.name for one in MEASURES)
    with (
        attached(connection, items, "items"),
        attached(connection, target, "target", new=ROWS_TABLES),
    ):
        counted = "exclusion = 0"
        for low, high in ranges(connection, f"items.{ITEM.name}", "practice", counted):
            connection.execute(
                f"""
                INSERT INTO target.{PRESCRIBING.name}
                SELECT month, practice, presentation, product_code.code, quantity, {amounts} FROM (
                    SELECT month, practice, presentation, product, quantity, {sums} FROM items.{ITEM.name}
                    WHERE {counted} AND practice BETWEEN {low} AND {high}
                    GROUP BY month, practice, presentation, product, quantity
                ) JOIN product_code ON product_code.key = product
                ORDER BY practice, presentation
                """  # noqa: S608 - declared names and numbers
            )
        connection.execute(
            f"""
            INSERT INTO target.{PUBLISHED_PRACTICE.name}
            SELECT key, code, '', '', '{UNKNOWN_CODE}', '', '{UNKNOWN_CODE}', '', '{UNKNOWN_CODE}', ''
            FROM practice_code SEMI JOIN target.{PRESCRIBING.name} ON practice = key ORDER BY key;
            INSERT INTO target.{PUBLISHED_PRESENTATION.name}
            SELECT key, code, '' FROM presentation_code
            SEMI JOIN target.{PRESCRIBING.name} ON presentation = key ORDER BY key
            """  # noqa: S608 - declared names
        )


def _write_codes(connection: duckdb.DuckDBPyConnection, table: str, keys: Mapping[str, int]) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} (key INTEGER, code VARCHAR)")
    insert_rows(connection, table, [(key, code) for code, key in sorted(keys.items())])


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the items of a month compare with its EPD rows, by practice and presentation."""

    groups: int
    different: int
    words: str

    @property
    def agree(self) -> bool:
        """Whether every practice and presentation has the same items, quantity, NIC and actual cost."""
        return not self.different


_COMPARED = ("items", "total_quantity", "nic", "actual_cost", "adq_usage")


def compare(
    connection: duckdb.DuckDBPyConnection,
    items: Path,
    rows: Path,
    practices: Mapping[str, int],
    presentations: Mapping[str, int],
) -> Comparison:
    """Compare a month's items that are not excluded with its EPD rows.

    EPD tells unidentified prescribers apart by their location and item files do not: they count together.
    """
    unidentified = [key for code, key in practices.items() if code.startswith(UNIDENTIFIED)]
    together = min(unidentified, default=0)
    kept = {code: key for code, key in practices.items() if key not in unidentified}
    _write_codes(connection, "practice_code", {**kept, UNIDENTIFIED: together})
    _write_codes(connection, "presentation_code", presentations)
    of_nobody = ", ".join(map(str, unidentified)) or "NULL"
    sums = ", ".join(f"sum({name})::HUGEINT AS {name}" for name in _COMPARED)

    def totals(table: str, where: str) -> str:
        return (
            f"SELECT CASE WHEN practice IN ({of_nobody}) THEN {together} ELSE practice END AS place, "  # noqa: S608
            f"presentation, {sums} FROM {table} {where} GROUP BY place, presentation"
        )

    differs = " OR ".join(f"i.{name} IS DISTINCT FROM e.{name}" for name in _COMPARED)
    with attached(connection, items, "items"), attached(connection, rows, "epd"):
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE compared AS
            SELECT coalesce(i.place, e.place) AS practice,
                coalesce(i.presentation, e.presentation) AS presentation,
                i.place IS NOT NULL AS of_items, e.place IS NOT NULL AS of_epd, {differs} AS differs,
                coalesce(i.items, 0) AS items, coalesce(e.items, 0) AS epd_items,
                coalesce(i.nic, 0) AS nic, coalesce(e.nic, 0) AS epd_nic
            FROM ({totals(f"items.{ITEM.name}", "WHERE exclusion = 0")}) AS i
            FULL JOIN ({totals(f"epd.{PRESCRIBING.name}", "")}) AS e USING (place, presentation)
            """  # noqa: S608 - declared names and numbers
        )
    groups, different = fetch_one(connection, "SELECT count(*), count_if(differs) FROM compared")
    words = _words(connection, int(str(different)), int(str(groups)))
    connection.execute("DROP TABLE compared")
    return Comparison(int(str(groups)), int(str(different)), words)


def _words(connection: duckdb.DuckDBPyConnection, different: int, groups: int) -> str:
    if not different:
        return f"Items and EPD rows agree in all {groups} pairs of practice and presentation."
    facts = fetch_one(
        connection,
        """
        SELECT count(DISTINCT practice) FILTER (of_items), count(DISTINCT practice) FILTER (of_epd),
            count(DISTINCT presentation) FILTER (of_items), count(DISTINCT presentation) FILTER (of_epd),
            sum(items), sum(epd_items), sum(nic), sum(epd_nic)
        FROM compared
        """,
    )
    practice, presentation, items, epd_items, nic, epd_nic = fetch_one(
        connection,
        "SELECT p.code, m.code, items, epd_items, nic, epd_nic FROM compared "
        "JOIN practice_code AS p ON p.key = practice JOIN presentation_code AS m ON m.key = presentation "
        "WHERE differs ORDER BY p.code, m.code LIMIT 1",
    )
    sides = (
        f"{facts[0]} practices, {facts[2]} presentations, {facts[4]} items, £{_pounds(facts[6])} by items; "
        f"{facts[1]}, {facts[3]}, {facts[5]} and £{_pounds(facts[7])} by EPD"
    )
    return (
        f"Items and EPD rows differ in {different} of {groups} pairs of practice and presentation ({sides}); "
        f"for example practice {practice}, presentation {presentation}: {items} items and £{_pounds(nic)} by "
        f"items, {epd_items} and £{_pounds(epd_nic)} by EPD. EPD rows answer questions about practices."
    )


def _pounds(pence: object) -> str:
    whole = int(str(pence))
    return f"{'-' if whole < 0 else ''}{abs(whole) // 100}.{abs(whole) % 100:02}"
