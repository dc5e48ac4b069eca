"""The fields of single items in SQL: as the numbers in which they are stored, and as conditions on these.

A closed field is the place of its code among the field's codes, an age is a number, and bands are worked out
from ages: no text is read or compared for any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING

from sqlglot import exp

from epact2.model import items
from epact2.model.fields import Field
from epact2.query.conditions import AtLeast, Had, Leaf
from epact2.query.named import POLYPHARMACY_CHAPTERS
from epact2.query.nodes import Amount, Distinct
from epact2.store.item_tables import medicines_column
from epact2.store.patient_months import chapters_of
from epact2.store.plan import Source, column_of
from epact2.store.sql_parts import number

Stored = Callable[[str], exp.Expression]

_FLAGS = {items.EPS: "eps", items.REPEAT_DISPENSING: "repeat_dispensing"}
# Numbers and keys by the columns that hold them; other fields have the column of their own name.
_COLUMNS = {
    items.AGE_SEPTEMBER: "age_september",
    items.ITEM_NUMBER: "item",
    items.PRESCRIBED_DATE: "prescribed",
}
_BANDS = {
    items.AGE_BAND_5: ("age", 5),
    items.AGE_BAND_5_SEPTEMBER: ("age_september", 5),
    items.AGE_BAND_20: ("age", 20),
}


def is_number(field: Field) -> bool:
    """Whether a field of items is stored as the number that it is: an age, the number of a form."""
    return field.of_items and field.numeric


def stored_number(field: Field, source: Source, stored: Stored) -> exp.Expression:
    """The number of a field's code, from the columns of a row."""
    if field == items.PATIENT_IDENTIFIED:
        if source in (Source.ITEMS, Source.ITEMS_BY_ATTRIBUTES, Source.ITEMS_BY_KIND):
            return exp.cast(stored("patient_identified"), "INTEGER")
        return exp.cast(exp.NEQ(this=stored("patient"), expression=number(0)), "INTEGER")
    if field in _FLAGS:
        return exp.cast(stored(_FLAGS[field]), "INTEGER")
    if field in _BANDS:
        name, width = _BANDS[field]
        last = len(field.codes) - 2
        band = exp.Least(
            this=exp.IntDiv(this=stored(name), expression=number(width)), expressions=[number(last)]
        )
        return _known(stored(name), band, last + 1)
    if field == items.ADULT:
        child = exp.LT(this=stored("age"), expression=number(18))
        return _known(stored("age"), exp.cast(child, "INTEGER"), 2)
    return stored(_COLUMNS.get(field, column_of(field)))


def _known(age: exp.Expression, band: exp.Expression, unknown: int) -> exp.Expression:
    below = exp.LT(this=age, expression=number(0))
    return exp.Case(ifs=[exp.If(this=below, true=number(unknown))], default=band)


def known_leaf(leaf: Leaf, stored: Stored) -> exp.Expression:
    """Whether a row of patient_month fulfils a leaf that it knows of: see ``patient_months.is_known``."""
    match leaf:
        case Had(selection):
            return exp.GT(this=_medicines(chapters_of(selection), stored), expression=number(0))
        case AtLeast(Amount(), least):
            what: exp.Expression = stored("items")
        case AtLeast(Distinct(_, where), least):
            what = _medicines(chapters_of(where), stored)
        case _:
            raise AssertionError(f"patient_month does not know {leaf}")
    return exp.GTE(this=what, expression=number(int(least.to_integral_value(ROUND_CEILING))))


def counted_of_patient(
    counted: Sequence[Field], chapters: Sequence[str] | None, stored: Stored
) -> exp.Expression:
    """What a patient's row counts: the patient, if there is any medicine of the chapters, or these."""
    if chapters is None:
        return number(1)
    medicines = _medicines(chapters, stored)
    if len(counted) > 1:
        return medicines
    return exp.cast(exp.GT(this=medicines, expression=number(0)), "INTEGER")


def _medicines(chapters: Sequence[str] | None, stored: Stored) -> exp.Expression:
    """How many different substances of some chapters: numbers below 256, whose sum may not be."""
    assert chapters, "patient_month knows medicines by chapter"
    if tuple(chapters) == POLYPHARMACY_CHAPTERS:
        return stored("unique_medicines")
    total = exp.cast(stored(medicines_column(chapters[0])), "INTEGER")
    for chapter in chapters[1:]:
        total = exp.Add(this=total, expression=stored(medicines_column(chapter)))  # type: ignore[assignment]
    return exp.Paren(this=total)
