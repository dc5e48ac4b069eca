"""Selections of JSON: which prescriptions count."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from epact2.errors import did_you_mean
from epact2.model.bnf import BnfCode
from epact2.model.fields import Dimension, Field
from epact2.model.items import AGE, AGE_SEPTEMBER, AGE_UNKNOWN, OLDEST, PRESCRIBED_DATE
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import MONTH, SUB_ICB_LOCATION
from epact2.query.encode import Json
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    AnyOf,
    BadQuestion,
    Between,
    Is,
    Not,
    OneOf,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)
from epact2.query.pieces import UnknownName, a_list, a_text, field_named, only_keys, quoted

# Codes that are not in capitals: time as it is written, and what item files say in words.
_AS_WRITTEN = (Dimension.TIME, Dimension.PATIENT, Dimension.ITEM)
# More digits than these no number of a field has, before the point or after it.
_MOST_DIGITS = 18


def selection_from_json(data: Json) -> Selection:
    """A selection of JSON, for example ``{"under": ["bnf", "0501"]}``; ``{}`` selects everything."""
    return EVERYTHING if data is None or data == {} else _selection(data)


def _selection(data: Json) -> Selection:
    kinds = ("is", "in", "under", "between", "all", "any", "not")
    if not isinstance(data, dict) or len(data) != 1:
        raise BadQuestion(
            f"{quoted(data)} is no selection.",
            f"A selection is an object with exactly one of: {', '.join(kinds)}.",
        )
    only_keys(data, kinds, "a selection")
    ((kind, body),) = data.items()
    match kind:
        case "all":
            return AllOf(tuple(_selection(part) for part in a_list(body, "all")))
        case "any":
            return AnyOf(tuple(_selection(part) for part in a_list(body, "any")))
        case "not":
            return Not(_selection(body))
    parts = a_list(body, kind)
    if len(parts) != (3 if kind == "between" else 2):
        raise BadQuestion(
            f"“{kind}” has {len(parts)} parts: {quoted(body)}.",
            'Write {"is": [field, code]}, {"in": [field, [codes]]}, {"under": ["bnf", code]} or '
            '{"between": [field, low, high]}.',
        )
    match kind:
        case "under":
            return _under(a_text(parts[0], "under"), a_text(parts[1], "under").strip().upper())
        case "in":
            field = field_named(parts[0])
            codes = tuple(_code(field, code) for code in a_list(parts[1], "in"))
            for code in codes:
                _check_age(field, code, code)
            return OneOf(field, codes)
        case "between":
            field = field_named(parts[0])
            low, high = _code(field, parts[1]), _code(field, parts[2])
            _check_age(field, low, high)
            return Between(field, low, high)
    field = field_named(parts[0])
    code = _code(field, parts[1])
    _check_age(field, code, code)
    return Is(field, code)


def _under(hierarchy: str, code: str) -> Selection:
    if hierarchy.casefold() == "bnf":
        return UnderMedicine(BnfCode(code))
    if hierarchy.casefold() == "organisation":
        return UnderOrganisation(code)
    raise UnknownName(f"“{hierarchy}” has nothing under it.", "Use “bnf” or “organisation”.")


def _code(field: Field, data: Json) -> str:
    """A code as the release writes it."""
    text = a_text(data, field.name).strip()
    if field == MONTH:
        return DispensingMonth.parse(text).code
    if field.numeric:
        return _number(field, text)
    if field == PRESCRIBED_DATE:
        return _day(text)
    if field == SUB_ICB_LOCATION and len(text) == 5 and text.endswith("00"):
        text = text[:-2]  # NHS files append 00 to the code of a sub-ICB location
    if field.closed:
        return _closed_code(field, text)
    return text if field.dimension in _AS_WRITTEN else text.upper()


def _number(field: Field, text: str) -> str:
    """A number as the release writes it: without zeros that say nothing."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadQuestion(f"“{text}” is no {field}.", "Write a number.") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise BadQuestion(f"“{text}” is no {field}.", "Write a number.")
    if number and not (exponent >= -_MOST_DIGITS and number.adjusted() < _MOST_DIGITS):
        raise BadQuestion(f"“{text}” is no {field}: it is too long.", "Write a number of fewer digits.")
    plain = f"{number.normalize():f}"
    if field.of_items and "." in plain:
        raise BadQuestion(f"“{text}” is no {field}.", "Write a whole number.")
    return plain


def _day(text: str) -> str:
    """A day as item files write it; empty is a form without a date."""
    digits = text.replace("-", "") if len(text) == 10 else text
    try:
        if text:
            datetime.strptime(digits, "%Y%m%d")  # noqa: DTZ007 - a day of a form has no time zone
    except ValueError:
        raise BadQuestion(f"“{text}” is no {PRESCRIBED_DATE}.", "Write it like 20260114.") from None
    return digits


def _check_age(field: Field, low: str, high: str) -> None:
    """Refuse ages that nobody has. “65 to 999” is a way to say 65 and over."""
    if field in (AGE, AGE_SEPTEMBER) and (int(low) > OLDEST or int(high) < AGE_UNKNOWN):
        named = low if low == high else f"{low} to {high}"
        raise BadQuestion(
            f"Nobody has the {field} {named}.",
            f"Ages are from 0 to {OLDEST}; {AGE_UNKNOWN} is an age that is not known.",
        )


def _closed_code(field: Field, text: str) -> str:
    """A code of a field that has no others, given as its code or its name, whatever its case."""
    wanted = text.casefold()
    for code, name in field.closed:
        if wanted in (code.casefold(), name.casefold()):
            return code
    advice = did_you_mean(text, (word for pair in field.closed for word in pair))
    raise UnknownName(f"“{text}” is no {field.name}.", advice or f"It may be: {', '.join(field.codes)}.")
