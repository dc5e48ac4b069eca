"""Every field and measure of the model, once, with its definition.

The data dictionary page and ``docs/reference`` are made from these declarations.
"""

from __future__ import annotations

from epact2.model import bnf, organisations
from epact2.model.fields import Dimension, Field
from epact2.model.items import ITEM_FIELDS, ITEM_MEASURES, PATIENT_FIELDS
from epact2.model.measures import Measure

_BNF = "NHSBSA, BNF code information"
_ODS = "NHS Organisation Data Service"
_EPD = "NHSBSA, English Prescribing Dataset"
_GLOSSARY = "NHSBSA, glossary of prescribing terms"

MONTH = Field("month", Dimension.TIME, "The dispensing month, for example 2017-09.", _EPD)
QUARTER = Field("quarter", Dimension.TIME, "The quarter of the financial year: Q1 is April to June.", _EPD)
FINANCIAL_YEAR = Field("financial year", Dimension.TIME, "April to March, for example 2017/18.", _EPD)
CALENDAR_YEAR = Field("calendar year", Dimension.TIME, "January to December.", _EPD)

CHAPTER = Field(bnf.CHAPTER, Dimension.MEDICINE, "BNF chapter: the first 2 characters of the code.", _BNF)
SECTION = Field(bnf.SECTION, Dimension.MEDICINE, "BNF section: the first 4 characters.", _BNF)
PARAGRAPH = Field(bnf.PARAGRAPH, Dimension.MEDICINE, "BNF paragraph: the first 6 characters.", _BNF)
SUB_PARAGRAPH = Field(
    bnf.SUB_PARAGRAPH, Dimension.MEDICINE, "BNF sub-paragraph: the first 7 characters.", _BNF
)
CHEMICAL_SUBSTANCE = Field(
    bnf.CHEMICAL_SUBSTANCE, Dimension.MEDICINE, "BNF chemical substance: the first 9 characters.", _BNF
)
PRODUCT = Field(bnf.PRODUCT, Dimension.MEDICINE, "BNF product: the first 11 characters.", _BNF)
PRESENTATION = Field(
    bnf.PRESENTATION,
    Dimension.MEDICINE,
    "One product of one strength and form: 15 characters, 11 for chapters 20 to 23.",
    _BNF,
)
GENERIC_EQUIVALENT = Field(
    "generic equivalent",
    Dimension.MEDICINE,
    "The generic presentation of the same substance, strength and form, from characters 14 and 15.",
    _BNF,
)

ENGLAND = Field(organisations.ENGLAND, Dimension.ORGANISATION, "All prescribing organisations.", _ODS)
REGION = Field(organisations.REGION, Dimension.ORGANISATION, "NHS England region.", _ODS)
ICB = Field(
    organisations.ICB,
    Dimension.ORGANISATION,
    "Integrated care board; before July 2022 the STP of the same code, in older files the area team.",
    _ODS,
)
SUB_ICB_LOCATION = Field(
    organisations.SUB_ICB_LOCATION,
    Dimension.ORGANISATION,
    "Sub-ICB location; before July 2022 the clinical commissioning group (CCG) of the same code.",
    _ODS,
)
PCN = Field(organisations.PCN, Dimension.ORGANISATION, "Primary care network.", _ODS)
PRACTICE = Field(
    organisations.PRACTICE, Dimension.ORGANISATION, "GP practice or other cost centre that prescribes.", _ODS
)
PRACTICE_SETTING = Field(
    "practice setting",
    Dimension.ORGANISATION,
    "ODS prescribing setting: 4 is a GP practice; 0 is any other cost centre; - is not known.",
    _ODS,
)

SNOMED_CODE = Field("SNOMED code", Dimension.LINE, "The dm+d product that was prescribed, as text.", _EPD)
QUANTITY_PER_ITEM = Field(
    "quantity per item",
    Dimension.LINE,
    "How much was prescribed on one item, in the unit of the product (tablets, ml, g).",
    _EPD,
    numeric=True,
)

TIME_FIELDS = (MONTH, QUARTER, FINANCIAL_YEAR, CALENDAR_YEAR)
BNF_FIELDS = (CHAPTER, SECTION, PARAGRAPH, SUB_PARAGRAPH, CHEMICAL_SUBSTANCE, PRODUCT, PRESENTATION)
ORGANISATION_FIELDS = (ENGLAND, REGION, ICB, SUB_ICB_LOCATION, PCN, PRACTICE)
FIELDS = (
    *TIME_FIELDS,
    *ORGANISATION_FIELDS,
    PRACTICE_SETTING,
    *BNF_FIELDS,
    GENERIC_EQUIVALENT,
    SNOMED_CODE,
    QUANTITY_PER_ITEM,
    *PATIENT_FIELDS,
    *ITEM_FIELDS,
)
FIELD_BY_NAME = {field.name: field for field in FIELDS}

_EVERYWHERE = frozenset(Dimension)
_PEOPLE = frozenset({Dimension.ORGANISATION, Dimension.TIME})

ITEMS = Measure(
    "items", "items", 0, "items", _EVERYWHERE,
    "How many times a product appears on prescription forms, whatever its quantity.", _GLOSSARY,
)  # fmt: skip
TOTAL_QUANTITY = Measure(
    "total quantity", "quantity", 5, "total_quantity", _EVERYWHERE,
    "Items × quantity per item, added up, in the unit of the product. It has a meaning only among products "
    "of one unit.", _GLOSSARY,
)  # fmt: skip
NIC = Measure(
    "NIC", "£", 2, "nic", _EVERYWHERE,
    "Net ingredient cost: the basic price (Drug Tariff or list) × quantity, before discount.", _GLOSSARY,
)  # fmt: skip
ACTUAL_COST = Measure(
    "actual cost", "£", 5, "actual_cost", _EVERYWHERE,
    "NIC less the average discount, plus payments for consumables, containers and out-of-pocket expenses; "
    "from April 2024 a discount by group of products.", _GLOSSARY,
)  # fmt: skip
ADQ_USAGE = Measure(
    "ADQ usage", "ADQs", 5, "adq_usage", _EVERYWHERE,
    "Quantity × strength ÷ average daily quantity, as published with the month; 0 where no ADQ is set.",
    "NHSBSA, ADQ review",
)  # fmt: skip
LIST_SIZE = Measure(
    "list size", "patients", 0, "list_size", _PEOPLE,
    "Patients registered at the practices, on the month's extract; over several months the mean of them.",
    "NHS England, Patients registered at a GP practice", stock=True,
)  # fmt: skip

_PU_SCALE = 9  # rounded once, per practice and month; 1e-9 of a unit is far below the weights' own accuracy


def _prescribing_unit(name: str, column: str, meaning: str) -> Measure:
    return Measure(
        name, "units", _PU_SCALE, column, _PEOPLE,
        f"{meaning}; over several months the mean of them.", "HSCIC 2013 weights", stock=True,
    )  # fmt: skip


ASTRO_PU_COST = _prescribing_unit(
    "ASTRO-PU", "astro_pu_cost", "Patients × the cost-based ASTRO-PU weight of their age and sex"
)
ASTRO_PU_ITEMS = _prescribing_unit(
    "ASTRO-PU items", "astro_pu_items", "Patients × the item-based ASTRO-PU weight of their age and sex"
)

STAR_PU_SETS = (
    "analgesics_cost",
    "antidepressants_adq",
    "antidepressants_cost",
    "antiepileptic_drugs_cost",
    "antiplatelet_drugs_cost",
    "benzodiazepine_caps_and_tabs_cost",
    "bisphosphonates_and_other_drugs_cost",
    "bronchodilators_cost",
    "calcium-channel_blockers_cost",
    "cox-2_inhibitors_cost",
    "drugs_acting_on_benzodiazepine_receptors_cost",
    "drugs_affecting_the_renin_angiotensin_system_cost",
    "drugs_for_dementia_cost",
    "drugs_used_in_parkinsonism_and_related_disorders_cost",
    "hypnotics_adq",
    "inhaled_corticosteroids_cost",
    "laxatives_cost",
    "lipid-regulating_drugs_cost",
    "omega-3_fatty_acid_compounds_adq",
    "oral_antibacterials_cost",
    "oral_antibacterials_item",
    "oral_nsaids_cost",
    "proton_pump_inhibitors_cost",
    "statins_cost",
    "ulcer_healing_drugs_cost",
)


def star_pu_column(name: str) -> str:
    """The stored column of a STAR-PU set, for example ``star_pu_cox_2_inhibitors_cost``."""
    return f"star_pu_{name.replace('-', '_')}"


def _star_pu(name: str) -> Measure:
    words = name.replace("_", " ").replace(" adq", " ADQ").replace("nsaids", "NSAIDs")
    return _prescribing_unit(
        f"{words} STAR-PU",
        star_pu_column(name),
        f"Patients × the 2013 STAR-PU weight of their age and sex for {words}",
    )


STAR_PUS = {name: _star_pu(name) for name in STAR_PU_SETS}

PRESCRIBING_MEASURES = (ITEMS, TOTAL_QUANTITY, NIC, ACTUAL_COST, ADQ_USAGE)
POPULATION_MEASURES = (LIST_SIZE, ASTRO_PU_COST, ASTRO_PU_ITEMS, *STAR_PUS.values())
MEASURES = (*PRESCRIBING_MEASURES, *ITEM_MEASURES, *POPULATION_MEASURES)
MEASURE_BY_NAME = {measure.name: measure for measure in MEASURES}
