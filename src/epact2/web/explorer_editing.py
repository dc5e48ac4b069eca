"""One form of the explorer while it is read: the question so far, what was typed, and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from epact2.errors import Epact2Error
from epact2.model.fields import Field
from epact2.model.prescribing import ACTUAL_COST, ICB, ITEMS
from epact2.query.codec import loads
from epact2.query.nodes import Amount, Latest, Order, Query, Selection, Share, Top, Value
from epact2.web import explorer_filters as filters
from epact2.web.engine import Directory
from epact2.web.explorer_filters import Meant

Form = Mapping[str, Sequence[str]]
STARTING = Query(
    (Amount(ITEMS), Amount(ACTUAL_COST)),
    rows=(ICB,),
    months=Latest(12),
    order=(Order(Amount(ITEMS), descending=True),),
    totals=True,
)


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


class Editing:
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
