"""Listings: the single items, or the patients, behind a number.

A listing has no groups and no sums of its own: each row is one element of a prescription, or one patient
with what the patient's selected rows add up to. It is read page by page; a page begins after the last row of
the page before (a place in the order, not a count of rows), so that page 1,000 takes as long as page 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from epact2.model.fields import Dimension, Field
from epact2.model.items import ELEMENT, FORM, ITEM_NUMBER, PATIENT
from epact2.model.measures import Measure
from epact2.model.prescribing import MONTH
from epact2.query.conditions import Condition
from epact2.query.nodes import (
    ALL_MONTHS,
    EVERYTHING,
    BadQuestion,
    Codes,
    Exclusions,
    Months,
    Selection,
    Structure,
)

LARGEST_PAGE = 1000


class ListingRows(Enum):
    """What one row of a listing is."""

    ITEMS = "items"
    PATIENTS = "patients"


@dataclass(frozen=True, slots=True)
class ListingOrder:
    """Sort by a column of the listing."""

    by: Field | Measure
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of rows at the finest grain.

    ``after`` is the last row of the page before: the cells of ``sort_columns`` as a listing gives them, empty
    for the first page. Rows of patients have the patient, fields of time, organisation and patient, and
    measures; only identified patients are listed. Patients come in the order in which they were numbered.

    ``condition`` leaves only rows of identified patients who fulfil it. It is judged over all that ``where``
    selects, as one group, and over all the listing's months, as one period: a listing of one month has the
    very patients whom a question counts in that month. Windows look beyond the listing, within the scope.
    """

    columns: tuple[Field | Measure, ...]
    where: Selection = EVERYTHING
    months: Months = ALL_MONTHS
    order: tuple[ListingOrder, ...] = ()
    size: int = 100
    after: tuple[str | int | None, ...] = ()
    rows: ListingRows = ListingRows.ITEMS
    structure: Structure = Structure.CURRENT
    codes: Codes = Codes.LATEST
    exclusions: Exclusions = Exclusions.STANDARD
    condition: Condition | None = None

    def __post_init__(self) -> None:
        if not self.columns:
            raise BadQuestion("The listing shows no column.", "Name at least one, for example presentation.")
        for column in self.columns:
            if self.columns.count(column) > 1:
                raise BadQuestion(f"“{column}” is shown twice.", "Name each column once.")
            if isinstance(column, Measure) and column.is_population:
                raise BadQuestion(
                    f"An item has no {column}.", "Show items, NIC or another amount of an item."
                )
            if self.rows is ListingRows.PATIENTS and isinstance(column, Field) and not _of_a_patient(column):
                raise BadQuestion(f"A patient has no one {column}.", "List items, or leave the column out.")
        for order in self.order:
            if order.by not in self.columns:
                raise BadQuestion(
                    f"The listing is ordered by {order.by}, which it does not show.",
                    "Show it, or order by another.",
                )
        if not 1 <= self.size <= LARGEST_PAGE:
            raise BadQuestion(
                f"A page of {self.size} rows cannot be given.", f"Ask for 1 to {LARGEST_PAGE} rows at a time."
            )
        if self.after and len(self.after) != len(self.sort_columns):
            raise BadQuestion(
                "The place after which to go on is of another listing.", "Begin again without “after”."
            )

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns that are fields."""
        return tuple(column for column in self.columns if isinstance(column, Field))

    @property
    def identity(self) -> tuple[Field, ...]:
        """The fields that tell every row from every other; they end the order, so that it has no ties."""
        if self.rows is ListingRows.PATIENTS:
            return tuple(dict.fromkeys((*(one for one in self.fields if one != PATIENT), PATIENT)))
        return (MONTH, FORM, ITEM_NUMBER, ELEMENT)

    @property
    def sort_columns(self) -> tuple[ListingOrder, ...]:
        """The order, ended by the identity of rows."""
        ordered = {order.by for order in self.order}
        rest = (ListingOrder(field) for field in self.identity if field not in ordered)
        return (*self.order, *rest)


def _of_a_patient(field: Field) -> bool:
    return field.dimension in (Dimension.TIME, Dimension.ORGANISATION, Dimension.PATIENT)
