"""List sizes, codes, organisations and weights: good files in, bad ones refused with the place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from epact2.load.formats import NINE_BANDS, QUINARY_BANDS
from epact2.load.publish import load_files
from epact2.load.refusals import LoadRefused
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import STAR_PU_SETS
from support.epd import epd_row, write_epd
from support.stores import dimension_rows

LONG_HEADER = (
    "PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS"
)


def long_list(
    practice: str = "L84073", date: str = "01SEP2017", kind: str = "GP", each: int = 10
) -> list[str]:
    """The 43 rows of a practice with so many patients of each sex and age."""
    start = f"GP_PRAC_PAT_LIST,{date},{kind},{practice},,GL11 4JN"
    bands = [band.replace("-", "_") for band in QUINARY_BANDS]
    rows = [f"{start},ALL,ALL,{each * 2 * len(bands)}"]
    for sex in ("FEMALE", "MALE"):
        rows.append(f"{start},{sex},ALL,{each * len(bands)}")
        rows += [f"{start},{sex},{band},{each}" for band in bands]
    return rows


WIDE_HEADER = (
    "Regional Office Name,Regional Office Code,Area Team Name,Area Team Code,PCO Name,PCO Code,"
    "Practice Name,Practice Code,"
    + ",".join(f"{sex} {band}" for band in NINE_BANDS for sex in ("Male", "Female"))
)
WIDE_ROW = "LONDON,Y56,NE LONDON,Q61,BARKING CCG,07L00,ABBEY,F82625," + ",".join(["5"] * 18)


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def star_pu() -> dict[str, object]:
    return {name: {band: [1.5, 0.25] for band in NINE_BANDS} for name in STAR_PU_SETS}


def test_long_lists_and_units(tmp_path: Path) -> None:
    lists = write(tmp_path, "lists_201709.csv", LONG_HEADER, *long_list())
    weights = tmp_path / "star.json"
    weights.write_text(json.dumps(star_pu()))
    load_files(tmp_path / "store", [lists, weights])
    found = dimension_rows(
        tmp_path / "store",
        "SELECT list_size, star_pu_cox_2_inhibitors_cost, astro_pu_cost, prescribes FROM f.population",
    )
    assert found == [(400, 350 * 10**9, None, False)]


def test_wide_lists_hold_for_a_quarter_and_give_the_place(tmp_path: Path) -> None:
    load_files(tmp_path / "store", [write(tmp_path, "practice_list_201602.csv", WIDE_HEADER, WIDE_ROW)])
    assert dimension_rows(
        tmp_path / "store", "SELECT month, sub_icb, icb, region FROM f.practice_month ORDER BY month"
    ) == [(month, "07L", "Q61", "Y56") for month in (201601, 201602, 201603)]


def test_a_long_file_replaces_one_month_of_a_quarter(tmp_path: Path) -> None:
    wide = write(tmp_path, "practice_list_201707.csv", WIDE_HEADER, WIDE_ROW)
    load_files(tmp_path / "store", [wide])
    load_files(tmp_path / "store", [write(tmp_path, "long.csv", LONG_HEADER, *long_list())])
    found = dimension_rows(
        tmp_path / "store",
        "SELECT month, code, list_size FROM f.population JOIN f.practice USING (practice) ORDER BY month",
    )
    assert found == [(201707, "F82625", 90), (201708, "F82625", 90), (201709, "L84073", 400)]


def test_rows_of_other_organisations_are_left_out_and_reported(tmp_path: Path) -> None:
    path = write(tmp_path, "lists.csv", LONG_HEADER, *long_list(), *long_list("11M", kind="CCG"))
    outcome = load_files(tmp_path / "store", [path])
    assert "43 rows of other organisations (CCG)" in outcome.files[0].warnings[0]
    assert dimension_rows(tmp_path / "store", "SELECT code FROM f.practice") == [("L84073",)]


def test_a_practice_that_prescribes_is_marked(tmp_path: Path) -> None:
    lists = write(tmp_path, "lists.csv", LONG_HEADER, *long_list(), *long_list("A81001"))
    load_files(tmp_path / "store", [lists, write_epd(tmp_path, [epd_row()])])
    found = dimension_rows(
        tmp_path / "store",
        "SELECT code, prescribes FROM f.population JOIN f.practice USING (practice) ORDER BY 1",
    )
    assert found == [("A81001", False), ("L84073", True)]


def test_successors_of_a_sub_icb_location_are_followed(tmp_path: Path) -> None:
    epd = write_epd(tmp_path, [epd_row()])
    successors = write(tmp_path, "succ.csv", "11M,X11M0,R,20210401,", "L84073,L84099,R,20220101,")
    above = write(
        tmp_path,
        "ccg_stp_region_202201.csv",
        "CCG_CODE,ONS_CCG_CODE,CCG_NAME,STP_CODE,ONS_STP_CODE,STP_NAME,COMM_REGION_CODE,ONS_COMM_REGION_CODE,"
        "COMM_REGION_NAME",
        "X11M0,E1,NHS New Gloucestershire,QR1,E2,Gloucestershire,Y58,E3,South West",
    )
    load_files(tmp_path / "store", [epd, successors, above])
    found = dimension_rows(tmp_path / "store", "SELECT sub_icb, icb, region, successor FROM f.practice")
    assert found == [("X11M0", "QR1", "Y58", "L84099")]
    then = dimension_rows(tmp_path / "store", "SELECT sub_icb, icb, region FROM f.practice_month")
    assert then == [("11M", "Q64", "Y57")]


def test_code_changes_loaded_later_move_totals_to_the_latest_section(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load_files(store, [write_epd(tmp_path, [epd_row()])])
    load_files(store, [write(tmp_path, "2018.csv", "0501013B0AAABAB,1301010AAAAABAB")])
    found = dimension_rows(
        store, "SELECT code, latest, section, published_section FROM f.medicine ORDER BY 1"
    )
    assert found[0] == ("0501013B0AAABAB", "1301010AAAAABAB", "1301", "0501")


def test_practices_that_nobody_else_knows_are_kept_and_reported(tmp_path: Path) -> None:
    lists = write(tmp_path, "lists.csv", LONG_HEADER, *long_list())
    rows = [epd_row(), epd_row(PRACTICE_CODE="A81001"), epd_row(PRACTICE_CODE="-", PCO_CODE="-")]
    outcome = load_files(tmp_path / "store", [lists, write_epd(tmp_path, rows)])
    assert "1 practices or cost centres are in no list" in outcome.files[1].warnings[0]
    assert "A81001" in outcome.files[1].warnings[0]
    settings = dimension_rows(tmp_path / "store", "SELECT code, setting FROM f.practice ORDER BY code")
    assert settings == [("-", "0"), ("A81001", "0"), ("L84073", "4")]


def test_two_years_of_changes_may_be_alike(tmp_path: Path) -> None:
    line = "0501013B0AAABAB,0501013B0AAACAC"
    load_files(tmp_path / "store", [write(tmp_path, "2017.csv", line)])
    assert load_files(tmp_path / "store", [write(tmp_path, "2018.csv", line)]).changed
    assert not load_files(tmp_path / "store", [write(tmp_path, "2018.csv", line)]).changed


BAD = [
    ("lists.csv", [LONG_HEADER, *long_list(), *long_list()], ["line 45", "two rows"]),
    ("lists.csv", [LONG_HEADER, *long_list()[:-1]], ["line 2", "L84073", "add up"]),
    ("lists.csv", [LONG_HEADER, *long_list(), *long_list("A81001", "01OCT2017")], ["line 45", "01OCT2017"]),
    ("lists_201708.csv", [LONG_HEADER, *long_list()], ["line 2", "column EXTRACT_DATE", "“01SEP2017”"]),
    ("lists.csv", [LONG_HEADER, *long_list(kind="CCG")], ["no row of a practice"]),
    (
        "lists.csv",
        [LONG_HEADER, long_list()[0].replace("400", "-4")],
        ["line 2", "NUMBER_OF_PATIENTS", "“-4”"],
    ),
    (
        "lists.csv",
        [LONG_HEADER, long_list()[0].replace("ALL,ALL", "ALL,5-9")],
        ["line 2", "AGE_GROUP_5", "“5-9”"],
    ),
    ("practice_list.csv", [WIDE_HEADER, WIDE_ROW], ["quarter", "not known"]),
    ("practice_list_201601.csv", [WIDE_HEADER, WIDE_ROW, WIDE_ROW], ["line 3", "F82625", "two rows"]),
    ("bnf.csv", ["CODE,NAME", "01,One", "0101,Two"], ["line 3", "column CODE", "“0101”"]),
    ("bnf.csv", ["CODE,NAME", "01,One", "01,Two"], ["line 3", "column CODE", "“01”", "line 2"]),
    (
        "practice.csv",
        ["PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,CCG_CODE", "A1,B,C,U1,11M"],
        ["month"],
    ),
    ("2018.csv", ["0501013B0AAABAB,0501013B0AAACAC", "0501013B0AAABAB"], ["line 2", "1 values"]),
    ("star.json", ["{"], ["JSON"]),
    ("star.json", ['{"analgesics_cost": {}}'], ["25 STAR-PU sets"]),
    ("something.txt", ["hello"], ["of no kind", "“hello”"]),
]


@pytest.mark.parametrize(("name", "lines", "says"), BAD, ids=lambda one: one if isinstance(one, str) else "")
def test_refused(name: str, lines: list[str], says: list[str], tmp_path: Path) -> None:
    path = write(tmp_path, name, *lines)
    with pytest.raises(LoadRefused) as refused:
        load_files(tmp_path / "store", [path])
    for words in (name, *says):
        assert words in refused.value.message
    assert not (tmp_path / "store/current").exists()


def test_weights_must_be_numbers(tmp_path: Path) -> None:
    path = tmp_path / "star.json"
    wrong = star_pu()
    wrong["analgesics_cost"] = {band: ["1", 2] for band in NINE_BANDS}
    path.write_text(json.dumps(wrong))
    with pytest.raises(LoadRefused, match="analgesics_cost, 0-4, male: “1” is not a weight"):
        load_files(tmp_path / "store", [path])


def test_the_kind_insisted_on_must_be_right(tmp_path: Path) -> None:
    path = write_epd(tmp_path)
    with pytest.raises(LoadRefused, match=r"of no kind"):
        load_files(tmp_path / "store", [path], kind="list-size")
    with pytest.raises(LoadRefused, match="there is no kind of file “list-sizes”"):
        load_files(tmp_path / "store", [path], kind="list-sizes")
    with pytest.raises(LoadRefused, match="another month than August 2017"):
        load_files(tmp_path / "store", [path], month=DispensingMonth(2017, 8))


def test_two_files_for_one_place_are_refused(tmp_path: Path) -> None:
    first = write_epd(tmp_path)
    (tmp_path / "other").mkdir()
    second = write_epd(tmp_path / "other", [epd_row()])
    with pytest.raises(LoadRefused, match="holds the same"):
        load_files(tmp_path / "store", [first, second])


def test_populations_are_the_same_loaded_step_by_step_or_at_once(tmp_path: Path) -> None:
    weights = tmp_path / "star.json"
    weights.write_text(json.dumps(star_pu()))
    months = ("01JUL2017", "01AUG2017", "01SEP2017")
    lists = [
        write(tmp_path, f"{date}.csv", LONG_HEADER, *long_list(date=date, each=number))
        for number, date in enumerate(months, start=3)
    ]
    steps = [[lists[0]], [weights], [write_epd(tmp_path, [epd_row()])], lists[1:]]
    for files in steps:
        load_files(tmp_path / "steps", files)
    load_files(tmp_path / "at once", [file for files in steps for file in files])
    sql = "SELECT p.* EXCLUDE (practice) FROM f.population p ORDER BY month"
    found = dimension_rows(tmp_path / "steps", sql)
    assert found == dimension_rows(tmp_path / "at once", sql)
    assert [row[1] for row in found] == [False, False, True]


def test_the_strict_and_the_fast_reader_of_lists_agree(tmp_path: Path) -> None:
    lines = [LONG_HEADER, *long_list(), *long_list("A81001", each=3), *long_list("11M", kind="CCG")]
    fast = write(tmp_path, "fast.csv", *lines)
    (tmp_path / "strict.csv").write_bytes(fast.read_bytes().replace(b"GL11 4JN", b'"GL11\n4JN"', 1))
    outcomes = [load_files(tmp_path / name, [tmp_path / f"{name}.csv"]) for name in ("fast", "strict")]
    assert outcomes[0].files[0].warnings == outcomes[1].files[0].warnings
    sql = "FROM f.population_age ORDER BY ALL"
    assert dimension_rows(tmp_path / "fast", sql) == dimension_rows(tmp_path / "strict", sql)
