"""Listings as JSON, both ways, and in English."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.query.codec import months_from_json, parse
from epact2.query.condition_json import condition_from_json
from epact2.query.condition_words import condition_words
from epact2.query.encode import VERSION, Json, condition_to_json, months_to_json, selection_to_json
from epact2.query.listing import Listing, ListingOrder, ListingRows
from epact2.query.nodes import EVERYTHING, AllMonths, BadQuestion, Codes, Exclusions, Structure
from epact2.query.pieces import (
    FIELDS,
    a_choice,
    a_flag,
    a_list,
    a_text,
    a_whole,
    field_named,
    measure_named,
    only_keys,
    quoted,
)
from epact2.query.selection_json import selection_from_json
from epact2.query.selection_words import Names, joined, selection_words
from epact2.query.words import months_words, reading_words

_KEYS = (
    "version", "columns", "where", "months", "order", "size", "after", "rows", "structure", "codes",
    "exclusions", "labels", "patients",
)  # fmt: skip


def listing_from_text(text: str) -> Listing:
    """The listing in a JSON text. Raises BadQuestion or UnknownName."""
    return listing_from_json(parse(text))


def listing_from_json(data: Json) -> Listing:
    """The listing of a JSON object. Raises BadQuestion or UnknownName, both saying where."""
    if not isinstance(data, dict):
        raise BadQuestion(
            "A listing is a JSON object.", 'For example {"columns": ["presentation", "items"]}.'
        )
    if "columns" not in data and "values" in data:
        raise BadQuestion(
            "The listing has no “columns”, as if it were a question.",
            "Add columns, for example presentation; or ask it, with: epact2 ask",
        )
    only_keys(data, _KEYS, "the listing")
    if data.get("version", VERSION) != VERSION:
        raise BadQuestion(f"This is a listing of version {data['version']}.", f"Use version {VERSION}.")
    order = tuple(_order(one) for one in a_list(data.get("order", []), "order"))
    return Listing(
        columns=tuple(_column(one) for one in a_list(data.get("columns"), "columns")),
        where=selection_from_json(data.get("where")),
        months=months_from_json(data.get("months")),
        order=order,
        size=a_whole(data.get("size", 100), "size"),
        after=after_of(data.get("after")),
        rows=ListingRows(a_choice(data, "rows", [one.value for one in ListingRows])),
        structure=Structure(a_choice(data, "structure", [one.value for one in Structure])),
        codes=Codes(a_choice(data, "codes", [one.value for one in Codes])),
        exclusions=Exclusions(a_choice(data, "exclusions", [one.value for one in Exclusions])),
        condition=condition_from_json(data["patients"]) if data.get("patients") is not None else None,
    )


def _column(data: Json) -> Field | Measure:
    word = " ".join(a_text(data, "columns").replace("_", " ").split()).casefold()
    if word in FIELDS:
        return field_named(data)
    return measure_named(data, (field.name for field in FIELDS.values()))


def _order(data: Json) -> ListingOrder:
    if not isinstance(data, Mapping) or "by" not in data:
        raise BadQuestion(f"{quoted(data)} is no order.", 'Write {"by": "items"}.')
    only_keys(data, ("by", "descending"), "an order")
    return ListingOrder(_column(data["by"]), a_flag(data, "descending"))


def after_of(token: Json) -> tuple[str | int | None, ...]:
    """The place after which a page begins, as a listing's ``next`` gave it. Raises BadQuestion."""
    if token is None or token == "":
        return ()
    try:
        cells = json.loads(base64.urlsafe_b64decode(a_text(token, "after").encode("ascii")))
    except (ValueError, binascii.Error):
        cells = None
    if not isinstance(cells, list) or not cells or not all(map(_is_cell, cells)):
        raise BadQuestion(
            "The place after which to go on cannot be read.",
            "Use “next” of the page before as it is, or begin again.",
        )
    return tuple(cells)


def _is_cell(data: Json) -> bool:
    """Whether something can be the cell of a row: a text, nothing, or a number that engines can hold."""
    if isinstance(data, int):
        return not isinstance(data, bool) and abs(data) < 10**18
    return data is None or isinstance(data, str)


def token_of(after: tuple[str | int | None, ...]) -> str:
    """The place after which the next page begins, as one text."""
    return base64.urlsafe_b64encode(json.dumps(list(after)).encode()).decode("ascii")


def listing_to_json(listing: Listing) -> dict[str, Json]:
    """The listing as a JSON object; what has its default is left out."""
    data: dict[str, Json] = {"version": VERSION, "columns": [column.name for column in listing.columns]}
    if listing.where != EVERYTHING:
        data["where"] = selection_to_json(listing.where)
    if listing.condition is not None:
        data["patients"] = condition_to_json(listing.condition)
    if not isinstance(listing.months, AllMonths):
        data["months"] = months_to_json(listing.months)
    if listing.order:
        data["order"] = [
            {"by": one.by.name, "descending": True} if one.descending else {"by": one.by.name}
            for one in listing.order
        ]
    if listing.size != 100:
        data["size"] = listing.size
    if listing.after:
        data["after"] = token_of(listing.after)
    if listing.rows is not ListingRows.ITEMS:
        data["rows"] = listing.rows.value
    if listing.structure is not Structure.CURRENT:
        data["structure"] = listing.structure.value
    if listing.codes is not Codes.LATEST:
        data["codes"] = listing.codes.value
    if listing.exclusions is not Exclusions.STANDARD:
        data["exclusions"] = listing.exclusions.value
    return data


def listing_words(listing: Listing, names: Names | None = None) -> str:
    """The listing as one sentence, without a full stop; a patient's pseudonym is not repeated in it."""
    of_items = listing.rows is ListingRows.ITEMS
    sentence = f"{'Items' if of_items else 'Patients'}: {joined([column.name for column in listing.columns])}"
    if listing.condition is not None:
        sentence += f", {'of patients' if of_items else 'those'} {condition_words(listing.condition, names)}"
    selected = selection_words(listing.where, names)
    if selected:
        sentence += f", where {selected}"
    sentence += f", {months_words(listing.months)}"
    if listing.order:
        keys = [f"{one.by.name}{' (highest first)' if one.descending else ''}" for one in listing.order]
        sentence += f", ordered by {joined(keys)}"
    return sentence + reading_words(listing)
