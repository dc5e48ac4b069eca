"""From a number to the single items, or the patients, that it is made of.

What a drill is for questions, this is for listings: the rows that a cell of an answer added up or counted,
in the same months, structure, codes and exclusions.
"""

from __future__ import annotations

from collections.abc import Sequence

from epact2.model.fields import Field
from epact2.model.items import AGE, EPS, GENDER, PATIENT, PRESCRIBED_DATE
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ITEMS, MONTH, NIC, PRACTICE, PRESENTATION, TOTAL_QUANTITY
from epact2.query.grains import conjuncts
from epact2.query.listing import Listing, ListingOrder, ListingRows
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Amount,
    Distinct,
    Is,
    MonthRange,
    Months,
    Patients,
    Query,
    Selection,
    Value,
)
from epact2.query.result import Cell

ITEM_COLUMNS: tuple[Field | Measure, ...] = (
    PRESENTATION, TOTAL_QUANTITY, ITEMS, NIC, MONTH, PRESCRIBED_DATE, PRACTICE, PATIENT, AGE, GENDER, EPS,
)  # fmt: skip
PATIENT_COLUMNS: tuple[Field | Measure, ...] = (PATIENT, GENDER, ITEMS, NIC)


def usual_columns(rows: ListingRows, where: Selection, months: Months) -> tuple[Field | Measure, ...]:
    """The columns that a reader needs first: without those that would say the same in every row."""
    if rows is ListingRows.PATIENTS:
        return PATIENT_COLUMNS
    same: set[Field | Measure] = {part.field for part in conjuncts(where) if isinstance(part, Is)}
    if isinstance(months, MonthRange) and months.first == months.last:
        same.add(MONTH)
    return tuple(one for one in ITEM_COLUMNS if one not in same)


def usual_order(columns: Sequence[Field | Measure], rows: ListingRows) -> tuple[ListingOrder, ...]:
    """Patients with most items first; of items the dearest first."""
    by = ITEMS if rows is ListingRows.PATIENTS else NIC
    return (ListingOrder(by, descending=True),) if by in columns else ()


def is_made_of_rows(value: Value) -> bool:
    """Whether a number is a plain sum of items or a count of patients, so that its rows can be listed."""
    match value:
        case Amount(measure):
            return not measure.is_population
        case Distinct(fields):
            return fields == (PATIENT,)
        case Patients():
            return True
        case _:
            return False


def items_beneath(
    query: Query, chosen: Sequence[Cell], value: Value | None, months: Sequence[DispensingMonth]
) -> Listing | None:
    """The listing beneath a cell: ``chosen`` are its cells for the rows' fields, then for the columns'.

    A None (a total) chooses nothing in its field. ``value`` is the cell's own, None for a whole row.
    ``months`` are those of the answer. Beneath patients who fulfil a condition lie these patients. Gives None
    where a number is not made of rows that could be listed: a ratio, a list size, all others together.
    """
    if query.percentiles or not months or (value is not None and not is_made_of_rows(value)):
        return None
    picked = [
        (field, str(cell)) for field, cell in zip(query.grain, chosen, strict=False) if cell is not None
    ]
    if any(code == "others" for _, code in picked):
        return None
    parts = (*conjuncts(query.where), *(Is(field, code) for field, code in picked))
    if isinstance(value, (Amount, Distinct, Patients)):
        parts = (*parts, *conjuncts(value.where))
    kept = tuple(dict.fromkeys(parts))
    where = EVERYTHING if not kept else kept[0] if len(kept) == 1 else AllOf(kept)
    rows = ListingRows.PATIENTS if isinstance(value, (Distinct, Patients)) else ListingRows.ITEMS
    range_of = MonthRange(months[0], months[-1])
    columns = usual_columns(rows, where, range_of)
    return Listing(
        columns=columns,
        where=where,
        months=range_of,
        order=usual_order(columns, rows),
        rows=rows,
        structure=query.structure,
        codes=query.codes,
        exclusions=query.exclusions,
        condition=value.condition if isinstance(value, Patients) else None,
    )
