"""A question as plain data for JSON, in its shortest form: the other half of ``query.codec``."""

from __future__ import annotations

import json
from decimal import Decimal

from epact2.model.fields import Field
from epact2.query.conditions import (
    AllConditions,
    AnyCondition,
    AtLeast,
    Before,
    Condition,
    Had,
    Here,
    Last,
    Leaf,
    NotCondition,
    Score,
    Window,
)
from epact2.query.named import NAME_OF
from epact2.query.nodes import (
    EVERYTHING,
    AllMonths,
    AllOf,
    Amount,
    AnyOf,
    Between,
    Change,
    Codes,
    Distinct,
    Everything,
    Exclusions,
    Is,
    Latest,
    MonthRange,
    Months,
    Not,
    OneOf,
    Order,
    Patients,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    Structure,
    Top,
    UnderMedicine,
    UnderOrganisation,
    Value,
    YearToDate,
)

VERSION = 1
Json = str | int | float | Decimal | bool | None | list["Json"] | dict[str, "Json"]


def dumps(query: Query) -> str:
    """The question as its shortest JSON text; the same question always gives the same text."""
    return json.dumps(query_to_json(query), separators=(",", ":"), ensure_ascii=False)


def query_to_json(query: Query) -> dict[str, Json]:
    """The question as a JSON object; what has its default is left out."""
    data: dict[str, Json] = {
        "version": VERSION,
        "values": [value_to_json(value) for value in query.values],
    }
    if query.rows:
        data["rows"] = _names(query.rows)
    if query.columns:
        data["columns"] = _names(query.columns)
    if not isinstance(query.where, Everything):
        data["where"] = selection_to_json(query.where)
    if not isinstance(query.months, AllMonths):
        data["months"] = months_to_json(query.months)
    if query.order or (query.top and not query.columns):
        # A top without an order is read as highest first, so a top by code says that it has none.
        data["order"] = [_order(order) for order in query.order]
    if query.top:
        data["top"] = _top(query.top)
    if query.totals:
        data["totals"] = True
    if query.structure is not Structure.CURRENT:
        data["structure"] = query.structure.value
    if query.codes is not Codes.LATEST:
        data["codes"] = query.codes.value
    if query.percentiles:
        data["percentiles"] = list(query.percentiles)
    if query.exclusions is not Exclusions.STANDARD:
        data["exclusions"] = query.exclusions.value
    return data


def _names(fields: tuple[Field, ...]) -> list[Json]:
    return [field.name for field in fields]


def value_to_json(value: Value) -> Json:
    """A value as JSON; a plain amount is its measure's name, and so is a value that has a name."""
    if value in NAME_OF:
        return NAME_OF[value]
    match value:
        case Amount(measure, Everything()):
            return measure.name
        case Amount(measure, where):
            return {"amount": measure.name, "where": selection_to_json(where)}
        case Distinct(fields, where):
            counted: dict[str, Json] = {"distinct": _names(fields)}
            if not isinstance(where, Everything):
                counted["where"] = selection_to_json(where)
            return counted
        case Patients(condition, where):
            patients: dict[str, Json] = {"patients": condition_to_json(condition)}
            return patients if where == EVERYTHING else {**patients, "where": selection_to_json(where)}
        case Ratio(top, bottom, per):
            ratio: dict[str, Json] = {"ratio": [value_to_json(top), value_to_json(bottom)]}
            return ratio if per == 1 else {**ratio, "per": per}
        case Share(inner, of):
            return {"share": value_to_json(inner), "of": _names(of)}
        case Change(inner, months, relative):
            change: dict[str, Json] = {"change": value_to_json(inner)}
            if months != 12:
                change["months"] = months
            return change if relative else {**change, "as": "difference"}
        case Rolling(inner, months):
            rolling: dict[str, Json] = {"rolling": value_to_json(inner)}
            return rolling if months == 12 else {**rolling, "months": months}
        case YearToDate(inner):
            return {"year to date": value_to_json(inner)}


def selection_to_json(selection: Selection) -> dict[str, Json]:
    """A selection as JSON; everything is an empty object at the top and an empty ``all`` within."""
    match selection:
        case Everything():
            return {"all": []}
        case Is(field, code):
            return {"is": [field.name, code]}
        case OneOf(field, codes):
            return {"in": [field.name, list(codes)]}
        case UnderMedicine(code):
            return {"under": ["bnf", code.text]}
        case UnderOrganisation(code):
            return {"under": ["organisation", code]}
        case Between(field, low, high):
            return {"between": [field.name, low, high]}
        case AllOf(parts):
            return {"all": [selection_to_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [selection_to_json(part) for part in parts]}
        case Not(part):
            return {"not": selection_to_json(part)}


# --- Conditions ---------------------------------------------------------------------------------------


def condition_to_json(condition: Condition) -> dict[str, Json]:
    """A condition as JSON."""
    match condition:
        case AllConditions(parts):
            return {"all": [condition_to_json(part) for part in parts]}
        case AnyCondition(parts):
            return {"any": [condition_to_json(part) for part in parts]}
        case NotCondition(part):
            return {"not": condition_to_json(part)}
        case Had() | AtLeast() | Score():
            return {**_leaf_to_json(condition), **_window_to_json(condition.window)}


def _leaf_to_json(leaf: Leaf) -> dict[str, Json]:
    match leaf:
        case Had(selection):
            return {"had": selection_to_json(selection)}
        case AtLeast(value, least):
            number: Json = int(least) if least == int(least) else float(least)
            return {"at least": [value_to_json(value), number]}
        case Score(points, least):
            pairs: list[Json] = [[selection_to_json(selection), each] for selection, each in points]
            return {"score": pairs, "at least": least}


def _window_to_json(window: Window) -> dict[str, Json]:
    match window:
        case Here():
            return {}
        case Last(months):
            return {"last": months}
        case Before(months):
            return {"before": months}
        case MonthRange(first, last):
            return {"from": first.code, "to": last.code}


# --- The rest of the question --------------------------------------------------------------------------


def months_to_json(months: Months) -> Json:
    """The months of a question or a listing as JSON."""
    match months:
        case Latest(count):
            return {"latest": count}
        case MonthRange(first, last):
            return {"from": first.code, "to": last.code}
        case AllMonths():
            return "all"


def _order(order: Order) -> Json:
    by = order.by.name if isinstance(order.by, Field) else value_to_json(order.by)
    return {"by": by, "descending": True} if order.descending else {"by": by}


def _top(top: Top) -> Json:
    if not top.within and not top.others:
        return top.count
    data: dict[str, Json] = {"count": top.count}
    if top.within:
        data["within"] = _names(top.within)
    if top.others:
        data["others"] = True
    return data
