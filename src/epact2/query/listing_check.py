"""Whether a listing can be given, and what is easy to misread in it."""

from __future__ import annotations

from collections.abc import Iterator

from epact2.model.fields import Dimension
from epact2.model.items import ELEMENT, PATIENT
from epact2.query.check import NotAnswerable, exclusion_note, uncountable
from epact2.query.conditions import Condition
from epact2.query.grains import conjuncts, dimensions_of
from epact2.query.level import fields_of_selection, selections_of_condition
from epact2.query.listing import Listing, ListingRows
from epact2.query.nodes import Patients


def check_listing(listing: Listing) -> tuple[str, ...]:
    """Refuse a listing whose parts do not fit together; give back notes. Raises NotAnswerable."""
    for part in conjuncts(listing.where):
        looked_at = dimensions_of(part)
        if Dimension.TIME in looked_at and looked_at != {Dimension.TIME}:
            raise NotAnswerable(
                "A condition on time is mixed with a condition on something else.",
                "Give the condition on time by itself, beside the others under “all”, or use “months”.",
            )
    if listing.condition is not None:
        _check_condition(listing.condition)
    return tuple(_notes(listing))


def _check_condition(condition: Condition) -> None:
    """Refuse what a question refuses of a condition on patients: see ``query.check``."""
    for where in selections_of_condition(condition):
        if Dimension.TIME in dimensions_of(where):
            raise NotAnswerable(
                "The condition on patients has a condition on time of its own.",
                "Give it a window: “last”, “before”, or “from” with “to”.",
            )
        for field in fields_of_selection(where):
            if not field.groups:
                raise NotAnswerable(
                    f"A condition on patients cannot be about one {field}.", "Put it into “where”."
                )
    for field in uncountable(Patients(condition)):
        raise NotAnswerable(f"{field} cannot be counted as distinct.", "Count patients, forms or items.")


def _notes(listing: Listing) -> Iterator[str]:
    yield exclusion_note(listing.exclusions)
    if listing.condition is not None:
        yield (
            "The condition on patients is judged by what each had among all rows that are selected, in all "
            "these months together; a window looks at whatever the patient had in its months."
        )
    if listing.rows is ListingRows.PATIENTS:
        others = [field.name for field in listing.fields if field != PATIENT]
        yield "Only patients are listed whose NHS number was captured and verified."
        if others:
            yield f"A patient has one row for each different {' and '.join(others)}."
    elif ELEMENT not in listing.columns:
        yield "A row is one element of an item; parts after the first have 0 items."
