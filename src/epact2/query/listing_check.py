"""Whether a listing can be given, and what is easy to misread in it."""

from __future__ import annotations

from collections.abc import Iterator

from epact2.model.fields import Dimension
from epact2.model.items import ELEMENT, PATIENT
from epact2.query.check import NotAnswerable, exclusion_note
from epact2.query.grains import conjuncts, dimensions_of
from epact2.query.listing import Listing, ListingRows


def check_listing(listing: Listing) -> tuple[str, ...]:
    """Refuse a listing whose parts do not fit together; give back notes. Raises NotAnswerable."""
    for part in conjuncts(listing.where):
        looked_at = dimensions_of(part)
        if Dimension.TIME in looked_at and looked_at != {Dimension.TIME}:
            raise NotAnswerable(
                "A condition on time is mixed with a condition on something else.",
                "Give the condition on time by itself, beside the others under “all”, or use “months”.",
            )
    return tuple(_notes(listing))


def _notes(listing: Listing) -> Iterator[str]:
    yield exclusion_note(listing.exclusions)
    if listing.rows is ListingRows.PATIENTS:
        others = [field.name for field in listing.fields if field != PATIENT]
        yield "Only patients are listed whose NHS number was captured and verified."
        if others:
            yield f"A patient has one row for each different {' and '.join(others)}."
    elif ELEMENT not in listing.columns:
        yield "A row is one element of an item; parts after the first have 0 items."
