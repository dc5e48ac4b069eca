"""Prepared results, worked out by the reference engine: see ``support.release_builder``."""

from __future__ import annotations

from collections.abc import Sequence

from epact2.model.months import DispensingMonth
from epact2.model.prescribing import PRACTICE
from epact2.query.nodes import MonthRange, Query, Value
from epact2.query.periods import NoData
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.prepared import LEVELS, column_name, slots_of, table_of_level, value_of
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_data import ReferenceData
from epact2.store.tables import Table
from support.small_data import directory_of

Cells = tuple[object, ...]


def prepared_columns(values: Sequence[Value]) -> tuple[str, ...]:
    return tuple(map(column_name, slots_of(values)))


def prepared_files(
    data: ReferenceData, practices: dict[str, int], values: Sequence[Value]
) -> dict[int, dict[Table, list[Cells]]]:
    """For each month with prescribing, the tables of every level."""
    engine = ReferenceEngine(data, directory_of(data))
    slots = slots_of(values)
    found: dict[int, dict[Table, list[Cells]]] = {}
    for month in engine.directory.months if slots else ():
        tables = {}
        for level in LEVELS:
            numbers: dict[str, list[object]] = {}
            for place, slot in enumerate(slots):
                for code, number in _numbers(engine, month, level, value_of(slot)):
                    numbers.setdefault(code, [None] * len(slots))[place] = number
            key = practices if level == PRACTICE else None
            tables[table_of_level(level, slots)] = [
                (month.number, key[code] if key else code, *cells) for code, cells in numbers.items()
            ]
        found[month.number] = tables
    return found


def _numbers(engine: ReferenceEngine, month: DispensingMonth, level, value: Value):
    query = Query((value,), rows=(level,), months=MonthRange(month, month))
    try:
        return engine.answer(query, ALL_OF_ENGLAND).rows
    except NoData:
        return ()
