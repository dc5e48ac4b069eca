"""From a ruling to a result: exact where the viewer may see it so, published figures of everybody else.

Own and other organisations are worked out apart. Published figures never depend on rows that somebody sees
exactly, so nobody can use the rows of his own organisation to work out those of another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from epact2.access.policy import Ruling
from epact2.access.territory import members, practices_selected
from epact2.model.fields import Dimension, Field
from epact2.model.prescribing import ENGLAND, PRACTICE_SETTING
from epact2.query.nodes import Change, Query, Ratio, Rolling, Share, Value, YearToDate
from epact2.query.result import Cell, Result
from epact2.query.scope import Scope
from epact2.query.sealing import NotPublished
from epact2.store.directory import Directory
from epact2.store.engine import Engine


@dataclass(frozen=True, slots=True)
class Seen:
    """A result, the scope that it is of, and what its reader must know of it.

    ``only_own``: of what was asked for, all but one's own is left out, as it is not published.
    """

    result: Result
    scope: Scope
    note: str = ""
    only_own: bool = False


def see(engine: Engine, query: Query, given: Ruling) -> Seen:
    """The result of a question under a ruling. Raises what an engine raises, NotPublished among it."""
    try:
        result = engine.answer(query, given.scope)
    except NotPublished as error:
        if given.own is None:
            raise
        # Of other organisations there is nothing to see, of one's own there is.
        own = engine.answer(query, given.own)
        note = f"Only of what is your own: {given.own.reason}. {error.message}"
        return Seen(own, given.own, note, only_own=True)
    if given.own is None:
        return Seen(result, given.scope, given.note)
    level = _organisations(query)
    if level is None:
        return Seen(result, given.scope, given.note)
    exact = engine.answer(query, given.own)
    merged, count = _with_own(result, exact, level, given.own, engine.directory)
    note = f"Exact for your own: {given.own.reason}." if count else given.note
    return Seen(merged, given.scope, note)


def _organisations(query: Query) -> Field | None:
    """The field whose organisations tell the rows of an answer apart, if own rows can stand among the others.

    They cannot where the value of one row depends on other rows: shares, ranks within a top, percentiles.
    """
    fields = [
        field
        for field in query.grain
        if field.dimension is Dimension.ORGANISATION and field not in (ENGLAND, PRACTICE_SETTING)
    ]
    stands_alone = query.top is None and not query.percentiles and not any(map(_is_share, query.values))
    return fields[-1] if fields and stands_alone else None


def _is_share(value: Value) -> bool:
    match value:
        case Share():
            return True
        case Ratio(top, bottom):
            return _is_share(top) or _is_share(bottom)
        case Change(inner) | Rolling(inner) | YearToDate(inner):
            return _is_share(inner)
        case _:
            return False


def _with_own(
    published: Result, exact: Result, level: Field, own: Scope, directory: Directory
) -> tuple[Result, int]:
    """Published rows, with the exact ones of organisations that are wholly one's own; how many these are."""
    keys = [place for place, column in enumerate(published.columns) if column.kind == "field"]
    place = next(place for place in keys if published.columns[place].of == level)
    moved = {absence.practice for absence in own.absences}
    practices = practices_selected(own.organisations, directory) - moved
    of_level = members(level.name, directory)
    wholly: dict[Cell, bool] = {}

    def is_own(code: Cell) -> bool:
        if code not in wholly:
            theirs = of_level.get(str(code), frozenset())  # a total is nobody's
            wholly[code] = bool(theirs) and theirs <= practices
        return wholly[code]

    found: Mapping[tuple[Cell, ...], tuple[Cell, ...]] = {
        tuple(row[key] for key in keys): row for row in exact.rows if is_own(row[place])
    }
    mine = {number: found.get(tuple(row[key] for key in keys)) for number, row in enumerate(published.rows)}
    rows = tuple(mine[number] or row for number, row in enumerate(published.rows))
    marks = {place: mark for place, mark in published.marks.items() if mine[place[0]] is None}
    return replace(published, rows=rows, marks=marks), len(found)
