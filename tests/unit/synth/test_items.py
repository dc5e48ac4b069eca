"""Items of a tiny synthetic England, read as a stranger would: with csv, decimals and plain loops."""

import csv
import gzip
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest

from epact2.synth.england import make_england
from epact2.synth.files import BadSynthesis, write_england
from epact2.synth.formulary import price_after_discount

HEADER = (
    "YEAR_MONTH,FORM_ID,ITEM_ID,ELEMENT_ID,ITEM_COUNT,FORM_TYPE,EPS_FLAG,ERD_FLAG,PRESCRIBED_DATE,PRACTICE_CODE,"
    "PRESCRIBER_ORGANISATION_TYPE,PRESCRIBER_CODE,PRESCRIBER_TYPE,DISPENSER_CODE,DISPENSER_TYPE,"
    "DISPENSER_COUNTRY,BNF_PRESENTATION_CODE,SNOMED_CODE,PAID_BNF_PRESENTATION_CODE,PAID_SNOMED_CODE,"
    "PREPARATION_CLASS,CD_SCHEDULE,QUANTITY,TOTAL_QUANTITY,ADQ_USAGE,NIC,DISCOUNT,CONSUMABLES,CONTAINERS,"
    "OUT_OF_POCKET,ACTUAL_COST,EXEMPTION_CATEGORY,CHARGE_STATUS,OUT_OF_HOURS,PRIVATE,DISALLOWED,NOT_DISPENSED,"
    "REFERRED_BACK,CD_REQUISITION,IGNORED,PATIENT_ID,PATIENT_IDENTIFIED,PDS_BIRTH_MONTH,EPS_BIRTH_MONTH,AGE,"
    "GENDER,PATIENT_LSOA_CODE"
)
COLUMNS = next(csv.reader([HEADER]))
MONTHS = (202508, 202509, 202510)  # October: flu vaccine
LAST = MONTHS[-1]
FLAGS = ("DISALLOWED", "NOT_DISPENSED", "REFERRED_BACK", "CD_REQUISITION", "IGNORED")


@pytest.fixture(scope="module")
def england(tmp_path_factory):
    directory = tmp_path_factory.mktemp("items") / "england"
    paths = write_england(directory, size="tiny", months=3, seed=11, last_month=LAST, items=True)
    return directory, paths


@pytest.fixture(scope="module")
def months(england):
    return {month: _read(england[0] / "items" / f"ITEMS_{month}.csv") for month in MONTHS}


@pytest.fixture(scope="module")
def rows(months):
    return [row for month in MONTHS for row in months[month]]


def _read(path: Path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _is_excluded(row):
    return (
        row["OUT_OF_HOURS"] == "1"
        or row["PRIVATE"] == "1"
        or any(row[flag] == "Y" for flag in FLAGS)
        or row["PRESCRIBER_ORGANISATION_TYPE"] in ("8", "54")
    )


def _sums(rows):
    """What an EPD file says of these items: amounts by practice, presentation, SNOMED code and quantity."""
    found = defaultdict(lambda: [Decimal(0)] * 5)
    for row in rows:
        if not _is_excluded(row):
            key = (row["PRACTICE_CODE"], row["BNF_PRESENTATION_CODE"], row["SNOMED_CODE"],
                   Decimal(row["QUANTITY"]))  # fmt: skip
            amounts = [
                Decimal(row[column])
                for column in ("ITEM_COUNT", "TOTAL_QUANTITY", "ADQ_USAGE", "NIC", "ACTUAL_COST")
            ]
            found[key] = [a + b for a, b in zip(found[key], amounts, strict=True)]
    return dict(found)


def _epd(path: Path):
    return {
        (row["PRACTICE_CODE"], row["BNF_PRESENTATION_CODE"], row["SNOMED_CODE"], Decimal(row["QUANTITY"])): [
            Decimal(row[column]) for column in ("ITEMS", "TOTAL_QUANTITY", "ADQ_USAGE", "NIC", "ACTUAL_COST")
        ]
        for row in _read(path)
    }


def test_prescribing_is_the_sum_of_the_items_to_the_last_decimal(england, months):
    for month in MONTHS:
        assert _sums(months[month]) == _epd(england[0] / "epd" / f"EPD_SNOMED_{month}.csv")


def test_parquet_holds_the_same_items_with_types(england, months, tmp_path):
    write_england(tmp_path, size="tiny", months=3, seed=11, last_month=LAST, items=True, item_months=1,
                  parquet=True)  # fmt: skip
    assert [path.name for path in (tmp_path / "items").glob("ITEMS*")] == [f"ITEMS_{LAST}.parquet"]
    connection = duckdb.connect()
    path = tmp_path / "items" / f"ITEMS_{LAST}.parquet"
    found = connection.execute("SELECT * FROM read_parquet($1)", [str(path)])
    types = {column[0]: str(column[1]) for column in found.description}
    assert list(types) == COLUMNS
    assert types["YEAR_MONTH"] == types["PRESCRIBED_DATE"] == "INTEGER"
    assert types["NIC"] == "DECIMAL(18,2)"
    assert types["ACTUAL_COST"] == types["QUANTITY"] == "DECIMAL(18,5)"
    assert types["PATIENT_ID"] == types["DISALLOWED"] == types["SNOMED_CODE"] == "VARCHAR"
    as_text = [["" if cell is None else str(cell) for cell in row] for row in found.fetchall()]
    csv_rows = [[str(LAST), *list(row.values())[1:]] for row in months[LAST]]
    assert as_text == csv_rows
    assert (tmp_path / "epd" / f"EPD_SNOMED_{LAST}.csv").read_bytes() == (
        england[0] / "epd" / f"EPD_SNOMED_{LAST}.csv"
    ).read_bytes()


def test_the_layout_is_the_agreed_one(england):
    for month in MONTHS:
        text = (england[0] / "items" / f"ITEMS_{month}.csv").read_text(encoding="ascii")
        assert text.split("\n", 1)[0].rstrip("\r").split(",") == COLUMNS


def test_rows_are_unique_and_of_the_month(months):
    for month, rows in months.items():
        assert {row["YEAR_MONTH"] for row in rows} == {f"{month // 100}-{month % 100:02}"}
        keys = Counter((row["FORM_ID"], row["ITEM_ID"], row["ELEMENT_ID"]) for row in rows)
        assert max(keys.values()) == 1


def test_a_form_is_one_persons_from_one_prescriber_on_one_day(months):
    for rows in months.values():
        forms = defaultdict(list)
        for row in rows:
            forms[row["FORM_ID"]].append(row)
        sizes = Counter()
        for form in forms.values():
            for column in ("PATIENT_ID", "PRESCRIBER_CODE", "DISPENSER_CODE", "PRESCRIBED_DATE", "EPS_FLAG",
                           "ERD_FLAG", "FORM_TYPE", "PRACTICE_CODE", "EXEMPTION_CATEGORY", "AGE",
                           "PATIENT_IDENTIFIED"):  # fmt: skip
                assert len({row[column] for row in form}) == 1, column
            items = sorted({int(row["ITEM_ID"]) for row in form})
            assert items == list(range(1, len(items) + 1))
            assert len(items) <= (4 if form[0]["EPS_FLAG"] == "Y" else 10)
            sizes[form[0]["EPS_FLAG"], len(items)] += 1
        assert sizes["Y", 4]
        assert 1.7 < sum(n * count for (_, n), count in sizes.items()) / len(forms) < 3


def test_electronic_forms_have_a_day_and_paper_seldom(rows):
    for row in rows:
        month = int(row["YEAR_MONTH"].replace("-", ""))
        if row["PRESCRIBED_DATE"]:
            assert month - int(row["PRESCRIBED_DATE"]) // 100 in (0, 1, 89)
        else:
            assert row["EPS_FLAG"] == "N"
        if row["ERD_FLAG"] == "Y":
            assert row["EPS_FLAG"] == "Y"
    paper = [row for row in rows if row["EPS_FLAG"] == "N"]
    assert sum(bool(row["PRESCRIBED_DATE"]) for row in paper) / len(paper) < 0.2


def test_actual_cost_is_made_of_its_parts_by_the_rule_of_the_month(months):
    for month, rows in months.items():
        left = Decimal(price_after_discount(month)) / 100_000
        by_row = defaultdict(list)
        for row in rows:
            parts = {
                name: Decimal(row[name])
                for name in ("NIC", "DISCOUNT", "CONSUMABLES", "CONTAINERS", "OUT_OF_POCKET", "ACTUAL_COST")
            }
            assert parts["ACTUAL_COST"] == (
                parts["NIC"] - parts["DISCOUNT"] + parts["CONSUMABLES"] + parts["CONTAINERS"]
                + parts["OUT_OF_POCKET"]
            )  # fmt: skip
            items = int(row["ITEM_COUNT"])
            assert parts["CONSUMABLES"] == items * Decimal("0.0124")
            assert parts["CONTAINERS"] in (0, items * Decimal("0.1"))
            # One item's discount is the rule's to one unit of the fifth decimal.
            assert abs(parts["NIC"] * (1 - left) - parts["DISCOUNT"]) <= Decimal("0.00002")
            if not _is_excluded(row):
                by_row[row["PRACTICE_CODE"], row["SNOMED_CODE"], row["QUANTITY"]].append(parts)
        for group in by_row.values():
            nic = sum(parts["NIC"] for parts in group)
            discounted = (nic * left).quantize(Decimal("0.00001"), ROUND_HALF_UP)
            assert sum(parts["NIC"] - parts["DISCOUNT"] for parts in group) == discounted


def test_few_rows_are_excluded_each_for_one_reason(rows):
    excluded = [row for row in rows if _is_excluded(row)]
    assert 0.002 < len(excluded) / len(rows) < 0.005
    reasons = Counter()
    for row in excluded:
        why = [flag for flag in FLAGS if row[flag] == "Y"]
        why += [name for name in ("OUT_OF_HOURS", "PRIVATE") if row[name] == "1"]
        why += ["prescriber"] if row["PRESCRIBER_ORGANISATION_TYPE"] in ("8", "54") else []
        assert len(why) == 1
        reasons[why[0]] += 1
    assert len(reasons) >= 6


def test_elements_share_an_item(rows):
    items = defaultdict(list)
    for row in rows:
        items[row["YEAR_MONTH"], row["FORM_ID"], row["ITEM_ID"]].append(row)
    split = [item for item in items.values() if len(item) > 1]
    assert 5 <= len(split) < 0.003 * len(items)
    for item in split:
        first, second = sorted(item, key=lambda row: int(row["ELEMENT_ID"]))
        assert (first["ELEMENT_ID"], second["ELEMENT_ID"]) == ("1", "2")
        assert (first["ITEM_COUNT"], second["ITEM_COUNT"]) == ("1", "0")
        assert first["QUANTITY"] == second["QUANTITY"]
        totals = [Decimal(row["TOTAL_QUANTITY"]) for row in (first, second)]
        assert all(totals)
        assert sum(totals) == Decimal(first["QUANTITY"])


def test_only_flu_vaccine_is_claimed_in_bulk_for_nobody_in_particular(months):
    bulk = [row for row in months[LAST] if int(row["ITEM_COUNT"]) > 1]
    assert bulk
    for row in bulk:
        assert row["BNF_PRESENTATION_CODE"].startswith("1404000H0")
        assert (row["FORM_TYPE"], row["DISPENSER_TYPE"]) == ("FP34PD", "Personally administered")
        assert (row["PATIENT_ID"], row["AGE"]) == ("", "-1")


def _age_by_the_rule(row):
    """As the documents say: PDS, else the message, else what was captured."""
    month = row["YEAR_MONTH"].replace("-", "")
    day = row["PRESCRIBED_DATE"] if row["EPS_FLAG"] == "Y" else month
    for born in (row["PDS_BIRTH_MONTH"], row["EPS_BIRTH_MONTH"]):
        if born:
            months = (int(day[:4]) - int(born[:4])) * 12 + int(day[4:6]) - int(born[4:])
            if 0 <= months // 12 <= 120:
                return months // 12
    return int(row["AGE"])


def test_age_is_what_the_rule_gives(rows):
    for row in rows:
        assert int(row["AGE"]) == _age_by_the_rule(row)
        assert -1 <= int(row["AGE"]) <= 105
        if row["PATIENT_ID"]:
            assert row["AGE"] != "-1"


def test_what_is_known_of_a_person_depends_on_the_form(rows):
    assert any(not r["PATIENT_ID"] and r["AGE"] == "-1" and int(r["ITEM_COUNT"]) == 1 for r in rows)
    assert any(
        not r["PATIENT_ID"] and r["AGE"] != "-1" and not r["EPS_BIRTH_MONTH"] and r["EPS_FLAG"] == "N"
        for r in rows
    )
    for row in rows:
        identified = row["PATIENT_IDENTIFIED"] == "Y"
        assert bool(row["PDS_BIRTH_MONTH"]) == identified
        if not identified:
            assert row["GENDER"] == "0"
        if identified:
            assert row["PATIENT_ID"].isalnum()
            assert len(row["PATIENT_ID"]) <= 12
        if row["EPS_BIRTH_MONTH"] or row["PATIENT_LSOA_CODE"]:
            assert row["EPS_FLAG"] == "Y"


def test_the_newly_captured_of_the_last_month_are_verified_later(england, months):
    verified = _read(england[0] / "items" / "later" / f"VERIFIED_{LAST}.csv")
    assert list(verified[0]) == ["YEAR_MONTH", "PATIENT_ID", "PDS_BIRTH_MONTH", "GENDER"]
    by_id = {row["PATIENT_ID"]: row for row in verified}
    assert len(by_id) == len(verified)
    last = [row for row in months[LAST] if row["PATIENT_ID"]]
    patients = {row["PATIENT_ID"] for row in last}
    assert by_id.keys() <= patients
    assert 0.005 < len(by_id) / len(patients) < 0.03
    earlier = {row["PATIENT_ID"] for month in MONTHS[:-1] for row in months[month]}
    assert not by_id.keys() & earlier
    for row in last:
        if row["PATIENT_ID"] in by_id:
            assert row["PATIENT_IDENTIFIED"] == "N"
            assert row["EPS_BIRTH_MONTH"] in ("", by_id[row["PATIENT_ID"]]["PDS_BIRTH_MONTH"])
            assert by_id[row["PATIENT_ID"]]["GENDER"] in ("1", "2")
    # Nobody else waits: the few others that are not verified are so in every month.
    for month in MONTHS:
        waiting = [
            row for row in months[month]
            if row["PATIENT_ID"] and row["PATIENT_IDENTIFIED"] == "N" and row["PATIENT_ID"] not in by_id
        ]  # fmt: skip
        assert len(waiting) < 0.006 * len(months[month])


def test_what_comes_later_is_not_loaded_at_first(england):
    directory, paths = england
    assert not [path for path in paths if "later" in path.parts or path.name.startswith("VERIFIED")]
    assert [path.name for path in paths if "items" in path.parts] == [f"ITEMS_{m}.csv" for m in MONTHS]
    found = {path.name for path in directory.glob("**/ITEMS*.csv")}
    assert found == {f"ITEMS_{month}.csv" for month in MONTHS}
    for folder in ("items", "items/later"):
        assert "VERIFIED_YYYYMM.csv" in (directory / folder / "README.txt").read_text()
    assert "SYNTHETIC" in (directory / "imd" / "README.txt").read_text()
    assert not (directory / ".scratch").exists()


def test_a_person_stays_the_same_from_month_to_month(months):
    facts = defaultdict(set)
    for rows in months.values():
        for row in rows:
            if row["PATIENT_IDENTIFIED"] == "Y":
                facts[row["PATIENT_ID"]].add((row["PDS_BIRTH_MONTH"], row["GENDER"]))
    assert all(len(each) == 1 for each in facts.values())
    # The same people get the same medicines: of who had a heart medicine, most have it the month after.
    had = [
        {
            (row["PATIENT_ID"], row["BNF_PRESENTATION_CODE"][:9])
            for row in months[month]
            if row["BNF_PRESENTATION_CODE"].startswith("02") and row["PATIENT_IDENTIFIED"] == "Y"
        }
        for month in MONTHS
    ]
    assert len(had[0] & had[1]) > 0.75 * len(had[0])


def test_everybody_around_is_invented(england, rows):
    areas = {row["LSOA_CODE"]: row["IMD_DECILE"] for row in _read(england[0] / "imd" / "imd.csv")}
    homes = {
        row["PRACTICE_CODE"]: row["LSOA_CODE"] for row in _read(england[0] / "imd" / "practice_lsoa.csv")
    }
    assert all(code.startswith("SL") and code[2:].isdigit() for code in areas)
    assert {int(decile) for decile in areas.values()} <= set(range(1, 11))
    assert set(homes.values()) <= areas.keys()
    for row in rows:
        assert row["PRESCRIBER_CODE"] == "-" or row["PRESCRIBER_CODE"].startswith("SG")
        assert row["DISPENSER_CODE"].startswith("SD")
        assert row["PRACTICE_CODE"] == "-" or row["PRACTICE_CODE"][:2] in ("SY", "SC", "SU")
        assert not row["PATIENT_LSOA_CODE"] or row["PATIENT_LSOA_CODE"] in areas
    assert {row["PRACTICE_CODE"] for row in rows if row["PRACTICE_CODE"].startswith("SY")} <= homes.keys()


def test_patients_are_those_of_the_lists(england, months):
    """No more people of a sex and five-year age group have items than the practice has on its list."""
    listed = {
        (row["ORG_CODE"], row["SEX"], row["AGE_GROUP_5"]): int(row["NUMBER_OF_PATIENTS"])
        for row in _read(england[0] / "list-size" / f"gp-reg-pat-prac-quin-age_{LAST}.csv")
    }
    people = defaultdict(set)
    for row in months[LAST]:
        # Visitors and those who move are not on the list of this month.
        if (
            row["PATIENT_IDENTIFIED"] == "Y"
            and row["PRACTICE_CODE"].startswith("SY")
            and row["GENDER"] in "12"
        ):
            first = min(int(row["AGE"]) // 5 * 5, 95)
            group = "95+" if first == 95 else f"{first}_{first + 4}"
            people[row["PRACTICE_CODE"], ("MALE", "FEMALE")[int(row["GENDER"]) - 1], group].add(
                row["PATIENT_ID"]
            )
    over = sum(max(0, len(each) - listed.get(key, 0) - 1) for key, each in people.items())
    # Ages are of the prescribed day: a few were a group younger then.
    assert over <= 0.01 * sum(len(each) for each in people.values())


def test_codes_and_classes_agree(rows):
    for row in rows:
        code = row["BNF_PRESENTATION_CODE"]
        if len(code) == 11:
            assert row["PREPARATION_CLASS"] == "4"
        elif code[9:11] == "AA":
            assert row["PREPARATION_CLASS"] in "12"
        else:
            assert row["PREPARATION_CLASS"] == "3"
        if row["PAID_BNF_PRESENTATION_CODE"] != code:
            assert row["PREPARATION_CLASS"] == "2"
            assert row["PAID_BNF_PRESENTATION_CODE"][:9] == code[:9]
        if row["CHARGE_STATUS"] == "C":
            assert row["EXEMPTION_CATEGORY"] == "-"
        if row["EXEMPTION_CATEGORY"] == "C" and row["AGE"] != "-1":
            assert int(row["AGE"]) >= 59
    assert {row["CD_SCHEDULE"] for row in rows} == {"0", "2", "3", "4", "5"}
    tramadol = {row["CD_SCHEDULE"] for row in rows if row["BNF_PRESENTATION_CODE"].startswith("040702040")}
    assert tramadol == {"3"}


def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(tmp_path):
    def bytes_of(name, seed, threads):
        write_england(tmp_path / name, size="tiny", months=1, seed=seed, items=True, threads=threads)
        return {
            path.name: path.read_bytes()
            for path in sorted((tmp_path / name).rglob("*.csv"))
            if path.parent.name in ("items", "later", "imd", "epd")
        }

    one = bytes_of("one", 5, 1)
    assert len(one) == 5
    assert one == bytes_of("three", 5, 3)
    assert one["ITEMS_202603.csv"] != bytes_of("other", 6, 3)["ITEMS_202603.csv"]


def test_a_month_of_items_is_the_same_however_many_months_have_items(england, months, tmp_path):
    write_england(
        tmp_path, size="tiny", months=3, seed=11, last_month=LAST, items=True, item_months=2, gzip=True
    )
    assert sorted(path.name for path in (tmp_path / "items").glob("ITEMS*")) == [
        f"ITEMS_{month}.csv.gz" for month in MONTHS[1:]
    ]
    packed = gzip.decompress((tmp_path / "items" / f"ITEMS_{MONTHS[1]}.csv.gz").read_bytes())
    assert packed == (england[0] / "items" / f"ITEMS_{MONTHS[1]}.csv").read_bytes()


def test_patients_follow_their_practice_into_a_merger(tmp_path):
    closing = next(
        seed
        for seed in range(500)
        if any(each.closed == 1 for each in make_england("small", [202509, 202510], seed).practices)
    )
    write_england(tmp_path, size="small", months=2, seed=closing, last_month=202510, items=True, parquet=True)
    with (tmp_path / "organisations" / "succ_202510.csv").open(encoding="ascii", newline="") as file:
        [[old, new, *_]] = csv.reader(file)
    had = {
        (practice, month): set(found)
        for practice, month, found in duckdb.sql(f"""
            SELECT PRACTICE_CODE, YEAR_MONTH, list(DISTINCT PATIENT_ID) FROM '{tmp_path}/items/*.parquet'
            WHERE PRACTICE_CODE IN ('{old}', '{new}') AND PATIENT_ID IS NOT NULL
              AND BNF_PRESENTATION_CODE LIKE '02%' GROUP BY ALL
        """).fetchall()
    }
    assert (old, 202510) not in had
    assert len(had[old, 202509] & had[new, 202510]) > 0.8 * len(had[old, 202509])
    assert len(had[old, 202509] & had[new, 202509]) < 0.1 * len(had[old, 202509])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"parquet": True}, "no items"),
        ({"item_months": 1}, "no items"),
        ({"items": True, "item_months": 2}, "Items of 2 months"),
        ({"items": True, "item_months": 0}, "Items of 0 months"),
    ],
)
def test_what_cannot_be_made_is_refused(tmp_path, asked, said):
    with pytest.raises(BadSynthesis, match=said):
        write_england(tmp_path / "new", **({"size": "tiny", "months": 1, "seed": 1} | asked))
    assert not (tmp_path / "new").exists()
