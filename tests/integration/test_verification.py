"""Patients verified a month late revise the items of their month, in a new release."""

from __future__ import annotations

from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.load.refusals import LoadRefused
from epact2.store.item_tables import ITEM_TABLES, MIXED_ITEM, PATIENT_TABLES
from epact2.store.release import list_releases, read_release
from epact2.store.tables import Table
from support.items import (
    GOOD_ITEMS,
    NOT_VERIFIED,
    PAPER,
    Knowledge,
    boring_items,
    item_row,
    write_items,
    write_verification,
)
from support.stores import dimension_rows, opened, patient_keys, stored_items

# P3 was captured on paper, P4 by EPS; P1 is identified already; nobody knows P0.
VERIFIED = {"P3": ("195012", "1"), "P4": ("202402", "2"), "P1": ("190001", "9"), "P0": ("199001", "1")}


def test_rows_of_verified_patients_are_revised(tmp_path: Path) -> None:
    store = tmp_path / "store"
    items = write_items(tmp_path)
    load_files(store, [items])
    before = stored_items(store)
    outcome = load_files(store, [write_verification(tmp_path, VERIFIED)])
    first, second = list_releases(store)
    assert outcome.release == second.number == 2
    assert stored_items(store) == boring_items(items, Knowledge(verified=VERIFIED)) != before
    assert stored_items(store, first) == before
    assert patient_keys(store) == patient_keys(store, first)
    changed = [now for now, was in zip(stored_items(store), before, strict=True) if now != was]
    assert {(row.patient, row.identified, row.age_source, row.gender) for row in changed} == {
        ("P3", True, "1", "1"),
        ("P4", True, "1", "2"),
    }
    assert outcome.files[0].warnings == ("1 verified patients have no item in January 2026.",)
    assert dimension_rows(store, "SELECT provisional FROM f.month") == [(False,)]


def test_verification_may_come_with_its_items_and_before_a_correction(tmp_path: Path) -> None:
    files = [write_items(tmp_path), write_verification(tmp_path, VERIFIED)]
    load_files(tmp_path / "at once", files)
    load_files(tmp_path / "one by one", files[:1])
    load_files(tmp_path / "one by one", files[1:])
    assert stored_items(tmp_path / "at once") == stored_items(tmp_path / "one by one")
    # A corrected file replaces the month; its patients were verified all the same.
    corrected = [*GOOD_ITEMS[3:], item_row(FORM_ID="7777", **NOT_VERIFIED, PATIENT_ID="P0")]
    path = write_items(tmp_path, corrected)
    load_files(tmp_path / "at once", [path])
    assert stored_items(tmp_path / "at once") == boring_items(path, Knowledge(verified=VERIFIED))


# PDS knows no birth month of P4: the age stays as it was.
NEW = {"P3": ("195012", "1"), "P4": ("", "2"), "P0": ("199001", "1")}


def test_the_first_verification_revises_the_stored_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without reading the received file again, and with the same result."""
    from epact2.load import build_items, parts

    files = [write_items(tmp_path), write_verification(tmp_path, NEW)]
    load_files(tmp_path / "at once", files)
    load_files(tmp_path / "revised", files[:1])
    monkeypatch.setattr(build_items, "read_item_file", None)
    monkeypatch.setattr(parts, "AT_ONCE", 4)
    outcome = load_files(tmp_path / "revised", files[1:])
    assert outcome.files[0].warnings == ("1 verified patients have no item in January 2026.",)
    assert stored_items(tmp_path / "revised") == boring_items(files[0], Knowledge(verified=NEW))
    for table in (*ITEM_TABLES, *PATIENT_TABLES):
        found = [_rows(tmp_path / store, table) for store in ("at once", "revised")]
        assert found[0] == found[1], table.name
        assert found[0] or table is MIXED_ITEM, table.name


def _rows(store: Path, table: Table) -> list[tuple[object, ...]]:
    release = read_release(store)
    stored = release.items if table in ITEM_TABLES else release.patients
    with opened(store, stored[202601]) as connection:
        return connection.execute(f"FROM f.{table.name}").fetchall()


def test_what_pds_said_before_needs_the_received_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from epact2.load import build_items

    load_files(tmp_path / "store", [write_items(tmp_path)])
    monkeypatch.setattr(build_items, "read_item_file", None)
    with pytest.raises(TypeError):
        load_files(tmp_path / "store", [write_verification(tmp_path, VERIFIED)])


def test_a_corrected_verification_replaces_the_one_before(tmp_path: Path) -> None:
    store = tmp_path / "store"
    items = write_items(tmp_path)
    load_files(store, [items, write_verification(tmp_path, VERIFIED)])
    fewer = {"P3": ("195111", "2")}
    load_files(store, [write_verification(tmp_path, fewer)])
    assert stored_items(store) == boring_items(items, Knowledge(verified=fewer))


def test_later_months_know_whom_verification_found(tmp_path: Path) -> None:
    silent = {**PAPER, **NOT_VERIFIED, "PATIENT_LSOA_CODE": "", "AGE": ""}
    january = write_items(tmp_path)
    february = write_items(tmp_path, [item_row(**silent, PATIENT_ID="P3")], "202602")
    known = Knowledge(verified=VERIFIED)
    expected = boring_items(january, known)
    known.verified = {}
    expected += boring_items(february, known)
    assert expected[-1].age_source == "4"
    verification = write_verification(tmp_path, VERIFIED)
    load_files(tmp_path / "store", [january])
    load_files(tmp_path / "store", [verification, february])
    assert stored_items(tmp_path / "store") == expected
    # Keys that an earlier month gave are found: nobody is a stranger to February.
    outcome = load_files(
        tmp_path / "store", [write_verification(tmp_path, {"P3": ("195012", "1")}, "202602")]
    )
    assert outcome.files[0].warnings == ()


def test_patients_are_counted_once_they_are_verified(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path)])
    count = "SELECT count(DISTINCT patient) FROM f.item_by_presentation WHERE patient > 0"
    counts = []
    load_files(store, [write_verification(tmp_path, VERIFIED)])
    for release in list_releases(store):
        with opened(store, release.patients[202601]) as connection:
            counts += connection.execute(count).fetchall()[0]
    assert counts == [3, 5]  # P1, P2, P5; then P3 and P4


REFUSED = {
    "another month than the name says": ("202602,P3,195012,1\n", ["line 2", "column YEAR_MONTH", "January"]),
    "a patient twice": (
        "202601,P3,195012,1\n202601,P3,195012,1\n",
        ["line 3", "column PATIENT_ID", "line 2"],
    ),
    "nobody": ("202601,,195012,1\n", ["line 2", "column PATIENT_ID", "empty"]),
    "a day of birth": ("202601,P3,19501201,1\n", ["line 2", "column PDS_BIRTH_MONTH", "“19501201”"]),
    "an unknown gender": ("202601,P3,195012,M\n", ["line 2", "column GENDER", "“M”"]),
    "no rows": ("", ["no rows"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_whole(name: str, tmp_path: Path) -> None:
    text, says = REFUSED[name]
    load_files(tmp_path / "store", [write_items(tmp_path)])
    path = tmp_path / "VERIFIED_202601.csv"
    path.write_text(f"YEAR_MONTH,PATIENT_ID,PDS_BIRTH_MONTH,GENDER\n{text}")
    with pytest.raises(LoadRefused) as refused:
        load_files(tmp_path / "store", [path])
    for words in says:
        assert words in refused.value.message
    assert read_release(tmp_path / "store").number == 1


def test_a_month_without_items_has_nobody_to_verify(tmp_path: Path) -> None:
    load_files(tmp_path / "store", [write_items(tmp_path, GOOD_ITEMS[:3], "202512")])
    with pytest.raises(LoadRefused, match="no items of January 2026 are loaded"):
        load_files(tmp_path / "store", [write_verification(tmp_path, VERIFIED)])
    assert read_release(tmp_path / "store").number == 1
