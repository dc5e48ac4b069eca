"""The Englands that are read twice, their engines, and the comparison of an answer with what was counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import answer
from epact2.query.codec import query_from_json
from epact2.query.result import Result
from epact2.store.duckdb import DuckDBEngine
from support.boring_answers import Case, Group, Number
from support.boring_patients import BoringEngland, Line
from support.jumbled_items import jumbled_england, loaded, synthetic_england

FOLDERS = {"synthetic": synthetic_england, "jumbled": jumbled_england}
ENGLANDS = tuple(FOLDERS)

Cells = dict[tuple[str | None, ...], Number]


@cache
def england(name: str) -> BoringEngland:
    return BoringEngland(FOLDERS[name]())


@cache
def engine(name: str) -> DuckDBEngine:
    return DuckDBEngine(loaded(FOLDERS[name]()), threads=2)


def ask(name: str, **question: object) -> Result:
    return answer(engine(name), query_from_json({"version": 1, **question}), OPERATOR).result


def cells_of(result: Result) -> Cells:
    """The cells of an answer with one value, by the codes of their row."""
    return cells_of_value(result, -1)


def cells_of_value(result: Result, place: int) -> Cells:
    """The cells of one of several values; fields stand before the first."""
    fields = sum(column.kind == "field" for column in result.columns)
    cells = {row[:fields]: row[place if place < 0 else fields + place] for row in result.rows}
    assert len(cells) == len(result.rows), "a group is listed once"
    return cells


def compare(found: Cells, expected: Cells) -> None:
    assert found.keys() == expected.keys()
    for key, number in expected.items():
        if isinstance(number, Fraction):
            assert found[key] == pytest.approx(float(number), rel=1e-12), key
        else:
            assert found[key] == number, key


def groups(
    name: str, key: Callable[[Line], str], months: Sequence[int], lines: Sequence[Line] | None = None
) -> dict[str, Group]:
    """A group for each code that occurs in the months, of the lines of these months alone."""
    found: dict[str, dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in england(name).lines if lines is None else lines:
        if line.month in months:
            found[key(line)][line.month].append(line)
    return {code: Group(england(name), tuple(months), by_month) for code, by_month in found.items()}


def expected_of_level(
    name: str,
    level: str,
    case: Case,
    months: Sequence[int],
    *,
    by_month: bool,
    structure: str = "current",
    exclusions: str = "standard",
) -> Cells:
    """Every cell of an answer by organisations of a level, by month or over the months together."""
    cells: Cells = {}
    for code, lines in england(name).by_level(level, structure, exclusions).items():
        for period in [(month,) for month in months] if by_month else [tuple(months)]:
            if not lines.keys().isdisjoint(period):
                key = (code, f"{period[0] // 100}-{period[0] % 100:02}") if by_month else (code,)
                cells[key] = case.count(Group(england(name), period, lines))
    return cells
