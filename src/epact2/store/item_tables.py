"""The tables of single prescription items, as declared: the loader writes them and the engines read them.

Codes are numbers. A field with a closed set of codes is stored as the place of its code in that set;
prescribers, dispensers, form types and products have keys in ``item_code``. Patients have dense keys, given
once for ever, practice by practice, so that a practice's patients lie together; 0 is a row without one.
"""

from __future__ import annotations

from epact2.store.tables import MEASURES, MONTH, PRACTICE_KEY, PRESENTATION_KEY, Column, Table

PATIENT_KEY = Column("patient", "INTEGER", "key of the pseudonym; 0 when no number was captured")

# What is told apart of a patient at an item.
ATTRIBUTES = (
    Column("age", "TINYINT", "age at the item; -1 not known"),
    Column("age_september", "TINYINT", "age on 30 September of the financial year; -1 not known"),
    Column("gender", "UTINYINT", "place of the code in the field's codes"),
    Column("imd_quintile", "UTINYINT", "place of the code in the field's codes"),
)

# --- items-YYYYMM: everything that a month's item file says, row by row ---

ITEM = Table(
    "item",
    (
        MONTH,
        PRACTICE_KEY,
        PATIENT_KEY,
        PRESENTATION_KEY,
        Column("product", "INTEGER", "key of the SNOMED code, in item_code"),
        Column("form", "BIGINT", "number of the form"),
        Column("item", "SMALLINT", "place of the item on the form"),
        Column("element", "SMALLINT", "part of the item"),
        Column("patient_identified", "BOOLEAN", "captured and verified"),
        *ATTRIBUTES,
        Column("age_source", "UTINYINT", "place of the code in the field's codes"),
        Column("eps", "BOOLEAN", "electronic"),
        Column("repeat_dispensing", "BOOLEAN", "electronic repeat dispensing"),
        Column("form_type", "INTEGER", "key in item_code"),
        Column("prescribed", "INTEGER", "day of prescribing, 20260114; 0 not known"),
        Column("prescriber", "INTEGER", "key in item_code"),
        Column("prescriber_type", "INTEGER", "key in item_code"),
        Column("prescriber_organisation_type", "SMALLINT", "as received"),
        Column("dispenser", "INTEGER", "key in item_code"),
        Column("dispenser_type", "INTEGER", "key in item_code"),
        Column("dispenser_country", "SMALLINT", "1 is England"),
        Column("paid_presentation", "INTEGER", "key of the presentation reimbursed"),
        Column("paid_product", "INTEGER", "key of the SNOMED code reimbursed"),
        Column("preparation_class", "UTINYINT", "place of the code in the field's codes"),
        Column("controlled_drug_schedule", "UTINYINT", "place of the code in the field's codes"),
        Column("exemption", "UTINYINT", "place of the code in the field's codes"),
        Column("charge_status", "UTINYINT", "place of the code in the field's codes"),
        Column("exclusion", "UTINYINT", "place of the code in the field's codes; 0 is included"),
        Column("quantity", "BIGINT", "quantity per item", 5),
        *MEASURES,
        Column("discount", "BIGINT", "deducted from NIC", 5),
        Column("consumables", "BIGINT", "payment for consumables", 5),
        Column("containers", "BIGINT", "payment for containers", 5),
        Column("out_of_pocket", "BIGINT", "out-of-pocket expenses", 5),
    ),
    ("practice", "patient", "form", "item", "element"),
)
# The pseudonyms that got their keys with this month (or with an earlier version of it). The keys of a release
# are those of all its months together.
PSEUDONYM = Table(
    "pseudonym",
    (PATIENT_KEY, Column("pseudonym", "VARCHAR", "as received")),
    ("patient",),
)

# The same, to find the key of a pseudonym without reading all of them.
PATIENT_OF = Table(
    "patient_of",
    (Column("pseudonym", "VARCHAR", "as received"), PATIENT_KEY),
    ("pseudonym",),
)
# Where the month's rows of each patient lie, to read one patient's without looking through every practice.
PATIENT_AT = Table("patient_at", (PATIENT_KEY, PRACTICE_KEY), ("patient", "practice"))
# What the month says of a patient, if anything: later months look here for what their rows lack.
KNOWN_PATIENT = Table(
    "known_patient",
    (
        PATIENT_KEY,
        Column("birth_month", "INTEGER", "from PDS, 198003, of the newest item", nullable=True),
        Column("lsoa", "VARCHAR", "area of the newest item that names one", nullable=True),
    ),
    ("patient",),
)
# Every practice of the month's rows, also of those that are excluded.
ITEM_PRACTICE = Table("item_practice", (PRACTICE_KEY,), ("practice",))

# --- patients-YYYYMM: what is derived from a month's items ---

# Only rows that are not excluded. ``patient`` is 0 where the patient is not identified.
ITEM_BY_PRESENTATION = Table(
    "item_by_presentation",
    (
        MONTH,
        PRESENTATION_KEY,
        PRACTICE_KEY,
        PATIENT_KEY,
        *ATTRIBUTES,
        *MEASURES,
    ),
    ("presentation", "practice", "patient"),
)
CHAPTERS = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15")


def medicines_column(chapter: str) -> str:
    """The column of patient_month with the different chemical substances of a chapter."""
    return f"medicines_{chapter}"


# One row for each identified patient whose rows of the month (not excluded) are of one practice, one age (on
# either notion), one gender and one quintile: nearly all. ``medicines_NN`` counts different chemical
# substances (latest codes) of a chapter; those of different chapters differ, so a union of them is their sum.
PATIENT_MONTH = Table(
    "patient_month",
    (
        MONTH,
        PRACTICE_KEY,
        PATIENT_KEY,
        *ATTRIBUTES,
        Column("items", "INTEGER", "items", 0),
        Column("unique_medicines", "USMALLINT", "substances of the chapters that count in polypharmacy"),
        *(Column(medicines_column(one), "UTINYINT", f"substances of chapter {one}") for one in CHAPTERS),
    ),
    ("practice", "patient"),
)
# The rows of the other identified patients, who were at two practices, or had a birthday.
MIXED_ITEM = Table(
    "mixed_item",
    ITEM_BY_PRESENTATION.columns,
    ("patient", "presentation"),
)

ITEM_TABLES = (ITEM, PSEUDONYM, PATIENT_OF, PATIENT_AT, KNOWN_PATIENT, ITEM_PRACTICE)
# Rollups of the items of practices: by what patients are (of rows that count), and by what the items are.
ITEM_BY_ATTRIBUTES = Table(
    "item_by_attributes",
    (
        MONTH,
        PRACTICE_KEY,
        Column("patient_identified", "BOOLEAN", "captured and verified"),
        *ATTRIBUTES,
        *MEASURES,
    ),
    ("practice", "age", "gender"),
)
KINDS = (
    "patient_identified", "eps", "repeat_dispensing", "form_type", "prescriber_type", "dispenser_type",
    "preparation_class", "controlled_drug_schedule", "exemption", "charge_status", "exclusion",
)  # fmt: skip
ITEM_BY_KIND = Table(
    "item_by_kind",
    (MONTH, PRACTICE_KEY, *(one for one in ITEM.columns if one.name in KINDS), *MEASURES),
    ("practice",),
)

PATIENT_TABLES = (ITEM_BY_PRESENTATION, PATIENT_MONTH, MIXED_ITEM, ITEM_BY_ATTRIBUTES, ITEM_BY_KIND)
