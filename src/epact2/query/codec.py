"""The question as JSON: what is saved, sent and put into addresses. This half reads, ``query.encode`` writes.

Here and in ``query.pieces`` names become objects, and nowhere else can an unknown name be met. Case
does not matter, and underscores may stand for spaces.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ITEMS, TOTAL_QUANTITY
from epact2.query.condition_json import condition_from_json
from epact2.query.encode import VERSION, Json, dumps, query_to_json
from epact2.query.named import BY_FOLDED_NAME, IDENTIFIED_PATIENTS, NAMED
from epact2.query.nodes import (
    AllMonths,
    Amount,
    BadQuestion,
    Change,
    Codes,
    Distinct,
    Exclusions,
    Latest,
    MonthRange,
    Months,
    Order,
    Patients,
    Query,
    Ratio,
    Rolling,
    Share,
    Structure,
    Top,
    Value,
    YearToDate,
)
from epact2.query.packed import unpacked
from epact2.query.pieces import (
    FIELDS,
    UnknownName,
    a_choice,
    a_flag,
    a_list,
    a_text,
    a_whole,
    field_named,
    fields_named,
    measure_named,
    only_keys,
    quoted,
    whole_numbers,
)
from epact2.query.selection_json import selection_from_json

__all__ = [
    "UnknownName",
    "dumps",
    "field_named",
    "loads",
    "measure_named",
    "months_from_json",
    "parse",
    "query_from_json",
    "query_to_json",
    "selection_from_json",
    "value_from_json",
    "wants_labels",
]

_DEEPEST = 64  # far more than a person writes, far less than exhausts the stack

_QUESTION_KEYS = (
    "version", "values", "rows", "columns", "where", "months", "order", "top", "totals", "structure", "codes",
    "percentiles", "exclusions", "labels",
)  # fmt: skip
# "Quantity" is published per item, and such numbers do not add up: its honest sum is total quantity, and its
# honest mean is total quantity per item.
_QUANTITY = Ratio(Amount(TOTAL_QUANTITY), Amount(ITEMS))


def loads(text: str) -> Query:
    """The question in a JSON text. Raises BadQuestion or UnknownName."""
    return query_from_json(parse(text))


def parse(text: str) -> Json:
    """A JSON text as data, with an error that names the place; a pressed text is unpacked first."""
    text = unpacked(text)
    if _depth(text) > _DEEPEST:
        raise BadQuestion("The question is nested too deeply.", "Use fewer levels of “all” and “any”.")
    try:
        # Some editors put a mark before a text in UTF-8.
        data: Json = json.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise BadQuestion(
            f"The question is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            'The shortest question is {"version": 1, "values": ["items"]}.',
        ) from None
    return data


def _depth(text: str) -> int:
    """How deeply brackets nest; those inside texts count too, which only makes the limit stricter."""
    deepest = depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def wants_labels(data: Json) -> bool:
    """Whether a question's JSON asks for names beside codes."""
    return isinstance(data, dict) and data.get("labels") is True


# --- Reading ------------------------------------------------------------------------------------------


def query_from_json(data: Json) -> Query:
    """The question of a JSON object. Raises BadQuestion or UnknownName, both saying where."""
    if not isinstance(data, dict):
        raise BadQuestion("A question is a JSON object.", 'For example {"version": 1, "values": ["items"]}.')
    if "values" not in data and "columns" in data:
        raise BadQuestion(
            "The question has no “values”, as if it were a listing.",
            "Add values, for example items; or list it, with: epact2 list",
        )
    only_keys(data, _QUESTION_KEYS, "the question")
    if data.get("version", VERSION) != VERSION:
        raise BadQuestion(f"This is a question of version {data['version']}.", f"Use version {VERSION}.")
    rows = fields_named(data.get("rows", []), "rows")
    columns = fields_named(data.get("columns", []), "columns")
    values = tuple(_value(item, columns) for item in a_list(data.get("values"), "values"))
    if not isinstance(data.get("labels", False), bool):
        raise BadQuestion("“labels” is neither true nor false.", "Leave it out, or say true.")
    order = tuple(_order(item, values, columns) for item in a_list(data.get("order", []), "order"))
    top = _top(data.get("top"))
    if top and "order" not in data and not columns:
        # The top 20 are expected with the first one first. With columns, an order by value would sort cells.
        order = (*(Order(field) for field in top.within), Order(values[0], descending=True))
    return Query(
        values=values,
        rows=rows,
        columns=columns,
        where=selection_from_json(data.get("where")),
        months=months_from_json(data.get("months")),
        order=order,
        top=top,
        totals=a_flag(data, "totals"),
        structure=Structure(a_choice(data, "structure", [one.value for one in Structure])),
        codes=Codes(a_choice(data, "codes", [one.value for one in Codes])),
        percentiles=whole_numbers(data.get("percentiles", []), "percentiles"),
        exclusions=Exclusions(a_choice(data, "exclusions", [one.value for one in Exclusions])),
    )


def value_from_json(data: Json) -> Value:
    """A value of JSON: a measure's name or an object such as ``{"ratio": ["items", "list size"]}``."""
    return _value(data, ())


def _value(data: Json, columns: tuple[Field, ...]) -> Value:
    if not isinstance(data, dict):
        if isinstance(data, str) and data.casefold() == "quantity":
            return _QUANTITY
        return _named(data) or Amount(measure_named(data, NAMED))
    for key, read in _VALUE_READERS.items():
        if key in data:
            return read(data, columns)
    raise UnknownName(
        f"{quoted(data)} is no value.",
        f"Use a measure's name, or an object with one of: {', '.join(_VALUE_READERS)}.",
    )


def _named(data: Json) -> Value | None:
    word = " ".join(data.replace("_", " ").split()) if isinstance(data, str) else ""
    return BY_FOLDED_NAME.get(word.casefold())


def _amount(data: Mapping[str, Json], _: tuple[Field, ...]) -> Value:
    only_keys(data, ("amount", "where"), "an amount")
    if _named(data["amount"]) == IDENTIFIED_PATIENTS:
        return replace(IDENTIFIED_PATIENTS, where=selection_from_json(data.get("where")))
    return Amount(measure_named(data["amount"]), selection_from_json(data.get("where")))


def _distinct(data: Mapping[str, Json], _: tuple[Field, ...]) -> Value:
    only_keys(data, ("distinct", "where"), "a distinct count")
    named = data["distinct"]
    fields = fields_named(named, "distinct") if isinstance(named, list) else (field_named(named),)
    return Distinct(fields, selection_from_json(data.get("where")))


def _patients(data: Mapping[str, Json], _: tuple[Field, ...]) -> Value:
    only_keys(data, ("patients", "where"), "a number of patients")
    return Patients(condition_from_json(data["patients"]), selection_from_json(data.get("where")))


def _ratio(data: Mapping[str, Json], columns: tuple[Field, ...]) -> Value:
    only_keys(data, ("ratio", "per"), "a ratio")
    parts = a_list(data["ratio"], "ratio")
    if len(parts) != 2:
        raise BadQuestion(f"A ratio has two parts, not {len(parts)}.", 'For example ["items", "list size"].')
    return Ratio(_value(parts[0], columns), _value(parts[1], columns), a_whole(data.get("per", 1), "per"))


def _share(data: Mapping[str, Json], columns: tuple[Field, ...]) -> Value:
    # Without "of", a share is of the whole column: that is what a reader of a table expects.
    only_keys(data, ("share", "of"), "a share")
    of = fields_named(data["of"], "of") if "of" in data else columns
    return Share(_value(data["share"], columns), of)


def _change(data: Mapping[str, Json], columns: tuple[Field, ...]) -> Value:
    only_keys(data, ("change", "months", "as"), "a change")
    how = a_choice(data, "as", ["relative", "difference"])
    months = a_whole(data.get("months", 12), "months")
    return Change(_value(data["change"], columns), months, how == "relative")


def _rolling(data: Mapping[str, Json], columns: tuple[Field, ...]) -> Value:
    only_keys(data, ("rolling", "months"), "a rolling value")
    return Rolling(_value(data["rolling"], columns), a_whole(data.get("months", 12), "months"))


def _year_to_date(data: Mapping[str, Json], columns: tuple[Field, ...]) -> Value:
    only_keys(data, ("year to date",), "a year to date")
    return YearToDate(_value(data["year to date"], columns))


_VALUE_READERS: dict[str, Callable[[Mapping[str, Json], tuple[Field, ...]], Value]] = {
    "amount": _amount,
    "distinct": _distinct,
    "patients": _patients,
    "ratio": _ratio,
    "share": _share,
    "change": _change,
    "rolling": _rolling,
    "year to date": _year_to_date,
}


def months_from_json(data: Json) -> Months:
    """The months of a question or a listing; every month when nothing is said."""
    if data is None or data == "all":
        return AllMonths()
    if isinstance(data, str):
        month = DispensingMonth.parse(data)
        return MonthRange(month, month)
    if not isinstance(data, dict):
        raise BadQuestion(
            f"{quoted(data)} are no months.",
            'Write {"from": "2017-09", "to": "2017-10"} or {"latest": 12}.',
        )
    only_keys(data, ("from", "to", "latest"), "months")
    if "latest" in data:
        return Latest(a_whole(data["latest"], "latest"))
    if "from" not in data or "to" not in data:
        raise BadQuestion("The months have no “from” or no “to”.", "Give both, or use “latest”.")
    return MonthRange(
        DispensingMonth.parse(a_text(data["from"], "from")), DispensingMonth.parse(a_text(data["to"], "to"))
    )


def _order(data: Json, values: tuple[Value, ...], columns: tuple[Field, ...]) -> Order:
    if not isinstance(data, dict) or "by" not in data:
        raise BadQuestion(f"{quoted(data)} is no order.", 'Write {"by": "items"}.')
    only_keys(data, ("by", "descending"), "an order")
    by = data["by"]
    if isinstance(by, int) and not isinstance(by, bool):
        if not 1 <= by <= len(values):
            raise BadQuestion(f"There is no value number {by}.", f"The values are 1 to {len(values)}.")
        return Order(values[by - 1], a_flag(data, "descending"))
    if isinstance(by, str) and by.replace("_", " ").casefold() in FIELDS:
        return Order(field_named(by), a_flag(data, "descending"))
    return Order(_value(by, columns), a_flag(data, "descending"))


def _top(data: Json) -> Top | None:
    if data is None:
        return None
    if isinstance(data, dict):
        only_keys(data, ("count", "within", "others"), "top")
        within = fields_named(data.get("within", []), "within")
        return Top(a_whole(data.get("count"), "count"), within, a_flag(data, "others"))
    return Top(a_whole(data, "top"))
