"""Values that have a name of their own, so that nobody has to spell them out: identified patients, rates.

A name stands for a value; the value decides what it means. Definitions: NHSBSA, ePACT2 dashboards.
"""

from __future__ import annotations

from decimal import Decimal

from epact2.model.bnf import BnfCode
from epact2.model.items import EPS, PATIENT, PATIENT_IDENTIFIED, PREPARATION_CLASS, REPEAT_DISPENSING
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, ITEMS
from epact2.query.conditions import AtLeast
from epact2.query.nodes import (
    Amount,
    AnyOf,
    Distinct,
    Is,
    Not,
    OneOf,
    Patients,
    Ratio,
    Selection,
    UnderMedicine,
    Value,
)

# What counts as a medicine of a patient: NHSBSA polypharmacy comparators, specification of July 2017.
POLYPHARMACY_CHAPTERS = ("01", "02", "03", "04", "06", "07", "08", "09", "10")
POLYPHARMACY: Selection = AnyOf(tuple(UnderMedicine(BnfCode(code)) for code in POLYPHARMACY_CHAPTERS))
POLYPHARMACY_LEVELS = (8, 10, 15, 20)

IDENTIFIED_PATIENTS = Distinct((PATIENT,))
UNIQUE_MEDICINES = Distinct((CHEMICAL_SUBSTANCE,), POLYPHARMACY)


def patients_on(medicines: int) -> Patients:
    """Patients with so many different medicines or more in the month."""
    return Patients(AtLeast(UNIQUE_MEDICINES, Decimal(medicines)))


def _share_of_items(part: Selection, whole: Selection | None = None) -> Ratio:
    return Ratio(Amount(ITEMS, part), Amount(ITEMS) if whole is None else Amount(ITEMS, whole), 100)


NAMED: dict[str, Value] = {
    "identified patients": IDENTIFIED_PATIENTS,
    "items per patient": Ratio(Amount(ITEMS, Is(PATIENT_IDENTIFIED, "Y")), IDENTIFIED_PATIENTS),
    "average unique medicines": Ratio(
        Distinct((PATIENT, CHEMICAL_SUBSTANCE), POLYPHARMACY), Distinct((PATIENT,), POLYPHARMACY)
    ),
    **{f"patients on {count} or more unique medicines": patients_on(count) for count in POLYPHARMACY_LEVELS},
    "capture rate": _share_of_items(Is(PATIENT_IDENTIFIED, "Y")),
    "EPS rate": _share_of_items(Is(EPS, "Y")),
    "repeat dispensing rate": _share_of_items(Is(REPEAT_DISPENSING, "Y")),
    "generic prescribing rate": _share_of_items(
        OneOf(PREPARATION_CLASS, ("1", "2", "5")), Not(Is(PREPARATION_CLASS, "4"))
    ),
}
NAME_OF: dict[Value, str] = {value: name for name, value in NAMED.items()}
BY_FOLDED_NAME = {name.casefold(): value for name, value in NAMED.items()}
