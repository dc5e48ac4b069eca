"""Englands to read twice: a synthetic one, and one of its items with all else thrown into disorder.

Invented patients are well behaved: nearly all have one practice, one area and one age. In the jumbled England
every form gets another practice, patient, birth, gender, area and set of flags by chance, practices move
between organisations, and there are no EPD files, so that nothing agrees unless it is counted exactly.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from epact2.load.publish import load_files
from epact2.synth.files import write_england
from support.boring_patients import rows_of
from support.engines import new_store
from support.items import HEADER

MONTHS = 14
MONTHS_WITH_ITEMS = 6  # of the synthetic England: the last ones
FORMS_IN_A_MONTH = 420
PATIENTS = 36


@cache
def synthetic_england() -> Path:
    """The files of a tiny synthetic England with items of its last months."""
    folder = new_store() / "files"
    write_england(folder, size="tiny", months=MONTHS, items=True, item_months=MONTHS_WITH_ITEMS)
    return folder


@cache
def jumbled_england() -> Path:
    """The files of the jumbled England."""
    source, folder = synthetic_england(), new_store() / "files"
    chance = random.Random(5)
    months = [path.stem[-6:] for path in sorted((source / "epd").glob("EPD_*.csv"))]
    items = [list(rows_of(path)) for path in sorted((source / "items").glob("ITEMS_*.csv"))]
    for place, month in enumerate(months):
        write_rows(folder / f"ITEMS_{month}.csv", list(jumbled(items[place % len(items)], month, chance)))
    verified = [
        {"YEAR_MONTH": month, "PATIENT_ID": f"J{number:03}", "PDS_BIRTH_MONTH": birth(chance), "GENDER": "2"}
        for month in ("202504", "202602")
        for number in range(0, PATIENTS, 4)
    ]
    for month in ("202504", "202602"):
        write_rows(folder / f"VERIFIED_{month}.csv", [row for row in verified if row["YEAR_MONTH"] == month])
    for name in ("imd", "bnf", "organisations"):
        shutil.copytree(source / name, folder / name)
    write_moves(folder / "organisations")
    return folder


@cache
def loaded(folder: Path) -> Path:
    """A store with every file of a folder."""
    store = new_store() / "store"
    load_files(store, files_of(folder))
    return store


def files_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "README.txt"]


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def birth(chance: random.Random) -> str:
    # Some are of ages that cannot be: before 1900, after the item.
    return f"{chance.choice((1897, *range(1915, 2027, 6)))}{chance.randint(1, 12):02}"


def jumbled(rows: Iterable[dict[str, str]], month: str, chance: random.Random) -> Iterator[dict[str, str]]:
    """Some of the forms, as if of the month, each with a practice, a patient and flags by chance."""
    forms: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        forms.setdefault(row["FORM_ID"], []).append(row)
    for form in chance.sample(sorted(forms), FORMS_IN_A_MONTH):
        of_form = cells_of_form(month, chance)
        for row in forms[form]:
            yield {name: {**row, **of_form, **cells_of_item(chance)}[name] for name in HEADER}


def cells_of_form(month: str, chance: random.Random) -> dict[str, str]:
    def rarely(sign: str, usual: str) -> str:
        return sign if chance.random() < 0.04 else usual

    patient = f"J{chance.randrange(PATIENTS):03}" if chance.random() < 0.93 else ""
    identified = patient != "" and chance.random() < 0.92
    electronic = chance.choice("YYYN")
    before = f"{int(month[:4]) - (month[4:] == '01')}{(int(month[4:]) - 2) % 12 + 1:02}"
    return {
        "YEAR_MONTH": f"{month[:4]}-{month[4:]}",
        "FORM_TYPE": chance.choice(("FP10", "FP10SS", "FP10MDA", "FP10PN")),
        "EPS_FLAG": electronic,
        "ERD_FLAG": chance.choice("NNY") if electronic == "Y" else "N",
        "PRESCRIBED_DATE": chance.choice(("", f"{month}0{chance.randint(1, 9)}", f"{before}28")),
        "PRACTICE_CODE": chance.choice(("SY0001", "SY0001", "SY0002", "SY0003", "SC0005", "SC0006", "-")),
        "PRESCRIBER_ORGANISATION_TYPE": rarely(chance.choice(("8", "54")), "4"),
        "PRESCRIBER_CODE": f"SG{chance.randint(1, 9)}",
        "PRESCRIBER_TYPE": chance.choice(("GP", "Nurse", "Pharmacist", "-")),
        "DISPENSER_CODE": f"SD{chance.randint(1, 5)}",
        "DISPENSER_TYPE": chance.choice(("Pharmacy", "Dispensing practice", "Distance selling pharmacy")),
        "EXEMPTION_CATEGORY": chance.choice("-ABCZ"),
        "CHARGE_STATUS": chance.choice("-CEF"),
        "PATIENT_ID": patient,
        "PATIENT_IDENTIFIED": "Y" if identified else "N",
        "PDS_BIRTH_MONTH": birth(chance) if identified and chance.random() < 0.9 else "",
        "EPS_BIRTH_MONTH": birth(chance) if electronic == "Y" and chance.random() < 0.8 else "",
        "AGE": chance.choice(("", "-1", "17", "18", "64", "65", "120", "121")),
        "GENDER": chance.choice("0129") if identified else "0",
        "PATIENT_LSOA_CODE": chance.choice(("", "SL000101", "SL000102", "SL000202", "SL000302", "SL999999")),
        "OUT_OF_HOURS": rarely("1", "0"),
        "PRIVATE": rarely("1", "0"),
        "REFERRED_BACK": rarely("Y", "N"),
        "CD_REQUISITION": rarely("Y", "N"),
        "IGNORED": rarely("Y", "N"),
    }


def cells_of_item(chance: random.Random) -> dict[str, str]:
    return {
        "PREPARATION_CLASS": chance.choice("12345"),
        "CD_SCHEDULE": chance.choice("0002345"),
        "DISALLOWED": "Y" if chance.random() < 0.04 else "N",
        "NOT_DISPENSED": "Y" if chance.random() < 0.04 else "N",
    }


def write_moves(folder: Path) -> None:
    """Practices change their PCN and their sub-ICB location in the course of the year."""
    moves = {
        "202502": (("SY0001", "SP0001", "11M"), ("SY0002", "SP0002", "18C"), ("SY0003", "SP0003", "18C")),
        "202504": (("SY0001", "SP0002", "11M"), ("SY0002", "SP0002", "18C"), ("SY0003", "SP0003", "18C")),
        "202510": (("SY0001", "SP0002", "11M"), ("SY0002", "SP0002", "11M"), ("SY0003", "SP0003", "18C")),
        "202603": (("SY0001", "SP0002", "18C"), ("SY0002", "SP0001", "11M"), ("SY0003", "SP0001", "11M")),
    }
    for month, rows in moves.items():
        write_rows(
            folder / f"practice_{month}.csv",
            [
                {
                    "PRACTICE_CODE": practice,
                    "PRACTICE_NAME": f"PRACTICE {practice} (SYNTHETIC)",
                    "PRACTICE_POSTCODE": "XX1 1XX",
                    "PCN_CODE": pcn,
                    "CCG_CODE": place,
                }
                for practice, pcn, place in rows
            ],
        )
