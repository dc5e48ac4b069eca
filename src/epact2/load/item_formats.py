"""The layouts of files of single prescription items, and of patients who were verified late."""

from __future__ import annotations

from epact2.load.columns import (
    AGE,
    BIRTH_MONTH,
    CODE,
    DATE,
    DIGITS,
    LETTER,
    MONTH,
    ONE_PSEUDONYM,
    OPTIONAL_AREA,
    PSEUDONYM,
    WORDS,
    YES_NO,
    ZERO_ONE,
    CellType,
    choice,
    number,
    whole,
)
from epact2.load.layouts import Column, Layout, column

_GENDER = choice("0", "1", "2", "9")
# Codes of real areas begin with E01 or W01.
INVENTED_AREAS = "SL"
# Eight digits before the point: an item never costs a hundred million pounds, and sums stay exact.
_POUNDS, _EXACT_POUNDS, _QUANTITY = number(2, 8), number(5, 8), number(5, 8)


def _flag(name: str, header: str, meaning: str, cell: CellType = YES_NO) -> Column:
    return column(name, header, cell, meaning)


ITEMS_LAYOUT = Layout(
    "items",
    "one row an element",
    (
        column("month", "YEAR_MONTH", MONTH, "the dispensing month, in every row"),
        column("form", "FORM_ID", whole(18), "the form"),
        column("item", "ITEM_ID", whole(4), "the item within the form"),
        column("element", "ELEMENT_ID", whole(4, 1), "the element within the item, from 1"),
        column("items", "ITEM_COUNT", whole(6), "1 on the first element of an item (more for a high-volume "
               "vaccine), 0 on further elements"),
        column("form_type", "FORM_TYPE", CODE, "FP10, FP10SS, FP10MDA, …"),
        _flag("eps", "EPS_FLAG", "Y electronic, N paper"),
        _flag("repeat_dispensing", "ERD_FLAG", "Y electronic repeat dispensing"),
        column("prescribed", "PRESCRIBED_DATE", DATE, "day of prescribing; empty on most paper forms"),
        column("practice", "PRACTICE_CODE", CODE, "practice or cost centre; - not identified"),
        column("prescriber_organisation_type", "PRESCRIBER_ORGANISATION_TYPE", whole(4),
               "8 (private) and 54 (pharmacy) are excluded by the standard exclusions"),
        column("prescriber", "PRESCRIBER_CODE", CODE, "who prescribed; - not known"),
        column("prescriber_type", "PRESCRIBER_TYPE", WORDS, "GP, Nurse, Pharmacist, Other; - not known"),
        column("dispenser", "DISPENSER_CODE", CODE, "who dispensed"),
        column("dispenser_type", "DISPENSER_TYPE", WORDS, "Pharmacy, Appliance contractor, Dispensing "
               "practice, Personally administered, Distance selling pharmacy"),
        column("dispenser_country", "DISPENSER_COUNTRY", whole(4), "1 is England"),
        column("presentation", "BNF_PRESENTATION_CODE", CODE, "presentation prescribed"),
        column("snomed", "SNOMED_CODE", DIGITS, "product prescribed: up to 18 digits, as text"),
        column("paid_presentation", "PAID_BNF_PRESENTATION_CODE", CODE, "presentation reimbursed"),
        column("paid_snomed", "PAID_SNOMED_CODE", DIGITS, "product reimbursed, as text"),
        column("preparation_class", "PREPARATION_CLASS", choice(*"12345"), "1 to 5"),
        column("controlled_drug_schedule", "CD_SCHEDULE", choice(*"02345"), "0 none, 2, 3, 4, 5"),
        column("quantity", "QUANTITY", _QUANTITY, "quantity per item"),
        column("total_quantity", "TOTAL_QUANTITY", _QUANTITY, "quantity of this element"),
        column("adq_usage", "ADQ_USAGE", _QUANTITY, "ADQ usage; 0 where no ADQ is set"),
        column("nic", "NIC", _POUNDS, "net ingredient cost, pounds"),
        column("discount", "DISCOUNT", _EXACT_POUNDS, "deducted from NIC, pounds"),
        column("consumables", "CONSUMABLES", _EXACT_POUNDS, "payment for consumables, pounds"),
        column("containers", "CONTAINERS", _EXACT_POUNDS, "payment for containers, pounds"),
        column("out_of_pocket", "OUT_OF_POCKET", _EXACT_POUNDS, "out-of-pocket expenses, pounds"),
        column("actual_cost", "ACTUAL_COST", _EXACT_POUNDS, "NIC - DISCOUNT + payments, by the rule of the "
               "month, pounds"),
        column("exemption", "EXEMPTION_CATEGORY", LETTER, "one letter; - none"),
        column("charge_status", "CHARGE_STATUS", LETTER, "C charged, E exempt, F free of charge; - none"),
        _flag("out_of_hours", "OUT_OF_HOURS", "1 dispensed out of hours", ZERO_ONE),
        _flag("private", "PRIVATE", "1 private dispenser", ZERO_ONE),
        _flag("disallowed", "DISALLOWED", "Y disallowed"),
        _flag("not_dispensed", "NOT_DISPENSED", "Y not dispensed"),
        _flag("referred_back", "REFERRED_BACK", "Y referred back to the dispenser"),
        _flag("requisition", "CD_REQUISITION", "Y requisition of a controlled drug"),
        _flag("ignored", "IGNORED", "Y dummy form"),
        column("patient", "PATIENT_ID", PSEUDONYM, "pseudonym; empty when no number was captured"),
        _flag("identified", "PATIENT_IDENTIFIED", "Y captured, and verified by PDS"),
        column("pds_birth_month", "PDS_BIRTH_MONTH", BIRTH_MONTH, "from PDS, of identified patients only"),
        column("eps_birth_month", "EPS_BIRTH_MONTH", BIRTH_MONTH, "from the EPS message"),
        column("age", "AGE", AGE, "age in years captured when the form was processed; -1 or empty when not"),
        column("gender", "GENDER", _GENDER, "from PDS: 0 unknown, 1 male, 2 female, 9 indeterminate"),
        column("lsoa", "PATIENT_LSOA_CODE", OPTIONAL_AREA, "area (LSOA) of the patient, or empty"),
    ),
    "the warehouse's form × item × element fact",
)  # fmt: skip

VERIFICATION_LAYOUT = Layout(
    "verification",
    "one row a patient",
    (
        column("month", "YEAR_MONTH", MONTH, "the dispensing month of the items"),
        column("patient", "PATIENT_ID", ONE_PSEUDONYM, "pseudonym of the captured number"),
        column("pds_birth_month", "PDS_BIRTH_MONTH", BIRTH_MONTH, "from PDS"),
        column("gender", "GENDER", _GENDER, "from PDS"),
    ),
    "PDS, the month after capture",
)

# The reasons of the field “exclusion”, in its order, as a file has them.
EXCLUDED_WHEN = {
    "disallowed": "DISALLOWED = Y",
    "not dispensed": "NOT_DISPENSED = Y",
    "referred back": "REFERRED_BACK = Y",
    "controlled drug requisition": "CD_REQUISITION = Y",
    "out of hours": "OUT_OF_HOURS = 1",
    "private": "PRIVATE = 1",
    "dummy form": "IGNORED = Y",
    "prescriber type": "PRESCRIBER_ORGANISATION_TYPE = 8 or 54",
}
