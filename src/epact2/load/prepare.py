"""Preparing comparators: their numbers for every organisation, worked out once when a month is loaded.

The numbers are answers of the engine itself, so they are what it would answer without them. A month is
prepared again only when something changes on which its numbers depend.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from epact2.load.database import attached, keep
from epact2.load.fast import insert_rows
from epact2.load.progress import Progress
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import PRACTICE
from epact2.query.level import value_needs_items
from epact2.query.nodes import MonthRange, Query, Value
from epact2.query.result import Cell
from epact2.query.scope import Scope
from epact2.store.duckdb import DuckDBEngine
from epact2.store.plan import Slot
from epact2.store.prepared import (
    LEVELS,
    column_name,
    identity,
    months_looked_at,
    slots_of,
    table_of_level,
    value_of,
)
from epact2.store.release import Release, Store, StoredFile

_AT_ONCE = 8  # values of one question: enough to share what they read, few enough to be planned quickly
_WHOLE = Scope(
    reason="Prepared at the load, for every organisation; each viewer's scope is applied when read."
)


def prepare(
    store: Store,
    release: Release,
    base: Release | None,
    values: Sequence[Value],
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    progress: Progress,
) -> Release:
    """The release with the prepared results of its months; those that did not change are taken over."""
    slots = slots_of(values)
    if not slots:
        return release
    engine = DuckDBEngine(store.root, release, timeout_s=None)
    try:
        known = {one.name: one for one in (base.prepared.values() if base else ())}
        prepared: dict[int, StoredFile] = {}
        for month in engine.directory.months:
            name = _identity(engine, release, month, slots)
            found = known.get(f"prepared-{month.number}-{name[:16]}.duckdb")
            if found is None:
                progress.step(f"Preparing comparators of {month.name}")
                draft = folder / "prepared.duckdb"
                _write(engine, month, slots, connection, draft)
                found = keep(store, draft, f"prepared-{month.number}", name)
                progress.end()
            prepared[month.number] = found
    finally:
        engine.close()
    return replace(release, prepared=prepared, prepared_columns=tuple(map(column_name, slots)))


def _identity(engine: DuckDBEngine, release: Release, month: DispensingMonth, slots: Sequence[Slot]) -> str:
    """The name of a month's prepared results: what they depend on."""
    files = [release.rows[month.number].name] if month.number in release.rows else []
    for looked_at in sorted(months_looked_at(month, slots)):
        for of_month in (release.items, release.patients):
            found = of_month.get(looked_at.number)
            files.append(found.name if found else "")
    catalogue = engine.catalogue
    present = engine.practices_of(month.number)
    places = sorted(
        (one.key, one.pcn, one.sub_icb, one.icb, one.region)
        for one in catalogue.practices
        if one.key in present
    )
    return identity(month.number, files, [*places, sorted(engine.directory.latest_codes.items())], slots)


def _write(
    engine: DuckDBEngine,
    month: DispensingMonth,
    slots: Sequence[Slot],
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
) -> None:
    tables = [table_of_level(level, slots) for level in LEVELS]
    keys = {one.code: one.key for one in engine.catalogue.practices}
    with attached(connection, draft, "prepared", new=tables):
        for level, table in zip(LEVELS, tables, strict=True):
            rows = _rows(engine, month, level, slots)
            named = ((keys[code] if level == PRACTICE else code, cells) for code, cells in rows.items())
            ordered = sorted(named, key=lambda one: one[0])
            insert_rows(
                connection, f"prepared.{table.name}", [(month.number, key, *cells) for key, cells in ordered]
            )


def _rows(
    engine: DuckDBEngine, month: DispensingMonth, level: Field, slots: Sequence[Slot]
) -> Mapping[str, list[Cell]]:
    """The numbers of every organisation of a level, by its code."""
    numbers: dict[str, list[Cell]] = {}
    for places in _together(slots, has_items=month in engine.directory.item_months):
        query = Query(
            tuple(value_of(slots[place]) for place in places), rows=(level,), months=MonthRange(month, month)
        )
        for code, *cells in engine.answer(query, _WHOLE).rows:
            row = numbers.setdefault(str(code), [None] * len(slots))
            for place, cell in zip(places, cells, strict=True):
                row[place] = cell
    return numbers


def _together(slots: Sequence[Slot], *, has_items: bool) -> Iterator[tuple[int, ...]]:
    """The places of the slots, in the questions that ask for them; none that needs items which are not there.

    Amounts of practices are asked apart from what needs items, so that each is read from its own rows.
    """
    of_items = [place for place, slot in enumerate(slots) if value_needs_items(value_of(slot))]
    others = [place for place in range(len(slots)) if place not in set(of_items)]
    for chosen in (others, of_items if has_items else []):
        for start in range(0, len(chosen), _AT_ONCE):
            yield tuple(chosen[start : start + _AT_ONCE])
