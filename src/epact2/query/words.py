"""A question in English: for titles, exports, audit and the page's own sentence.

Made from the question by rule, so that two questions of different meaning read differently. Names of codes
come from the release's directory; without one the codes stand alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth, span_name
from epact2.model.organisations import LEVELS as ORGANISATION_LEVELS
from epact2.model.organisations import PLURALS, SETTING_NAMES
from epact2.model.prescribing import BNF_FIELDS, ITEMS, LIST_SIZE, MONTH, PRACTICE_SETTING
from epact2.query.nodes import (
    AllMonths,
    AllOf,
    Amount,
    AnyOf,
    Between,
    Change,
    Codes,
    Distinct,
    Everything,
    Is,
    Latest,
    MonthRange,
    Not,
    OneOf,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    Structure,
    UnderMedicine,
    UnderOrganisation,
    Value,
    YearToDate,
)


class Names(Protocol):
    """Where names of codes come from: a release's directory."""

    def organisation_name(self, level: str, code: str) -> str:
        """The name of an organisation's code."""
        ...

    def medicine_name(self, code: str) -> str:
        """The name of a BNF code."""
        ...

    def any_organisation_name(self, code: str) -> str:
        """The name of an organisation's code of whatever level."""
        ...


def joined(parts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


# --- Values -------------------------------------------------------------------------------------------


def value_name(value: Value, names: Names | None = None) -> str:
    """The heading of a value's column, for example ``items per 1,000 patients``."""
    match value:
        case Amount(measure, where):
            return f"{measure.name}{_condition(where, names)}"
        case Distinct(fields, where):
            counted = joined([_plural(field) for field in fields], "with")
            return f"number of {counted}{_condition(where, names)}"
        case Ratio(top, bottom, per):
            if per == 100 and value_unit(top) == value_unit(bottom):
                return f"{value_name(top, names)} as % of {value_name(bottom, names)}"
            return f"{value_name(top, names)} per {_denominator(bottom, per, names)}"
        case Share(inner, of):
            whole = joined([f"its {field.name}" for field in of]) or "all"
            return f"share of {whole}, {value_name(inner, names)}"
        case Change(inner, months, relative):
            how = "change" if relative else "difference"
            return f"{value_name(inner, names)}, {how} on {_earlier(months)}"
        case Rolling(inner, months):
            return f"{value_name(inner, names)}, rolling {months} months"
        case YearToDate(inner):
            return f"{value_name(inner, names)}, financial year to date"


def _earlier(months: int) -> str:
    if months % 12 == 0:
        return "a year earlier" if months == 12 else f"{months // 12} years earlier"
    return "the month before" if months == 1 else f"{months} months earlier"


def _denominator(bottom: Value, per: int, names: Names | None) -> str:
    singular = {ITEMS: "item", LIST_SIZE: "patient"}
    plural = {ITEMS: "items", LIST_SIZE: "patients"}
    if isinstance(bottom, Amount) and bottom.measure in singular:
        noun = (singular if per == 1 else plural)[bottom.measure]
        name = f"{noun}{_condition(bottom.where, names)}"
    else:
        name = value_name(bottom, names)
    return name if per == 1 else f"{per:,} {name}"


def value_unit(value: Value) -> str:
    """The unit of a value: ``items``, ``£``, ``%``, ``£ per 1,000 patients``; empty for a plain ratio."""
    match value:
        case Amount(measure):
            return measure.unit
        case Distinct():
            return "count"
        case Ratio(top, bottom, per):
            if value_unit(top) == value_unit(bottom):
                return {100: "%"}.get(per, "" if per == 1 else f"per {per:,}")
            bottom_unit = _denominator_unit(bottom, per)
            return f"{value_unit(top)} per {bottom_unit}"
        case Share():
            return "share"
        case Change(inner, _, relative):
            return "relative change" if relative else value_unit(inner)
        case Rolling(inner) | YearToDate(inner):
            return value_unit(inner)


def _denominator_unit(bottom: Value, per: int) -> str:
    unit = value_unit(bottom)
    if per == 1:
        return unit[:-1] if unit.endswith("s") else unit
    return f"{per:,} {unit}"


def value_scale(value: Value) -> int | None:
    """How many decimals a value's whole-number cells hold; None where cells are floating-point numbers."""
    match value:
        case Amount(measure):
            return measure.scale
        case Distinct():
            return 0
        case Change(inner, _, False) | Rolling(inner) | YearToDate(inner):
            return value_scale(inner)
        case Ratio() | Share() | Change():
            return None


def measures_of(value: Value) -> tuple[Measure, ...]:
    """Every measure that a value is made from, each once, in the order of their appearance."""
    match value:
        case Amount(measure):
            return (measure,)
        case Distinct():
            return ()
        case Ratio(top, bottom):
            return tuple(dict.fromkeys((*measures_of(top), *measures_of(bottom))))
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            return measures_of(inner)


# --- Selections ---------------------------------------------------------------------------------------


def _condition(where: Selection, names: Names | None) -> str:
    text = selection_words(where, names)
    return f" where {text}" if text else ""


def selection_words(selection: Selection, names: Names | None = None) -> str:
    """A selection in English; empty for everything."""
    match selection:
        case Everything():
            return ""
        case Is(field, code):
            return f"{field.name} is {_called(field, code, names)}"
        case OneOf(field, codes):
            listed = [_called(field, code, names) for code in codes[:12]]
            if len(codes) > len(listed):
                listed.append(f"{len(codes) - len(listed)} others")
            return f"{field.name} is {joined(listed, 'or')}" if codes else f"{field.name} is none"
        case UnderMedicine(code):
            return _under_medicine(code.text, code.level, names)
        case UnderOrganisation(code):
            name = names.any_organisation_name(code) if names else ""
            return f"organisation is {_with_code(code, name)}"
        case Between(field, low, high):
            return f"{field.name} is from {low} to {high}"
        case AllOf(parts):
            return _parts(parts, "and", names)
        case AnyOf(parts):
            return _alike(parts, names) or _parts(parts, "or", names) or "nothing is selected"
        case Not(part):
            return f"not ({selection_words(part, names) or 'anything'})"


def _under_medicine(code: str, level: str, names: Names | None) -> str:
    return f"BNF {level} is {_with_code(code, names.medicine_name(code) if names else '')}"


def _alike(parts: Sequence[Selection], names: Names | None) -> str:
    """Several places, or several medicines of one level, in one: “BNF section is this, that or those”."""
    if parts and all(isinstance(part, (UnderMedicine, UnderOrganisation)) for part in parts):
        subjects, objects = zip(
            *(selection_words(part, names).split(" is ", maxsplit=1) for part in parts), strict=True
        )
        if len(set(subjects)) == 1:
            return f"{subjects[0]} is {joined(objects, 'or')}"
    return ""


def _parts(parts: Sequence[Selection], last: str, names: Names | None) -> str:
    texts = []
    for part in parts:
        text = selection_words(part, names)
        if text:
            texts.append(f"({text})" if isinstance(part, (AllOf, AnyOf)) and len(part.parts) > 1 else text)
    return f" {last} ".join(texts)


def _with_code(code: str, name: str) -> str:
    return f"{name} ({code})" if name and name != code else code


def _called(field: Field, code: str, names: Names | None) -> str:
    if field == PRACTICE_SETTING:
        return SETTING_NAMES.get(code, code)
    if names is None:
        return code
    if field.name in ORGANISATION_LEVELS:
        return _with_code(code, names.organisation_name(field.name, code))
    if field in BNF_FIELDS:
        return _with_code(code, names.medicine_name(code))
    return DispensingMonth.parse(code).name if field == MONTH else code


# --- The question -------------------------------------------------------------------------------------


def question_words(query: Query, names: Names | None = None) -> str:
    """The question as one sentence, without a full stop."""
    sentence = _capital(joined([value_name(value, names) for value in query.values]))
    if query.percentiles:
        over = joined([_plural(field) for field in query.rows])
        which = ", ".join(str(percentile) for percentile in query.percentiles)
        sentence = f"Percentiles {which} over {over} of: {sentence}"
        if query.columns:
            sentence += f", by {joined([field.name for field in query.columns])}"
    elif query.grain:
        sentence += f" by {joined([field.name for field in query.grain])}"
    if query.columns and not query.percentiles:
        sentence += f" ({joined([field.name for field in query.columns])} across)"
    condition = selection_words(query.where, names)
    if condition:
        sentence += f", where {condition}"
    sentence += f", {months_words(query)}"
    if query.top:
        within = f" of each {joined([field.name for field in query.top.within])}" if query.top.within else ""
        sentence += f", the top {query.top.count}{within}"
        sentence += " and all others together" if query.top.others else ""
    if query.order:
        keys = [
            f"{order.by.name if isinstance(order.by, Field) else value_name(order.by, names)}"
            f"{' (highest first)' if order.descending else ''}"
            for order in query.order
        ]
        sentence += f", ordered by {joined(keys)}"
    if query.totals:
        sentence += ", with totals"
    if query.structure is Structure.AS_AT:
        sentence += ", organisations as at the time"
    if query.codes is Codes.AS_PUBLISHED:
        sentence += ", BNF codes as published"
    return sentence


def months_words(query: Query) -> str:
    """The question's months in English."""
    match query.months:
        case AllMonths():
            return "all months"
        case Latest(1):
            return "latest month"
        case Latest(count):
            return f"latest {count} months"
        case MonthRange(first, last):
            return span_name((first, last))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plural(field: Field) -> str:
    return PLURALS.get(field.name, f"{field.name}s")
