"""The patients behind a comparator: those whom its numerator counts in one practice and one month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from epact2.analysis.items_beneath import items_beneath
from epact2.comparators.definition import Comparator
from epact2.errors import Epact2Error
from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import PRACTICE
from epact2.query.listing import LARGEST_PAGE, Listing
from epact2.query.nodes import Distinct, Is, Patients, Query


class NotOfPatients(Epact2Error):
    """A comparator whose numerator counts no patients."""


def counts_patients(comparator: Comparator) -> bool:
    """Whether a comparator's numerator is a number of patients, so that they can be listed."""
    value = comparator.numerator.value
    return isinstance(value, Patients) or (isinstance(value, Distinct) and value.fields == (PATIENT,))


def comparators_of_patients(known: Mapping[str, Comparator]) -> tuple[Comparator, ...]:
    """Those of some comparators that count patients, by title."""
    found = (one for one in known.values() if counts_patients(one))
    return tuple(sorted(found, key=lambda one: one.title.casefold()))


def cohort(comparator: Comparator, practice: str, month: DispensingMonth) -> Listing:
    """The listing of the patients behind a comparator's numerator: pseudonyms alone. Raises NotOfPatients."""
    value = comparator.numerator.value
    beneath = items_beneath(Query((value,), where=Is(PRACTICE, practice)), (), value, (month,))
    if beneath is None or not counts_patients(comparator):
        raise NotOfPatients(
            f"“{comparator.title}” counts no patients, so there is no list of them.",
            "Choose a comparator of patients.",
        )
    return replace(beneath, columns=(PATIENT,), order=(), size=LARGEST_PAGE)
