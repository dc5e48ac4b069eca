"""The loader against an independent reading of the same files: the csv module and dictionaries."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.model import bnf
from epact2.store.release import list_releases, read_release
from epact2.store.tables import LEVEL_COLUMNS
from support.epd import GOOD_ROWS, LAYOUTS, boring_rows, epd_row, write_epd
from support.stores import dimension_rows, stored_rows, totals_rows


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_row_of_every_layout(layout: str, tmp_path: Path) -> None:
    rows = [{**row, "SNOMED_CODE": f"3220{number}00100110"} for number, row in enumerate(GOOD_ROWS)]
    path = write_epd(tmp_path, rows, layout)
    load_files(tmp_path / "store", [path])
    assert stored_rows(tmp_path / "store") == boring_rows(path)


def test_the_largest_numbers_are_kept_exactly(tmp_path: Path) -> None:
    most = "999999999999.99999"
    path = write_epd(tmp_path, [epd_row(QUANTITY=most, TOTAL_QUANTITY=most, ITEMS="1", ACTUAL_COST=most)])
    load_files(tmp_path / "store", [path])
    assert stored_rows(tmp_path / "store") == boring_rows(path)


def test_one_presentation_with_two_snomed_codes_is_two_rows(tmp_path: Path) -> None:
    rows = [epd_row(SNOMED_CODE="1"), epd_row(SNOMED_CODE="2")]
    path = write_epd(tmp_path, rows, "SNOMED")
    load_files(tmp_path / "store", [path])
    assert stored_rows(tmp_path / "store") == boring_rows(path)


def test_unidentified_prescribers_of_two_places_are_kept_apart(tmp_path: Path) -> None:
    rows = [
        epd_row(PRACTICE_CODE="-", PCO_CODE="11M00", UNIDENTIFIED="Y"),
        epd_row(PRACTICE_CODE="-", PCO_CODE="15E00", UNIDENTIFIED="Y"),
        epd_row(PRACTICE_CODE="-", PCO_CODE="-", UNIDENTIFIED="Y"),
    ]
    load_files(tmp_path / "store", [write_epd(tmp_path, rows)])
    assert [row.practice for row in stored_rows(tmp_path / "store")] == ["-", "-11M", "-15E"]
    assert dimension_rows(tmp_path / "store", "SELECT code, sub_icb FROM f.practice ORDER BY code") == [
        ("-", "-"),
        ("-11M", "11M"),
        ("-15E", "15E"),
    ]


def test_totals_are_the_sums_of_the_rows(tmp_path: Path) -> None:
    september = write_epd(tmp_path)
    october = write_epd(tmp_path, [{**row, "YEAR_MONTH": "2017_10"} for row in GOOD_ROWS[:3]], month="201710")
    load_files(tmp_path / "store", [september, october])
    items: dict[tuple[int, int, str], int] = defaultdict(int)
    nic: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for row in boring_rows(september) + boring_rows(october):
        items[int(row.presentation[:4]), row.month, row.practice] += row.items
        nic[row.month, row.practice] += row.nic
    codes = dict(dimension_rows(tmp_path / "store", "SELECT practice, code FROM f.practice"))
    by_section = totals_rows(
        tmp_path / "store", 2017, "SELECT section, month, practice, items FROM f.by_section"
    )
    assert {(section, month, codes[key]): found for section, month, key, found in by_section} == items
    by_practice = totals_rows(tmp_path / "store", 2017, "SELECT month, practice, nic FROM f.by_practice")
    assert {(month, codes[key]): Decimal(found) / 100 for month, key, found in by_practice} == nic


def test_loading_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = write_epd(tmp_path)
    first = load_files(tmp_path / "store", [path])
    again = load_files(tmp_path / "store", [path])
    assert (first.changed, again.changed) == (True, False)
    assert again.release == first.release == 1
    assert again.files[0].already_loaded
    assert again.files[0].rows == len(GOOD_ROWS)


def test_the_same_file_named_twice_is_loaded_once(tmp_path: Path) -> None:
    path = write_epd(tmp_path)
    load_files(tmp_path / "store", [path, path])
    assert len(stored_rows(tmp_path / "store")) == len(GOOD_ROWS)
    assert len(read_release(tmp_path / "store").datasets) == 1


def test_a_corrected_month_makes_a_new_release_and_the_old_one_stays_readable(tmp_path: Path) -> None:
    path = write_epd(tmp_path)
    load_files(tmp_path / "store", [path])
    before = boring_rows(path)
    write_epd(tmp_path, [epd_row(ITEMS="9", TOTAL_QUANTITY="189")])
    after = boring_rows(path)
    outcome = load_files(tmp_path / "store", [path])
    first, second = list_releases(tmp_path / "store")
    assert outcome.release == second.number == 2
    assert stored_rows(tmp_path / "store", first) == before
    assert stored_rows(tmp_path / "store", second) == after
    assert second.base == 1


def test_a_new_month_leaves_the_rows_of_others_alone(tmp_path: Path) -> None:
    load_files(tmp_path / "store", [write_epd(tmp_path)])
    first = read_release(tmp_path / "store")
    new = [
        epd_row(YEAR_MONTH="2017_10", BNF_CODE="0501013B0AAACAC"),
        epd_row(YEAR_MONTH="2017_10", PRACTICE_CODE="A81001"),
    ]
    load_files(tmp_path / "store", [write_epd(tmp_path, new, month="201710")])
    second = read_release(tmp_path / "store")
    assert second.rows[201709] == first.rows[201709]
    assert second.months == (201709, 201710)
    keys = "SELECT code, presentation FROM f.medicine ORDER BY code"
    old_keys = dict(dimension_rows(tmp_path / "store", keys, first))
    new_keys = dict(dimension_rows(tmp_path / "store", keys, second))
    assert old_keys.items() <= new_keys.items()
    assert list(new_keys.values()) == sorted(new_keys.values()), "keys are in the order of the codes"


def test_keys_are_given_again_when_there_is_no_room_between_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from epact2.load import keys

    monkeypatch.setattr(keys, "_HIGHEST", 6)
    load_files(tmp_path / "store", [write_epd(tmp_path)])
    before, first = stored_rows(tmp_path / "store"), read_release(tmp_path / "store")
    monkeypatch.undo()
    new = [epd_row(YEAR_MONTH="2017_10", BNF_CODE=f"0501013B0AAA{letter}AB") for letter in "BCDEFGHI"]
    load_files(tmp_path / "store", [write_epd(tmp_path, new, month="201710")])
    assert [row for row in stored_rows(tmp_path / "store") if row.month == 201709] == before
    assert read_release(tmp_path / "store").rows[201709] != first.rows[201709]


def test_what_looks_wrong_is_reported_and_kept(tmp_path: Path) -> None:
    rows = [epd_row(), epd_row(PRACTICE_CODE="A81001", TOTAL_QUANTITY="64"), epd_row(BNF_CODE="X")]
    outcome = load_files(tmp_path / "store", [write_epd(tmp_path, rows)])
    said = " ".join(outcome.files[0].warnings)
    assert "1 rows have a total quantity that is not quantity × items" in said
    assert "A81001" in said
    assert "neither 15 nor 11 letters and digits (for example X)" in said
    assert len(stored_rows(tmp_path / "store")) == 3
    assert read_release(tmp_path / "store").datasets[0].report == outcome.files[0].warnings


def test_levels_of_codes_are_those_of_the_model(tmp_path: Path) -> None:
    codes = ["0501013B0BBABAC", "190700000BBCJA0", "21010230116", "23350108001", "0501013B0AA", "X", "2101"]
    rows = [epd_row(BNF_CODE=code) for code in codes]
    load_files(tmp_path / "store", [write_epd(tmp_path, rows)])
    columns = ", ".join(f"published_{column}" for column in LEVEL_COLUMNS)
    for code, *found in dimension_rows(tmp_path / "store", f"SELECT code, {columns} FROM f.medicine"):
        expected = [bnf.code_at(str(code), level) for level in bnf.LEVELS] + [
            bnf.generic_equivalent(str(code))
        ]
        assert found == expected


def test_months_loaded_one_by_one_or_all_at_once_give_the_same(tmp_path: Path) -> None:
    files = []
    for month in ("2017_09", "2017_10", "2017_12"):
        rows = [{**row, "YEAR_MONTH": month} for row in GOOD_ROWS[: int(month[-1]) + 2]]
        files.append(write_epd(tmp_path, rows, month=month.replace("_", "")))
    for file in files:
        load_files(tmp_path / "one by one", [file])
    load_files(tmp_path / "at once", files)
    assert stored_rows(tmp_path / "one by one") == stored_rows(tmp_path / "at once")
    for sql in (
        "SELECT code, h.* EXCLUDE (practice) FROM f.practice_month h JOIN f.practice USING (practice)",
        "SELECT * EXCLUDE (presentation) FROM f.medicine",
        "FROM f.bnf_name",
        "FROM f.month",
        "FROM f.organisation",
    ):
        one_by_one = dimension_rows(tmp_path / "one by one", sql)
        assert sorted(one_by_one) == sorted(dimension_rows(tmp_path / "at once", sql))
