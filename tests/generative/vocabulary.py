"""The few codes and months that questions and data share, so that conditions hit something.

The tree of organisations is the same in every small England: three regions, four ICBs, six sub-ICB locations,
four PCNs, and nine practices that are known today; one PCN and one ICB exist only in the past.
"""

from __future__ import annotations

from epact2.model import items
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth, month_span
from epact2.model.prescribing import (
    CALENDAR_YEAR,
    CHAPTER,
    CHEMICAL_SUBSTANCE,
    ENGLAND,
    FIELDS,
    FINANCIAL_YEAR,
    GENERIC_EQUIVALENT,
    ICB,
    MONTH,
    PARAGRAPH,
    PCN,
    PRACTICE,
    PRACTICE_SETTING,
    PRESENTATION,
    PRODUCT,
    QUANTITY_PER_ITEM,
    QUARTER,
    REGION,
    SECTION,
    SNOMED_CODE,
    SUB_ICB_LOCATION,
    SUB_PARAGRAPH,
)
from epact2.store.reference_data import Parents

UNKNOWN = "ZZZ"

# Practice: PCN, sub-ICB location, ICB, region, practice setting.
PARENTS_NOW = {
    "P1": Parents("U1", "01A", "QA1", "Y1"),
    "P2": Parents("U1", "01A", "QA1", "Y1"),
    "P3": Parents("U1", "02B", "QA1", "Y1"),  # a PCN may span two sub-ICB locations
    "P4": Parents("U2", "03C", "QB2", "Y1"),
    "P5": Parents("U2", "04D", "QC3", "Y2"),
    "P6": Parents("U3", "05E", "QD4", "Y3"),
    "P7": Parents("U", "06F", "QD4", "Y3"),
    "P8": Parents("U4", "06F", "QD4", "Y3"),
    "P9": Parents(),
}
PAST = (Parents("U9", "01A", "QZ9", "Y1"), Parents("-", "03C", "QA1", "Y1"))
SETTINGS = {"P1": "4", "P2": "4", "P3": "4", "P4": "4", "P5": "0", "P6": "4", "P7": "4", "P8": "0"}
PRACTICES = tuple(PARENTS_NOW)

PRESENTATIONS = (
    "0403010J0AAAAAA",
    "0501013B0AAAAAA",
    "0501013B0AAABAB",
    "0501013B0BBAAAA",
    "0501013B0BBABAB",
    "0501015P0AAAAAA",
    "0501080W0AAAEAE",
    "0501080W0BBACAE",
    "0601022B0AAASAS",
    "1001010J0AAADAD",
    "1001010P0AAADAD",
    "20031000105",
    "21010900105",
    "21010900106",
    "A1B2010A0AAAAAA",  # no chapter has letters today; none of our keys may depend on that
)
LATEST_CODES = {
    "0501013B0BBABAB": "0501013B0AAABAB",
    "0501015P0AAAAAA": "0601022B0AAASAS",  # moved to another chapter
    "21010900106": "21020900106",  # to a section in which nothing else is published
    "1001010J0AAADAD": "A1B2010A0AAAAAA",
}
SNOMED_CODES = ("", "111", "222", "999000000000000001")
QUANTITIES = ("2.5", "7", "28", "56", "100")

MONTHS = tuple(
    month
    for month in month_span(DispensingMonth(2020, 1), DispensingMonth(2021, 4))
    if month != DispensingMonth(2020, 8)
)
MONTHS_WITHOUT_LISTS = (DispensingMonth(2020, 2), DispensingMonth(2020, 9), DispensingMonth(2021, 4))
MONTH_OF_LISTS_ALONE = DispensingMonth(2021, 5)
MONTHS_TO_ASK = month_span(DispensingMonth(2019, 12), DispensingMonth(2021, 5))

ITEM_MONTHS = tuple(month for month in MONTHS if month.code >= "2020-05")  # one of them is not loaded
PATIENTS = ("ann", "bob", "cat", "dan", "eve", "fay")
AGES = ("-1", "0", "17", "18", "64", "65", "90")

CODES: dict[Field, tuple[str, ...]] = {
    ENGLAND: ("ENG",),
    REGION: ("Y1", "Y2", "Y3", "-"),
    ICB: ("QA1", "QB2", "QC3", "QD4", "QZ9", "-"),
    SUB_ICB_LOCATION: ("01A", "02B", "03C", "04D", "05E", "06F", "-"),
    PCN: ("U1", "U2", "U3", "U4", "U9", "U", "-"),
    PRACTICE: PRACTICES,
    PRACTICE_SETTING: ("4", "0", "-"),
    CHAPTER: ("04", "05", "06", "20", "21", "A1"),
    SECTION: ("0403", "0501", "0601", "2101", "2102", "A1B2"),
    PARAGRAPH: ("040301", "050101", "2101"),
    SUB_PARAGRAPH: ("0403010", "0501013", "2101"),
    CHEMICAL_SUBSTANCE: ("0403010J0", "0501013B0", "0501080W0", "2101"),
    PRODUCT: ("0501013B0AA", "0501013B0BB", "21010900105"),
    PRESENTATION: (*PRESENTATIONS, "21020900106"),
    GENERIC_EQUIVALENT: ("0501013B0AAAAAA", "0501080W0AAAEAE", "21010900105"),
    SNOMED_CODE: SNOMED_CODES,
    QUANTITY_PER_ITEM: QUANTITIES,
    MONTH: tuple(month.code for month in MONTHS_TO_ASK),
    QUARTER: ("2019/20 Q4", "2020/21 Q1", "2020/21 Q2", "2021/22 Q1"),
    FINANCIAL_YEAR: ("2019/20", "2020/21", "2021/22"),
    CALENDAR_YEAR: ("2020", "2021"),
    **{field: field.codes for field in FIELDS if field.closed},
    items.PATIENT: PATIENTS,
    items.AGE: AGES,
    items.AGE_SEPTEMBER: AGES,
    items.PRESCRIBER: ("G1", "G2", "N1", "-"),
    items.PRESCRIBER_TYPE: ("GP", "Nurse"),
    items.DISPENSER: ("FA1", "FB2", "FC3"),
    items.DISPENSER_TYPE: ("Pharmacy", "Dispensing practice"),
    items.FORM_TYPE: ("FP10", "FP10MDA"),
    items.FORM: ("1", "2", "3", "17"),
    items.ITEM_NUMBER: ("1", "2", "3"),
    items.ELEMENT: ("1", "2"),
    items.PRESCRIBED_DATE: ("", "20200614", "20201102"),
    items.PAID_PRESENTATION: ("", "0501013B0AAAAAA", "0501013B0BBAAAA"),
    items.PAID_SNOMED_CODE: SNOMED_CODES,
}
assert set(CODES) == set(FIELDS), "every field needs codes to ask for"

BNF_CODES = (
    "04", "05", "0501", "050101", "0501013", "0501013B0", "0501013B0AA", "0501013B0AAAAAA", "0601", "1001",
    "20", "2101", "2102", "21010900105", "A1", "0999",
)  # fmt: skip
ORGANISATION_CODES = ("ENG", "Y1", "Y3", "QA1", "QD4", "QZ9", "01A", "06F", "01A00", "U1", "U9", "P1", "P9")
