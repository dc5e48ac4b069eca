"""Which answers will still change: the newest months, whose patients PDS has not verified yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from epact2.model.fields import Dimension, Field
from epact2.model.months import DispensingMonth
from epact2.query.level import fields_of_selection, selections_of_value
from epact2.query.listing import Listing, ListingRows
from epact2.query.nodes import Change, Distinct, Patients, Query, Ratio, Rolling, Share, Value, YearToDate
from epact2.store.directory import Directory


def looks_at_patients(query: Query) -> bool:
    """Whether an answer depends on who was identified: patients, ages, genders, deprivation."""
    return any(field.dimension is Dimension.PATIENT for field in _fields_of_query(query)) or any(
        _counts_patients(value) for value in query.values
    )


def lists_patients(listing: Listing) -> bool:
    """Whether the rows of a listing depend on who was identified."""
    fields = (*listing.fields, *fields_of_selection(listing.where))
    of_identified = listing.rows is ListingRows.PATIENTS or listing.condition is not None
    return of_identified or any(field.dimension is Dimension.PATIENT for field in fields)


def provisional_note(months: Iterable[DispensingMonth], directory: Directory) -> str:
    """What to beware of in these months; empty where all their patients have been verified."""
    waiting = sorted(directory.provisional_months.intersection(months))
    if not waiting:
        return ""
    names = [month.name for month in waiting]
    named = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"Patients of {named} are provisional: PDS verifies newly captured numbers a month later, so more "
        "patients, and more ages and genders, will be known then."
    )


def _fields_of_query(query: Query) -> Iterator[Field]:
    yield from query.grain
    yield from fields_of_selection(query.where)
    for value in query.values:
        for where in selections_of_value(value):
            yield from fields_of_selection(where)


def _counts_patients(value: Value) -> bool:
    match value:
        case Patients():
            return True
        case Distinct(fields):
            return any(field.dimension is Dimension.PATIENT for field in fields)
        case Ratio(top, bottom):
            return _counts_patients(top) or _counts_patients(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            return _counts_patients(inner)
        case _:
            return False
