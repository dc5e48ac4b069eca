"""The pseudonyms of a store: those of every patient in its current release, with the patient's key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from epact2.load.database import attached
from epact2.store.item_tables import PSEUDONYM
from epact2.store.release import Store, read_release

_AT_A_TIME = 10_000


def pseudonyms(store: Path) -> Iterator[tuple[int, str]]:
    """Key and pseudonym of each patient. Keys are dense, from 1, and never change. Raises NoRelease."""
    release = read_release(store)
    connection = duckdb.connect()
    try:
        for _, stored in sorted(release.items.items()):
            with attached(connection, Store(store).file(stored), "month"):
                found = connection.execute(
                    f"SELECT patient, pseudonym FROM month.{PSEUDONYM.name} ORDER BY patient"  # noqa: S608
                )
                while rows := found.fetchmany(_AT_A_TIME):
                    yield from rows
    finally:
        connection.close()
