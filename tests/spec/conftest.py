"""The one fixture of the specs: tables, a question, and the answer that a reader would work out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from epact2.query.check import check
from epact2.query.codec import query_from_json, query_to_json, selection_from_json
from epact2.query.listing_check import check_listing
from epact2.query.listing_json import listing_from_json, listing_to_json
from epact2.query.result import Cell, Column, Result, exact
from epact2.query.scope import ALL_OF_ENGLAND, Scope
from epact2.store.engine import Engine
from support.engines import ENGINES
from support.offsets import check_offsets
from support.small_data import data_from_tables

_made: dict[tuple[str, tuple[tuple[str, str], ...]], Engine] = {}


@pytest.fixture(params=list(ENGINES))
def spec_test(request):
    """Ask one engine a question, or for a listing (it has no values, and a list of rows is expected).

    See ``spec.record`` for the same signature.
    """

    def ask(
        tables: Mapping[str, str] | str,
        question: dict,
        expected: object,
        scope: dict | None = None,
        offsets: str | None = None,
    ) -> None:
        drawn = {"prescribing": tables} if isinstance(tables, str) else dict(tables)
        engine = _engine(request.param, drawn)
        allowed = Scope(selection_from_json(scope), "spec") if scope is not None else ALL_OF_ENGLAND
        if "values" not in question:
            assert _listed(engine, question, allowed) == expected
            return
        query = query_from_json(question)
        assert query_from_json(query_to_json(query)) == query
        check(query)
        if offsets is not None:
            check_offsets(offsets)
            allowed = replace(allowed, sealed=True)
        found = list(_plain_rows(engine.answer(query, allowed)))
        wanted = list(_as_pairs(expected))
        assert [key for key, _ in found] == [key for key, _ in wanted]
        for (key, cells), (_, numbers) in zip(found, wanted, strict=True):
            assert len(cells) == len(numbers), f"{key}: {cells}"
            for cell, number in zip(cells, numbers, strict=True):
                assert _same(cell, number), f"{key}: {cells} and not {numbers}"

    return ask


def _listed(engine: Engine, question: Mapping, scope: Scope) -> list[tuple[Cell | Decimal | None, ...]]:
    """The rows of a listing that fits on one page."""
    listing = listing_from_json(question)
    assert listing_from_json(listing_to_json(listing)) == listing
    check_listing(listing)
    page = engine.list(listing, scope)
    assert not page.after
    columns = page.result.columns
    return [
        tuple(
            cell if column.kind == "field" else exact(cell, column)
            for cell, column in zip(row, columns, strict=True)
        )
        for row in page.result.rows
    ]


def _engine(name: str, drawn: Mapping[str, str]) -> Engine:
    key = (name, tuple(sorted(drawn.items())))
    if key not in _made:
        _made[key] = ENGINES[name](data_from_tables(drawn))
    return _made[key]


def _plain_rows(result: Result):
    def is_key(column: Column) -> bool:
        return column.kind == "field"

    for line, row in enumerate(result.rows):
        cells = list(zip(row, result.columns, strict=True))
        key = tuple(cell for cell, column in cells if is_key(column))
        yield (
            key,
            tuple(
                result.marks[line, place].words if (line, place) in result.marks else exact(cell, column)
                for place, (cell, column) in enumerate(cells)
                if not is_key(column)
            ),
        )


def _as_pairs(expected: object):
    """The rows of ``{"A": 1, ("B", "2021-04"): (2, 3)}``; a bare number is the one row without fields."""
    if not isinstance(expected, dict):
        expected = {(): expected}
    for key, numbers in expected.items():
        yield (
            key if isinstance(key, tuple) else (key,),
            numbers if isinstance(numbers, tuple) else (numbers,),
        )


def _same(cell: Cell | Decimal, number: float | None) -> bool:
    if cell is None or number is None:
        return cell is number
    if isinstance(cell, str) or isinstance(number, str):
        return cell == number

    if isinstance(cell, Decimal):
        return cell == number
    return math.isclose(cell, number, rel_tol=1e-12, abs_tol=1e-12)
