"""The tables derived from a month's items against the same worked out from the file in plain Python."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from epact2.load import parts, patient_tables
from epact2.load.publish import load_files
from epact2.model import bnf
from epact2.model import items as fields
from epact2.store.item_tables import CHAPTERS, MIXED_ITEM, PATIENT_MONTH
from epact2.store.release import read_release
from support.items import GOOD_ITEMS, ItemRow, item_row, write_items
from support.stores import dimension_rows, opened, patient_keys, stored_items

MANY = (
    *GOOD_ITEMS,
    # P6: three substances of two chapters, one of them twice; P7 has a birthday within the month.
    *(
        item_row(FORM_ID=f"30{number}", PATIENT_ID="P6", BNF_PRESENTATION_CODE=code, PRACTICE_CODE="L84073")
        for number, code in enumerate(
            ("0501013B0AAABAB", "0501013B0BBABAB", "0501013K0AAAAAA", "0212000B0AAABAB")
        )
    ),
    item_row(FORM_ID="310", PATIENT_ID="P7", PDS_BIRTH_MONTH="200001", PRESCRIBED_DATE="20251231"),
    item_row(FORM_ID="311", PATIENT_ID="P7", PDS_BIRTH_MONTH="200001", PRESCRIBED_DATE="20260101"),
    item_row(FORM_ID="312", PATIENT_ID="P7", PDS_BIRTH_MONTH="200001", PRIVATE="1"),
)


def substance(row: ItemRow, latest: dict[str, str] | None = None) -> str:
    code = dict(row.codes)["presentation"]
    return bnf.code_at((latest or {}).get(code, code), bnf.CHEMICAL_SUBSTANCE)


def alike(row: ItemRow) -> tuple[object, ...]:
    return row.practice, row.age, row.age_september, row.gender, row.imd_quintile


def expected_patients(
    rows: list[ItemRow], latest: dict[str, str] | None = None
) -> tuple[dict[str, tuple[object, ...]], set[str]]:
    """What each patient had who is alike in all rows, and the patients who are not."""
    by_patient = defaultdict(list)
    for row in rows:
        if row.exclusion == "included" and row.identified:
            by_patient[row.patient].append(row)
    found = {}
    for patient, own in by_patient.items():
        if len({alike(row) for row in own}) == 1:
            substances = {substance(row, latest) for row in own}
            counts = tuple(sum(one.startswith(chapter) for one in substances) for chapter in CHAPTERS)
            items = sum(int(row.amounts[1]) for row in own)
            found[patient] = (*alike(own[0]), items, *counts)
    return found, set(by_patient) - set(found)


def stored_patients(store: Path) -> tuple[dict[str, tuple[object, ...]], set[str]]:
    practices = dict(dimension_rows(store, "SELECT practice, code FROM f.practice"))
    names = {key: pseudonym for pseudonym, key in patient_keys(store).items()}
    with opened(store, read_release(store).patients[202601]) as connection:
        rows = connection.execute("FROM f.patient_month").fetchall()
        mixed = connection.execute("SELECT DISTINCT patient FROM f.mixed_item").fetchall()
    found = {}
    for cells in rows:
        row = dict(zip(PATIENT_MONTH.column_names, cells, strict=True))
        assert row["month"] == 202601
        found[names[row["patient"]]] = (
            practices[row["practice"]],
            row["age"],
            row["age_september"],
            fields.GENDER.codes[row["gender"]],
            fields.IMD_QUINTILE.codes[row["imd_quintile"]],
            row["items"],
            *cells[-len(CHAPTERS) :],
        )
    return found, {names[key] for (key,) in mixed}


def test_what_each_patient_had(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path, MANY)])
    expected, mixed = expected_patients(stored_items(store))
    assert mixed == {"P1", "P7"}
    assert expected["P6"][5:] == (4, 0, 1, 0, 0, 2, *[0] * 10)
    assert stored_patients(store) == (expected, mixed)


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_tables_do_not_depend_on_how_many_rows_are_sorted_at_once(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "AT_ONCE", at_once)
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path, MANY)])
    assert stored_patients(store) == expected_patients(stored_items(store))
    counted = [row for row in stored_items(store) if row.exclusion == "included"]
    with opened(store, read_release(store).patients[202601]) as connection:
        rows = connection.execute(
            "SELECT presentation, practice, patient, items, nic FROM f.item_by_presentation"
        ).fetchall()
    keys = patient_keys(store)
    assert [row[:3] for row in rows] == sorted(row[:3] for row in rows)
    assert sorted((row[2], row[3], row[4]) for row in rows) == sorted(
        (
            keys[row.patient] if row.identified else 0,
            int(row.amounts[1]),
            int(100 * row.amounts[3]),
        )
        for row in counted
    )


def test_rows_of_mixed_patients(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path, MANY)])
    keys = patient_keys(store)
    with opened(store, read_release(store).patients[202601]) as connection:
        rows = connection.execute("FROM f.mixed_item").fetchall()
    found = [dict(zip(MIXED_ITEM.column_names, cells, strict=True)) for cells in rows]
    expected = [
        (keys[row.patient], row.age, int(100 * row.amounts[3]))
        for row in stored_items(store)
        if row.patient in ("P1", "P7") and row.exclusion == "included" and row.identified
    ]
    assert sorted((row["patient"], row["age"], row["nic"]) for row in found) == sorted(expected)
    assert [(row["patient"], row["presentation"]) for row in found] == sorted(
        (row["patient"], row["presentation"]) for row in found
    )


def test_substances_are_those_of_the_latest_codes(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path, MANY)])
    before = read_release(store)
    changes = tmp_path / "2026.csv"
    changes.write_text("old_code,new_code\n0501013K0AAAAAA,0501013B0AAAZAZ\n")
    load_files(store, [changes])
    after = read_release(store)
    latest = {"0501013K0AAAAAA": "0501013B0AAAZAZ"}
    assert stored_patients(store) == expected_patients(stored_items(store), latest)
    assert expected_patients(stored_items(store), latest)[0]["P6"][5:10] == (4, 0, 1, 0, 0)
    assert after.items == before.items
    assert after.patients != before.patients
    # A change that touches no substance makes nothing anew.
    changes.write_text(
        "old_code,new_code\n0501013K0AAAAAA,0501013B0AAAZAZ\n0501013B0AAABAB,0501013B0AAAYAY\n"
    )
    load_files(store, [changes])
    assert read_release(store).patients == after.patients


def test_more_substances_than_a_column_can_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_tables, "_MOST_SUBSTANCES", 1)
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path, MANY)])
    found, mixed = stored_patients(store)
    assert "P6" in mixed
    assert "P6" not in found
