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
from epact2.load.formats import ITEMS
from epact2.load.progress import Progress
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth, span_name
from epact2.model.prescribing import MONTH, PRACTICE
from epact2.query.level import value_needs_items
from epact2.query.nodes import OneOf, Query, Value
from epact2.query.result import Cell, Result
from epact2.query.scope import Scope
from epact2.store.catalogue import code_of
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
from epact2.store.tables import Table

Numbers = dict[tuple[DispensingMonth, str], list[Cell]]  # by month and organisation
Row = tuple[int | str | float | None, ...]
_MOST_ITEMS = 12_000_000  # rows of several months that one question looks at
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
        identities = {month: _identity(engine, release, month, slots) for month in engine.directory.months}
        prepared: dict[int, StoredFile] = {}
        new: list[DispensingMonth] = []
        for month, name in identities.items():
            found = known.get(f"prepared-{month.number}-{name[:16]}.duckdb")
            if found is None:
                new.append(month)
            else:
                prepared[month.number] = found
        for months in _batches(new, release):
            progress.step(f"Preparing comparators of {span_name(months)}")
            for month, tables in _worked_out(engine, months, slots).items():
                draft = folder / "prepared.duckdb"
                with attached(connection, draft, "prepared", new=tables):
                    for table, rows in tables.items():
                        insert_rows(connection, f"prepared.{table.name}", rows)
                prepared[month.number] = keep(store, draft, f"prepared-{month.number}", identities[month])
            progress.end()
    finally:
        engine.close()
    return replace(release, prepared=prepared, prepared_columns=tuple(map(column_name, slots)))


def _batches(months: Sequence[DispensingMonth], release: Release) -> Iterator[list[DispensingMonth]]:
    """The months that are asked for in one question: as many as have no more items than can be looked at."""
    items = {one.month: one.rows for one in release.datasets_of(ITEMS)}
    batch: list[DispensingMonth] = []
    rows = 0
    for month in months:
        of_month = items.get(month.number, 0)
        if batch and rows + of_month > _MOST_ITEMS:
            yield batch
            batch, rows = [], 0
        batch.append(month)
        rows += of_month
    if batch:
        yield batch


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


def _worked_out(
    engine: DuckDBEngine, months: Sequence[DispensingMonth], slots: Sequence[Slot]
) -> Mapping[DispensingMonth, Mapping[Table, list[Row]]]:
    """The rows of every month and level."""
    practices = {one.code: one for one in engine.catalogue.practices}
    numbers: dict[Field, Numbers] = {level: {} for level in LEVELS}
    for places, of_items in _together(slots):
        for level, found in _work_out(engine, months, slots, places, of_items):
            for key, cells in found.items():
                row = numbers[level].setdefault(key, [None] * len(slots))
                for place, cell in zip(places, cells, strict=True):
                    row[place] = cell
    rows: dict[DispensingMonth, dict[Table, list[Row]]] = {month: {} for month in months}
    for level in LEVELS:
        table = table_of_level(level, slots)
        for month in months:
            rows[month][table] = []
        keyed = (
            (month, practices[code].key if level == PRACTICE else code, cells)
            for (month, code), cells in numbers[level].items()
        )
        for month, organisation, cells in sorted(keyed, key=lambda one: one[:2]):
            rows[month][table].append((month.number, organisation, *cells))
    return rows


def _work_out(
    engine: DuckDBEngine,
    months: Sequence[DispensingMonth],
    slots: Sequence[Slot],
    places: tuple[int, ...],
    of_items: bool,
) -> Iterator[tuple[Field, Numbers]]:
    """The numbers of some slots, level by level: amounts of practices only, counts of all."""
    with_items = frozenset(engine.directory.item_months)
    asked = [month for month in months if not of_items or month in with_items]
    if not asked:
        return
    values = tuple(value_of(slots[place]) for place in places)

    def question(level: Field) -> Query:
        where = OneOf(MONTH, tuple(month.code for month in asked))
        return Query(values, rows=(level, MONTH), where=where)

    of_practices = _numbers(engine.answer(question(PRACTICE), _WHOLE))
    yield PRACTICE, of_practices
    if not slots[places[0]].is_count:
        return
    mixed = engine.answer_of_mixed(question(PRACTICE), _WHOLE)
    for level in LEVELS:
        if level == PRACTICE:
            continue
        again = engine.answer_of_mixed(question(level), _WHOLE) if mixed else None
        if mixed is None or again is None:
            yield level, _numbers(engine.answer(question(level), _WHOLE))
        else:
            yield level, _counted_at(engine, level, of_practices, _numbers(mixed), _numbers(again))


def _counted_at(
    engine: DuckDBEngine, level: Field, of_practices: Numbers, of_mixed: Numbers, again: Numbers
) -> Numbers:
    """The counts of a level: of patients who are at one practice added up, of the others counted again."""
    read = code_of(level)
    parents = {one.code: read(one) for one in engine.catalogue.practices}
    sums: dict[tuple[DispensingMonth, str], int] = {}
    for (month, practice), (count,) in of_practices.items():
        (moving,) = of_mixed.get((month, practice), [0])
        key = (month, parents[practice])
        sums[key] = sums.get(key, 0) + _whole(count) - _whole(moving)
    for key, (count,) in again.items():
        sums[key] = sums.get(key, 0) + _whole(count)
    return {key: [count] for key, count in sums.items()}


def _whole(cell: Cell) -> int:
    assert isinstance(cell, int) or cell is None, "counts are whole numbers"
    return cell or 0


def _numbers(result: Result) -> Numbers:
    """The numbers of an answer by month and code."""
    return {
        (DispensingMonth.parse(str(month)), str(code)): list(cells) for code, month, *cells in result.rows
    }


def _together(slots: Sequence[Slot]) -> Iterator[tuple[tuple[int, ...], bool]]:
    """The places of the slots in the questions that ask for them, and whether these need items.

    What needs items is asked apart, so that each amount is read from its own sort of rows. Amounts share what
    they read; counts share nothing, and a statement of several takes longer to plan than several of one.
    """
    needs = [value_needs_items(value_of(slot)) for slot in slots]
    for of_items in (False, True):
        amounts = tuple(
            place for place, slot in enumerate(slots) if not slot.is_count and needs[place] is of_items
        )
        if amounts:
            yield amounts, of_items
    for place, slot in enumerate(slots):
        if slot.is_count:
            yield (place,), needs[place]
