"""The plain rows that the reference engine answers from: what a pharmacist would write on paper.

Codes are texts, months are months, amounts are the whole numbers in which they are stored. Nothing is
prepared: no keys, no rollups, no sorting. At the end: which of these rows a selection selects.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from epact2.model import items
from epact2.model.bnf import code_at, generic_equivalent
from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.organisations import ENGLAND_CODE, UNKNOWN_CODE
from epact2.model.prescribing import (
    ACTUAL_COST,
    ADQ_USAGE,
    BNF_FIELDS,
    ENGLAND,
    FIELD_BY_NAME,
    GENERIC_EQUIVALENT,
    ICB,
    ITEMS,
    NIC,
    PCN,
    PRACTICE,
    PRACTICE_SETTING,
    PRESENTATION,
    QUANTITY_PER_ITEM,
    REGION,
    SNOMED_CODE,
    SUB_ICB_LOCATION,
    TOTAL_QUANTITY,
)
from epact2.query.nodes import (
    AllOf,
    AnyOf,
    Between,
    Everything,
    Exclusions,
    Is,
    Not,
    OneOf,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)
from epact2.query.scope import Scope
from epact2.store.directory import Directory

_QUANTITY_SCALE = 5


@dataclass(frozen=True, slots=True)
class PrescribingRow:
    """One row of open prescribing data. ``presentation`` is the code as published.

    ``quantity`` is per item. Quantities, actual cost and ADQ usage are whole numbers of 1/100000, NIC is in
    pence.
    """

    month: DispensingMonth
    practice: str
    presentation: str
    items: int
    snomed: str = ""
    quantity: int = 0
    total_quantity: int = 0
    nic: int = 0
    actual_cost: int = 0
    adq_usage: int = 0


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One element of a prescription item, as the loader has understood it: ages found, exclusion decided.

    Amounts are as in PrescribingRow; the parts of cost are whole numbers of 1/100000. ``patient`` is the
    pseudonym, empty where no number was captured.
    """

    month: DispensingMonth
    practice: str
    presentation: str
    items: int
    patient: str = ""
    identified: bool = False
    snomed: str = ""
    quantity: int = 0
    total_quantity: int = 0
    nic: int = 0
    actual_cost: int = 0
    adq_usage: int = 0
    discount: int = 0
    consumables: int = 0
    containers: int = 0
    out_of_pocket: int = 0
    age: int = -1
    age_september: int = -1
    age_source: str = "5"
    gender: str = "0"
    imd_quintile: str = "Unknown"
    prescriber: str = "-"
    prescriber_type: str = "-"
    dispenser: str = "-"
    dispenser_type: str = "-"
    eps: bool = False
    repeat_dispensing: bool = False
    form_type: str = "FP10"
    exemption: str = "-"
    charge_status: str = "-"
    preparation_class: str = "1"
    cd_schedule: str = "0"
    exclusion: str = "included"
    form: int = 1
    item: int = 1
    element: int = 1
    prescribed: str = ""
    paid_presentation: str = ""
    paid_snomed: str = ""


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """The people of one practice in one month: list size, prescribing units; None where unknown."""

    month: DispensingMonth
    practice: str
    amounts: Mapping[Measure, int | None]


@dataclass(frozen=True, slots=True)
class Parents:
    """The organisations above a practice, by code."""

    pcn: str = UNKNOWN_CODE
    sub_icb_location: str = UNKNOWN_CODE
    icb: str = UNKNOWN_CODE
    region: str = UNKNOWN_CODE


NO_PARENTS = Parents()


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """Everything that an answer can depend on.

    ``parents_now`` is by practice, ``parents_then`` by month and practice; what is missing has unknown
    parents. ``latest_codes`` maps a replaced presentation code to its latest.
    """

    prescribing: Sequence[PrescribingRow]
    population: Sequence[PopulationRow] = ()
    parents_now: Mapping[str, Parents] = dataclasses.field(default_factory=dict)
    parents_then: Mapping[tuple[DispensingMonth, str], Parents] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, str] = dataclasses.field(default_factory=dict)
    latest_codes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    items: Sequence[ItemRow] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A row as a question sees it: the code of every field that it has, and its amounts.

    ``patient`` is the identified patient; None for a row of nobody known.
    """

    month: DispensingMonth
    codes: Mapping[Field, str]
    amounts: Mapping[Measure, int | None]
    patient: str | None = None


def prescribing_rows(data: ReferenceData, *, as_at: bool, as_published: bool) -> list[Row]:
    """The prescribing rows under one structure and one sort of codes."""
    rows = []
    for line in data.prescribing:
        published = line.presentation
        presentation = published if as_published else data.latest_codes.get(published, published)
        codes = organisation_codes(data, line.month, line.practice, as_at) | _medicine_codes(presentation)
        codes[SNOMED_CODE] = line.snomed
        codes[QUANTITY_PER_ITEM] = quantity_text(line.quantity)
        amounts = {
            ITEMS: line.items,
            TOTAL_QUANTITY: line.total_quantity,
            NIC: line.nic,
            ACTUAL_COST: line.actual_cost,
            ADQ_USAGE: line.adq_usage,
        }
        rows.append(Row(line.month, codes, amounts))
    return rows


def item_rows(data: ReferenceData, *, as_at: bool, as_published: bool, exclusions: Exclusions) -> list[Row]:
    """The item rows under one structure and one sort of codes, less those that are excluded."""
    rows = []
    for line in data.items:
        if exclusions is Exclusions.STANDARD and line.exclusion != "included":
            continue
        published = line.presentation
        presentation = published if as_published else data.latest_codes.get(published, published)
        codes = {
            **organisation_codes(data, line.month, line.practice, as_at),
            **_medicine_codes(presentation),
            SNOMED_CODE: line.snomed,
            QUANTITY_PER_ITEM: quantity_text(line.quantity),
            items.PATIENT: line.patient,
            items.PATIENT_IDENTIFIED: _flag(line.identified),
            items.AGE: str(line.age),
            items.AGE_BAND_5: items.age_band_5(line.age),
            items.AGE_BAND_20: items.age_band_20(line.age),
            items.ADULT: items.adult_or_child(line.age),
            items.AGE_SEPTEMBER: str(line.age_september),
            items.AGE_BAND_5_SEPTEMBER: items.age_band_5(line.age_september),
            items.AGE_SOURCE: line.age_source,
            items.GENDER: line.gender,
            items.IMD_QUINTILE: line.imd_quintile,
            items.PRESCRIBER: line.prescriber,
            items.PRESCRIBER_TYPE: line.prescriber_type,
            items.DISPENSER: line.dispenser,
            items.DISPENSER_TYPE: line.dispenser_type,
            items.EPS: _flag(line.eps),
            items.REPEAT_DISPENSING: _flag(line.repeat_dispensing),
            items.FORM_TYPE: line.form_type,
            items.EXEMPTION: line.exemption,
            items.CHARGE_STATUS: line.charge_status,
            items.PREPARATION_CLASS: line.preparation_class,
            items.CD_SCHEDULE: line.cd_schedule,
            items.EXCLUSION: line.exclusion,
            items.FORM: str(line.form),
            items.ITEM_NUMBER: str(line.item),
            items.ELEMENT: str(line.element),
            items.PRESCRIBED_DATE: line.prescribed,
            items.PAID_PRESENTATION: line.paid_presentation,
            items.PAID_SNOMED_CODE: line.paid_snomed,
        }
        amounts: dict[Measure, int | None] = {
            ITEMS: line.items,
            TOTAL_QUANTITY: line.total_quantity,
            NIC: line.nic,
            ACTUAL_COST: line.actual_cost,
            ADQ_USAGE: line.adq_usage,
            items.DISCOUNT: line.discount,
            items.CONSUMABLES: line.consumables,
            items.CONTAINERS: line.containers,
            items.OUT_OF_POCKET: line.out_of_pocket,
        }
        patient = line.patient if line.identified and line.patient else None
        rows.append(Row(line.month, codes, amounts, patient))
    return rows


def _flag(value: bool) -> str:
    return "Y" if value else "N"


def _medicine_codes(presentation: str) -> dict[Field, str]:
    codes = {level: code_at(presentation, level.name) for level in BNF_FIELDS}
    return {**codes, GENERIC_EQUIVALENT: generic_equivalent(presentation)}


def population_rows(data: ReferenceData, *, as_at: bool) -> list[Row]:
    """The population rows under one structure."""
    return [
        Row(one.month, organisation_codes(data, one.month, one.practice, as_at), one.amounts)
        for one in data.population
    ]


def organisation_codes(
    data: ReferenceData, month: DispensingMonth, practice: str, as_at: bool
) -> dict[Field, str]:
    """The codes of a practice and of the organisations above it, under one structure."""
    if as_at:
        parents = data.parents_then.get((month, practice), NO_PARENTS)
    else:
        parents = data.parents_now.get(practice, NO_PARENTS)
    return {
        ENGLAND: ENGLAND_CODE,
        REGION: parents.region,
        ICB: parents.icb,
        SUB_ICB_LOCATION: parents.sub_icb_location,
        PCN: parents.pcn,
        PRACTICE: practice,
        PRACTICE_SETTING: data.settings.get(practice, UNKNOWN_CODE),
    }


def quantity_text(quantity: int) -> str:
    """A quantity per item as the code of its field: ``28`` or ``2.5``."""
    text = f"{Decimal(quantity).scaleb(-_QUANTITY_SCALE):f}"
    return text.rstrip("0").rstrip(".")


def selects(selection: Selection, row: Row, directory: Directory) -> bool:
    """Whether a selection, in which nothing is about time, selects a row."""
    match selection:
        case Everything():
            return True
        case Is(field, code):
            return row.codes[field] == code
        case OneOf(field, codes):
            return row.codes[field] in codes
        case UnderMedicine(code):
            return row.codes[PRESENTATION].startswith(code.text)
        case UnderOrganisation(code):
            organisation = directory.organisation(code)
            return row.codes[FIELD_BY_NAME[organisation.level]] == organisation.code
        case Between(field, low, high) if field.numeric:
            return Decimal(low) <= Decimal(row.codes[field]) <= Decimal(high)
        case Between(field, low, high):
            return low <= row.codes[field] <= high
        case AllOf(parts):
            return all(selects(part, row, directory) for part in parts)
        case AnyOf(parts):
            return any(selects(part, row, directory) for part in parts)
        case Not(part):
            return not selects(part, row, directory)


def selected_in(scope: Scope, selection: Selection, row: Row, directory: Directory) -> bool:
    """Whether a row is in the scope, and selected."""
    absent = any(
        row.codes[PRACTICE] == one.practice and one.first <= row.month <= one.last for one in scope.absences
    )
    return not absent and selects(AllOf((selection, scope.organisations)), row, directory)


def look_up_organisations(selection: Selection, directory: Directory) -> None:
    """Raise UnknownCode for an unknown organisation, even where no row is ever looked at."""
    match selection:
        case UnderOrganisation(code):
            directory.organisation(code)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                look_up_organisations(part, directory)
        case Not(part):
            look_up_organisations(part, directory)
        case _:
            pass
