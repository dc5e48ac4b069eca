"""Small files of the English Prescribing Dataset in its layouts, and a boring reader of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

_PLACE = ("PCO_NAME", "PCO_CODE", "PRACTICE_NAME", "PRACTICE_CODE")
_ADDRESS = ("ADDRESS_1", "ADDRESS_2", "ADDRESS_3", "ADDRESS_4", "POSTCODE")
_OLD_NAMES = ("BNF_CHEMICAL_SUBSTANCE", "CHEMICAL_SUBSTANCE_BNF_DESCR", "BNF_CODE", "BNF_DESCRIPTION")
_NEW_NAMES = (
    "BNF_CHEMICAL_SUBSTANCE_CODE",
    "BNF_CHEMICAL_SUBSTANCE",
    "BNF_PRESENTATION_CODE",
    "BNF_PRESENTATION_NAME",
)
_COST = ("NIC", "ACTUAL_COST", "UNIDENTIFIED")


def _header(above: str, names: Sequence[str], adq: str, *more: str) -> tuple[str, ...]:
    return (
        *("YEAR_MONTH", "REGIONAL_OFFICE_NAME", "REGIONAL_OFFICE_CODE", f"{above}_NAME", f"{above}_CODE"),
        *_PLACE,
        *_ADDRESS,
        *names,
        *("BNF_CHAPTER_PLUS_CODE", "QUANTITY", "ITEMS", "TOTAL_QUANTITY", adq),
        *_COST,
        *more,
    )


AREA_TEAM = _header("AREA_TEAM", _OLD_NAMES, "ADQUSAGE")
STP = _header("STP", _OLD_NAMES, "ADQUSAGE")
ICB = _header("ICB", _OLD_NAMES, "ADQUSAGE")
SNOMED = _header("ICB", _NEW_NAMES, "ADQ_USAGE", "SNOMED_CODE")
LAYOUTS = {"area team": AREA_TEAM, "STP": STP, "ICB": ICB, "SNOMED": SNOMED}

# The same thing under its two headers.
_NEW_FROM_OLD = {**dict(zip(_NEW_NAMES, _OLD_NAMES, strict=True)), "ADQ_USAGE": "ADQUSAGE"}

PRACTICES = {
    "A81001": ("THE DENSHAM SURGERY", "HARTLEPOOL AND STOCKTON CCG", "00K00"),
    "L84073": ("ACORN PRACTICE", "GLOUCESTERSHIRE CCG", "11M00"),
    "Y02583": ("WALK-IN, MAIN STREET", "GLOUCESTERSHIRE CCG", "11M00"),
}


def epd_row(**cells: str) -> dict[str, str]:
    """One good row by its old headers, with cells of your own; ``PRACTICE_CODE`` brings its own place."""
    practice = cells.get("PRACTICE_CODE", "L84073")
    name, pco_name, pco = PRACTICES.get(practice, ("SOMEWHERE", "GLOUCESTERSHIRE CCG", "11M00"))
    row = {
        "YEAR_MONTH": "2017_09",
        "REGIONAL_OFFICE_NAME": "SOUTH OF ENGLAND",
        "REGIONAL_OFFICE_CODE": "Y57",
        "AREA_TEAM_NAME": "BATH,GLOS,SWINDON & WILTSHIRE AREA TEAM",
        "AREA_TEAM_CODE": "Q64",
        "PCO_NAME": pco_name,
        "PCO_CODE": pco,
        "PRACTICE_NAME": name,
        "PRACTICE_CODE": practice,
        "BNF_CODE": "0501013B0AAABAB",
        "BNF_DESCRIPTION": "Amoxicillin_Cap 500mg",
        "QUANTITY": "21.0",
        "ITEMS": "3",
        "TOTAL_QUANTITY": "63.0",
        "ADQUSAGE": "31.5",
        "NIC": "3.87",
        "ACTUAL_COST": "3.69123",
        "UNIDENTIFIED": "N",
    }
    unknown = cells.keys() - set(AREA_TEAM) - {"SNOMED_CODE"}
    assert not unknown, f"no such columns: {unknown}"
    return {**row, **cells}


GOOD_ROWS = (
    epd_row(),
    epd_row(QUANTITY="15", ITEMS="2", TOTAL_QUANTITY="30", NIC="1.2", ACTUAL_COST="1.1", ADQUSAGE="15."),
    epd_row(BNF_CODE="0501013B0BBABAB", BNF_DESCRIPTION="Amoxil_Cap 500mg", NIC="10", ACTUAL_COST=".5"),
    epd_row(
        PRACTICE_CODE="A81001",
        BNF_CODE="21010230116",
        BNF_DESCRIPTION='Catheter 12" "soft", male',
        QUANTITY="1.0",
        ITEMS="1",
        TOTAL_QUANTITY="1.0",
        ADQUSAGE="0.0",
        NIC="0.9",
        ACTUAL_COST="0.93456",
    ),
    epd_row(PRACTICE_CODE="Y02583", QUANTITY="2.5", ITEMS="-1", TOTAL_QUANTITY="-2.5", NIC="-0.3"),
    epd_row(PRACTICE_CODE="Y02583", BNF_CODE="0501013B0AAAAAA", BNF_DESCRIPTION="Amoxicillin_Cap 250mg"),
)


def epd_text(
    rows: Iterable[Mapping[str, str]] = GOOD_ROWS, header: Sequence[str] = AREA_TEAM, newline: str = "\r\n"
) -> str:
    """A whole file as text. Rows are given by their old headers, whatever the layout."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(header)
    for row in rows:
        old = {"STP_NAME": "AREA_TEAM_NAME", "STP_CODE": "AREA_TEAM_CODE"}
        old |= {"ICB_NAME": "AREA_TEAM_NAME", "ICB_CODE": "AREA_TEAM_CODE"}
        if header[-1] == "SNOMED_CODE":
            old |= _NEW_FROM_OLD
        writer.writerow([row.get(old.get(name, name), "") for name in header])
    return text.getvalue()


def write_epd(
    folder: Path,
    rows: Iterable[Mapping[str, str]] = GOOD_ROWS,
    layout: str = "area team",
    month: str = "201709",
) -> Path:
    """Write a file as it is published, and return its path."""
    path = folder / f"EPD_{month}.csv"
    path.write_text(epd_text(rows, LAYOUTS[layout]), encoding="utf-8", newline="")
    return path


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One row of prescribing, exactly as published."""

    month: int
    practice: str
    presentation: str
    snomed: str
    quantity: Decimal
    items: int
    total_quantity: Decimal
    nic: Decimal
    actual_cost: Decimal
    adq_usage: Decimal


def boring_rows(path: Path, encoding: str = "utf-8-sig") -> list[Row]:
    """Every row of a file, read with the csv module and nothing else, sorted."""
    found = []
    with path.open(encoding=encoding, newline="") as text:
        for cells in csv.DictReader(text):
            found.append(
                Row(
                    month=int(cells["YEAR_MONTH"].replace("_", "").replace("-", "")),
                    practice=cells["PRACTICE_CODE"],
                    presentation=cells.get("BNF_PRESENTATION_CODE") or cells["BNF_CODE"],
                    snomed=cells.get("SNOMED_CODE", ""),
                    quantity=Decimal(cells["QUANTITY"]),
                    items=int(cells["ITEMS"]),
                    total_quantity=Decimal(cells["TOTAL_QUANTITY"]),
                    nic=Decimal(cells["NIC"]),
                    actual_cost=Decimal(cells["ACTUAL_COST"]),
                    adq_usage=Decimal(cells.get("ADQ_USAGE") or cells["ADQUSAGE"]),
                )
            )
    return sorted(found)
