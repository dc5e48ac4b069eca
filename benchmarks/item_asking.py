"""The parts of a question about items as calls: what they answer, and the SQL that stands behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isclose
from typing import Any

import duckdb
from item_facts import PAGE, VIEWER, place_after, spelt_out
from timing import filled

from epact2.access.policy import OPEN_ITEMS
from epact2.analysis.answer import answer
from epact2.analysis.compare import bands_query, months_for, ranking, ranking_query, trend_query
from epact2.analysis.listing import HISTORY_COLUMNS, history, list_rows
from epact2.comparators.read import comparator_named
from epact2.model.items import AGE_SOURCE, PATIENT, PRESCRIBED_DATE
from epact2.model.prescribing import FIELD_BY_NAME, MONTH
from epact2.query.codec import query_from_json
from epact2.query.listing import LARGEST_PAGE, Listing, ListingOrder
from epact2.query.listing_json import listing_from_json
from epact2.query.nodes import Is, MonthRange, Query
from epact2.query.result import Cell, Column, Result, exact
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.duckdb import DuckDBEngine

PREPARED = "prepared_results"
_HISTORY = tuple(one for one in HISTORY_COLUMNS if one != AGE_SOURCE)  # plain SQL keeps no source


@dataclass(frozen=True, slots=True)
class Part:
    """One call: what it answers, how it is planned, and the SQL that it runs."""

    run: Callable[[], Result]
    plan: Callable[[], object]
    sql: str
    parameters: Mapping[str, Any]
    rewrites: tuple[str, ...]

    @property
    def is_prepared(self) -> bool:
        """Whether it reads prepared results."""
        return PREPARED in self.rewrites


def part_of(engine: DuckDBEngine, data: Mapping[str, Any], names: Mapping[str, Any]) -> Part:
    """A part of a question, planned, with its files open."""
    match filled(spelt_out(data), names):
        case {"question": question}:
            return _of_query(engine, query_from_json(question))
        case {"listing": listing, "page": page}:
            after = place_after(engine, listing, (page - 1) * PAGE)
            return _of_listing(engine, listing_from_json({**listing, "size": PAGE, "after": after}))
        case {"listing": listing}:
            return _of_listing(engine, listing_from_json({**listing, "size": PAGE}))
        case {"history": pseudonym}:
            return _of_history(engine, pseudonym)
        case {"ranking": [key, level]}:
            return _of_ranking(engine, key, level)
        case {"bands": [key, level]}:
            comparator = comparator_named(key)
            return _of_query(engine, bands_query(comparator, FIELD_BY_NAME[level], _months(engine, key)))
        case {"trend": [key, code]}:
            organisation = engine.directory.organisation(code)
            return _of_query(engine, trend_query(comparator_named(key), organisation, _months(engine, key)))
        case other:
            raise AssertionError(f"no part of a question: {other}")


def _months(engine: DuckDBEngine, key: str) -> MonthRange:
    months = months_for(comparator_named(key), engine.directory)
    return MonthRange(months[0], months[-1])


def _of_query(engine: DuckDBEngine, query: Query, run: Callable[[], Result] | None = None) -> Part:
    compiled = engine.compiled(query, ALL_OF_ENGLAND)
    return Part(
        run=run or (lambda: answer(engine, query, VIEWER).result),
        plan=lambda: engine.compiled(query, ALL_OF_ENGLAND),
        sql=compiled.statement.sql,
        parameters=compiled.statement.parameters,
        rewrites=compiled.plan.rewrites,
    )


def _of_ranking(engine: DuckDBEngine, key: str, level: str) -> Part:
    comparator, field = comparator_named(key), FIELD_BY_NAME[level]
    last = _months(engine, key).last
    return _of_query(
        engine,
        ranking_query(comparator, field, MonthRange(last, last)),
        lambda: ranking(engine, VIEWER, comparator, field, last).answer.result,
    )


def _of_listing(engine: DuckDBEngine, listing: Listing, run: Callable[[], Result] | None = None) -> Part:
    made = engine.listing_statement(listing, OPEN_ITEMS)
    return Part(
        run=run or (lambda: list_rows(engine, listing, VIEWER).result),
        plan=lambda: engine.listing_statement(listing, OPEN_ITEMS),
        sql=made.sql,
        parameters=made.parameters,
        rewrites=made.plan.rewrites,
    )


def _of_history(engine: DuckDBEngine, pseudonym: str) -> Part:
    """The whole of it; the SQL is that of its first page, which is all for nearly everybody."""
    first = Listing(
        columns=_HISTORY,
        where=Is(PATIENT, pseudonym),
        order=(ListingOrder(MONTH, descending=True), ListingOrder(PRESCRIBED_DATE, descending=True)),
        size=LARGEST_PAGE,
    )
    return _of_listing(engine, first, lambda: history(engine, pseudonym, VIEWER, columns=_HISTORY).result)


def fetched(cursor: duckdb.DuckDBPyConnection, parts: Iterable[Part]) -> None:
    """Run the SQL of some parts and fetch the rows."""
    for part in parts:
        cursor.execute(part.sql, part.parameters).fetchall()


# --- Comparing ------------------------------------------------------------------------------------------

Row = tuple[tuple[str, ...], tuple[Decimal | float | None, ...]]


def our_rows(result: Result) -> list[Row]:
    """An answer's rows for comparison: fields as texts, values as numbers of their unit; none without any."""
    fields = [place for place, column in enumerate(result.columns) if column.kind == "field"]
    values = [place for place, column in enumerate(result.columns) if column.kind == "value"]
    found = []
    for row in result.rows:
        key = tuple(_field(row[place], result.columns[place]) for place in fields)
        found.append((key, tuple(exact(row[place], result.columns[place]) for place in values)))
    return _in_order(found)


def _field(cell: Cell, column: Column) -> str:
    return str(cell).replace("-", "") if column.of == MONTH else "" if cell is None else str(cell)


def plain_rows(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> list[Row]:
    """The rows of plain SQL, whose columns stand in the order of ours, in the same form."""
    fields = [place for place, column in enumerate(columns) if column.kind == "field"]
    values = [place for place, column in enumerate(columns) if column.kind == "value"]
    return _in_order(
        (
            tuple("" if row[place] is None else str(row[place]) for place in fields),
            tuple(Decimal(one) if isinstance(one := row[place], int) else one for place in values),
        )
        for row in rows
    )


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """Sorted; rows of nothing but 0 and no value are left out: plain SQL does not know of them."""
    kept = [(key, values) for key, values in rows if any(values)]
    return sorted(kept, key=lambda row: (row[0], [float(value or 0) for value in row[1]]))


def difference(ours: Sequence[Row], plain: Sequence[Row]) -> str:
    """In words, where two answers differ first; empty where they are the same."""
    if len(ours) != len(plain):
        examples = sorted({key for key, _ in ours} ^ {key for key, _ in plain})[:3]
        return f"{len(ours)} rows, and {len(plain)} of plain SQL (for example {examples})"
    for (key, values), (other_key, others) in zip(ours, plain, strict=True):
        if key != other_key or not all(map(_same, values, others)):
            return f"{key}: {list(map(str, values))}, and {other_key}: {list(map(str, others))} of plain SQL"
    return ""


def _same(one: Decimal | float | None, other: Decimal | float | None) -> bool:
    """Amounts and counts are the same exactly; ratios up to the rounding of floating-point numbers."""
    if one is None or other is None:
        return not one and not other
    if isinstance(one, float) or isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9)
    return one == other
