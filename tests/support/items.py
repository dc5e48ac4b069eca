"""Small files of prescription items, and a boring reader of them: what the loader must make of each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from epact2.load.formats import ITEMS, layouts_of
from epact2.model.items import EXCLUDED_PRESCRIBER_TYPES
from epact2.model.months import DispensingMonth
from epact2.model.patients import AgeEvidence, age_at_item, age_on_30_september, imd_quintile

HEADER = tuple(column.headers[0] for column in layouts_of(ITEMS)[0].columns)
MONTH = "202601"

_ROW = {
    "YEAR_MONTH": "2026-01",
    "FORM_ID": "1001",
    "ITEM_ID": "1",
    "ELEMENT_ID": "1",
    "ITEM_COUNT": "1",
    "FORM_TYPE": "FP10",
    "EPS_FLAG": "Y",
    "ERD_FLAG": "N",
    "PRESCRIBED_DATE": "20251230",
    "PRACTICE_CODE": "A81001",
    "PRESCRIBER_ORGANISATION_TYPE": "4",
    "PRESCRIBER_CODE": "G1234567",
    "PRESCRIBER_TYPE": "GP",
    "DISPENSER_CODE": "FA123",
    "DISPENSER_TYPE": "Pharmacy",
    "DISPENSER_COUNTRY": "1",
    "BNF_PRESENTATION_CODE": "0501013B0AAABAB",
    "SNOMED_CODE": "322280009",
    "PAID_BNF_PRESENTATION_CODE": "0501013B0AAABAB",
    "PAID_SNOMED_CODE": "322280009",
    "PREPARATION_CLASS": "1",
    "CD_SCHEDULE": "0",
    "QUANTITY": "21",
    "TOTAL_QUANTITY": "21",
    "ADQ_USAGE": "10.5",
    "NIC": "1.29",
    "DISCOUNT": "0.12728",
    "CONSUMABLES": "0.0124",
    "CONTAINERS": "0",
    "OUT_OF_POCKET": "0",
    "EXEMPTION_CATEGORY": "-",
    "CHARGE_STATUS": "C",
    "OUT_OF_HOURS": "0",
    "PRIVATE": "0",
    "DISALLOWED": "N",
    "NOT_DISPENSED": "N",
    "REFERRED_BACK": "N",
    "CD_REQUISITION": "N",
    "IGNORED": "N",
    "PATIENT_ID": "P1",
    "PATIENT_IDENTIFIED": "Y",
    "PDS_BIRTH_MONTH": "198003",
    "EPS_BIRTH_MONTH": "198003",
    "AGE": "45",
    "GENDER": "2",
    "PATIENT_LSOA_CODE": "SL0000001",
}


def item_row(**cells: str) -> dict[str, str]:
    """One good row, with cells of your own; the actual cost follows from the others."""
    unknown = cells.keys() - set(HEADER)
    assert not unknown, f"no such columns: {unknown}"
    row = {**_ROW, **cells}
    if "SNOMED_CODE" in cells:
        row.setdefault("PAID_SNOMED_CODE", cells["SNOMED_CODE"])
    if "ACTUAL_COST" not in cells:
        parts = [Decimal(row[name]) for name in ("NIC", "CONSUMABLES", "CONTAINERS", "OUT_OF_POCKET")]
        row["ACTUAL_COST"] = f"{sum(parts) - Decimal(row['DISCOUNT'])}"
    return row


PAPER = {"EPS_FLAG": "N", "PRESCRIBED_DATE": "", "EPS_BIRTH_MONTH": ""}
UNKNOWN_PATIENT = {
    "PATIENT_ID": "",
    "PATIENT_IDENTIFIED": "N",
    "PDS_BIRTH_MONTH": "",
    "GENDER": "0",
    "PATIENT_LSOA_CODE": "",
}
NOT_VERIFIED = {"PATIENT_IDENTIFIED": "N", "PDS_BIRTH_MONTH": "", "GENDER": "0"}

# A month with something of everything. Each form is of one patient and one practice.
GOOD_ITEMS = (
    item_row(),
    item_row(ITEM_ID="2", BNF_PRESENTATION_CODE="0212000B0AAABAB", SNOMED_CODE="31999", CHARGE_STATUS="E"),
    # An item of two elements: the second counts no item.
    item_row(FORM_ID="1002", QUANTITY="14"),
    item_row(FORM_ID="1002", QUANTITY="14", ELEMENT_ID="2", ITEM_COUNT="0", NIC="0.86"),
    # Paper, of a patient who is known; of one whose number is not verified; of nobody.
    item_row(FORM_ID="1003", **PAPER, PATIENT_LSOA_CODE="", PDS_BIRTH_MONTH="200801", PATIENT_ID="P2"),
    item_row(FORM_ID="1004", **PAPER, **NOT_VERIFIED, PATIENT_ID="P3", AGE="71", PATIENT_LSOA_CODE=""),
    item_row(FORM_ID="1005", **PAPER, **UNKNOWN_PATIENT, AGE="-1", FORM_TYPE="FP10MDA", CD_SCHEDULE="2"),
    item_row(
        FORM_ID="1006", **PAPER, **UNKNOWN_PATIENT, AGE="", PRACTICE_CODE="L84073", EXEMPTION_CATEGORY="B"
    ),
    # EPS without PDS: the message's month of birth; at another practice, with another dispenser.
    item_row(
        FORM_ID="1007",
        **NOT_VERIFIED,
        PATIENT_ID="P4",
        EPS_BIRTH_MONTH="202401",
        PRESCRIBED_DATE="20260102",
        PRACTICE_CODE="L84073",
        DISPENSER_CODE="FB999",
        DISPENSER_TYPE="Distance selling pharmacy",
        PATIENT_LSOA_CODE="SL0000009",
        ERD_FLAG="Y",
    ),
    # The same patient at two practices, with two areas: the newer one counts.
    item_row(
        FORM_ID="1008", PRACTICE_CODE="L84073", PRESCRIBED_DATE="20260105", PATIENT_LSOA_CODE="SL0000010"
    ),
    # What the standard exclusions leave out, each for its own reason.
    item_row(FORM_ID="1011", DISALLOWED="Y"),
    item_row(FORM_ID="1012", NOT_DISPENSED="Y", DISALLOWED="N", NIC="0", DISCOUNT="0", CONSUMABLES="0"),
    item_row(FORM_ID="1013", REFERRED_BACK="Y", PRIVATE="1"),
    item_row(FORM_ID="1014", CD_REQUISITION="Y", **UNKNOWN_PATIENT),
    item_row(FORM_ID="1015", OUT_OF_HOURS="1"),
    item_row(FORM_ID="1016", PRIVATE="1", PATIENT_ID="P9", PRACTICE_CODE="Y02583"),
    item_row(FORM_ID="1017", IGNORED="Y"),
    item_row(FORM_ID="1018", PRESCRIBER_ORGANISATION_TYPE="54", PRESCRIBER_CODE="-", PRESCRIBER_TYPE="-"),
    # An appliance, exact cost to the fifth decimal, an age that cannot be.
    item_row(
        FORM_ID="1020",
        PATIENT_ID="P5",
        PDS_BIRTH_MONTH="190101",
        EPS_BIRTH_MONTH="",
        AGE="121",
        GENDER="9",
        BNF_PRESENTATION_CODE="21010230116",
        PREPARATION_CLASS="4",
        NIC="12.34",
        DISCOUNT="1.21759",
        CONTAINERS="0.1",
        OUT_OF_POCKET="0.50001",
    ),
)  # fmt: skip


def items_text(
    rows: Iterable[Mapping[str, str]] = GOOD_ITEMS, header: Sequence[str] = HEADER, newline: str = "\r\n"
) -> str:
    """A whole file as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(header)
    for row in rows:
        writer.writerow([row.get(name, "") for name in header])
    return text.getvalue()


def write_items(
    folder: Path, rows: Iterable[Mapping[str, str]] = GOOD_ITEMS, month: str = MONTH, suffix: str = "csv"
) -> Path:
    """Write a file of items as CSV or Parquet, and return its path. Rows say the month of the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"ITEMS_{month}.{suffix}"
    dated = [{**row, "YEAR_MONTH": f"{month[:4]}-{month[4:]}"} for row in rows]
    if suffix == "csv":
        path.write_text(items_text(dated), encoding="utf-8", newline="")
        return path
    return write_parquet(path, dated)


_WHOLE = (
    "FORM_ID", "ITEM_ID", "ELEMENT_ID", "ITEM_COUNT", "PRESCRIBED_DATE", "PRESCRIBER_ORGANISATION_TYPE",
    "DISPENSER_COUNTRY", "PREPARATION_CLASS", "CD_SCHEDULE", "OUT_OF_HOURS", "PRIVATE", "PDS_BIRTH_MONTH",
    "EPS_BIRTH_MONTH", "AGE", "GENDER",
)  # fmt: skip
_EXACT = ("QUANTITY", "TOTAL_QUANTITY", "ADQ_USAGE", "DISCOUNT", "CONSUMABLES", "CONTAINERS", "OUT_OF_POCKET")
PARQUET_TYPES = (
    dict.fromkeys(HEADER, "VARCHAR")
    | dict.fromkeys(_WHOLE, "BIGINT")
    | dict.fromkeys((*_EXACT, "ACTUAL_COST"), "DECIMAL(14, 5)")
    | {"YEAR_MONTH": "INTEGER", "NIC": "DECIMAL(11, 2)"}
)


def write_parquet(
    path: Path, rows: Iterable[Mapping[str, str]], types: Mapping[str, str] = PARQUET_TYPES
) -> Path:
    """Write rows as Parquet: numbers in types of their own, what is empty as null."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
    for row in rows:
        cells = {name: row[name] or None for name in types}
        if types.get("YEAR_MONTH") == "INTEGER":
            cells["YEAR_MONTH"] = row["YEAR_MONTH"].replace("-", "")
        connection.execute(f"INSERT INTO t VALUES ({', '.join('?' for _ in types)})", list(cells.values()))
    connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    connection.close()
    return path


@dataclass(frozen=True, slots=True, order=True)
class ItemRow:
    """One row of items with codes in plain words, as it must be stored."""

    month: int
    form: int
    item: int
    element: int
    practice: str
    patient: str
    identified: bool
    age: int
    age_source: str
    age_september: int
    gender: str
    imd_quintile: str
    exclusion: str
    codes: tuple[tuple[str, str], ...]
    amounts: tuple[Decimal, ...]


CODES = {
    "presentation": "BNF_PRESENTATION_CODE",
    "product": "SNOMED_CODE",
    "paid_presentation": "PAID_BNF_PRESENTATION_CODE",
    "paid_product": "PAID_SNOMED_CODE",
    "form_type": "FORM_TYPE",
    "prescriber": "PRESCRIBER_CODE",
    "prescriber_type": "PRESCRIBER_TYPE",
    "dispenser": "DISPENSER_CODE",
    "dispenser_type": "DISPENSER_TYPE",
    "preparation_class": "PREPARATION_CLASS",
    "controlled_drug_schedule": "CD_SCHEDULE",
    "exemption": "EXEMPTION_CATEGORY",
    "charge_status": "CHARGE_STATUS",
    "eps": "EPS_FLAG",
    "repeat_dispensing": "ERD_FLAG",
    "prescribed": "PRESCRIBED_DATE",
    "prescriber_organisation_type": "PRESCRIBER_ORGANISATION_TYPE",
    "dispenser_country": "DISPENSER_COUNTRY",
}
AMOUNTS = {
    "quantity": "QUANTITY",
    "items": "ITEM_COUNT",
    "total_quantity": "TOTAL_QUANTITY",
    "nic": "NIC",
    "actual_cost": "ACTUAL_COST",
    "adq_usage": "ADQ_USAGE",
    "discount": "DISCOUNT",
    "consumables": "CONSUMABLES",
    "containers": "CONTAINERS",
    "out_of_pocket": "OUT_OF_POCKET",
}


@dataclass
class Knowledge:
    """What the boring reader knows beside a file: areas, verification, and what earlier files said."""

    deciles: Mapping[str, int] = field(default_factory=dict)
    practice_areas: Mapping[str, str] = field(default_factory=dict)
    verified: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # pseudonym: birth month, gender
    births: dict[str, int] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)


def boring_items(path: Path, knowledge: Knowledge | None = None) -> list[ItemRow]:
    """Every row of a CSV file, read with the csv module and nothing else, sorted.

    ``knowledge`` learns what the file says of patients, for files of later months.
    """
    known = knowledge or Knowledge()
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    areas: dict[str, tuple[str, str]] = {}
    births: dict[str, tuple[str, str]] = {}
    for row in rows:
        patient = row["PATIENT_ID"]
        day = row["PRESCRIBED_DATE"] or "0"
        if patient and row["PATIENT_LSOA_CODE"]:
            areas[patient] = max(areas.get(patient, ("", "")), (day, row["PATIENT_LSOA_CODE"]))
        if patient and row["PDS_BIRTH_MONTH"]:
            births[patient] = max(births.get(patient, ("", "")), (day, row["PDS_BIRTH_MONTH"]))
    found = sorted(_item(row, known, areas) for row in rows)
    known.areas.update({patient: area for patient, (_, area) in areas.items()})
    known.births.update({patient: int(born) for patient, (_, born) in births.items()})
    seen = {row["PATIENT_ID"] for row in rows}
    for patient, (born, _) in known.verified.items():
        if patient in seen and patient not in births and born:
            known.births[patient] = int(born)
    return found


def _item(row: Mapping[str, str], known: Knowledge, areas: Mapping[str, tuple[str, str]]) -> ItemRow:
    month = DispensingMonth.parse(row["YEAR_MONTH"])
    patient = row["PATIENT_ID"]
    verified = known.verified.get(patient) if patient else None
    identified = row["PATIENT_IDENTIFIED"] == "Y"
    pds = int(row["PDS_BIRTH_MONTH"] or (verified[0] if verified else "") or 0) or None
    evidence = AgeEvidence(
        month=month,
        eps=row["EPS_FLAG"] == "Y",
        prescribed=int(row["PRESCRIBED_DATE"] or 0) or None,
        pds_birth_month=pds,
        eps_birth_month=int(row["EPS_BIRTH_MONTH"] or 0) or None,
        captured=int(row["AGE"]) if row["AGE"] else None,
        earlier_birth_month=known.births.get(patient) if patient else None,
    )
    age = age_at_item(evidence)
    area = row["PATIENT_LSOA_CODE"]
    if patient:
        area = areas.get(patient, ("", ""))[1] or known.areas.get(patient, "")
    area = area or known.practice_areas.get(row["PRACTICE_CODE"], "")
    return ItemRow(
        month=month.number,
        form=int(row["FORM_ID"]),
        item=int(row["ITEM_ID"]),
        element=int(row["ELEMENT_ID"]),
        practice=row["PRACTICE_CODE"],
        patient=patient,
        identified=identified or verified is not None,
        age=age.years,
        age_source=age.source,
        age_september=age_on_30_september(pds, month),
        gender=verified[1] if verified and not identified else row["GENDER"],
        imd_quintile=imd_quintile(known.deciles.get(area)),
        exclusion=exclusion(row),
        codes=tuple((name, row[header]) for name, header in CODES.items()),
        amounts=tuple(Decimal(row[header]) for header in AMOUNTS.values()),
    )


def exclusion(row: Mapping[str, str]) -> str:
    """The first reason for which a row is left out by the standard exclusions."""
    if row["DISALLOWED"] == "Y":
        return "disallowed"
    if row["NOT_DISPENSED"] == "Y":
        return "not dispensed"
    if row["REFERRED_BACK"] == "Y":
        return "referred back"
    if row["CD_REQUISITION"] == "Y":
        return "controlled drug requisition"
    if row["OUT_OF_HOURS"] == "1":
        return "out of hours"
    if row["PRIVATE"] == "1":
        return "private"
    if row["IGNORED"] == "Y":
        return "dummy form"
    if int(row["PRESCRIBER_ORGANISATION_TYPE"]) in EXCLUDED_PRESCRIBER_TYPES:
        return "prescriber type"
    return "included"


# --- Beside the items -----------------------------------------------------------------------------------


def write_imd(folder: Path, deciles: Mapping[str, int]) -> Path:
    """Write a file of deprivation."""
    path = folder / "imd.csv"
    path.write_text(
        "LSOA_CODE,IMD_DECILE\n" + "".join(f"{code},{decile}\n" for code, decile in deciles.items())
    )
    return path


def write_practice_areas(folder: Path, areas: Mapping[str, str]) -> Path:
    """Write a file of the areas of practices."""
    path = folder / "practice_lsoa.csv"
    path.write_text("PRACTICE_CODE,LSOA_CODE\n" + "".join(f"{code},{area}\n" for code, area in areas.items()))
    return path


def write_verification(
    folder: Path, patients: Mapping[str, tuple[str, str]], month: str = MONTH, name: str = ""
) -> Path:
    """Write a file of verified patients: pseudonym, then month of birth and gender."""
    path = folder / (name or f"VERIFIED_{month}.csv")
    path.write_text(
        "YEAR_MONTH,PATIENT_ID,PDS_BIRTH_MONTH,GENDER\n"
        + "".join(f"{month},{one},{born},{gender}\n" for one, (born, gender) in patients.items())
    )
    return path


DECILES = {"SL0000001": 1, "SL0000009": 10, "SL0000010": 4, "SL0000020": 6}
AREAS_OF_PRACTICES = {"A81001": "SL0000020", "L84073": "SL0000099"}
