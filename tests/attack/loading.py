"""Attacked worlds as files, loaded by the real loader into a real store."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from attack.rules import SECRET
from attack.truth import COMPARATORS
from attack.worlds import Item, World
from epact2.load.publish import load_files
from epact2.load.seal_key import NAME
from epact2.query.nodes import Value
from epact2.store.reference_data import Parents
from epact2.synth.formulary import read_data
from support.items import PAPER, UNKNOWN_PATIENT, item_row, write_items


def load_world(folder: Path, world: World, prepared: Sequence[Value] = tuple(COMPARATORS.values())) -> Path:
    """A new store with a world, sealed under the secret of the attacked worlds."""
    store = folder / "store"
    store.mkdir(parents=True)
    (store / NAME).write_text(SECRET.hex(), encoding="ascii")
    load_files(store, files_of(folder, world), prepared=prepared)
    return store


def files_of(folder: Path, world: World) -> list[Path]:
    """The item files of each month, and where practices belong from the first month on."""
    files = [write_places(folder, world.places, world.months[0].code.replace("-", ""))]
    files.append(write_commissioners(folder, world.places, world.months[0].code.replace("-", "")))
    files.append(write_deprivation(folder))
    for month in world.months:
        rows = [_row(number, one) for number, one in enumerate(world.items, start=1000) if one.month == month]
        files.append(write_items(folder, rows, month.code.replace("-", "")))
    return files


def _row(number: int, one: Item) -> dict[str, str]:
    born = f"{one.month.year - one.age}01"
    cells = {
        "FORM_ID": str(number),
        "PRACTICE_CODE": one.practice,
        "BNF_PRESENTATION_CODE": one.presentation,
        "PAID_BNF_PRESENTATION_CODE": one.presentation,
        "PRESCRIBED_DATE": f"{one.month.number}02",
        "PDS_BIRTH_MONTH": born,
        "EPS_BIRTH_MONTH": born,
        "AGE": str(one.age),
        "GENDER": one.gender,
        "PATIENT_LSOA_CODE": area_of(one.quintile),
    }
    if not one.patient:
        return item_row(**{**cells, **PAPER, **UNKNOWN_PATIENT})
    return item_row(**cells, PATIENT_ID=one.patient)


def area_of(quintile: int) -> str:
    """The invented area of a fifth by deprivation; of 0 one whose deprivation nobody knows."""
    return f"SL000000{quintile}"


def write_deprivation(folder: Path) -> Path:
    """The areas of all fifths."""
    rows = [{"LSOA_CODE": area_of(fifth), "IMD_DECILE": str(2 * fifth)} for fifth in range(1, 6)]
    return _write(folder / "imd.csv", rows)


def write_places(folder: Path, places: dict[str, Parents], month: str) -> Path:
    """The practices of a month, each in its sub-ICB location and PCN."""
    rows = [
        {
            "PRACTICE_CODE": practice,
            "PRACTICE_NAME": f"PRACTICE {practice} (SYNTHETIC)",
            "PRACTICE_POSTCODE": "XX1 1XX",
            "PCN_CODE": place.pcn,
            "CCG_CODE": place.sub_icb_location,
        }
        for practice, place in places.items()
    ]
    return _write(folder / f"practice_{month}.csv", rows)


def write_commissioners(folder: Path, places: dict[str, Parents], month: str) -> Path:
    """The sub-ICB locations of the practices, with the real ICBs and regions above them."""
    used = {place.sub_icb_location for place in places.values()}
    names = {row["code"]: row["name"] for row in read_data("icbs.csv")}
    rows = [
        {
            "CCG_CODE": row["code"],
            "ONS_CCG_CODE": row["ons"],
            "CCG_NAME": f"SUB-ICB LOCATION {row['code']}",
            "STP_CODE": row["icb"],
            "ONS_STP_CODE": row["icb_ons"],
            "STP_NAME": names[row["icb"]],
            "COMM_REGION_CODE": row["region"],
            "ONS_COMM_REGION_CODE": row["region_ons"],
            "COMM_REGION_NAME": row["region_name"],
        }
        for row in read_data("places.csv")
        if row["code"] in used
    ]
    return _write(folder / f"ccg_stp_region_{month}.csv", rows)


def moved(world: World, practice: str, to: Parents) -> World:
    """The same England after a practice has moved."""
    return replace(world, places={**world.places, practice: to})


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
