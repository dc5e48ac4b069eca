"""What an answer says at first sight, in one sentence, by rule: the title of the answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from epact2.model.fields import Dimension, Field
from epact2.model.organisations import PLURALS, UNKNOWN_CODE
from epact2.query.nodes import Query
from epact2.query.result import Cell, Column, Result
from epact2.web.presenters import numbers, told
from epact2.web.presenters.pivot import unit_shown
from epact2.web.presenters.pivot_heads import member_name
from epact2.web.presenters.pivot_parts import OTHERS, NameOf, is_additive

Row = tuple[Cell, ...]


def finding(query: Query, result: Result, name_of: NameOf) -> str:
    """The sentence; empty where no rule fits the shape of the answer."""
    if query.percentiles or not result.rows:
        return "" if result.rows else "Nothing was found"
    column = next(one for one in result.columns if one.kind == "value")
    time = [one for one in query.grain if one.dimension is Dimension.TIME]
    others = [one for one in query.grain if one.dimension is not Dimension.TIME]
    at = len(query.grain)
    if not query.grain:
        mark = result.marks.get((0, at))
        return f"{_capital(column.name)}: {told.in_words(mark, _full(result.rows[0][at], column))}"
    marked = {result.rows[line] for line, place in result.marks if place == at}
    if len(time) == 1:
        if others and not query.totals:
            return ""
        return _over_time(query, result, time[0], column, name_of, marked)
    if not time and (len(others) == 1 or query.totals):
        return _highest(query, result.rows, others[0], column, name_of, marked)
    return ""


def _highest(
    query: Query, rows: Sequence[Row], one: Field, column: Column, name_of: NameOf, marked: Collection[Row]
) -> str:
    # With several fields, the totals of the first one are compared.
    at = len(query.grain)
    wholes = [row for row in rows if all(code is None for code in row[1:at])]
    nobody = (None, OTHERS, UNKNOWN_CODE)
    parts = [row for row in wholes if row[0] not in nobody and row[at] is not None]
    if len(parts) < 2:
        return ""
    best = max(parts, key=lambda row: float(row[at] or 0))
    name = member_name(one, best[0], name_of)
    # What is withheld may be higher, so the sentence speaks of those that are shown.
    shown = " that are shown" if any(row in marked and row[at] is None for row in wholes) else ""
    said = f"{name} is the highest of {len(parts):,} {_plural(one)}{shown}: {_full(best[at], column)}"
    total = next((row[at] for row in wholes if row[0] is None), None)
    if is_additive(query.values[0]) and isinstance(total, (int, float)) and total > 0:
        share = float(best[at] or 0) / float(total)
        return f"{said}, {numbers.full(share, 'relative change')} of the total"
    return said


def _over_time(
    query: Query, result: Result, time: Field, column: Column, name_of: NameOf, marked: Collection[Row]
) -> str:
    place = query.grain.index(time)
    rest = [at for at in range(len(query.grain)) if at != place]
    line = sorted(
        (row for row in result.rows if row[place] is not None and all(row[at] is None for at in rest)),
        key=lambda row: str(row[place]),
    )
    # A change from or to a number that is withheld, or that stands for fewer than five, is not known.
    if len(line) < 2 or line[0] in marked or line[-1] in marked:
        return ""
    (first, before), (last, now) = ((str(row[place]), row[len(query.grain)]) for row in (line[0], line[-1]))
    change = numbers.relative_change(_number(now, column), _number(before, column))
    if change is None or unit_shown(column.unit) == "relative change":
        return ""
    size = f"{abs(change):.1f}%"
    by = told.about(size, approximate=column.approximate)
    verb = "stayed the same" if size == "0.0%" else f"{'rose' if change > 0 else 'fell'} by {by}"
    start, end = (member_name(time, code, name_of) for code in (first, last))
    between = f"between {start} and {end}" if " to " in start else f"from {start} to {end}"
    return f"{_capital(column.name)} {verb} {between}"


def _number(cell: Cell, column: Column) -> float | None:
    made = numbers.amount(cell, column.scale) if isinstance(cell, (int, float)) else None
    return None if made is None else float(made)


def _full(cell: Cell, column: Column) -> str:
    known = cell if isinstance(cell, (int, float)) else None
    said = told.about(
        numbers.short(known, unit_shown(column.unit), column.scale), approximate=column.approximate
    )
    rate = column.unit.removeprefix("£ ")
    if column.unit in ("items", "patients") or rate.partition(" per ")[1] or rate.startswith("per "):
        return f"{said} {rate}"
    return said


def _plural(one: Field) -> str:
    return PLURALS.get(one.name, f"{one.name}s")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
