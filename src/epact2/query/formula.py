"""What a named value is made of, in English: for the dictionary."""

from __future__ import annotations

from epact2.model.fields import Field
from epact2.model.items import PATIENT
from epact2.query.condition_words import condition_words
from epact2.query.nodes import Distinct, Patients, Ratio, Selection, Value
from epact2.query.words import selection_words, value_name


def value_formula(value: Value) -> str:
    """``items where patient identified is Yes ÷ different patients``: the parts under their own names."""
    match value:
        case Ratio(top, bottom, per):
            times = "" if per == 1 else f" × {per:,}"
            return f"{value_formula(top)} ÷ {value_formula(bottom)}{times}"
        case Distinct(fields, where):
            counted = " with ".join(_counted(one) for one in fields)
            return f"different {counted}{_only(where)}"
        case Patients(condition, where):
            return f"identified patients {condition_words(condition)}{_only(where)}"
        case _:
            return value_name(value)


def _counted(field: Field) -> str:
    return "identified patients" if field == PATIENT else f"{field.name}s"


def _only(where: Selection) -> str:
    said = selection_words(where)
    return f" where {said}" if said else ""
