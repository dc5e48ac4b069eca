"""What an engine makes of a question, and whether two engines made the same of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from epact2.errors import Epact2Error
from epact2.query.nodes import Query
from epact2.query.result import Cell, Result
from epact2.query.scope import Scope
from epact2.store.engine import Engine

Given = TypeVar("Given")


def outcome(engine: Engine, query: Query, scope: Scope) -> Result | tuple[str, str]:
    """The answer, or the error's kind and message."""
    return outcome_of(lambda: engine.answer(query, scope))


def outcome_of(ask: Callable[[], Given]) -> Given | tuple[str, str]:
    """What is asked for, or the error's kind and message."""
    try:
        return ask()
    except Epact2Error as error:
        return type(error).__name__, error.message


def differences(found: Result | tuple[str, str], wanted: Result | tuple[str, str]) -> list[str]:
    """Where two outcomes differ; nothing when they agree."""
    if not isinstance(found, Result) or not isinstance(wanted, Result):
        return [] if found == wanted else [f"{found} and not {wanted}"]
    if found.columns != wanted.columns:
        return [f"columns {found.columns} and not {wanted.columns}"]
    keys = [index for index, column in enumerate(found.columns) if column.kind == "field"]
    found_keys = [tuple(row[index] for index in keys) for row in found.rows]
    wanted_keys = [tuple(row[index] for index in keys) for row in wanted.rows]
    if found_keys != wanted_keys:
        if sorted(map(repr, found_keys)) == sorted(map(repr, wanted_keys)):
            return [f"order {found.rows} and not {wanted.rows}"]
        missing = [key for key in wanted_keys if key not in found_keys]
        extra = [key for key in found_keys if key not in wanted_keys]
        return [f"missing {missing}, too many {extra}"]
    return [
        f"{key}, {column.name}: {cell!r} and not {right!r}"
        for key, row, right_row in zip(found_keys, found.rows, wanted.rows, strict=True)
        for column, cell, right in zip(found.columns, row, right_row, strict=True)
        if not same_cell(cell, right)
    ]


def same_cell(found: Cell, wanted: Cell) -> bool:
    """Whole numbers and codes exactly, with their types; floating-point numbers as nearly as they can be."""
    if isinstance(found, float) and isinstance(wanted, float):
        return abs(found - wanted) <= 1e-12 * max(1.0, abs(found), abs(wanted))
    return type(found) is type(wanted) and found == wanted
