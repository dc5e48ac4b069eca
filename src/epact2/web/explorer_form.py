"""The explorer's form and the question: what a submitted form makes of the question that it carries.

The form holds the whole question in one hidden field, so nothing that the form cannot show is ever lost, and
beside it what the person changed. Pure functions: a mapping of names to lists of texts in, a question out.
"""

from __future__ import annotations

from collections.abc import Sequence

from epact2.errors import Epact2Error
from epact2.model.months import DispensingMonth
from epact2.query.nodes import (
    AllMonths,
    Codes,
    Exclusions,
    Latest,
    MonthRange,
    Months,
    Order,
    Query,
    Structure,
    Top,
)
from epact2.web import explorer_filters as filters
from epact2.web.engine import Directory
from epact2.web.explorer_additions import additions
from epact2.web.explorer_editing import STARTING, Edited, Editing, Form, Problem, rebuilt

__all__ = ["MOST_TOP", "STARTING", "Edited", "Problem", "edited", "order_of", "period_of", "rebuilt"]

MOST_TOP = 1000


def edited(form: Form, directory: Directory) -> Edited:
    """The question that a submitted form asks for. Raises for a carried question that cannot be read."""
    work = Editing(form, directory)
    if work.text("form"):
        _settings(work)
        _buttons(work)
        additions(work)
    return Edited(work.query, tuple(work.problems), work.typed, work.choices)


# --- The plain fields: period, structure, codes, totals, top, sort ---------------------------------------


def _settings(work: Editing) -> None:
    _period(work)
    if structure := work.text("structure"):
        _choose(work, "structure", structure, Structure)
    if codes := work.text("codes"):
        _choose(work, "codes", codes, Codes)
    if exclusions := work.text("exclusions"):
        _choose(work, "exclusions", exclusions, Exclusions)
    _top(work)
    work.change("totals", totals=bool(work.text("totals")))
    _sort(work)


def _choose(
    work: Editing, name: str, text: str, kind: type[Structure] | type[Codes] | type[Exclusions]
) -> None:
    if text in [one.value for one in kind]:
        work.change(name, **{name: kind(text)})


def _period(work: Editing) -> None:
    period = work.text("period")
    try:
        if period == "range":
            first, last = work.text("from"), work.text("to")
            if first and last:
                work.change(
                    "from", months=MonthRange(DispensingMonth.parse(first), DispensingMonth.parse(last))
                )
        elif period:
            work.change("period", months=period_of(period))
    except Epact2Error as error:
        work.wrong("from" if period == "range" else "period", error)
        work.keep_typed("period", "from", "to")
    if any(problem.field == "from" for problem in work.problems):
        work.keep_typed("period", "from", "to")


def period_of(text: str) -> Months:
    """``all`` or ``latest-12`` as months."""
    count = text.removeprefix("latest-")
    return Latest(int(count)) if count.isdigit() else AllMonths()


def _top(work: Editing) -> None:
    if "top" not in work.form:
        return
    text = work.text("top")
    if not text:
        work.change("top", top=None)
        return
    if not text.isdigit() or not 1 <= int(text) <= MOST_TOP:
        work.problems.append(
            Problem("top", f"Enter a whole number from 1 to {MOST_TOP:,}, or leave it empty.")
        )
        work.keep_typed("top")
        return
    within = work.query.top.within if work.query.top else ()
    work.change("top", top=Top(int(text), within, others=bool(work.text("others"))))


def _sort(work: Editing) -> None:
    if not work.text("sort"):
        return
    work.change("sort", order=order_of(work.text("sort"), work.query))


def order_of(text: str, query: Query) -> tuple[Order, ...]:
    """``codes``; ``value-0-high`` or ``value-0-low``; ``keep`` for an order that the form cannot show."""
    match text.split("-"):
        case ["value", place, way] if place.isdigit() and int(place) < len(query.values):
            return (Order(query.values[int(place)], descending=way == "high"),)
        case ["field", "high"] if query.grain:
            return (Order(query.grain[0], descending=True),)
        case ["keep"]:
            return query.order
        case _:
            return ()


# --- Buttons: remove, move, exclude -----------------------------------------------------------------------


def _buttons(work: Editing) -> None:
    match work.text("do").split("-"):
        case ["measure", action, place] if place.isdigit():
            work.change("measure", values=_moved(work.query.values, action, int(place)))
        case ["rows" | "columns" as side, "across", place] if place.isdigit():
            _across(work, side, int(place))
        case ["rows" | "columns" as side, action, place] if place.isdigit():
            fields = work.query.rows if side == "rows" else work.query.columns
            work.change(side, **{side: _moved(fields, action, int(place))})
        case ["swap"]:
            work.change("rows", rows=work.query.columns, columns=work.query.rows)
        case ["filter", "remove", place, *member] if place.isdigit():
            at = int(member[0]) if member and member[0].isdigit() else None
            work.change("filter", where=filters.removed(work.query.where, int(place), at))
        case ["filter", "flip", place] if place.isdigit():
            work.change("filter", where=filters.flipped(work.query.where, int(place)))


def _moved(things: Sequence[object], action: str, place: int) -> tuple[object, ...]:
    """Without one of them, or with one of them a place further up."""
    made = list(things)
    if place >= len(made):
        return tuple(made)
    thing = made.pop(place)
    if action == "up":
        made.insert(max(0, place - 1), thing)
    return tuple(made)


def _across(work: Editing, side: str, place: int) -> None:
    """A field from the rows to the columns, or back."""
    rows, columns = list(work.query.rows), list(work.query.columns)
    source, target = (rows, columns) if side == "rows" else (columns, rows)
    if place < len(source):
        target.append(source.pop(place))
    work.change(side, rows=tuple(rows), columns=tuple(columns))
