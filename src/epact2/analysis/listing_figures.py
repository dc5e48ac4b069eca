"""What a listing adds up to: questions of their own, so that a page's head agrees with every other page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.model.fields import Field
from epact2.model.items import EXCLUSION
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, ITEMS, NIC, PRESENTATION
from epact2.query.grains import conjuncts
from epact2.query.listing import Listing
from epact2.query.named import IDENTIFIED_PATIENTS
from epact2.query.nodes import (
    AllOf,
    Amount,
    Exclusions,
    Is,
    MonthRange,
    Order,
    Patients,
    Query,
    Selection,
    Top,
    UnderMedicine,
)
from epact2.query.result import Result

_SUBSTANCE = 9  # characters of the code of a chemical substance


@dataclass(frozen=True, slots=True)
class Part:
    """The medicine that costs most among the rows, with its share of items and of cost, 0 to 1."""

    field: Field
    code: str
    items: float
    cost: float


def figures_question(listing: Listing, months: Sequence[DispensingMonth]) -> Query:
    """Identified patients, items and NIC in pounds of all pages together, over the months that have items.

    With a condition on patients there are patients alone: no question adds up the items of those who fulfil
    it.
    """
    patients = IDENTIFIED_PATIENTS if listing.condition is None else Patients(listing.condition)
    return Query(
        values=(patients, Amount(ITEMS), Amount(NIC)) if listing.condition is None else (patients,),
        where=listing.where,
        months=MonthRange(months[0], months[-1]),
        structure=listing.structure,
        codes=listing.codes,
        exclusions=listing.exclusions,
    )


def largest_question(listing: Listing, months: Sequence[DispensingMonth]) -> Query | None:
    """Which medicine costs most among the rows; None where they are all of one presentation, or limited by a
    condition on patients.
    """
    field = None if listing.condition else _finest(listing.where)
    if field is None:
        return None
    where = listing.where
    if listing.exclusions is Exclusions.STANDARD:
        # True of every row that counts; it makes sure that single items answer, as they do for the listing.
        where = AllOf((*conjuncts(where), Is(EXCLUSION, "included")))
    return Query(
        values=(Amount(NIC), Amount(ITEMS)),
        rows=(field,),
        where=where,
        months=MonthRange(months[0], months[-1]),
        order=(Order(Amount(NIC), descending=True),),
        top=Top(1),
        totals=True,
        structure=listing.structure,
        codes=listing.codes,
        exclusions=listing.exclusions,
    )


def largest_part(query: Query, result: Result) -> Part | None:
    """The medicine of ``largest_question`` by its answer; None where it is all there is, or nothing is."""
    named = next((row for row in result.rows if row[0] is not None), None)
    whole = next((row for row in result.rows if row[0] is None), None)
    if named is None or whole is None:
        return None
    cost, items = (float(whole[at] or 0) for at in (1, 2))
    if cost <= 0 or items <= 0 or named[1] == whole[1]:
        return None
    return Part(query.rows[0], str(named[0]), float(named[2] or 0) / items, float(named[1] or 0) / cost)


def _finest(where: Selection) -> Field | None:
    """Substances, or the presentations of one substance; None for one presentation."""
    for part in conjuncts(where):
        if isinstance(part, Is) and part.field == PRESENTATION:
            return None
        if isinstance(part, Is) and part.field == CHEMICAL_SUBSTANCE:
            return PRESENTATION
        if isinstance(part, UnderMedicine) and len(part.code.text) >= _SUBSTANCE:
            return None if part.code.level == PRESENTATION.name else PRESENTATION
    return CHEMICAL_SUBSTANCE
