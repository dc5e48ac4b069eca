"""The explorer's form and the question: what a submitted form makes of the question that it carries.

The form holds the whole question in one hidden field, so nothing that the form cannot show is ever lost, and
beside it what the person changed. Pure functions: a mapping of names to lists of texts in, a question out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from epact2.errors import Epact2Error
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ACTUAL_COST, ICB, ITEMS, PRACTICE_SETTING
from epact2.query.codec import field_named, loads, measure_named
from epact2.query.nodes import (
    EVERYTHING,
    AllMonths,
    Amount,
    Codes,
    Is,
    Latest,
    MonthRange,
    Months,
    Not,
    Order,
    Query,
    Selection,
    Share,
    Structure,
    Top,
    Value,
)
from epact2.web import explorer_filters as filters
from epact2.web.engine import Directory
from epact2.web.explorer_filters import Meant
from epact2.web.explorer_measures import put_together, value_of_form

Form = Mapping[str, Sequence[str]]
STARTING = Query(
    (Amount(ITEMS), Amount(ACTUAL_COST)),
    rows=(ICB,),
    months=Latest(12),
    order=(Order(Amount(ITEMS), descending=True),),
    totals=True,
)
MOST_TOP = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was entered and cannot be used. ``field`` is the name of its field in the form."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Edited:
    """The question after the form was sent; what was typed and could not be used, and what to choose from."""

    query: Query
    problems: tuple[Problem, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Meant] = field(default_factory=dict)


class _Editing:
    """One form while it is read: the question so far, and what went wrong."""

    def __init__(self, form: Form, directory: Directory) -> None:
        self.form = form
        self.directory = directory
        self.query = loads(self.text("q")) if self.text("q") else STARTING
        self.problems: list[Problem] = []
        self.choices: dict[str, Meant] = {}
        self.typed: dict[str, str] = {}

    def text(self, name: str) -> str:
        return (self.form.get(name) or [""])[-1].strip()

    def wrong(self, name: str, error: Epact2Error) -> None:
        self.problems.append(Problem(name, str(error)))

    def keep_typed(self, *names: str) -> None:
        self.typed |= {name: self.text(name) for name in names if self.text(name)}

    def change(self, name: str, **parts: object) -> None:
        """Change parts of the question; a change that makes no sense is a problem of the field ``name``."""
        try:
            self.query = rebuilt(self.query, **parts)
        except Epact2Error as error:
            self.wrong(name, error)

    def meaning(self, name: str, *, medicines_only: bool = False) -> Selection | None:
        """The condition that the text of a field means; None, with a problem, where it means none or many."""
        text = self.text(name)
        if not text:
            return None
        # Once somebody has chosen among several, the choice is a code and the text only what led to it.
        chosen, code = self.text(f"{name}_choice"), self.text(f"{name}_code")
        try:
            meant = filters.meaning_of(
                chosen or text, self.directory, code=code, medicines_only=medicines_only
            )
        except Epact2Error as error:
            self.wrong(name, error)
            return None
        if meant.only is None:
            self.choices[name] = meant
            count = "More than 100 names" if meant.count > 100 else f"{meant.count} names"
            self.problems.append(
                Problem(name, f"{count} fit “{text}”. Choose one, or type more of the name.")
            )
            return None
        return meant.only.selection


def edited(form: Form, directory: Directory) -> Edited:
    """The question that a submitted form asks for. Raises for a carried question that cannot be read."""
    work = _Editing(form, directory)
    if work.text("form"):
        _settings(work)
        _buttons(work)
        _additions(work)
    return Edited(work.query, tuple(work.problems), work.typed, work.choices)


def rebuilt(query: Query, **parts: object) -> Query:
    """The question with parts changed, and without what no longer fits: an order by a value that has gone, a
    top without rows. A share of the columns stays a share of the columns when these change.
    """
    values: tuple[Value, ...] = parts.get("values", query.values)  # type: ignore[assignment]
    rows: tuple[Field, ...] = parts.get("rows", query.rows)  # type: ignore[assignment]
    columns: tuple[Field, ...] = parts.get("columns", query.columns)  # type: ignore[assignment]
    renamed = {
        value: replace(value, of=columns)
        for value in values
        if isinstance(value, Share) and value.of == query.columns
    }
    values = tuple(dict.fromkeys(renamed.get(value, value) for value in values))
    order: tuple[Order, ...] = parts.get("order", query.order)  # type: ignore[assignment]
    order = tuple(
        replace(one, by=renamed.get(one.by, one.by))  # type: ignore[arg-type, call-overload]
        for one in order
    )
    known: tuple[object, ...] = (*rows, *columns, *values)
    top: Top | None = parts.get("top", query.top)  # type: ignore[assignment]
    if top and not (rows and top.within == rows[: len(top.within)] and len(top.within) < len(rows)):
        top = replace(top, within=()) if rows else None
    return replace(
        query,
        **{  # type: ignore[arg-type]
            **parts,
            "values": values,
            "order": tuple(one for one in order if one.by in known),
            "top": top,
            "percentiles": query.percentiles if rows and not parts.get("totals", query.totals) else (),
        },
    )


# --- The plain fields: period, structure, codes, totals, top, sort ---------------------------------------


def _settings(work: _Editing) -> None:
    _period(work)
    if structure := work.text("structure"):
        _choose(work, "structure", structure, Structure)
    if codes := work.text("codes"):
        _choose(work, "codes", codes, Codes)
    _top(work)
    work.change("totals", totals=bool(work.text("totals")))
    _sort(work)


def _choose(work: _Editing, name: str, text: str, kind: type[Structure] | type[Codes]) -> None:
    if text in [one.value for one in kind]:
        work.change(name, **{name: kind(text)})


def _period(work: _Editing) -> None:
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


def _top(work: _Editing) -> None:
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


def _sort(work: _Editing) -> None:
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


def _buttons(work: _Editing) -> None:
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


def _across(work: _Editing, side: str, place: int) -> None:
    """A field from the rows to the columns, or back."""
    rows, columns = list(work.query.rows), list(work.query.columns)
    source, target = (rows, columns) if side == "rows" else (columns, rows)
    if place < len(source):
        target.append(source.pop(place))
    work.change(side, rows=tuple(rows), columns=tuple(columns))


# --- Additions --------------------------------------------------------------------------------------------


def _additions(work: _Editing) -> None:
    # What is asked by one button must not be undone by a text that waits in another field; yet a text that
    # stands in a field when the form is sent is meant, whichever button was pressed.
    _add_measure(work)
    for side in ("rows", "columns"):
        _add_field(work, side)
    _add_condition(work)
    if work.text("do") in ("own", "update"):
        _add_own_measure(work)
    else:
        work.keep_typed(*_OWN)


def _add_measure(work: _Editing) -> None:
    for text in work.form.get("measure") or []:
        if text:
            try:
                _append(work, "measure", value_of_form(text))
            except Epact2Error as error:
                work.wrong("measure", error)


def _append(work: _Editing, name: str, value: Value) -> None:
    columns = work.query.columns
    made = replace(value, of=columns) if isinstance(value, Share) and not value.of else value
    work.change(name, values=(*work.query.values, made))


def _add_field(work: _Editing, side: str) -> None:
    name = f"add_{side}"
    for text in work.form.get(name) or []:
        if text:
            try:
                fields = work.query.rows if side == "rows" else work.query.columns
                work.change(name, **{side: (*fields, field_named(text))})
            except Epact2Error as error:
                work.wrong(name, error)


def _add_condition(work: _Editing) -> None:
    exclude = work.text("filter_how") == "exclude"
    if setting := work.text("setting"):
        part: Selection = Is(PRACTICE_SETTING, setting.removeprefix("not "))
        if setting.startswith("not "):
            part = Not(part)
        work.change("setting", where=_with(work, part, exclude=False))
    part_meant = work.meaning("filter")
    if part_meant is not None:
        work.change("filter", where=_with(work, part_meant, exclude=exclude))
    elif work.text("filter"):
        work.keep_typed("filter", "filter_how")


def _with(work: _Editing, part: Selection, *, exclude: bool) -> Selection:
    return filters.added(work.query.where, part, exclude=exclude, directory=work.directory)


_OWN = (
    "own_top", "own_top_only", "own_bottom", "own_bottom_only", "own_per", "own_way",
)  # fmt: skip


def _add_own_measure(work: _Editing) -> None:
    if not work.text("own_top"):
        if work.text("do") == "own":
            work.problems.append(Problem("own_top", "Choose what to count."))
            work.keep_typed(*_OWN)
        return
    before = len(work.problems)
    limits = {name: work.meaning(name, medicines_only=True) for name in ("own_top_only", "own_bottom_only")}
    per = work.text("own_per")
    try:
        bottom = work.text("own_bottom")
        value = put_together(
            measure_named(work.text("own_top")),
            measure_named(bottom) if bottom else None,
            per=int(per) if per.isdigit() else 1,
            top_where=limits["own_top_only"] or EVERYTHING,
            bottom_where=limits["own_bottom_only"] or EVERYTHING,
            way=work.text("own_way"),
        )
    except Epact2Error as error:
        work.wrong("own_top", error)
    else:
        if len(work.problems) == before:
            _append(work, "own_top", value)
    if len(work.problems) > before:
        work.keep_typed(*_OWN)
