"""The page of a listing around its table: title, finding, filters, columns to choose, words of the order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from epact2.analysis.drill import without
from epact2.analysis.items_beneath import usual_columns
from epact2.analysis.listing import Listed
from epact2.analysis.listing_figures import Part
from epact2.model.fields import Dimension, Field
from epact2.model.items import ITEM_MEASURES
from epact2.model.measures import Measure
from epact2.model.months import span_name
from epact2.model.prescribing import (
    ENGLAND,
    FIELDS,
    ITEMS,
    NIC,
    PRACTICE,
    PRESCRIBING_MEASURES,
    PRESENTATION,
)
from epact2.query.condition_words import condition_words
from epact2.query.grains import conjuncts
from epact2.query.listing import Listing, ListingRows
from epact2.query.nodes import Amount, Codes, Exclusions, Is, Not, Order, Patients, Query, Structure
from epact2.query.result import Result
from epact2.query.words import months_words
from epact2.web import links
from epact2.web.engine import Directory
from epact2.web.explorer_measures import capital
from epact2.web.listing_state import SIZES, address, as_rows, can_be_column, is_of_one_person
from epact2.web.presenters import names as naming
from epact2.web.presenters import numbers
from epact2.web.presenters.dressed import DressedNames
from epact2.web.presenters.listing_table import heading
from epact2.web.presenters.question_panel import Option, said

_GROUPS = (
    (Dimension.MEDICINE, "Medicine"),
    (Dimension.LINE, "Product and quantity"),
    (Dimension.TIME, "Time"),
    (Dimension.ORGANISATION, "Organisation"),
    (Dimension.PATIENT, "Patient"),
    (Dimension.ITEM, "Item"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What all pages of a listing add up to. ``items`` and ``nic`` are None under a condition on patients."""

    patients: int
    items: int | None = None
    nic: int | None = None

    @classmethod
    def of(cls, result: Result) -> Figures:
        """From the answer to ``figures_question``."""
        return cls(*(int(cell or 0) for cell in result.rows[0]))


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that the listing is limited to; ``href`` leads to the listing without (or with) it."""

    key: str
    text: str
    action: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """Columns to choose from, under a heading."""

    name: str
    options: tuple[Option, ...]


def title(listing: Listing, figures: Figures | None) -> str:
    """``79,357 prescription items``; ``15,903 patients``; ``Prescription items of 12 patients``."""
    if listing.rows is ListingRows.PATIENTS:
        return numbers.counted(figures.patients, "patient") if figures else "Patients"
    if figures is None:
        return "Prescription items"
    if figures.items is None:
        return f"Prescription items of {numbers.counted(figures.patients, 'patient')}"
    return numbers.counted(figures.items, "prescription item")


def finding(part: Part | None, names: DressedNames) -> str:
    """``Apixaban is 31.2% of the cost and 9.0% of the items``; empty where no medicine stands out."""
    if part is None:
        return ""
    name = names.name_of(part.field, part.code)
    verb = "are" if naming.is_plural(name) else "is"
    cost, items = (numbers.full(share * 100, "%") for share in (part.cost, part.items))
    return f"{name} {verb} {cost} of the cost and {items} of the items."


def rest(listing: Listing, figures: Figures | None) -> str:
    """The rest of the sentence under the title."""
    if figures is None or figures.items is None or figures.nic is None:
        return ""
    cost = f"net ingredient cost {numbers.short(figures.nic, '£', NIC.scale)}"
    if listing.rows is ListingRows.PATIENTS:
        count = numbers.counted(figures.items, "item")
        return f"Together with items of nobody known there are {count}, {cost}."
    return f"For {numbers.counted(figures.patients, 'identified patient')}, {cost}."


def limits(listing: Listing, page: Listed, directory: Directory, names: DressedNames) -> Iterator[Limit]:
    """What the listing is limited to, each with the way out of it."""
    for part in conjuncts(listing.where):
        kind, text = said(part.part if isinstance(part, Not) else part, directory, names)
        wider = replace(listing, where=without(listing.where, part), after=())
        if isinstance(part, Not):
            kind = f"Not {naming.lower_first(kind)}"
        yield Limit(kind, text, "Remove", address(_as_usual(listing, wider)))
    if listing.condition is not None:
        wider = replace(listing, condition=None, after=())
        said_of = capital(condition_words(listing.condition, names))
        yield Limit("Patients", said_of, "Remove", address(wider))
    asked = capital(months_words(listing.months))
    held = span_name(page.months)
    yield Limit("Dispensing months", held if asked == held else f"{held} ({asked.lower()})")
    if listing.exclusions is Exclusions.STANDARD:
        other = replace(listing, exclusions=Exclusions.NONE, after=())
        yield Limit("Exclusions", "Items that do not count are left out", "List them too", address(other))
    else:
        other = replace(listing, exclusions=Exclusions.STANDARD, after=())
        yield Limit("Exclusions", "Items that do not count are listed too", "Leave them out", address(other))
    if listing.structure is Structure.AS_AT:
        yield Limit("Organisations", "As they were in each month")
    if listing.codes is Codes.AS_PUBLISHED:
        yield Limit("BNF codes", "As published in each month")


def _as_usual(before: Listing, after: Listing) -> Listing:
    """A listing with its usual columns again, where the one before had its own usual ones."""
    if before.columns != usual_columns(before.rows, before.where, before.months):
        return after
    columns = usual_columns(after.rows, after.where, after.months)
    return replace(after, columns=columns, order=tuple(one for one in after.order if one.by in columns))


def column_groups(listing: Listing) -> Iterator[ColumnGroup]:
    """The columns that can be shown, those that are shown being chosen."""
    amounts = (*PRESCRIBING_MEASURES, *ITEM_MEASURES)
    yield ColumnGroup("Amounts", tuple(_option(one, listing) for one in amounts))
    for dimension, name in _GROUPS:
        fields = tuple(
            _option(one, listing)
            for one in FIELDS
            if one.dimension is dimension and one != ENGLAND and can_be_column(one, listing.rows)
        )
        if fields:
            yield ColumnGroup(name, fields)


def _option(column: Field | Measure, listing: Listing) -> Option:
    return Option(column.name, heading(column), column in listing.columns)


def size_options(listing: Listing) -> tuple[Option, ...]:
    """How many rows a page may have."""
    sizes = sorted({*SIZES, listing.size})
    return tuple(Option(str(size), str(size), size == listing.size) for size in sizes)


def order_words(listing: Listing) -> str:
    """``Highest NIC first``; in time and by form where nothing was chosen."""
    if not listing.order:
        return "By month and form"
    one = listing.order[0]
    if one.by == ITEMS:
        return f"{'Most' if one.descending else 'Fewest'} items first"
    if isinstance(one.by, Measure):
        return f"{'Highest' if one.descending else 'Lowest'} {one.by.name} first"
    return f"By {one.by.name}{', last first' if one.descending else ''}"


def rows_words(listing: Listing, first: int, count: int) -> str:
    """``Items 101 to 200``. Rows are counted: a row is nearly always one item."""
    what = "Patients" if listing.rows is ListingRows.PATIENTS else "Items"
    if not count:
        return f"No {what.lower()}"
    return f"{what} {first:,} to {first + count - 1:,}"


def switch(listing: Listing) -> list[dict[str, object]]:
    """Items one by one, or patients with what their items add up to."""
    return [
        {
            "text": text,
            "href": address(as_rows(listing, rows)),
            "current": listing.rows is rows,
        }
        for text, rows in (("Items one by one", ListingRows.ITEMS), ("Patients", ListingRows.PATIENTS))
    ]


def in_explorer(listing: Listing) -> dict[str, str] | None:
    """The same selection as a question, as a link: items and cost by presentation, or, under a condition, its
    patients by practice. None for one form or patient.
    """
    if is_of_one_person(listing):
        return None
    limits = Query(
        values=(Amount(ITEMS),),
        where=listing.where,
        months=listing.months,
        structure=listing.structure,
        codes=listing.codes,
        exclusions=listing.exclusions,
    )
    if listing.condition is not None:
        of_one_practice = any(
            isinstance(one, Is) and one.field == PRACTICE for one in conjuncts(listing.where)
        )
        asked = replace(
            limits,
            values=(Patients(listing.condition),),
            rows=() if of_one_practice else (PRACTICE,),
            totals=not of_one_practice,
        )
        text, note = "Ask about these patients", "The same limits and condition, counted in the explorer"
    else:
        asked = replace(
            limits,
            values=(Amount(ITEMS), Amount(NIC)),
            rows=(PRESENTATION,),
            order=(Order(Amount(ITEMS), descending=True),),
            totals=True,
        )
        text, note = "Ask about these items", "The same limits, by presentation, in the explorer"
    return {"text": text, "href": links.explorer(asked), "note": note}
