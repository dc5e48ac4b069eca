"""A question in English: for titles, exports, audit and the page's own sentence.

Made from the question by rule, so that two questions of different meaning read differently. Names of codes
come from the release's directory; without one the codes stand alone.
"""

from __future__ import annotations

from epact2.model.fields import Field
from epact2.model.items import PATIENT
from epact2.model.measures import Measure
from epact2.model.months import span_name
from epact2.model.prescribing import ITEMS, LIST_SIZE
from epact2.query.condition_words import condition_words
from epact2.query.listing import Listing
from epact2.query.named import NAME_OF
from epact2.query.nodes import (
    AllMonths,
    Amount,
    Change,
    Codes,
    Distinct,
    Exclusions,
    Latest,
    MonthRange,
    Months,
    Patients,
    Query,
    Ratio,
    Rolling,
    Share,
    Structure,
    Value,
    YearToDate,
)
from epact2.query.selection_words import Names, condition_of, joined, plural, selection_words

__all__ = ["Names", "joined", "measures_of", "question_words", "selection_words", "value_name", "value_scale"]


PATIENTS = "patients"

# --- Values -------------------------------------------------------------------------------------------


def value_name(value: Value, names: Names | None = None) -> str:
    """The heading of a value's column, for example ``items per 1,000 patients``."""
    if value in NAME_OF:
        return NAME_OF[value]
    match value:
        case Amount(measure, where):
            return f"{measure.name}{condition_of(where, names)}"
        case Distinct((field,), where) if field == PATIENT:
            return f"identified patients{condition_of(where, names)}"
        case Patients(condition, where):
            return f"patients {condition_words(condition, names)}{condition_of(where, names)}"
        case Distinct(fields, where):
            counted = joined([plural(field) for field in fields], "with")
            return f"number of {counted}{condition_of(where, names)}"
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
        name = f"{noun}{condition_of(bottom.where, names)}"
    else:
        name = value_name(bottom, names)
    return name if per == 1 else f"{per:,} {name}"


def value_unit(value: Value) -> str:
    """The unit of a value: ``items``, ``£``, ``%``, ``£ per 1,000 patients``; empty for a plain ratio."""
    match value:
        case Amount(measure):
            return measure.unit
        case Distinct((field,)) if field == PATIENT:
            return PATIENTS
        case Patients():
            return PATIENTS
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
        case Distinct() | Patients():
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
        case Distinct() | Patients():
            return ()
        case Ratio(top, bottom):
            return tuple(dict.fromkeys((*measures_of(top), *measures_of(bottom))))
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            return measures_of(inner)


# --- The question -------------------------------------------------------------------------------------


def question_words(query: Query, names: Names | None = None) -> str:
    """The question as one sentence, without a full stop."""
    sentence = _capital(joined([value_name(value, names) for value in query.values]))
    if query.percentiles:
        over = joined([plural(field) for field in query.rows])
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
    sentence += f", {months_words(query.months)}"
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
    return sentence + reading_words(query)


def reading_words(asked: Query | Listing) -> str:
    """How organisations, codes and excluded items are taken, as a sentence ends; empty where as usual."""
    said = ""
    if asked.structure is Structure.AS_AT:
        said += ", organisations as at the time"
    if asked.codes is Codes.AS_PUBLISHED:
        said += ", BNF codes as published"
    if asked.exclusions is Exclusions.NONE:
        said += ", items under the standard exclusions too"
    return said


def months_words(months: Months) -> str:
    """The question's months in English."""
    match months:
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
