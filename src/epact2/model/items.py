"""Fields and measures that only single items have: the patient, the form, who prescribed and dispensed.

Open data (EPD) stops at practice and presentation. An item file goes down to one item of one patient. A field
with a closed set of codes declares them in the order in which they are shown; its stored number is the place
of the code in that order, so that no table of codes has to be read.
"""

from __future__ import annotations

from epact2.model.fields import Dimension, Field
from epact2.model.measures import Measure

_WAREHOUSE = "NHSBSA, items fact of the data warehouse"
_FEED = "NHS England, Medicines dispensed in primary care"
_AGE = "NHSBSA, Medicines used in mental health, methodology; AGE_DIM"
UNKNOWN = "Unknown"

YES_NO = (("N", "No"), ("Y", "Yes"))
OLDEST = 120
AGE_UNKNOWN = -1

_FIVES = (*(f"{age:02}-{age + 4:02}" for age in range(0, 90, 5)), "90+")
_TWENTIES = ("00-19", "20-39", "40-59", "60-79", "80+")
AGE_SOURCES = (
    ("1", "Birth month from PDS"),
    ("2", "Birth month from the EPS message"),
    ("3", "Captured on the form"),
    ("4", "An earlier item of the patient"),
    ("5", UNKNOWN),
)
# The first that applies is the reason; the order is that of the dispensing process.
EXCLUSIONS = (
    ("included", "Included"),
    ("disallowed", "Disallowed"),
    ("not dispensed", "Not dispensed"),
    ("referred back", "Referred back to the dispenser"),
    ("controlled drug requisition", "Requisition of a controlled drug"),
    ("out of hours", "Dispensed out of hours"),
    ("private", "Private dispenser"),
    ("dummy form", "Dummy form"),
    ("prescriber type", "Private or pharmacy prescriber"),
)
EXCLUDED_PRESCRIBER_TYPES = (8, 54)


def _same(*codes: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, code) for code in codes)


# --- The patient --------------------------------------------------------------------------------------

PATIENT = Field(
    "patient",
    Dimension.PATIENT,
    "The pseudonym of the person: the same in every month, without meaning. Only identified patients count.",
    _WAREHOUSE,
    groups=False,
)
PATIENT_IDENTIFIED = Field(
    "patient identified",
    Dimension.PATIENT,
    "Y: the NHS number was captured from form or EPS message and verified by PDS. Verification comes the "
    "month after, so the newest month is provisional.",
    _WAREHOUSE,
    closed=YES_NO,
)
AGE = Field(
    "age",
    Dimension.PATIENT,
    "Age in whole years at the item, by the age logic; -1 is not known.",
    "Our age logic: the page “How age is determined”",
    numeric=True,
)
AGE_BAND_5 = Field(
    "5-year age band", Dimension.PATIENT, "Age at the item in bands of five years: 00-04 … 85-89, 90+.", _AGE,
    closed=_same(*_FIVES, UNKNOWN),
)  # fmt: skip
AGE_BAND_20 = Field(
    "20-year age band", Dimension.PATIENT, "Age at the item in bands of twenty years: 00-19 … 80+.", _AGE,
    closed=_same(*_TWENTIES, UNKNOWN),
)  # fmt: skip
ADULT = Field(
    "adult or child", Dimension.PATIENT, "Adult: 18 or over at the item; child: 17 or under.", _AGE,
    closed=(("adult", "Adult"), ("child", "Child"), (UNKNOWN, UNKNOWN)),
)  # fmt: skip
AGE_SEPTEMBER = Field(
    "age on 30 September",
    Dimension.PATIENT,
    "Age on 30 September of the financial year, from the PDS birth month only, as official statistics have "
    "it; -1 is not known.",
    _AGE,
    numeric=True,
)
AGE_BAND_5_SEPTEMBER = Field(
    "5-year age band on 30 September", Dimension.PATIENT, "Age on 30 September in bands of five years.", _AGE,
    closed=_same(*_FIVES, UNKNOWN),
)  # fmt: skip
AGE_SOURCE = Field(
    "age source", Dimension.PATIENT, "By which rule of the age logic the age at the item was found.",
    "Our age logic: the page “How age is determined”", closed=AGE_SOURCES,
)  # fmt: skip
GENDER = Field(
    "gender", Dimension.PATIENT, "From PDS alone: 0 not known, 1 male, 2 female, 9 indeterminate.",
    _FEED, closed=(("0", "Not known"), ("1", "Male"), ("2", "Female"), ("9", "Indeterminate")),
)  # fmt: skip
IMD_QUINTILE = Field(
    "IMD quintile",
    Dimension.PATIENT,
    "Deprivation of the patient's small area (LSOA), else of the practice's: 1 most deprived … 5 least.",
    "NHSBSA, Medicines used in mental health, methodology; Index of Multiple Deprivation",
    closed=(
        ("1", "1 - Most deprived"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5 - Least deprived"),
        (UNKNOWN, UNKNOWN),
    ),
)  # fmt: skip

# --- The item, its form, who prescribed and dispensed it -----------------------------------------------

PRESCRIBER = Field("prescriber", Dimension.ITEM, "The person who prescribed, by code; - not known.", _FEED)
PRESCRIBER_TYPE = Field("prescriber type", Dimension.ITEM, "What the prescriber is: GP, nurse, …", _FEED)
DISPENSER = Field("dispenser", Dimension.ITEM, "The contractor who dispensed, by ODS code.", _FEED)
DISPENSER_TYPE = Field(
    "dispenser type", Dimension.ITEM, "Pharmacy, appliance contractor, dispensing practice, …", _FEED
)
EPS = Field("EPS", Dimension.ITEM, "Y: sent by the Electronic Prescription Service; N: paper.", _WAREHOUSE,
            closed=YES_NO)  # fmt: skip
REPEAT_DISPENSING = Field(
    "repeat dispensing", Dimension.ITEM, "Y: electronic repeat dispensing (eRD).", "NHSBSA, eRD dashboard",
    closed=YES_NO,
)  # fmt: skip
FORM_TYPE = Field("form type", Dimension.ITEM, "The prescription form: FP10, FP10MDA, …", _WAREHOUSE)
EXEMPTION = Field(
    "exemption", Dimension.ITEM, "Exemption category of the form: - none, else a letter.", _WAREHOUSE,
    closed=_same("-", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
)  # fmt: skip
CHARGE_STATUS = Field(
    "charge status", Dimension.ITEM, "Whether a charge was paid: C charged, E exempt, F free of charge.",
    _WAREHOUSE, closed=_same("-", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
)  # fmt: skip
PREPARATION_CLASS = Field(
    "preparation class",
    Dimension.ITEM,
    "1 generic; 2 ordered generically, only a proprietary product exists; 3 proprietary; 4 dressing or "
    "appliance; 5 generic with a named supplier.",
    "NHSBSA, Prescription Cost Analysis, background 1.2.2",
    closed=(
        ("1", "Generic"),
        ("2", "Generic name, proprietary only"),
        ("3", "Proprietary"),
        ("4", "Dressing or appliance"),
        ("5", "Generic with a named supplier"),
    ),
)
CD_SCHEDULE = Field(
    "controlled drug schedule", Dimension.ITEM, "Schedule of the controlled drug; 0 is none.", _FEED,
    closed=_same("0", "1", "2", "3", "4", "5"),
)  # fmt: skip
EXCLUSION = Field(
    "exclusion",
    Dimension.ITEM,
    "Why an item is left out by the standard exclusions; all that count are “included”.",
    "NHSBSA, regular exclusions of its statistics",
    closed=EXCLUSIONS,
)

# --- Only in listings ---------------------------------------------------------------------------------

FORM = Field("form", Dimension.ITEM, "Number of the form.", _WAREHOUSE, numeric=True, groups=False)
ITEM_NUMBER = Field(
    "item number", Dimension.ITEM, "Place of the item on its form.", _WAREHOUSE, numeric=True, groups=False
)
ELEMENT = Field(
    "element", Dimension.ITEM, "Part of the item; parts after the first count no item.", _WAREHOUSE,
    numeric=True, groups=False,
)  # fmt: skip
PRESCRIBED_DATE = Field(
    "prescribed date", Dimension.ITEM, "Day of prescribing, 20260114; empty on most paper forms.", _WAREHOUSE,
    groups=False,
)  # fmt: skip
PAID_PRESENTATION = Field(
    "paid presentation", Dimension.ITEM, "The presentation that was reimbursed.", _WAREHOUSE, groups=False
)
PAID_SNOMED_CODE = Field(
    "paid SNOMED code", Dimension.ITEM, "The product that was reimbursed.", _WAREHOUSE, groups=False
)

PATIENT_FIELDS = (
    PATIENT, PATIENT_IDENTIFIED, AGE, AGE_BAND_5, AGE_BAND_20, ADULT, AGE_SEPTEMBER, AGE_BAND_5_SEPTEMBER,
    AGE_SOURCE, GENDER, IMD_QUINTILE,
)  # fmt: skip
ITEM_FIELDS = (
    PRESCRIBER, PRESCRIBER_TYPE, DISPENSER, DISPENSER_TYPE, EPS, REPEAT_DISPENSING, FORM_TYPE, EXEMPTION,
    CHARGE_STATUS, PREPARATION_CLASS, CD_SCHEDULE, EXCLUSION, FORM, ITEM_NUMBER, ELEMENT, PRESCRIBED_DATE,
    PAID_PRESENTATION, PAID_SNOMED_CODE,
)  # fmt: skip
# Kinds of items, which say nothing of a person: how many items are of a kind is open, as open data are.
KINDS_OF_ITEMS = frozenset(
    {EPS, REPEAT_DISPENSING, FORM_TYPE, PRESCRIBER_TYPE, DISPENSER_TYPE, PREPARATION_CLASS, CD_SCHEDULE}
)
# Fields whose codes stand in a table of the release, since anybody may invent another prescriber.
OPEN_FIELDS = (PRESCRIBER, PRESCRIBER_TYPE, DISPENSER, DISPENSER_TYPE, FORM_TYPE)

_COST = "NHSBSA, glossary: actual cost"


def _cost(name: str, column: str, meaning: str) -> Measure:
    return Measure(name, "£", 5, column, frozenset(Dimension), meaning, _COST, of_items=True)


DISCOUNT = _cost("discount", "discount", "What is deducted from NIC, by the rule of the month.")
CONSUMABLES = _cost("consumables payment", "consumables", "Payment for consumables.")
CONTAINERS = _cost("container payment", "containers", "Payment for containers (split packs).")
OUT_OF_POCKET = _cost("out-of-pocket expenses", "out_of_pocket", "Expenses for obtaining the product.")
ITEM_MEASURES = (DISCOUNT, CONSUMABLES, CONTAINERS, OUT_OF_POCKET)


def age_band_5(age: int) -> str:
    """The band of five years of an age; Unknown for -1."""
    return UNKNOWN if age < 0 else _FIVES[min(age // 5, len(_FIVES) - 1)]


def age_band_20(age: int) -> str:
    """The band of twenty years of an age; Unknown for -1."""
    return UNKNOWN if age < 0 else _TWENTIES[min(age // 20, len(_TWENTIES) - 1)]


def adult_or_child(age: int) -> str:
    """Adult from 18; Unknown for -1."""
    return UNKNOWN if age < 0 else "adult" if age >= 18 else "child"
