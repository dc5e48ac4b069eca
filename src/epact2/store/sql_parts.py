"""Small pieces of SQL, as sqlglot expressions: columns, functions, bound parameters, conditions.

Nothing that a person wrote becomes SQL text: codes and numbers are parameters, identifiers come from the
model's own fields and tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from sqlglot import exp

from epact2.model.fields import Field
from epact2.model.items import PATIENT, PRESCRIBED_DATE
from epact2.model.organisations import ENGLAND_CODE
from epact2.model.prescribing import ENGLAND, FIELD_BY_NAME, PRESENTATION, QUANTITY_PER_ITEM
from epact2.query.nodes import (
    AllOf,
    AnyOf,
    Between,
    Everything,
    Is,
    Not,
    OneOf,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)
from epact2.store.directory import Directory

Parameter = int | str | float | list[int] | list[str] | list[bool] | list[int | None]
_QUANTITY_SCALE = 5


class Parameters:
    """The values bound to a statement, each under a name of its own; equal values share one."""

    def __init__(self) -> None:
        self.values: dict[str, Parameter] = {}
        self._names: dict[str, str] = {}

    def bind(self, value: Parameter) -> exp.Expression:
        """A place in the statement for the value."""
        key = repr(value)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"p{len(self._names) + 1}"
            self.values[name] = value
        return exp.Parameter(this=exp.Var(this=name))

    def named(self, name: str, value: Parameter) -> exp.Expression:
        """A place in the statement for a value under a name of the program's own, which no other shares."""
        self.values[name] = value
        return exp.Parameter(this=exp.Var(this=name))

    def listed(self, values: Sequence[object], kind: str) -> exp.Expression:
        """A list as one parameter of the given type."""
        return exp.cast(self.bind(list(values)), f"{kind}[]")  # type: ignore[arg-type]


def column(name: str, table: str = "") -> exp.Column:
    """A column, of a table if given."""
    return exp.Column(this=exp.Identifier(this=name), table=exp.Identifier(this=table) if table else None)


def table_of(name: str, database: str = "", alias: str = "") -> exp.Table:
    """A table of a database."""
    return exp.Table(
        this=exp.Identifier(this=name),
        db=exp.Identifier(this="main") if database else None,
        catalog=exp.Identifier(this=database) if database else None,
        alias=exp.TableAlias(this=exp.Identifier(this=alias)) if alias else None,
    )


def named(expression: exp.Expression, alias: str) -> exp.Alias:
    """An expression with a name."""
    return exp.Alias(this=expression, alias=exp.Identifier(this=alias))


def call(name: str, *arguments: exp.Expression) -> exp.Expression:
    """A function of the database by its own name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def number(value: int) -> exp.Expression:
    """A whole number of the program's own (never of a question)."""
    return exp.Literal(this=str(value), is_string=False)


def text(value: str) -> exp.Literal:
    """A text of the program's own (never of a question)."""
    return exp.Literal.string(value)


def all_of(conditions: Iterable[exp.Expression]) -> exp.Expression:
    """Every condition; TRUE for none."""
    found = list(conditions)
    return exp.and_(*found, copy=False) if found else exp.true()  # type: ignore[return-value]


def any_of(conditions: Iterable[exp.Expression]) -> exp.Expression:
    """At least one of the conditions; FALSE for none."""
    found = list(conditions)
    return exp.or_(*found, copy=False) if found else exp.false()  # type: ignore[return-value]


def within(what: exp.Expression, values: Sequence[int], parameters: Parameters) -> exp.Expression:
    """Whether a whole number is one of a few."""
    if not values:
        return exp.false()
    if len(values) == 1:
        return exp.EQ(this=what, expression=parameters.bind(values[0]))
    return exp.In(this=what, expressions=[parameters.bind(value) for value in values])


def between(what: exp.Expression, low: int, high: int, parameters: Parameters) -> exp.Expression:
    """Whether a whole number lies in a range, both ends included."""
    if low == high:
        return exp.EQ(this=what, expression=parameters.bind(low))
    return exp.Between(this=what, low=parameters.bind(low), high=parameters.bind(high))


def is_not_null(what: exp.Expression) -> exp.Expression:
    """Whether there is a value."""
    return exp.Not(this=exp.Is(this=what, expression=exp.Null()))


def aggregate(
    function: type[exp.AggFunc], what: exp.Expression, lens: exp.Expression | None = None
) -> exp.Expression:
    """An aggregate, over the rows of one lens if given."""
    found: exp.Expression = function(this=what)  # type: ignore[assignment]
    if lens is None:
        return found
    return exp.Filter(this=found, expression=exp.Where(this=lens))


def stack(selects: Sequence[exp.Query]) -> exp.Query:
    """The rows of several queries under one another."""
    stacked = selects[0]
    for select in selects[1:]:
        stacked = exp.Union(this=stacked, expression=select, distinct=False)
    return stacked


def condition(
    selection: Selection,
    code_of: Callable[[Field], exp.Expression],
    directory: Directory,
    parameters: Parameters,
) -> exp.Expression:
    """A selection as a condition on codes. ``code_of`` gives the column with the code of a field."""

    def inner(part: Selection) -> exp.Expression:
        return condition(part, code_of, directory, parameters)

    match selection:
        case Everything():
            return exp.true()
        case Is(field) | OneOf(field) | Between(field) if is_stored_number(field):
            return _number_condition(selection, code_of(field), parameters)
        case Is(field, code):
            return _is_one_of(field, (code,), code_of, parameters)
        case OneOf(field, codes):
            return _is_one_of(field, codes, code_of, parameters)
        case UnderMedicine(code):
            return call("starts_with", code_of(PRESENTATION), parameters.bind(code.text))
        case UnderOrganisation(code):
            found = directory.organisation(code)
            return _is_one_of(FIELD_BY_NAME[found.level], (found.code,), code_of, parameters)
        case Between(field, low, high):
            return _between(field, low, high, code_of, parameters)
        case AllOf(parts):
            return all_of(map(inner, parts))
        case AnyOf(parts):
            return any_of(map(inner, parts))
        case Not(part):
            return exp.Not(this=exp.Paren(this=inner(part)))


def is_stored_number(field: Field) -> bool:
    """Whether a field of items is stored as a number: the place of its code, a key, or itself."""
    return field.of_items and (bool(field.closed) or field.numeric or field in (PATIENT, PRESCRIBED_DATE))


def _number_condition(
    selection: Is | OneOf | Between, what: exp.Expression, parameters: Parameters
) -> exp.Expression:
    """A selection on a field that is stored as a number: closed, or a number itself."""
    field = selection.field
    match selection:
        case Between(_, low, high) if not field.closed:
            lowest = int(Decimal(low).to_integral_value(ROUND_CEILING))
            highest = int(Decimal(high).to_integral_value(ROUND_FLOOR))
            return exp.Between(this=what, low=parameters.bind(lowest), high=parameters.bind(highest))
        case Between(_, low, high):
            wanted = [code for code in field.codes if low <= code <= high]
        case Is(_, code):
            wanted = [code]
        case OneOf(_, codes):
            wanted = list(codes)
    if not field.closed:
        numbers = [found for code in wanted if (found := _whole(code)) is not None]
    else:
        numbers = [field.codes.index(code) for code in wanted if code in field.codes]
    return within(what, sorted(set(numbers)), parameters)


def _whole(code: str) -> int | None:
    if not code:
        return 0  # no date
    try:
        value = Decimal(code)
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and str(int(value)) == code else None


def _is_one_of(
    field: Field, codes: Sequence[str], code_of: Callable[[Field], exp.Expression], parameters: Parameters
) -> exp.Expression:
    if field == ENGLAND:
        return exp.true() if ENGLAND_CODE in codes else exp.false()
    if field == QUANTITY_PER_ITEM:
        quantities = [found for code in codes if (found := quantity_of_code(code)) is not None]
        return within(code_of(field), quantities, parameters)
    if len(codes) == 1:
        return exp.EQ(this=code_of(field), expression=parameters.bind(codes[0]))
    return call("list_contains", parameters.listed(codes, "VARCHAR"), code_of(field))


def _between(
    field: Field, low: str, high: str, code_of: Callable[[Field], exp.Expression], parameters: Parameters
) -> exp.Expression:
    if field == ENGLAND:
        return exp.true() if low <= ENGLAND_CODE <= high else exp.false()
    if field == QUANTITY_PER_ITEM:
        lowest = int(Decimal(low).scaleb(_QUANTITY_SCALE).to_integral_value(ROUND_CEILING))
        highest = int(Decimal(high).scaleb(_QUANTITY_SCALE).to_integral_value(ROUND_FLOOR))
        return exp.Between(this=code_of(field), low=parameters.bind(lowest), high=parameters.bind(highest))
    return exp.Between(this=code_of(field), low=parameters.bind(low), high=parameters.bind(high))


def quantity_of_code(code: str) -> int | None:
    """The stored quantity per item of a code such as ``2.5``; None for a text that is no such code."""
    try:
        stored = Decimal(code).scaleb(_QUANTITY_SCALE)
    except InvalidOperation:
        return None
    if not stored.is_finite() or stored != stored.to_integral_value():
        return None
    canonical = f"{Decimal(int(stored)).scaleb(-_QUANTITY_SCALE):f}".rstrip("0").rstrip(".")
    return int(stored) if canonical == code else None


def quantity_text(quantity: exp.Expression) -> exp.Expression:
    """The code of a stored quantity per item: ``28`` or ``2.5``."""
    exact = exp.Mul(
        this=exp.cast(quantity, "DECIMAL(25, 0)"), expression=exp.cast(text("0.00001"), "DECIMAL(6, 5)")
    )
    trimmed = call("rtrim", exp.cast(exact, "VARCHAR"), text("0"))
    return call("rtrim", trimmed, text("."))
