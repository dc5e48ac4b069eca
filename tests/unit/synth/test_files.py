"""The files of a small synthetic England, read as a stranger would: with csv and decimals."""

import csv
import gzip
import hashlib
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from epact2.errors import Epact2Error
from epact2.synth.england import make_england, months_until
from epact2.synth.files import EPD_HEADER, BadSynthesis, write_england
from epact2.synth.formulary import price_after_discount


@pytest.fixture(scope="module")
def england(tmp_path_factory):
    directory = tmp_path_factory.mktemp("synth") / "england"
    # October, so that an event (a merger, a change of network) is possible; January, when codes change.
    paths = write_england(directory, size="small", months=5, seed=7, last_month=202601)
    return directory, paths


@pytest.fixture(scope="module")
def rows(england):
    with (england[0] / "epd" / "EPD_SNOMED_202601.csv").open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def test_every_directory_says_that_it_is_synthetic(england):
    directory, _ = england
    folders = [directory, *(each for each in directory.iterdir() if each.is_dir())]
    assert len(folders) == 6
    assert all("SYNTHETIC" in (folder / "README.txt").read_text() for folder in folders)


def test_the_paths_exist_in_loading_order(england):
    names = [path.relative_to(england[0]).parts[0] for path in england[1]]
    assert all(path.is_file() and path.stat().st_size for path in england[1])
    assert names.index("bnf") < names.index("organisations") < names.index("epd")
    assert not list(england[0].rglob("*.part"))


def test_the_layout_is_the_published_one(england):
    data = (england[0] / "epd" / "EPD_SNOMED_202601.csv").read_bytes()
    assert data.startswith(EPD_HEADER.encode() + b"\r\n")
    assert len(EPD_HEADER.split(",")) == 27
    assert data.endswith(b"\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")


def test_rows_are_unique_and_of_the_month(rows):
    keys = Counter(
        (r["PRACTICE_CODE"], r["BNF_PRESENTATION_CODE"], r["SNOMED_CODE"], r["QUANTITY"]) for r in rows
    )
    assert max(keys.values()) == 1
    assert {r["YEAR_MONTH"] for r in rows} == {"2026-01"}
    assert any(
        count > 1
        for count in Counter(
            (r["PRACTICE_CODE"], r["BNF_PRESENTATION_CODE"], r["QUANTITY"]) for r in rows
        ).values()
    ), "the same presentation and quantity under two SNOMED codes"


def test_numbers_are_written_as_published(rows):
    for row in rows:
        assert row["ITEMS"].isdigit()
        for column in ("QUANTITY", "TOTAL_QUANTITY", "ADQ_USAGE", "NIC", "ACTUAL_COST"):
            assert "." in row[column]
            assert not row[column].rpartition(".")[2].endswith("0")


def test_amounts_agree(rows):
    for row in rows:
        items = int(row["ITEMS"])
        assert items > 0
        assert Decimal(row["TOTAL_QUANTITY"]) == items * Decimal(row["QUANTITY"])
        assert Decimal(row["NIC"]) > 0


def test_actual_cost_follows_the_formula_exactly(rows):
    left = Decimal(price_after_discount(202601)) / 100_000
    assert left == Decimal("0.90133")
    containers = Counter()
    for row in rows:
        items = int(row["ITEMS"])
        discounted = (left * Decimal(row["NIC"])).quantize(Decimal("0.00001"), ROUND_HALF_UP)
        rest = Decimal(row["ACTUAL_COST"]) - discounted - Decimal("0.0124") * items
        assert rest in (Decimal(0), Decimal("0.10") * items), row
        containers[bool(rest)] += 1
    # About a quarter of real rows have the payment for a container.
    assert 0.1 < containers[True] / len(rows) < 0.4


def test_invented_organisations_show_it(rows, england):
    for row in rows:
        if row["PRACTICE_CODE"] == "-":
            assert row["ICB_CODE"] == row["PCO_CODE"] == row["REGIONAL_OFFICE_CODE"] == "-"
            assert row["UNIDENTIFIED"] == "Y"
        else:
            assert row["PRACTICE_NAME"].endswith("(SYNTHETIC)")
            assert row["PRACTICE_CODE"][:2] in ("SY", "SC", "SU")
            assert row["POSTCODE"][:2] in ("", "XX")
            assert (row["UNIDENTIFIED"] == "Y") == (row["PRACTICE_CODE"][:2] == "SU")
    networks = _read(england[0] / "organisations" / "pcn_202601.csv")
    assert all(row["PCN_NAME"].endswith("(SYNTHETIC)") for row in networks if row["PCN_CODE"] != "U")


def test_names_that_hold_commas_are_quoted(rows):
    assert any("," in row["BNF_CHAPTER_PLUS_CODE"] or "," in row["BNF_PRESENTATION_NAME"] for row in rows)


def test_every_code_is_in_the_hierarchy(rows, england):
    known = {
        level: {row["CODE"]: row["NAME"] for row in _read(england[0] / "bnf" / f"{level}.csv")}
        for level in (
            "chapter",
            "section",
            "paragraph",
            "subparagraph",
            "chemical_substance",
            "product",
            "presentation",
        )
    }
    for row in rows:
        code = row["BNF_PRESENTATION_CODE"]
        assert known["presentation"][code] == row["BNF_PRESENTATION_NAME"]
        assert row["BNF_CHAPTER_PLUS_CODE"] == f"{code[:2]}: {known['chapter'][code[:2]]}"
        substance = known["section" if len(code) == 11 else "chemical_substance"]
        assert substance[row["BNF_CHEMICAL_SUBSTANCE_CODE"]] == row["BNF_CHEMICAL_SUBSTANCE"]
        if len(code) == 15:
            assert code[:6] in known["paragraph"]
            assert code[:7] in known["subparagraph"]
            assert code[:11] in known["product"]


def test_codes_of_before_january_lead_to_those_of_after(england):
    rows = _read(england[0] / "bnf" / "bnf_code_changes_2026.csv")
    changes = {row["old_code"]: row["new_code"] for row in rows}
    with (england[0] / "epd" / "EPD_SNOMED_202512.csv").open(encoding="ascii", newline="") as file:
        december = {row["BNF_PRESENTATION_CODE"] for row in csv.DictReader(file)}
    assert december & changes.keys()
    with (england[0] / "epd" / "EPD_SNOMED_202601.csv").open(encoding="ascii", newline="") as file:
        january = {row["BNF_PRESENTATION_CODE"] for row in csv.DictReader(file)}
    assert not january & changes.keys()
    assert january & set(changes.values())


def test_lists_add_up(england):
    by_practice: dict[str, dict[tuple[str, str], int]] = {}
    for row in _read(england[0] / "list-size" / "gp-reg-pat-prac-quin-age_202601.csv"):
        cells = by_practice.setdefault(row["ORG_CODE"], {})
        cells[row["SEX"], row["AGE_GROUP_5"]] = int(row["NUMBER_OF_PATIENTS"])
        assert row["EXTRACT_DATE"] == "01JAN2026"
    assert 15 <= len(by_practice) <= 20
    for cells in by_practice.values():
        assert len(cells) == 43
        ages = {age for _, age in cells} - {"ALL"}
        for sex in ("MALE", "FEMALE"):
            assert cells[sex, "ALL"] == sum(cells[sex, age] for age in ages)
        assert cells["ALL", "ALL"] == cells["MALE", "ALL"] + cells["FEMALE", "ALL"]


def test_organisations_are_those_of_the_prescribing(rows, england):
    listed = {
        row["PRACTICE_CODE"]: row for row in _read(england[0] / "organisations" / "practice_202601.csv")
    }
    places = {
        row["CCG_CODE"]: row for row in _read(england[0] / "organisations" / "ccg_stp_region_202601.csv")
    }
    for row in rows:
        if row["PRACTICE_CODE"].startswith("SY"):
            place = places[listed[row["PRACTICE_CODE"]]["CCG_CODE"]]
            assert row["PCO_CODE"].removesuffix("00") == place["CCG_CODE"]
            assert (row["ICB_CODE"], row["ICB_NAME"]) == (place["STP_CODE"], place["STP_NAME"])
            assert row["REGIONAL_OFFICE_CODE"] == place["COMM_REGION_CODE"]


def test_ods_records_have_27_fields(england):
    with (england[0] / "organisations" / "epraccur_202601.csv").open(encoding="ascii", newline="") as file:
        records = list(csv.reader(file))
    assert {len(record) for record in records} == {27}
    assert {record[25] for record in records} >= {"4"}


def test_a_practice_that_closes_has_a_successor_and_no_more_rows(tmp_path):
    months = months_until(202603, 8)
    closing = next(
        seed
        for seed in range(200)
        if any(each.closed < 8 for each in make_england("small", months, seed).practices)
    )
    write_england(tmp_path, size="small", months=8, seed=closing, last_month=202603)
    with (tmp_path / "organisations" / "succ_202603.csv").open(encoding="ascii", newline="") as file:
        [[old, new, _, day, _], *_] = csv.reader(file)
    for month in months:
        with (tmp_path / "epd" / f"EPD_SNOMED_{month}.csv").open(encoding="ascii", newline="") as file:
            present = {row["PRACTICE_CODE"] for row in csv.DictReader(file)}
        assert new in present
        assert (old in present) == (month < int(day[:6]))


def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(tmp_path):
    def digests(name, seed, threads):
        paths = write_england(tmp_path / name, size="small", months=2, seed=seed, threads=threads)
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    one, four = digests("one", 5, 1), digests("four", 5, 4)
    assert one == four
    other = digests("other", 6, 4)
    assert one["EPD_SNOMED_202603.csv"] != other["EPD_SNOMED_202603.csv"]


def test_gzip_holds_the_same_rows(tmp_path):
    write_england(tmp_path / "plain", size="small", months=1, seed=5)
    write_england(tmp_path / "packed", size="small", months=1, seed=5, gzip=True)
    packed = gzip.decompress((tmp_path / "packed" / "epd" / "EPD_SNOMED_202603.csv.gz").read_bytes())
    assert packed == (tmp_path / "plain" / "epd" / "EPD_SNOMED_202603.csv").read_bytes()


def test_progress_is_told(tmp_path):
    heard = []
    write_england(tmp_path, size="small", months=2, seed=1, progress=lambda *told: heard.append(told))
    assert heard == [("practices", 0, 2), ("February 2026", 1, 2), ("March 2026", 2, 2)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"size": "huge"}, "no size"),
        ({"months": 0}, "0 months"),
        ({"months": 500}, "500 months"),
        ({"seed": -1}, "no seed"),
        ({"last_month": 201801, "months": 1}, "outside"),
        ({"last_month": 202613, "months": 1}, "not a month"),
    ],
)
def test_what_cannot_be_made_is_refused(tmp_path, asked, said):
    with pytest.raises(Epact2Error, match=said):
        write_england(tmp_path / "new", **({"size": "small", "months": 1, "seed": 1} | asked))
    assert not (tmp_path / "new").exists()


def test_other_peoples_files_are_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadSynthesis, match="other files"):
        write_england(tmp_path, size="small", months=1, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def _read(path: Path):
    with path.open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))
