"""Prepared results: numbers of comparators, worked out for every organisation when a month is loaded.

A month has one file with a table for each level of organisations; a column is one amount or count, named by
what it counts. Amounts are read from the table of practices and added up; counts do not add up, so each level
has its own, and a number is read only where its group is exactly one organisation in one month.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ORGANISATION_FIELDS, PRACTICE
from epact2.query.conditions import leaves
from epact2.query.encode import value_to_json
from epact2.query.nodes import Amount, Distinct, Patients, Query, Value
from epact2.query.periods import window_months
from epact2.store.plan import Slot, column_of
from epact2.store.tables import MONTH, PRACTICE_KEY, Column, Table
from epact2.store.terms import answer_parts, cells_of

LEVELS: tuple[Field, ...] = ORGANISATION_FIELDS
_VERSION = 1  # of how the numbers are worked out


def slots_of(values: Sequence[Value]) -> tuple[Slot, ...]:
    """What has to be added up or counted for some values, apart from people on lists."""
    found: dict[Slot, None] = {}
    for value in values:
        for part in answer_parts(Query((value,))):
            for term in part.terms:
                found.update((cell.slot, None) for cell in cells_of(term) if not cell.slot.is_population)
    return tuple(found)


def value_of(slot: Slot) -> Value:
    """The value that asks for a slot."""
    if isinstance(slot.of, tuple):
        return Distinct(slot.of, slot.where)
    if slot.condition is not None:
        return Patients(slot.condition, slot.where)
    return Amount(slot.of, slot.where)  # type: ignore[arg-type]  # what is neither is a measure


def column_name(slot: Slot) -> str:
    """The column of a slot: the same for the same amount or count, whoever asks for it."""
    text = json.dumps(value_to_json(value_of(slot)), sort_keys=True, default=str)
    return f"v_{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def table_of_level(level: Field, slots: Sequence[Slot]) -> Table:
    """The table of a level, with a column for each slot."""
    key = PRACTICE_KEY if level == PRACTICE else Column("code", "VARCHAR", f"code of the {level}")
    counted = tuple(Column(column_name(slot), "BIGINT", "the number", nullable=True) for slot in slots)
    return Table(f"prepared_{column_of(level)}", (MONTH, key, *counted), ("month", key.name))


def months_looked_at(month: DispensingMonth, slots: Sequence[Slot]) -> frozenset[DispensingMonth]:
    """The months on whose items the prepared results of a month depend: its own, and those of windows."""
    conditions = [slot.condition for slot in slots if slot.condition is not None]
    windows = {leaf.window for condition in conditions for leaf in leaves(condition)}
    return frozenset((month, *(one for window in windows for one in window_months(window, [month]))))


def identity(month: int, files: Sequence[str], structure: Sequence[object], slots: Sequence[Slot]) -> str:
    """What a month's prepared results depend on: files, where its practices belong, and what is asked."""
    facts = [_VERSION, month, list(files), list(structure), [column_name(slot) for slot in slots]]
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()
