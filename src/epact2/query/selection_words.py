"""Selections in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from epact2.model.fields import Field
from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth
from epact2.model.organisations import LEVELS as ORGANISATION_LEVELS
from epact2.model.organisations import PLURALS, SETTING_NAMES
from epact2.model.prescribing import BNF_FIELDS, MONTH, PRACTICE_SETTING
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

_MOST_NAMED = 12  # of the codes of one list; a sentence with more is not read


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

    def list_name(self, selection: Selection) -> str:
        """The name of a shared list of medicines that a selection is; empty for any other."""
        ...


def joined(parts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def condition_of(where: Selection, names: Names | None) -> str:
    """A selection as it follows the name of a value; empty for everything."""
    text = selection_words(where, names)
    return f" where {text}" if text else ""


def selection_words(selection: Selection, names: Names | None = None) -> str:
    """A selection in English; empty for everything."""
    called = names.list_name(selection) if names else ""
    if called:
        return f"medicine is one of “{called}”"
    match selection:
        case Everything():
            return ""
        case Is(field, code):
            return f"{field.name} is {_called(field, code, names)}"
        case OneOf(field, codes):
            listed = [_called(field, code, names) for code in codes[:_MOST_NAMED]]
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
        said = [selection_words(part, names).partition(" is ") for part in parts]
        if len({subject for subject, _, _ in said}) == 1:
            objects = [one for _, _, one in said[:_MOST_NAMED]]
            if len(said) > len(objects):
                objects.append(f"{len(said) - len(objects)} others")
            return f"{said[0][0]} is {joined(objects, 'or')}"
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
    if field == PATIENT:
        return "one patient"  # no pseudonym in titles, exports, audit
    if field.closed:
        return dict(field.closed).get(code, code)
    if names is None:
        return code
    if field.name in ORGANISATION_LEVELS:
        return _with_code(code, names.organisation_name(field.name, code))
    if field in BNF_FIELDS:
        return _with_code(code, names.medicine_name(code))
    return DispensingMonth.parse(code).name if field == MONTH else code


def plural(field: Field) -> str:
    """The plural of a field's name: practices, England, chemical substances."""
    return PLURALS.get(field.name, f"{field.name}s")
