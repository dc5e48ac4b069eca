"""The tables of a release's files, as declared: the loader writes them and the engines read them.

Amounts are whole numbers, with a fixed number of decimals (the scale) that never changes: money and
quantities are exact, and adding them up cannot round. Codes become dense integer keys in the order of the
codes, so that a BNF prefix is a contiguous range.
"""

from __future__ import annotations

from dataclasses import dataclass

from epact2.model import bnf
from epact2.model.prescribing import POPULATION_MEASURES


@dataclass(frozen=True, slots=True)
class Column:
    """One stored column; ``scale`` says how many of its digits are decimals."""

    name: str
    type: str
    meaning: str
    scale: int | None = None
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One stored table with the order in which its rows lie on disk."""

    name: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def definition(self) -> str:
        """The columns as SQL: what stands between the parentheses of CREATE TABLE."""
        return ", ".join(
            f"{column.name} {column.type}{'' if column.nullable else ' NOT NULL'}" for column in self.columns
        )


MONTH = Column("month", "INTEGER", "dispensing month, 201709")
PRACTICE_KEY = Column("practice", "INTEGER", "key of the practice or cost centre")
PRESENTATION_KEY = Column("presentation", "INTEGER", "key of the presentation code as published")

MEASURES = (
    Column("items", "BIGINT", "prescribed items", 0),
    Column("total_quantity", "BIGINT", "quantity per item × items", 5),
    Column("nic", "BIGINT", "net ingredient cost, pence", 2),
    Column("actual_cost", "BIGINT", "actual cost", 5),
    Column("adq_usage", "BIGINT", "ADQ usage as published", 5),
)

# --- rows-YYYYMM: one month's rows, and what that month's file called its practices and presentations ---

PRESCRIBING = Table(
    "prescribing",
    (
        MONTH,
        PRACTICE_KEY,
        PRESENTATION_KEY,
        Column("snomed", "VARCHAR", "SNOMED code; empty in layouts without one"),
        Column("quantity", "BIGINT", "quantity per item", 5),
        *MEASURES,
    ),
    ("practice", "presentation"),
)
PUBLISHED_PRACTICE = Table(
    "published_practice",
    (
        PRACTICE_KEY,
        Column("code", "VARCHAR", "practice code"),
        Column("name", "VARCHAR", "name in this month's file"),
        Column("postcode", "VARCHAR", "postcode; often empty"),
        Column("sub_icb", "VARCHAR", "sub-ICB location as at the month"),
        Column("sub_icb_name", "VARCHAR", "its name"),
        Column("icb", "VARCHAR", "ICB, STP or area team as at the month"),
        Column("icb_name", "VARCHAR", "its name"),
        Column("region", "VARCHAR", "region as at the month"),
        Column("region_name", "VARCHAR", "its name"),
    ),
    ("practice",),
)
PUBLISHED_PRESENTATION = Table(
    "published_presentation",
    (
        PRESENTATION_KEY,
        Column("code", "VARCHAR", "presentation code as published"),
        Column("name", "VARCHAR", "name in this month's file"),
    ),
    ("presentation",),
)

# --- totals-YYYY: rollups of one calendar year ---

BY_PRESENTATION = Table(
    "by_presentation",
    (PRESENTATION_KEY, MONTH, PRACTICE_KEY, *MEASURES),
    ("presentation", "month", "practice"),
)
BY_SECTION = Table(
    "by_section",
    (
        Column("section", "INTEGER", "section of the latest code, 0501 as 501; -1 when it is no number"),
        MONTH,
        PRACTICE_KEY,
        *MEASURES,
    ),
    ("section", "month", "practice"),
)
BY_PRACTICE = Table("by_practice", (MONTH, PRACTICE_KEY, *MEASURES), ("month", "practice"))

# --- dimensions: organisations, medicines, populations ---


def level_column(level: str) -> str:
    """The column of medicine with the code at a BNF level: ``presentation_code`` for a presentation."""
    return "presentation_code" if level == bnf.PRESENTATION else level.replace(" ", "_").replace("-", "_")


LEVEL_COLUMNS = (*(level_column(level) for level in bnf.LEVELS), "generic_equivalent")

PRACTICE = Table(
    "practice",
    (
        PRACTICE_KEY,
        Column("code", "VARCHAR", "ODS code"),
        Column("name", "VARCHAR", "newest name"),
        Column("postcode", "VARCHAR", "newest postcode; may be empty"),
        Column("setting", "VARCHAR", "ODS prescribing setting: 4 GP practice, 0 other, - not known"),
        Column("opened", "INTEGER", "yyyymmdd", nullable=True),
        Column("closed", "INTEGER", "yyyymmdd", nullable=True),
        Column("successor", "VARCHAR", "code of the practice that took over; empty when none"),
        Column("pcn", "VARCHAR", "current PCN; - not known, U unallocated"),
        Column("sub_icb", "VARCHAR", "current sub-ICB location; - not known"),
        Column("icb", "VARCHAR", "current ICB; - not known"),
        Column("region", "VARCHAR", "current region; - not known"),
    ),
    ("practice",),
)
PRACTICE_MONTH = Table(
    "practice_month",
    (
        MONTH,
        PRACTICE_KEY,
        Column("name", "VARCHAR", "name as at the month"),
        Column("pcn", "VARCHAR", "PCN as at the month; - not known"),
        Column("sub_icb", "VARCHAR", "sub-ICB location as at the month; - not known"),
        Column("icb", "VARCHAR", "ICB, STP or area team as at the month; - not known"),
        Column("region", "VARCHAR", "region as at the month; - not known"),
    ),
    ("month", "practice"),
)
ORGANISATION = Table(
    "organisation",
    (
        Column("level", "VARCHAR", "region, ICB, sub-ICB location, PCN or practice"),
        Column("code", "VARCHAR", "its code"),
        Column("name", "VARCHAR", "newest name"),
        Column("parent_level", "VARCHAR", "level of the commissioning parent; empty for a region"),
        Column("parent", "VARCHAR", "code of the current commissioning parent; - not known"),
        Column("from_month", "INTEGER", "first month in which it was seen", nullable=True),
        Column("to_month", "INTEGER", "last month in which it was seen", nullable=True),
    ),
    ("level", "code"),
)
MEDICINE = Table(
    "medicine",
    (
        PRESENTATION_KEY,
        Column("code", "VARCHAR", "presentation code as published"),
        Column("name", "VARCHAR", "name in the hierarchy, else the newest in the prescribing files"),
        Column("known", "BOOLEAN", "whether the hierarchy has the code"),
        Column("latest", "VARCHAR", "latest code"),
        *(Column(name, "VARCHAR", f"{name} of the latest code") for name in LEVEL_COLUMNS),
        *(Column(f"published_{name}", "VARCHAR", f"{name} of the published code") for name in LEVEL_COLUMNS),
    ),
    ("presentation",),
)
BNF_NAME = Table(
    "bnf_name",
    (
        Column("level", "VARCHAR", "level of the BNF"),
        Column("code", "VARCHAR", "its code"),
        Column("name", "VARCHAR", "its name; empty when nobody has named it"),
    ),
    ("level", "code"),
)
MONTHS = Table(
    "month",
    (
        MONTH,
        Column("prescribing", "BOOLEAN", "whether prescribing of the month is loaded"),
        Column("lists", "BOOLEAN", "whether list sizes of the month are loaded"),
        Column("rows", "BIGINT", "rows of prescribing"),
        Column("items", "BOOLEAN", "whether single items of the month are loaded"),
        Column("items_agree", "BOOLEAN", "whether they add up to the prescribing of the month, to the penny"),
        Column("provisional", "BOOLEAN", "whether PDS has still to verify the month's new patients"),
        Column("highest_patient", "INTEGER", "largest key of a patient in its items; 0 without items"),
    ),
    ("month",),
)
POPULATION = Table(
    "population",
    (
        MONTH,
        PRACTICE_KEY,
        Column("prescribes", "BOOLEAN", "whether the practice has prescribing rows in the month"),
        *(
            Column(one.column, "BIGINT", one.name, 0 if one.column == "list_size" else 9, nullable=True)
            for one in POPULATION_MEASURES
        ),
    ),
    ("month", "practice"),
)
POPULATION_AGE = Table(
    "population_age",
    (
        MONTH,
        PRACTICE_KEY,
        Column("sex", "VARCHAR", "male or female"),
        Column("age_band", "VARCHAR", "0-4 … 95+ in fives, or the nine bands of the older files"),
        Column("patients", "INTEGER", "patients registered"),
    ),
    ("month", "practice", "sex", "age_band"),
)
LISTED_PRACTICE = Table(
    "listed_practice",
    (
        MONTH,
        PRACTICE_KEY,
        *PUBLISHED_PRACTICE.columns[1:],
    ),
    ("month", "practice"),
)
ADQ = Table(
    "adq",
    (
        Column("code", "VARCHAR", "presentation code"),
        Column("adq_value", "VARCHAR", "average daily quantity as published"),
        Column("unit", "VARCHAR", "its unit; may be empty"),
        Column("per_quantity", "BIGINT", "ADQs in one unit of quantity", 9, nullable=True),
    ),
    ("code",),
)

ITEM_CODE = Table(
    "item_code",
    (
        Column("field", "VARCHAR", "whose codes these are: prescriber, form type, product, …"),
        Column("id", "INTEGER", "key, given once"),
        Column("code", "VARCHAR", "as received"),
    ),
    ("field", "id"),
)


ROWS_TABLES = (PRESCRIBING, PUBLISHED_PRACTICE, PUBLISHED_PRESENTATION)
TOTALS_TABLES = (BY_PRESENTATION, BY_SECTION, BY_PRACTICE)
DIMENSION_TABLES = (
    PRACTICE,
    PRACTICE_MONTH,
    ORGANISATION,
    MEDICINE,
    BNF_NAME,
    MONTHS,
    POPULATION,
    POPULATION_AGE,
    LISTED_PRACTICE,
    ADQ,
    ITEM_CODE,
)
