"""The real files of 2017, and those around them, against an independent reading of the same files."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from epact2.load.publish import LoadOutcome, load_files
from epact2.model.prescribing import STAR_PUS
from support.epd import boring_rows
from support.stores import dimension_rows, stored_rows, totals_rows

pytestmark = pytest.mark.real

MONTHS = ("201709", "201710")
PRACTICES = ("B85010", "B85054", "L84018", "L84073")


def boring_dicts(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_every_row_to_the_last_digit(real_store: Path, data: Path) -> None:
    expected = [row for month in MONTHS for row in boring_rows(data / f"epd/EPD_{month}.csv")]
    assert len(expected) == 10_027 + 10_223
    assert stored_rows(real_store) == sorted(expected)


def test_totals_by_practice_and_by_section_of_the_latest_code(real_store: Path, data: Path) -> None:
    latest = dict(dimension_rows(real_store, "SELECT code, latest FROM f.medicine"))
    by_practice: dict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 5)
    by_section: Counter[tuple[int, int]] = Counter()
    for month in MONTHS:
        for row in boring_rows(data / f"epd/EPD_{month}.csv"):
            amounts = (Decimal(row.items), row.total_quantity, row.nic, row.actual_cost, row.adq_usage)
            key = row.month, row.practice
            by_practice[key] = [one + more for one, more in zip(by_practice[key], amounts, strict=True)]
            by_section[int(str(latest[row.presentation])[:4]), row.month] += row.items
    codes = dict(dimension_rows(real_store, "SELECT practice, code FROM f.practice"))
    found = totals_rows(
        real_store,
        2017,
        "SELECT month, practice, items, total_quantity, nic, actual_cost, adq_usage FROM f.by_practice",
    )
    scales = (0, 5, 2, 5, 5)
    assert {
        (month, codes[key]): [Decimal(one).scaleb(-scale) for one, scale in zip(amounts, scales, strict=True)]
        for month, key, *amounts in found
    } == by_practice
    sections = totals_rows(
        real_store, 2017, "SELECT section, month, sum(items) FROM f.by_section GROUP BY ALL"
    )
    assert {(section, month): items for section, month, items in sections} == by_section


def test_latest_codes_are_those_of_the_published_mapping(real_store: Path, data: Path) -> None:
    """bnf_code_mapping.csv is somebody else's resolution of the same lists.

    It stops at four codes that were themselves replaced before; ours go on to the end. Seven new codes have a
    wrong length.
    """
    mapping = {row["old_code"]: row["new_code"] for row in boring_dicts(data / "bnf/bnf_code_mapping.csv")}
    latest = dict(dimension_rows(real_store, "SELECT code, latest FROM f.medicine"))
    compared = 0
    for old in mapping.keys() & latest.keys():
        new = mapping[old]
        while new in mapping:
            new = mapping[new]
        if len(new) in (11, 15):
            compared += 1
            assert latest[old] == new
    assert compared > 150
    replaced = {code for code, new in latest.items() if code != new}
    assert replaced <= mapping.keys()


def test_presentations_that_the_hierarchy_lacks_are_kept_and_reported(
    real_load: tuple[Path, LoadOutcome],
) -> None:
    reports = {one.name: " ".join(one.warnings) for one in real_load[1].files}
    assert "137 presentations (811 items)" in reports["EPD_201709.csv"]
    assert "129 presentations (1500 items)" in reports["EPD_201710.csv"]


def test_where_the_four_practices_stood_and_stand(real_store: Path) -> None:
    listed = ", ".join(f"'{code}'" for code in PRACTICES)
    now = dimension_rows(
        real_store,
        "SELECT code, name, pcn, sub_icb, icb, region, setting FROM f.practice "
        f"WHERE code IN ({listed}) ORDER BY code",
    )
    assert now == [
        ("B85010", "DALTON SURGERY", "U38221", "X2C4Y", "QWO", "Y63", "4"),
        ("B85054", "COLNE VALLEY GROUP PRACTICE", "U69551", "X2C4Y", "QWO", "Y63", "4"),
        ("L84018", "CIRENCESTER HEALTH GROUP", "U41523", "11M", "QR1", "Y58", "4"),
        ("L84073", "ACORN PRACTICE", "U02669", "11M", "QR1", "Y58", "4"),
    ]
    then = dimension_rows(
        real_store,
        "SELECT code, h.name, h.pcn, h.sub_icb, h.icb, h.region FROM f.practice_month h "
        f"JOIN f.practice p USING (practice) WHERE month = 201709 AND code IN ({listed}) ORDER BY code",
    )
    assert then == [
        ("B85010", "DALTON SURGERY", "-", "03A", "Q52", "Y54"),
        ("B85054", "COLNE VALLEY GROUP PRACTICE", "-", "03A", "Q52", "Y54"),
        ("L84018", "AVENUE SURGERY", "-", "11M", "Q64", "Y57"),
        ("L84073", "ACORN PRACTICE", "-", "11M", "Q64", "Y57"),
    ]


def test_list_sizes_of_a_month_and_of_a_quarter(real_store: Path, data: Path) -> None:
    for month in MONTHS:
        rows = boring_dicts(data / f"list-size/gp-reg-pat-prac-quin-age_{month}.csv")
        expected = {
            row["ORG_CODE"]: int(row["NUMBER_OF_PATIENTS"])
            for row in rows
            if row["SEX"] == row["AGE_GROUP_5"] == "ALL"
        }
        found = dimension_rows(
            real_store,
            "SELECT code, list_size FROM f.population JOIN f.practice USING (practice) "
            f"WHERE month = {month}",
        )
        assert dict(found) == expected
    quarter = dimension_rows(
        real_store,
        "SELECT month, count(*), sum(list_size) FROM f.population WHERE month < 201701 GROUP BY 1 ORDER BY 1",
    )
    assert quarter == [(month, 7705, 57_543_937) for month in (201601, 201602, 201603)]


def nine_band(age: str) -> str:
    first = int(age.rstrip("+").split("_")[0])
    if first >= 75:
        return "75+"
    return "0-4" if first < 5 else f"{(first - 5) // 10 * 10 + 5}-{(first - 5) // 10 * 10 + 14}"


def boring_units(
    patients: Mapping[tuple[str, str], int], weights: Mapping[tuple[str, str], Decimal]
) -> Decimal:
    exact = sum((weights[cell] * count for cell, count in patients.items()), Decimal(0))
    return exact.quantize(Decimal("1e-9"), ROUND_HALF_EVEN)


def test_star_pu_and_astro_pu_exactly(real_store: Path, data: Path) -> None:
    star = json.loads(
        (data / "weights/star_pu_2013.json").read_text(), parse_float=Decimal, parse_int=Decimal
    )
    astro = json.loads(
        (data / "weights/astro_pu_2013.json").read_text(), parse_float=Decimal, parse_int=Decimal
    )
    columns: dict[str, dict[tuple[str, str], Decimal]] = {STAR_PUS[name].column: {} for name in star}
    for name, bands in star.items():
        for band, (male, female) in bands.items():
            columns[STAR_PUS[name].column]["MALE", band] = male
            columns[STAR_PUS[name].column]["FEMALE", band] = female
    for name, cells in astro.items():
        columns[f"astro_pu_{name}"] = {
            (
                cell.split("_")[0].upper(),
                cell.split("_", 1)[1].replace("_plus", "+").replace("_", "-"),
            ): weight
            for cell, weight in cells.items()
        }
    assert len(columns) == 27
    compared = 0
    for month in MONTHS:
        patients: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for row in boring_dicts(data / f"list-size/gp-reg-pat-prac-quin-age_{month}.csv"):
            if "ALL" not in (row["SEX"], row["AGE_GROUP_5"]):
                patients[row["ORG_CODE"]][row["SEX"], nine_band(row["AGE_GROUP_5"])] += int(
                    row["NUMBER_OF_PATIENTS"]
                )
        for column, weights in columns.items():
            found = dimension_rows(
                real_store,
                f"SELECT code, {column} FROM f.population JOIN f.practice USING (practice) "
                f"WHERE month = {month}",
            )
            assert {code: Decimal(units).scaleb(-9) for code, units in found} == {
                code: boring_units(cells, weights) for code, cells in patients.items()
            }
            compared += len(found)
    assert compared == 2 * 4 * 27


def test_names_of_the_hierarchy_and_of_old_codes(real_store: Path, data: Path) -> None:
    names = {row["CODE"]: row["NAME"].strip() for row in boring_dicts(data / "bnf/presentation.csv")}
    found = dimension_rows(real_store, "SELECT code, name, known FROM f.medicine")
    assert {code: name for code, name, known in found if known} == names
    published = {row["BNF_CODE"] for month in MONTHS for row in boring_dicts(data / f"epd/EPD_{month}.csv")}
    assert all(name for code, name, _ in found if code in published)
    sections = dimension_rows(real_store, "SELECT code, name FROM f.bnf_name WHERE level = 'section'")
    expected = {row["CODE"]: row["NAME"].strip() for row in boring_dicts(data / "bnf/section.csv")}
    assert expected.items() <= dict(sections).items()


def test_the_sample_of_2026_in_the_newest_layout(data: Path, tmp_path: Path) -> None:
    path = data / "epd/EPD_SNOMED_202601_sample.csv"
    load_files(tmp_path / "store", [path])
    assert stored_rows(tmp_path / "store") == boring_rows(path)


def test_average_daily_quantities(real_store: Path, data: Path) -> None:
    expected = {
        row["BNF Code"]: row["ADQ Unit"].strip() for row in boring_dicts(data / "adq/adq_values_201706.csv")
    }
    assert dict(dimension_rows(real_store, "SELECT code, unit FROM f.adq WHERE adq_value <> ''")) == expected
