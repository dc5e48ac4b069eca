"""Selections of JSON: which prescriptions count."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from epact2.errors import did_you_mean
from epact2.model.bnf import BnfCode
from epact2.model.fields import Dimension, Field
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


def selection_from_json(data: Json) -> Selection:
    """A selection of JSON, for example ``{"under": ["bnf", "0501"]}``; ``{}`` selects everything."""
    return _selection(data) if data else EVERYTHING


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
            return OneOf(field, tuple(_code(field, code) for code in a_list(parts[1], "in")))
        case "between":
            field = field_named(parts[0])
            return Between(field, _code(field, parts[1]), _code(field, parts[2]))
    field = field_named(parts[0])
    return Is(field, _code(field, parts[1]))


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
        try:
            return f"{Decimal(text).normalize():f}"
        except InvalidOperation:
            raise BadQuestion(f"“{text}” is no {field}.", "Write a number.") from None
    if field == SUB_ICB_LOCATION and len(text) == 5 and text.endswith("00"):
        text = text[:-2]  # NHS files append 00 to the code of a sub-ICB location
    if field.closed:
        return _closed_code(field, text)
    return text if field.dimension in _AS_WRITTEN else text.upper()


def _closed_code(field: Field, text: str) -> str:
    """A code of a field that has no others, given as its code or its name, whatever its case."""
    wanted = text.casefold()
    for code, name in field.closed:
        if wanted in (code.casefold(), name.casefold()):
            return code
    advice = did_you_mean(text, (word for pair in field.closed for word in pair))
    raise UnknownName(f"“{text}” is no {field.name}.", advice or f"It may be: {', '.join(field.codes)}.")
