"""Item files against an independent reading of the same files: the csv module and dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.store.release import list_releases, read_release
from support.items import (
    AREAS_OF_PRACTICES,
    DECILES,
    GOOD_ITEMS,
    NOT_VERIFIED,
    PAPER,
    Knowledge,
    boring_items,
    item_row,
    write_imd,
    write_items,
    write_practice_areas,
)
from support.stores import dimension_rows, opened, patient_keys, stored_items


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_row(suffix: str, tmp_path: Path) -> None:
    expected = boring_items(write_items(tmp_path / "csv"))
    path = write_items(tmp_path, suffix=suffix)
    outcome = load_files(tmp_path / "store", [path])
    assert outcome.files[0].rows == len(GOOD_ITEMS)
    assert stored_items(tmp_path / "store") == expected
    assert read_release(tmp_path / "store").item_months == (202601,)
    assert not load_files(tmp_path / "store", [path]).changed


def test_the_good_file_has_something_of_everything(tmp_path: Path) -> None:
    rows = boring_items(write_items(tmp_path))
    assert len({row.exclusion for row in rows}) == 9
    assert {row.age_source for row in rows} >= {"1", "2", "3", "5"}
    assert {row.gender for row in rows} == {"0", "2", "9"}
    assert any(row.age_september == -1 for row in rows)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_deprivation_counts_whether_it_comes_before_or_after_the_items(before: bool, tmp_path: Path) -> None:
    areas = [write_imd(tmp_path, DECILES), write_practice_areas(tmp_path, AREAS_OF_PRACTICES)]
    items = write_items(tmp_path)
    for files in [areas, [items]] if before else [[items], areas]:
        load_files(tmp_path / "store", files)
    expected = boring_items(items, Knowledge(DECILES, AREAS_OF_PRACTICES))
    assert stored_items(tmp_path / "store") == expected
    assert {row.imd_quintile for row in expected} == {"1", "2", "3", "5", "Unknown"}


MONTHS = ("202511", "202512", "202601", "202603", "202604")


def later_months() -> Mapping[str, list[dict[str, str]]]:
    """Months over a new year and a new financial year: later rows say less of patients, or other things."""
    said = {"PATIENT_ID": "P1", "PATIENT_LSOA_CODE": "SL0000001"}
    silent = {**PAPER, **NOT_VERIFIED, "PATIENT_LSOA_CODE": "", "AGE": "-1"}
    return {
        "202511": [
            item_row(FORM_ID="1", **said, PDS_BIRTH_MONTH="198012"),
            item_row(FORM_ID="2", **{**said, "PATIENT_ID": "P2"}, PDS_BIRTH_MONTH="194001"),
            item_row(FORM_ID="3", **silent, PATIENT_ID="P3"),
        ],
        # P1 is 45 from December; on paper the dispensing month counts, on an EPS form that of prescribing.
        "202512": [
            item_row(FORM_ID="1", **silent, PATIENT_ID="P1"),
            item_row(FORM_ID="2", **NOT_VERIFIED, PATIENT_ID="P1", EPS_BIRTH_MONTH="", AGE="",
                     PRESCRIBED_DATE="20251128", PATIENT_LSOA_CODE="SL0000009"),
            item_row(FORM_ID="3", **silent, PATIENT_ID="P2", PRACTICE_CODE="L84073"),
        ],
        "202601": [*GOOD_ITEMS, item_row(FORM_ID="9", **silent, PATIENT_ID="P2X"),
                   item_row(FORM_ID="10", **{**silent, "AGE": "33"}, PATIENT_ID="P1")],
        "202603": [item_row(FORM_ID=one, **silent, PATIENT_ID=f"P{one}") for one in ("1", "3")],
        "202604": [
            item_row(FORM_ID="1", PATIENT_ID="P8", PDS_BIRTH_MONTH="202602", EPS_BIRTH_MONTH=""),
            item_row(FORM_ID="2", **silent, PATIENT_ID="P1"),
            item_row(FORM_ID="3", PATIENT_ID="P7", PDS_BIRTH_MONTH="200809"),
        ],
    }  # fmt: skip


def test_later_months_know_what_earlier_ones_said(tmp_path: Path) -> None:
    known = Knowledge(DECILES, AREAS_OF_PRACTICES)
    files = [write_items(tmp_path, rows, month) for month, rows in later_months().items()]
    expected = [row for path in files for row in boring_items(path, known)]
    assert {row.age_source for row in expected} == {"1", "2", "3", "4", "5"}
    areas = [write_imd(tmp_path, DECILES), write_practice_areas(tmp_path, AREAS_OF_PRACTICES)]
    load_files(tmp_path / "one by one", areas)
    for path in files:
        load_files(tmp_path / "one by one", [path])
    assert stored_items(tmp_path / "one by one") == expected
    load_files(tmp_path / "at once", [*reversed(files), *areas])
    assert stored_items(tmp_path / "at once") == expected
    assert patient_keys(tmp_path / "at once") == patient_keys(tmp_path / "one by one")


def test_keys_of_patients_are_dense_practice_by_practice_and_given_once(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path)])
    first = patient_keys(store)
    assert sorted(first.values()) == list(range(1, len(first) + 1))
    home = {row.patient: row.practice for row in reversed(stored_items(store)) if row.patient}
    practices = dict(dimension_rows(store, "SELECT code, practice FROM f.practice"))
    # P1 is of two practices; the first one counts.
    home["P1"] = "A81001"
    assert [home[one] for one in sorted(first, key=first.__getitem__)] == sorted(
        home.values(), key=practices.__getitem__
    )
    # An earlier month, then a later one: old keys stay, new ones follow.
    more = [item_row(FORM_ID="1", PATIENT_ID="P1"), item_row(FORM_ID="2", PATIENT_ID="AAA")]
    load_files(store, [write_items(tmp_path, more, "202512")])
    load_files(store, [write_items(tmp_path, [item_row(PATIENT_ID="BBB"), *more[1:]], "202602")])
    third = patient_keys(store)
    assert third == {**first, "AAA": len(first) + 1, "BBB": len(first) + 2}
    # A correction that lacks some patients and has a new one.
    corrected = [*GOOD_ITEMS[:3], item_row(FORM_ID="3", PATIENT_ID="CCC")]
    load_files(store, [write_items(tmp_path, corrected)])
    assert patient_keys(store) == {**third, "CCC": len(first) + 3}
    assert patient_keys(store, list_releases(store)[0]) == first
    assert len(stored_items(store, list_releases(store)[0])) == len(GOOD_ITEMS)


def test_a_new_month_leaves_the_files_of_others_alone(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path)])
    first = read_release(store)
    load_files(store, [write_items(tmp_path, GOOD_ITEMS[:4], "202602")])
    second = read_release(store)
    assert second.item_months == (202601, 202602)
    for files in ("items", "patients", "rows"):
        assert getattr(second, files)[202601] == getattr(first, files)[202601]
    before = stored_items(store, first)
    assert [row for row in stored_items(store) if row.month == 202601] == before


def test_pseudonyms_with_one_hash_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from epact2.load import item_rows

    monkeypatch.setattr(item_rows, "_HASH", "length")
    path = write_items(tmp_path)
    load_files(tmp_path / "store", [path])
    assert stored_items(tmp_path / "store") == boring_items(path)


def test_rows_lie_in_their_order(tmp_path: Path) -> None:
    load_files(tmp_path / "store", [write_items(tmp_path, GOOD_ITEMS[::-1])])
    with opened(tmp_path / "store", read_release(tmp_path / "store").items[202601]) as connection:
        rows = connection.execute("SELECT practice, patient, form, item, element FROM f.item").fetchall()
    assert rows == sorted(rows)


def test_new_presentation_keys_reach_items_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from epact2.load import keys

    store = tmp_path / "store"
    monkeypatch.setattr(keys, "_HIGHEST", 4)
    load_files(store, [write_items(tmp_path)])
    before, first = stored_items(store), read_release(store)
    monkeypatch.undo()
    new = [item_row(FORM_ID=f"{one}", BNF_PRESENTATION_CODE=f"0501013B0AAA{one}AB") for one in range(9)]
    load_files(store, [write_items(tmp_path, new, "202602")])
    assert [row for row in stored_items(store) if row.month == 202601] == before
    assert read_release(store).items[202601] != first.items[202601]
    assert read_release(store).patients[202601] != first.patients[202601]


def test_what_looks_wrong_is_reported_and_kept(tmp_path: Path) -> None:
    rows = [
        item_row(ACTUAL_COST="1"),
        item_row(ITEM_ID="2", ACTUAL_COST="2"),
        item_row(FORM_ID="2", PATIENT_IDENTIFIED="N"),
        item_row(FORM_ID="3", PRESCRIBED_DATE="20260201"),
    ]
    outcome = load_files(tmp_path / "store", [write_items(tmp_path, rows)])
    said = " ".join(outcome.files[0].warnings)
    assert "2 rows have an actual cost that is not NIC less discount plus payments" in said
    assert "“with deductions by group” has it (for example form 1001, item 1)" in said
    assert "1 rows have a birth month from PDS, but are not of identified patients" in said
    assert "1 rows were prescribed after January 2026" in said
    assert read_release(tmp_path / "store").datasets_of("items")[0].report == outcome.files[0].warnings
    assert stored_items(tmp_path / "store") == boring_items(write_items(tmp_path, rows))


def test_costs_of_old_months_follow_the_old_rule(tmp_path: Path) -> None:
    """Before July 2012 consumables were no part of actual cost."""
    parts = {"CONSUMABLES": "0.0124", "NIC": "1", "DISCOUNT": "0.1"}
    rows = [item_row(**parts, ACTUAL_COST="0.9"), item_row(**parts, ITEM_ID="2", ACTUAL_COST="0.9124")]
    for month, example in (("201206", "item 2"), ("201207", "item 1")):
        outcome = load_files(tmp_path / month, [write_items(tmp_path, rows, month)])
        assert any(
            "1 rows have an actual cost" in one and example in one for one in outcome.files[0].warnings
        )


def test_a_store_of_before_items_takes_items(tmp_path: Path) -> None:
    """Its files lack the tables and columns of items, and its manifest does not name their files."""
    import json

    import duckdb

    from epact2.store.release import Store
    from support.epd import epd_row, write_epd

    store = tmp_path / "store"
    load_files(store, [write_epd(tmp_path, [epd_row(YEAR_MONTH="2025_12")], month="202512")])
    release = read_release(store)
    connection = duckdb.connect(str(Store(store).file(release.dimensions)))
    connection.execute("DROP TABLE item_code")
    for name in ("items", "items_agree", "provisional", "highest_patient"):
        connection.execute(f"ALTER TABLE month DROP COLUMN {name}")
    connection.close()
    manifest = Store(store).manifest(1)
    found = json.loads(manifest.read_text())
    del found["items"], found["patients"]
    manifest.write_text(json.dumps(found))
    assert read_release(store).item_months == ()
    load_files(store, [write_items(tmp_path)])
    assert stored_items(store) == boring_items(write_items(tmp_path))
    assert read_release(store).months == (202512, 202601)


@pytest.mark.parametrize("parquet", [False, True], ids=["csv", "parquet"])
def test_every_row_of_a_synthetic_england(parquet: bool, tmp_path: Path) -> None:
    from epact2.synth.files import write_england

    folder = tmp_path / "csv"
    files = write_england(folder, size="tiny", months=3, items=True)
    verification = next(folder.rglob("VERIFIED_*.csv"))
    known = Knowledge(
        deciles={code: int(decile) for code, decile in cells(folder / "imd" / "imd.csv")},
        practice_areas=dict(cells(folder / "imd" / "practice_lsoa.csv")),
    )
    expected = []
    for path in sorted(folder.glob("items/ITEMS_*.csv")):
        last = path.name.removeprefix("ITEMS_") == verification.name.removeprefix("VERIFIED_")
        known.verified = {one: (born, gender) for _, one, born, gender in cells(verification)} if last else {}
        expected += boring_items(path, known)
    if parquet:
        files = write_england(tmp_path / "parquet", size="tiny", months=3, items=True, parquet=True)
    wanted = [path for path in files if path.suffix != ".txt" and "VERIFIED" not in path.name]
    outcome = load_files(tmp_path / "store", wanted)
    said = [one for file in outcome.files if file.kind == "items" for one in file.warnings]
    assert len(said) == 3
    assert all(one.startswith("Items and EPD rows agree in all") for one in said)
    load_files(tmp_path / "store", [verification])
    assert stored_items(tmp_path / "store") == sorted(expected)


def cells(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text().splitlines()[1:]]


def test_a_birth_that_cannot_be_gives_way_to_that_of_an_earlier_month(tmp_path: Path) -> None:
    """PDS once knew 1980, and now a year in which nobody alive was born: the age is that of 1980."""
    wrong = item_row(**PAPER, PDS_BIRTH_MONTH="189703", AGE="")
    files = [
        write_items(tmp_path, [item_row()], month="202512"),
        write_items(tmp_path, [wrong], month="202601"),
    ]
    load_files(tmp_path / "store", files)
    known = Knowledge()
    expected = [row for file in files for row in boring_items(file, known)]
    assert [(row.age, row.age_source) for row in expected] == [(45, "1"), (45, "4")]
    assert stored_items(tmp_path / "store") == expected
