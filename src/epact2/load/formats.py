"""The layouts of every file that can be loaded: the contract, column by column.

A file must have exactly the columns of its layout, in any order; headers are compared letter by letter.
"""

from __future__ import annotations

from epact2.load.columns import (
    AREA,
    CODE,
    COUNT,
    DATE,
    DIGITS,
    MONTH,
    OPTIONAL_CODE,
    REAL,
    TEXT,
    CellType,
    choice,
    number,
)
from epact2.load.item_formats import ITEMS_LAYOUT, VERIFICATION_LAYOUT
from epact2.load.layouts import Column, Layout, column

EPD = "epd"
LIST_SIZE = "list-size"
BNF = "bnf"
BNF_CHANGES = "bnf-changes"
PRACTICES = "practices"
PCNS = "pcns"
COMMISSIONERS = "commissioners"
ODS_PRACTICES = "ods-practices"
ODS_COMMISSIONERS = "ods-commissioners"
SUCCESSORS = "successors"
ADQ = "adq"
ADQ_PER_QUANTITY = "adq-per-quantity"
STAR_PU = "star-pu"
ASTRO_PU = "astro-pu"
ITEMS = ITEMS_LAYOUT.kind
VERIFICATION = VERIFICATION_LAYOUT.kind
IMD = "imd"
PRACTICE_LSOA = "practice-lsoa"

KINDS = {
    EPD: "English Prescribing Dataset",
    LIST_SIZE: "patients registered at GP practices",
    BNF: "BNF hierarchy",
    BNF_CHANGES: "BNF code changes",
    PRACTICES: "practices with their PCN and sub-ICB location",
    PCNS: "PCNs",
    COMMISSIONERS: "sub-ICB locations with their ICB and region",
    ODS_PRACTICES: "ODS practices (epraccur)",
    ODS_COMMISSIONERS: "ODS commissioners (eccg, eauth)",
    SUCCESSORS: "ODS successors",
    ADQ: "average daily quantities",
    ADQ_PER_QUANTITY: "average daily quantities by unit of quantity",
    STAR_PU: "STAR-PU weights",
    ASTRO_PU: "ASTRO-PU weights",
    ITEMS: "prescription items",
    VERIFICATION: "patients verified a month late",
    IMD: "deprivation of areas (IMD)",
    PRACTICE_LSOA: "areas (LSOA) of practices",
}
# Read by readers of their own, in the month that they are for; the others are small and read at every load.
LARGE = frozenset({EPD, LIST_SIZE, ITEMS, VERIFICATION})
# Organisations change: a file without its month would be of no use for “as at the time”.
NEEDS_MONTH = frozenset({PRACTICES, PCNS, COMMISSIONERS, ODS_PRACTICES, ODS_COMMISSIONERS})


# --- English Prescribing Dataset ------------------------------------------------------------------------

_EPD_SOURCE = "NHSBSA Open Data Portal, English Prescribing Dataset"
_ORGANISATIONS = (
    column("month", "YEAR_MONTH", MONTH, "the dispensing month, in every row"),
    column("region_name", "REGIONAL_OFFICE_NAME", TEXT, "region"),
    column("region", "REGIONAL_OFFICE_CODE", CODE, "region, or - when not identified"),
)
_PRACTICE = (
    column("sub_icb_name", "PCO_NAME", TEXT, "sub-ICB location (before July 2022: CCG)"),
    column("sub_icb", "PCO_CODE", CODE, "its code, followed by 00 when it has 3 characters"),
    column("practice_name", "PRACTICE_NAME", TEXT, "practice or cost centre"),
    column("practice", "PRACTICE_CODE", CODE, "its ODS code, or - when not identified"),
    column("address_1", "ADDRESS_1", TEXT, "address; not kept"),
    column("address_2", "ADDRESS_2", TEXT, "address; not kept"),
    column("address_3", "ADDRESS_3", TEXT, "address; not kept"),
    column("address_4", "ADDRESS_4", TEXT, "address; not kept"),
    column("postcode", "POSTCODE", TEXT, "postcode of the practice"),
)
_MEASURES = (
    column("chapter_plus_code", "BNF_CHAPTER_PLUS_CODE", TEXT, "chapter; derived from the code instead"),
    column("quantity", "QUANTITY", number(5), "quantity of one item"),
    column("items", "ITEMS", number(0, 9), "items"),
    column("total_quantity", "TOTAL_QUANTITY", number(5), "quantity × items"),
    column("adq_usage", "ADQUSAGE|ADQ_USAGE", number(5), "ADQ usage; 0 where no ADQ is set"),
    column("nic", "NIC", number(2), "net ingredient cost, pounds"),
    column("actual_cost", "ACTUAL_COST", number(5), "actual cost, pounds"),
    column("unidentified", "UNIDENTIFIED", choice("Y", "N"), "whether the prescriber is not identified"),
)
_OLD_NAMES = (
    column("substance", "BNF_CHEMICAL_SUBSTANCE", TEXT, "chemical substance; derived from the code instead"),
    column("substance_name", "CHEMICAL_SUBSTANCE_BNF_DESCR", TEXT, "its name"),
    column("presentation", "BNF_CODE", CODE, "presentation code: 15 characters, or 11 in chapters 20 to 23"),
    column("presentation_name", "BNF_DESCRIPTION", TEXT, "its name"),
)
_NEW_NAMES = (
    column(
        "substance", "BNF_CHEMICAL_SUBSTANCE_CODE", TEXT, "chemical substance; derived from the code instead"
    ),
    column("substance_name", "BNF_CHEMICAL_SUBSTANCE", TEXT, "its name"),
    column("presentation", "BNF_PRESENTATION_CODE", CODE, "presentation code"),
    column("presentation_name", "BNF_PRESENTATION_NAME", TEXT, "its name"),
)


def _epd(version: str, above: str, names: tuple[Column, ...], *more: Column) -> Layout:
    icb = (
        column("icb_name", f"{above}_NAME", TEXT, "ICB, STP or area team"),
        column("icb", f"{above}_CODE", CODE, "its code, or - when not identified"),
    )
    return Layout(EPD, version, (*_ORGANISATIONS, *icb, *_PRACTICE, *names, *_MEASURES, *more), _EPD_SOURCE)


_SNOMED = column("snomed", "SNOMED_CODE", DIGITS, "dm+d product: up to 18 digits, as text")

# --- Patients registered ---------------------------------------------------------------------------------

QUINARY_BANDS = (*(f"{age}-{age + 4}" for age in range(0, 95, 5)), "95+")
NINE_BANDS = ("0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")

_LISTS_LONG = Layout(
    LIST_SIZE,
    "by five-year age band",
    (
        column("publication", "PUBLICATION", TEXT, "GP_PRAC_PAT_LIST"),
        column("month", "EXTRACT_DATE", MONTH, "first day of the month, for example 01SEP2017"),
        column("kind", "ORG_TYPE", CODE, "GP; rows of other organisations add practices up and are left out"),
        column("practice", "ORG_CODE", CODE, "practice"),
        column("ons", "ONS_CODE", TEXT, "not kept"),
        column("postcode", "POSTCODE", TEXT, "postcode of the practice"),
        column("sex", "SEX", choice("ALL", "FEMALE", "MALE"), "ALL rows are totals"),
        column(
            "age",
            "AGE_GROUP_5",
            choice("ALL", *(band.replace("-", "_") for band in QUINARY_BANDS)),
            "ALL rows are totals",
        ),
        column("patients", "NUMBER_OF_PATIENTS", COUNT, "patients registered"),
    ),
    "NHS England, Patients registered at a GP practice",
)
_LISTS_WIDE = Layout(
    LIST_SIZE,
    "quarterly, nine age bands",
    (
        column("region_name", "Regional Office Name", TEXT, "region"),
        column("region", "Regional Office Code", CODE, "its code"),
        column("icb_name", "Area Team Name", TEXT, "area team"),
        column("icb", "Area Team Code", CODE, "its code"),
        column("sub_icb_name", "PCO Name", TEXT, "CCG"),
        column("sub_icb", "PCO Code", CODE, "its code, followed by 00"),
        column("practice_name", "Practice Name", TEXT, "practice"),
        column("practice", "Practice Code", CODE, "its code"),
        *(
            column(f"{sex.lower()} {band}", f"{sex} {band}", COUNT, "patients registered")
            for band in NINE_BANDS
            for sex in ("Male", "Female")
        ),
    ),
    "NHSBSA, practice list sizes by quarter",
)

# --- Codes, organisations, ADQ ----------------------------------------------------------------------------

_BNF_CODE = column("code", "CODE", CODE, "BNF code; its length says the level")
_ODS_COLUMNS: dict[int, tuple[str, CellType, str]] = {
    0: ("code", CODE, "organisation"),
    1: ("name", TEXT, "its name"),
    2: ("region", OPTIONAL_CODE, "region"),
    3: ("icb", OPTIONAL_CODE, "area team"),
    9: ("postcode", TEXT, "postcode"),
    10: ("opened", DATE, "day on which it opened"),
    11: ("closed", DATE, "day on which it closed"),
    12: ("status", TEXT, "A active, C closed, D dormant, P proposed"),
    13: ("type", TEXT, "type"),
    14: ("sub_icb", OPTIONAL_CODE, "commissioner"),
    25: ("setting", OPTIONAL_CODE, "prescribing setting; 4 is a GP practice"),
}


def _ods(kind: str) -> Layout:
    columns = []
    for place in range(27):
        name, cell, meaning = _ODS_COLUMNS.get(place, (f"field_{place + 1}", TEXT, "not kept"))
        columns.append(Column(name, (str(place + 1),), cell, meaning))
    return Layout(kind, "27 columns, no header", tuple(columns), "NHS ODS, GP and commissioner files", False)


def _changes(version: str, *, header: bool) -> Layout:
    columns = (
        column("old", "old_code", CODE, "code until then"),
        column("new", "new_code", CODE, "code from then on"),
    )
    return Layout(BNF_CHANGES, version, columns, "NHSBSA, BNF code changes of a year", header)


LAYOUTS = (
    _epd("with area teams", "AREA_TEAM", _OLD_NAMES),
    _epd("with STPs", "STP", _OLD_NAMES),
    _epd("with ICBs", "ICB", _OLD_NAMES),
    _epd("with SNOMED codes", "ICB", _NEW_NAMES, _SNOMED),
    _LISTS_LONG,
    _LISTS_WIDE,
    Layout(
        BNF,
        "code and name",
        (_BNF_CODE, column("name", "NAME", TEXT, "its name")),
        "NHSBSA, BNF code information",
    ),
    _changes("with a header", header=True),
    _changes("without a header", header=False),
    Layout(
        PRACTICES,
        "GP practices of a month",
        (
            column("code", "PRACTICE_CODE", CODE, "practice"),
            column("name", "PRACTICE_NAME", TEXT, "its name"),
            column("postcode", "PRACTICE_POSTCODE", TEXT, "its postcode"),
            column("pcn", "PCN_CODE", CODE, "PCN; U is unallocated"),
            column("sub_icb", "CCG_CODE", CODE, "sub-ICB location (CCG)"),
        ),
        "NHS England, system hierarchies",
    ),
    Layout(
        PCNS,
        "PCN and CCG",
        (
            column("code", "PCN_CODE", CODE, "PCN; one may stand with several CCGs"),
            column("name", "PCN_NAME", TEXT, "its name"),
            column("sub_icb", "CCG_CODE", CODE, "sub-ICB location (CCG)"),
        ),
        "NHS England, system hierarchies",
    ),
    Layout(
        COMMISSIONERS,
        "CCG, STP and region",
        (
            column("code", "CCG_CODE", CODE, "sub-ICB location (CCG)"),
            column("ons", "ONS_CCG_CODE", TEXT, "not kept"),
            column("name", "CCG_NAME", TEXT, "its name"),
            column("icb", "STP_CODE", CODE, "ICB (STP)"),
            column("icb_ons", "ONS_STP_CODE", TEXT, "not kept"),
            column("icb_name", "STP_NAME", TEXT, "its name"),
            column("region", "COMM_REGION_CODE", CODE, "region"),
            column("region_ons", "ONS_COMM_REGION_CODE", TEXT, "not kept"),
            column("region_name", "COMM_REGION_NAME", TEXT, "its name"),
        ),
        "NHS England, system hierarchies",
    ),
    _ods(ODS_PRACTICES),
    _ods(ODS_COMMISSIONERS),
    Layout(
        SUCCESSORS,
        "5 columns, no header",
        (
            Column("old", ("1",), CODE, "organisation that ended"),
            Column("new", ("2",), CODE, "organisation that took over"),
            Column("reason", ("3",), TEXT, "reason"),
            Column("date", ("4",), DATE, "day from which it holds"),
            Column("indicator", ("5",), TEXT, "not kept"),
        ),
        "NHS ODS, succession file (succ)",
        False,
    ),
    Layout(
        ADQ,
        "values",
        (
            column("code", "BNF Code", CODE, "presentation"),
            column("name", "BNF Name", TEXT, "its name"),
            column("value", "ADQ Value", number(9), "average daily quantity"),
            column("unit", "ADQ Unit", TEXT, "its unit, padded with blanks"),
        ),
        "NHSBSA, ADQ values",
    ),
    Layout(
        ADQ_PER_QUANTITY,
        "computed",
        tuple(
            column(name, name, {"bnf_code": CODE, "adq_per_quantity": REAL}.get(name, TEXT), "")
            for name in (
                "bnf_code", "name", "vpid", "form", "form_size", "form_units", "numerator",
                "numerator_unit_of_measure", "squ", "adq_value", "adq_denominator", "adq_per_quantity",
            )
        ),
        "computed from dm+d and ADQ values",
    ),
    ITEMS_LAYOUT,
    VERIFICATION_LAYOUT,
    Layout(
        IMD,
        "deciles",
        (
            column("code", "LSOA_CODE", AREA, "LSOA"),
            column("decile", "IMD_DECILE", choice(*map(str, range(1, 11))), "1 most deprived … 10 least"),
        ),
        "Index of Multiple Deprivation",
    ),
    Layout(
        PRACTICE_LSOA,
        "one LSOA each",
        (
            column("code", "PRACTICE_CODE", CODE, "practice"),
            column("lsoa", "LSOA_CODE", AREA, "LSOA of its postcode"),
        ),
        "NHSPD or ONSPD, by the practice's postcode",
    ),
)  # fmt: skip


def layouts_of(kind: str) -> tuple[Layout, ...]:
    """The layouts of one kind of file."""
    return tuple(layout for layout in LAYOUTS if layout.kind == kind)
