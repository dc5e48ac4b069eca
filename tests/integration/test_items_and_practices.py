"""Items and prescribing by practice: added up where there is no EPD file, compared where there is one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.store.duckdb import DuckDBEngine
from epact2.store.release import list_releases, read_release
from support.epd import Row, epd_row, write_epd
from support.items import GOOD_ITEMS, exclusion, item_row, write_items
from support.stores import dimension_rows, stored_items, stored_rows, totals_rows

MONTHS = "SELECT month, prescribing, rows, items, items_agree, provisional, highest_patient FROM f.month"


def added_up(rows: Iterable[Mapping[str, str]], month: int = 202601) -> list[Row]:
    """What the EPD file of the month says: items that are not excluded, by practice, product and quantity."""
    sums: dict[tuple[str, str, str, Decimal], list[Decimal]] = defaultdict(lambda: [Decimal()] * 5)
    for row in rows:
        if exclusion(row) != "included":
            continue
        key = (
            *(row["PRACTICE_CODE"], row["BNF_PRESENTATION_CODE"], row["SNOMED_CODE"]),
            Decimal(row["QUANTITY"]),
        )
        amounts = ("ITEM_COUNT", "TOTAL_QUANTITY", "NIC", "ACTUAL_COST", "ADQ_USAGE")
        sums[key] = [before + Decimal(row[name]) for before, name in zip(sums[key], amounts, strict=True)]
    return sorted(
        Row(month, *key, int(items), total, nic, cost, adq)
        for key, (items, total, nic, cost, adq) in sums.items()
    )


def epd_of(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [
        epd_row(
            YEAR_MONTH="2026_01",
            PRACTICE_CODE=row.practice,
            BNF_CODE=row.presentation,
            SNOMED_CODE=row.snomed,
            QUANTITY=str(row.quantity),
            ITEMS=str(row.items),
            TOTAL_QUANTITY=str(row.total_quantity),
            NIC=str(row.nic),
            ACTUAL_COST=str(row.actual_cost),
            ADQUSAGE=str(row.adq_usage),
        )
        for row in added_up(rows)
    ]


def test_a_month_without_an_epd_file_has_its_prescribing_from_items(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path)])
    assert stored_rows(store) == added_up(GOOD_ITEMS)
    assert read_release(store).months == (202601,)
    (found,) = dimension_rows(store, MONTHS)
    assert found == (202601, True, len(added_up(GOOD_ITEMS)), True, True, True, 6)
    by_practice = totals_rows(store, 2026, "SELECT sum(items), sum(nic) FROM f.by_practice")
    expected = added_up(GOOD_ITEMS)
    assert by_practice == [(sum(row.items for row in expected), 100 * sum(row.nic for row in expected))]


def test_practices_of_items_stand_where_other_files_say(tmp_path: Path) -> None:
    store = tmp_path / "store"
    epd = write_epd(tmp_path, [epd_row(YEAR_MONTH="2025_12", PRACTICE_CODE="A81001")], month="202512")
    load_files(store, [epd, write_items(tmp_path)])
    places = dimension_rows(
        store,
        "SELECT month, code, m.name, m.sub_icb FROM f.practice_month m JOIN f.practice USING (practice) "
        "ORDER BY month, code",
    )
    assert places == [
        (202512, "A81001", "THE DENSHAM SURGERY", "00K"),
        (202601, "A81001", "THE DENSHAM SURGERY", "00K"),
        (202601, "L84073", "L84073 (SYNTHETIC)", "-"),
        # Its only item is excluded: it prescribed nothing that counts, but its items can be asked for.
        (202601, "Y02583", "Y02583 (SYNTHETIC)", "-"),
    ]


@pytest.mark.parametrize(("area", "is_synthetic"), [("SL0000001", True), ("E01000001", False)])
def test_invented_items_are_known_by_their_areas(area: str, is_synthetic: bool, tmp_path: Path) -> None:
    """Also where no file names their practices."""
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path, [item_row(PATIENT_LSOA_CODE=area)])])
    engine = DuckDBEngine(store, read_release(store))
    assert engine.directory.synthetic is is_synthetic
    engine.close()


def test_epd_rows_rule_and_the_report_says_that_items_agree(tmp_path: Path) -> None:
    items, epd = write_items(tmp_path), write_epd(tmp_path, epd_of(GOOD_ITEMS), "SNOMED", "202601")
    load_files(tmp_path / "at once", [items, epd])
    load_files(tmp_path / "items first", [items])
    load_files(tmp_path / "items first", [epd])
    load_files(tmp_path / "EPD first", [epd])
    outcome = load_files(tmp_path / "EPD first", [items])
    said = "Items and EPD rows agree in all 4 pairs of practice and presentation."
    assert said in outcome.files[0].warnings
    for store in ("at once", "items first", "EPD first"):
        assert stored_rows(tmp_path / store) == added_up(GOOD_ITEMS)
        assert len(stored_items(tmp_path / store)) == len(GOOD_ITEMS)
        assert dimension_rows(tmp_path / store, MONTHS) == [
            (202601, True, len(added_up(GOOD_ITEMS)), True, True, True, 6)
        ]
        names = dimension_rows(tmp_path / store, "SELECT name FROM f.practice WHERE code = 'A81001'")
        assert names == [("THE DENSHAM SURGERY",)]
    first, _ = list_releases(tmp_path / "items first")
    assert stored_rows(tmp_path / "items first", first) == added_up(GOOD_ITEMS)


def test_a_difference_is_counted_and_told(tmp_path: Path) -> None:
    store = tmp_path / "store"
    rows = epd_of(GOOD_ITEMS)
    rows[0] = {**rows[0], "NIC": "100", "ITEMS": str(int(rows[0]["ITEMS"]) + 1)}
    rows.append(epd_row(YEAR_MONTH="2026_01", PRACTICE_CODE="Y02583", SNOMED_CODE="1"))
    outcome = load_files(store, [write_epd(tmp_path, rows, "SNOMED", "202601"), write_items(tmp_path)])
    (said,) = [one for one in outcome.files[1].warnings if "differ" in one]
    assert "differ in 2 of 5 pairs of practice and presentation" in said
    assert "2 practices, 3 presentations" in said
    assert "practice A81001, presentation 0212000B0AAABAB: 1 items and £1.29 by items, 2 and £100.00" in said
    assert [row[4] for row in dimension_rows(store, MONTHS)] == [False]
    # EPD rows rule, and stay when something else is loaded.
    kept = stored_rows(store)
    load_files(store, [write_items(tmp_path, GOOD_ITEMS[:4], "202602")])
    assert [row for row in stored_rows(store) if row.month == 202601] == kept
    assert [row[4] for row in dimension_rows(store, f"{MONTHS} ORDER BY month")] == [False, True]


def test_corrected_items_are_added_up_again(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_items(tmp_path)])
    corrected = GOOD_ITEMS[:5]
    load_files(store, [write_items(tmp_path, corrected)])
    assert stored_rows(store) == added_up(corrected)
    assert stored_rows(store, list_releases(store)[0]) == added_up(GOOD_ITEMS)


def test_unidentified_prescribers_are_compared_together(tmp_path: Path) -> None:
    rows = [item_row(PRACTICE_CODE="-"), item_row(FORM_ID="2", PRACTICE_CODE="-", NIC="2")]
    epd = [
        epd_row(
            YEAR_MONTH="2026_01", PRACTICE_CODE="-", PCO_CODE=place, SNOMED_CODE="322280009", QUANTITY="21",
            ITEMS="1", TOTAL_QUANTITY="21", NIC=row["NIC"], ACTUAL_COST=row["ACTUAL_COST"], UNIDENTIFIED="Y",
            ADQUSAGE="10.5",
        )
        for place, row in zip(("11M00", "-"), rows, strict=True)
    ]  # fmt: skip
    files = [write_items(tmp_path, rows), write_epd(tmp_path, epd, "SNOMED", "202601")]
    outcome = load_files(tmp_path / "store", files)
    assert any("agree in all 1 pairs" in one for one in outcome.files[0].warnings)


def test_a_month_is_provisional_until_a_later_one_comes(tmp_path: Path) -> None:
    store = tmp_path / "store"
    flags = "SELECT month, provisional FROM f.month ORDER BY month"
    load_files(store, [write_items(tmp_path)])
    assert dimension_rows(store, flags) == [(202601, True)]
    load_files(store, [write_items(tmp_path, GOOD_ITEMS[:2], "202512")])
    assert dimension_rows(store, flags) == [(202512, False), (202601, True)]
    load_files(store, [write_items(tmp_path, GOOD_ITEMS[:2], "202602")])
    assert dimension_rows(store, flags) == [(202512, False), (202601, False), (202602, True)]
