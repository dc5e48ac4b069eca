"""A listing as an address, and as what a form sends.

Practice, medicine and month may stand in an address, and a condition on patients. A patient never does, nor
does the place after which a page goes on, which may hold one: both come in the body of a POST. What is usual
(the first columns, the order) is left out of the address, so that links beneath thousands of cells stay
short; what is long all the same is pressed, as a question is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from django.urls import reverse

from epact2.analysis.items_beneath import usual_columns, usual_order
from epact2.model.fields import Dimension, Field
from epact2.model.items import FORM, PATIENT
from epact2.model.measures import Measure
from epact2.model.prescribing import FIELD_BY_NAME, MEASURE_BY_NAME
from epact2.query.codec import months_from_json, parse, selection_from_json
from epact2.query.encode import Json
from epact2.query.level import fields_of_selection, selections_of_condition
from epact2.query.listing import Listing, ListingOrder, ListingRows
from epact2.query.listing_json import after_of, listing_from_json, listing_to_json, token_of
from epact2.query.nodes import BadQuestion
from epact2.query.packed import packed_if_long
from epact2.web.presenters.sentence import as_json

Form = Mapping[str, Sequence[str]]
SIZES = (25, 50, 100, 250, 500)
_SECRET = (PATIENT, FORM)  # tell one person from all others: never in an address


def in_address(data: Json) -> Listing:
    """The listing that an address (or a form) carries, with what is usual where it says nothing.

    Raises BadQuestion or UnknownName, and BadQuestion for a listing of one patient.
    """
    if not isinstance(data, dict):
        raise BadQuestion("The address holds no listing.", "Open the items of a number in the explorer.")
    where, months = selection_from_json(data.get("where")), months_from_json(data.get("months"))
    rows = ListingRows.PATIENTS if data.get("rows") == ListingRows.PATIENTS.value else ListingRows.ITEMS
    whole: dict[str, Json] = {key: value for key, value in data.items() if key != "after"}
    if "columns" not in whole:
        whole["columns"] = [one.name for one in usual_columns(rows, where, months)]
    read = listing_from_json(whole)
    if is_of_one_person(read):
        raise BadQuestion(
            "A patient never stands in an address.", "Open the patient from a row, or by the pseudonym."
        )
    return read if "order" in whole else replace(read, order=usual_order(read.columns, read.rows))


def is_of_one_person(listing: Listing) -> bool:
    """Whether a listing is about one patient or one form."""
    asked = () if listing.condition is None else selections_of_condition(listing.condition)
    return any(field in _SECRET for where in (listing.where, *asked) for field in fields_of_selection(where))


def query_string(listing: Listing) -> str:
    """The listing as the end of an address: ``?q=…``. It must not be about one patient."""
    return query_string_of(text_of(listing))


def query_string_of(text: str) -> str:
    """The text of a listing as the end of an address."""
    return f"?q={quote(packed_if_long(text), safe=':,')}"


def address(listing: Listing) -> str:
    """The first page of a listing."""
    return reverse("items") + query_string(listing)


def text_of(listing: Listing) -> str:
    """The listing as a form carries it: as in the address, without its place."""
    assert not is_of_one_person(listing), "a patient never stands in an address"
    data = listing_to_json(replace(listing, after=()))
    del data["version"]
    if listing.columns == usual_columns(listing.rows, listing.where, listing.months):
        del data["columns"]
    if listing.order == usual_order(listing.columns, listing.rows):
        data.pop("order", None)
    elif not listing.order:
        data["order"] = []
    return as_json(data)


def chosen(form: Form) -> tuple[Listing, bool]:
    """The listing of an address or of the form that chooses columns, and whether the form changed it.

    Raises as ``in_address``.
    """
    listing = in_address(parse(_last(form, "q") or "{}"))
    if "form" not in form:
        return listing, False
    columns = tuple(_column(name) for name in form.get("col", ()))
    if not columns:
        raise BadQuestion("No column is chosen.", "Choose at least one, for example presentation.")
    order = tuple(one for one in listing.order if one.by in columns) or usual_order(columns, listing.rows)
    size = _last(form, "size")
    if not size.isdigit() or int(size) not in SIZES:
        raise BadQuestion(f"“{size}” is no number of rows.", f"Choose one of: {', '.join(map(str, SIZES))}.")
    return replace(listing, columns=columns, order=order, size=int(size)), True


def going_on(form: Form) -> tuple[Listing, int]:
    """The page that a POST asks for, and the number of the first of its rows. Raises as ``in_address``."""
    listing = in_address(parse(_last(form, "q") or "{}"))
    place = _last(form, "first")
    first = int(place) if place.isdigit() and 1 <= int(place) <= 10**9 else 1
    return replace(listing, after=after_of(_last(form, "after"))), first


def token(listing: Listing) -> str:
    """The place after which a page begins, for the form that asks for it again; empty for the first."""
    return token_of(listing.after) if listing.after else ""


def _last(form: Form, name: str) -> str:
    return (list(form.get(name, ())) or [""])[-1].strip()


def _column(name: str) -> Field | Measure:
    found = FIELD_BY_NAME.get(name) or MEASURE_BY_NAME.get(name)
    if found is None:
        raise BadQuestion(f"“{name}” is no column.", "Choose columns from the list.")
    return found


def sorted_by(listing: Listing, column: Field | Measure) -> Listing:
    """The listing sorted by a column: numbers highest first, or turned round if it is that already."""
    now = listing.order[0] if listing.order else None
    again = now is not None and now.by == column and now.descending
    descending = not again if now is not None and now.by == column else isinstance(column, Measure)
    return replace(listing, order=(ListingOrder(column, descending),), after=())


def as_rows(listing: Listing, rows: ListingRows) -> Listing:
    """The same selection as a listing of items, or of patients."""
    columns = usual_columns(rows, listing.where, listing.months)
    return replace(listing, rows=rows, columns=columns, order=usual_order(columns, rows), after=())


def can_be_column(column: Field | Measure, rows: ListingRows) -> bool:
    """Whether a listing of such rows can show it."""
    if isinstance(column, Measure):
        return not column.is_population
    if rows is ListingRows.PATIENTS:
        return column.dimension in (Dimension.TIME, Dimension.ORGANISATION, Dimension.PATIENT)
    return True
