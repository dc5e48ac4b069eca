"""The one door to rows: single items and patients, page by page.

As with ``analysis.answer`` the pages, the downloads, the API and the command line all ask here. A listing is
checked, the viewer's scope is decided (and refused unless listings are open to the viewer), an engine gives
one page, and the page carries its origin with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from epact2.access.listing_policy import scope_for_listing, within_rights
from epact2.access.policy import Action
from epact2.access.viewer import Viewer
from epact2.analysis.origin import WithOrigin
from epact2.analysis.provisional import lists_patients, provisional_note
from epact2.comparators.words import WithLists
from epact2.errors import Epact2Error
from epact2.model.fields import Field
from epact2.model.items import AGE_SOURCE, PATIENT, PRESCRIBED_DATE, PRESCRIBER
from epact2.model.measures import Measure
from epact2.model.months import span_name
from epact2.model.prescribing import ITEMS, MONTH, NIC, PRACTICE, PRESENTATION, TOTAL_QUANTITY
from epact2.query.listing import LARGEST_PAGE, Listing, ListingOrder
from epact2.query.listing_check import check_listing
from epact2.query.listing_json import after_of, listing_words, token_of
from epact2.query.nodes import BadQuestion, Codes, Exclusions, Is, MonthRange
from epact2.query.periods import months_of_listing
from epact2.query.result import Result
from epact2.query.scope import Scope
from epact2.store.directory import Directory
from epact2.store.engine import Engine

LONGEST_HISTORY = 10_000  # rows: some 25 items a day for a year; nobody reads more on one page
MOST_DOWNLOADED = 100_000
HISTORY_COLUMNS: tuple[Field | Measure, ...] = (
    MONTH, PRESCRIBED_DATE, PRESENTATION, TOTAL_QUANTITY, ITEMS, NIC, PRACTICE, PRESCRIBER, AGE_SOURCE,
)  # fmt: skip
_PSEUDONYM = re.compile(r"[A-Za-z0-9]{1,64}")


class NoSuchPatient(Epact2Error):
    """The release holds no item of the patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(WithOrigin):
    """One page of rows with its origin. ``next`` is the token after which the next page begins; empty on the
    last one.
    """

    listing: Listing
    next: str


def list_rows(
    engine: Engine, listing: Listing, viewer: Viewer, *, action: Action = Action.LIST, purpose: str = ""
) -> Listed:
    """One page of a listing for one viewer, to read or (``action``) to take away, which may need a purpose.

    Raises NotAnswerable, Refused, NoData or UnknownCode, each with advice.
    """
    listing = within_rights(viewer, listing)
    notes = check_listing(listing)
    directory = engine.directory
    scope = scope_for_listing(viewer, listing, directory, action=action, purpose=purpose)
    months = months_of_listing(listing, directory.item_months)
    _require_own_place(engine, listing, scope)
    page = engine.list(listing, scope)
    provisional = provisional_note(months, directory) if lists_patients(listing) else ""
    missing = _missing(listing, directory)
    return Listed(
        listing=listing,
        result=page.result,
        next=token_of(page.after) if page.after else "",
        words=listing_words(listing, WithLists(directory)),
        release=directory.release,
        months=months,
        scope=scope,
        notes=tuple(note for note in (provisional, missing, *notes) if note),
        synthetic=directory.synthetic,
        provisional=provisional,
    )


def _require_own_place(engine: Engine, listing: Listing, scope: Scope) -> None:
    """Refuse a place that names a patient whom the viewer cannot list. Raises BadQuestion.

    Rows after a stranger's place would tell that there is this patient, and since when.
    """
    for order, cell in zip(listing.sort_columns, listing.after, strict=False):
        if order.by != PATIENT or cell is None:
            continue
        of_patient = Listing((MONTH,), Is(PATIENT, str(cell)), size=1, exclusions=Exclusions.NONE)
        if not engine.list(of_patient, scope).result.rows:
            raise BadQuestion(
                "The place after which to go on is of another listing.", "Begin again without “after”."
            )


def pages(
    engine: Engine,
    listing: Listing,
    viewer: Viewer,
    most: int = MOST_DOWNLOADED,
    *,
    action: Action = Action.LIST,
    purpose: str = "",
) -> Iterator[Listed]:
    """Page after page of a listing, to its end or to ``most`` rows, in the largest pages that engines give.

    Every page comes from the engine's one release. Raises as ``list_rows``, at the first page if at all.
    """
    left, after = most, listing.after
    while left > 0:
        of_page = replace(listing, size=min(left, LARGEST_PAGE), after=after)
        page = list_rows(engine, of_page, viewer, action=action, purpose=purpose)
        yield page
        left -= len(page.result.rows)
        if not page.next:
            return
        after = after_of(page.next)


def history(
    engine: Engine,
    pseudonym: str,
    viewer: Viewer,
    *,
    columns: tuple[Field | Measure, ...] = HISTORY_COLUMNS,
    exclusions: Exclusions = Exclusions.STANDARD,
    action: Action = Action.LIST,
    purpose: str = "",
) -> Listed:
    """Every item of one patient in all months that have items, newest first.

    ``columns`` must have the month and the prescribed date, by which it is ordered. At most
    ``LONGEST_HISTORY`` rows; ``next`` tells when there are more. Raises Refused, BadQuestion for what cannot
    be a pseudonym and NoSuchPatient; no message repeats the pseudonym.
    """
    pseudonym = pseudonym.strip()
    if not _PSEUDONYM.fullmatch(pseudonym):
        raise BadQuestion("This is no pseudonym of a patient.", "A pseudonym is 1 to 64 letters and digits.")
    listing = Listing(
        columns=columns,
        where=Is(PATIENT, pseudonym),
        order=(ListingOrder(MONTH, descending=True), ListingOrder(PRESCRIBED_DATE, descending=True)),
        codes=Codes.LATEST,
        exclusions=exclusions,
    )
    found = list(pages(engine, listing, viewer, LONGEST_HISTORY, action=action, purpose=purpose))
    rows = tuple(row for page in found for row in page.result.rows)
    if not rows:
        raise NoSuchPatient(
            f"No item of this patient is in release {engine.directory.release}.",
            "Check the pseudonym: capital and small letters differ. Items under the standard exclusions are "
            "left out unless they are asked for.",
        )
    return replace(found[0], result=Result(found[0].result.columns, rows), next=found[-1].next)


def _missing(listing: Listing, directory: Directory) -> str:
    """Which of the months asked for have practice-level data alone, so that no item of them is here."""
    if not isinstance(listing.months, MonthRange):
        return ""
    first, last = listing.months.first, listing.months.last
    bare = [
        month
        for month in directory.months
        if first <= month <= last and month not in set(directory.item_months)
    ]
    if not bare:
        return ""
    said = bare[0].name if len(bare) == 1 else f"{len(bare)} of these months ({span_name(bare)})"
    return f"No single items are loaded for {said}, so a figure of all the months is larger."
