"""Whether a question can be answered from practice-level data, or needs single items.

A question that needs items is answered from item rows alone, for the months that have them: one answer never
mixes two sources, and the standard exclusions apply to all of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from epact2.model.fields import Field
from epact2.query.conditions import Condition, Here, leaves, selections
from epact2.query.nodes import (
    AllOf,
    Amount,
    AnyOf,
    Between,
    Change,
    Distinct,
    Exclusions,
    Is,
    Not,
    OneOf,
    Patients,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    Value,
    YearToDate,
)


def needs_items(query: Query) -> bool:
    """Whether only single items can answer: patients, prescribers, EPS and the like, or other exclusions."""
    return (
        query.exclusions is not Exclusions.STANDARD
        or any(field.of_items for field in query.grain)
        or any(field.of_items for field in fields_of_selection(query.where))
        or any(value_needs_items(value) for value in query.values)
    )


def value_needs_items(value: Value) -> bool:
    """Whether a value looks at single items."""
    match value:
        case Amount(measure, where):
            return measure.of_items or _of_items(where)
        case Distinct(fields, where):
            return any(field.of_items for field in fields) or _of_items(where)
        case Patients():
            return True
        case Ratio(top, bottom):
            return value_needs_items(top) or value_needs_items(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            return value_needs_items(inner)


def _of_items(selection: Selection) -> bool:
    return any(field.of_items for field in fields_of_selection(selection))


def fields_of_selection(selection: Selection) -> Iterator[Field]:
    """The fields that a selection names; codes of medicines and organisations of any level have none."""
    match selection:
        case Is(field) | OneOf(field) | Between(field):
            yield field
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from fields_of_selection(part)
        case Not(part):
            yield from fields_of_selection(part)
        case _:
            return


def selections_of_value(value: Value) -> Iterator[Selection]:
    """Every selection within a value, those of patients' conditions too."""
    match value:
        case Amount(_, where) | Distinct(_, where):
            yield where
        case Patients(condition, where):
            yield where
            yield from selections_of_condition(condition)
        case Ratio(top, bottom):
            yield from selections_of_value(top)
            yield from selections_of_value(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            yield from selections_of_value(inner)


def selections_of_condition(condition: Condition) -> Iterator[Selection]:
    """Every selection within a condition."""
    for leaf in leaves(condition):
        yield from selections(leaf)


def selections_in_windows(condition: Condition) -> Iterator[Selection]:
    """The selections that a condition makes beyond the rows of its group, in months of its own."""
    for leaf in leaves(condition):
        if not isinstance(leaf.window, Here):
            yield from selections(leaf)
