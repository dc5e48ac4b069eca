"""Looking into a store with plain SQL, past every engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb

from epact2.store.release import Release, Store, StoredFile, read_release
from support.epd import Row


@contextmanager
def opened(store: Path, stored: StoredFile) -> Iterator[duckdb.DuckDBPyConnection]:
    """One file of a store, attached as ``f``."""
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH '{Store(store).file(stored)}' AS f (READ_ONLY)")
        yield connection
    finally:
        connection.close()


def dimension_rows(store: Path, sql: str, release: Release | None = None) -> list[tuple[object, ...]]:
    """Rows of a query on the dimensions; tables are called ``f.practice`` and so on."""
    with opened(store, (release or read_release(store)).dimensions) as connection:
        return connection.execute(sql).fetchall()


def totals_rows(store: Path, year: int, sql: str) -> list[tuple[object, ...]]:
    """Rows of a query on the totals of a year; tables are called ``f.by_section`` and so on."""
    with opened(store, read_release(store).totals[year]) as connection:
        return connection.execute(sql).fetchall()


def stored_rows(store: Path, release: Release | None = None) -> list[Row]:
    """Every row of prescribing of a release, sorted, with exact decimals."""
    found = []
    release = release or read_release(store)
    for stored in release.rows.values():
        with opened(store, stored) as connection:
            rows = connection.execute(
                "SELECT month, p.code, m.code, snomed, quantity, items, total_quantity, nic, actual_cost, "
                "adq_usage "
                "FROM f.prescribing JOIN f.published_practice p USING (practice) "
                "JOIN f.published_presentation m USING (presentation)"
            ).fetchall()
        for *codes, quantity, items, total, nic, cost, adq in rows:
            amounts = _decimal(total, 5), _decimal(nic, 2), _decimal(cost, 5), _decimal(adq, 5)
            found.append(Row(*codes, _decimal(quantity, 5), items, *amounts))
    return sorted(found)


def _decimal(whole: int, scale: int) -> Decimal:
    return Decimal(whole).scaleb(-scale)
