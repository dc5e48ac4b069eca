"""What the reference engine does with patients: counting them, and judging what each of them received."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from epact2.model.fields import Field
from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import CHEMICAL_SUBSTANCE
from epact2.query.conditions import (
    AllConditions,
    AnyCondition,
    AtLeast,
    Condition,
    Had,
    Here,
    Leaf,
    NotCondition,
    Score,
    Window,
    leaves,
)
from epact2.query.nodes import Amount
from epact2.query.periods import window_months
from epact2.store.directory import Directory
from epact2.store.reference_data import Row, selects
from epact2.store.reference_rows import key_of


def distinct(fields: Sequence[Field], rows: Sequence[Row]) -> set[tuple[str, ...]]:
    """The different codes of the rows; where patients are counted, only rows of identified patients."""
    if PATIENT in fields:
        rows = [row for row in rows if row.patient is not None]
    return {key_of(fields, row) for row in rows}


def count_patients(
    condition: Condition,
    rows: Sequence[Row],
    months: Sequence[DispensingMonth],
    in_scope: Sequence[Row],
    loaded: frozenset[DispensingMonth],
    directory: Directory,
) -> int | None:
    """How many patients of the rows fulfil a condition; None where a window needs a month that is not loaded.

    ``rows`` and ``in_scope`` are those of ``patients_who``.
    """
    for leaf in leaves(condition):
        if not loaded.issuperset(window_months(leaf.window, months)):
            return None
    return len(patients_who(condition, rows, months, in_scope, directory))


def patients_who(
    condition: Condition,
    rows: Sequence[Row],
    months: Sequence[DispensingMonth],
    in_scope: Sequence[Row],
    directory: Directory,
) -> set[str]:
    """The patients of the rows who fulfil a condition, by pseudonym.

    ``rows`` are those of the group, ``months`` those of its period, ``in_scope`` all that may be looked at.
    """

    def rows_of(patient: str, window: Window) -> list[Row]:
        if isinstance(window, Here):
            return [row for row in rows if row.patient == patient]
        wanted = window_months(window, months)
        return [row for row in in_scope if row.patient == patient and row.month in wanted]

    def fulfils(patient: str, part: Condition) -> bool:
        match part:
            case AllConditions(parts):
                return all(fulfils(patient, inner) for inner in parts)
            case AnyCondition(parts):
                return any(fulfils(patient, inner) for inner in parts)
            case NotCondition(inner):
                return not fulfils(patient, inner)
            case Had() | AtLeast() | Score():
                return _holds(part, rows_of(patient, part.window), directory)

    patients = {row.patient for row in rows if row.patient is not None}
    return {patient for patient in patients if fulfils(patient, condition)}


def _holds(leaf: Leaf, rows: Sequence[Row], directory: Directory) -> bool:
    """Whether one patient's rows fulfil a leaf."""
    match leaf:
        case Had(selection):
            return any(selects(selection, row, directory) for row in rows)
        case AtLeast(value, least):
            chosen = [row for row in rows if selects(value.where, row, directory)]
            if isinstance(value, Amount):
                total = sum(row.amounts[value.measure] or 0 for row in chosen)
                return Decimal(total).scaleb(-value.measure.scale) >= least
            return len(distinct(value.fields, chosen)) >= least
        case Score(points, at_least):
            score = 0
            for selection, each in points:
                chosen = [row for row in rows if selects(selection, row, directory)]
                score += each * len(distinct((CHEMICAL_SUBSTANCE,), chosen))
            return score >= at_least
