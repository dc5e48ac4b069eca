"""The command line as a shell sees it: what it prints, where, and its exit code."""

import csv
import io
import json
import subprocess
import sys

import pytest

from epact2.cli.app import run
from support.epd import epd_row, write_epd


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with two months, loaded by the command itself."""
    folder = tmp_path_factory.mktemp("cli")
    september = write_epd(folder)
    october = write_epd(
        folder, [epd_row(YEAR_MONTH="2017_10", ITEMS="5", TOTAL_QUANTITY="105.0", NIC="6.45")], month="201710"
    )
    assert run(["--store", str(folder / "store"), "load", str(september), str(october)]) == 0
    return folder / "store"


def ask(store, question, *options, monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "stdin", io.StringIO(question if isinstance(question, str) else json.dumps(question))
    )
    code = run(["--store", str(store), "ask", "-", *options])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.fixture
def asking(store, monkeypatch, capsys):
    return lambda question, *options: ask(store, question, *options, monkeypatch=monkeypatch, capsys=capsys)


def test_json_gives_pounds_as_text_counts_as_integers_and_null_for_totals(asking):
    question = {
        "values": ["items", "actual cost", {"ratio": ["NIC", "items"]}],
        "rows": ["month"],
        "where": {"is": ["practice", "L84073"]},
        "totals": True,
    }
    code, out, err = asking(question, "--format", "json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["columns"] == [
        {"name": "month", "kind": "field", "unit": ""},
        {"name": "items", "kind": "value", "unit": "items"},
        {"name": "actual cost", "kind": "value", "unit": "£"},
        {"name": "NIC per item", "kind": "value", "unit": "£ per item"},
    ]
    nic = (3.87 + 1.2 + 10) / (3 + 2 + 3)
    assert answer["rows"] == [
        ["2017-09", 3 + 2 + 3, "5.29123", pytest.approx(nic)],  # 3.69123 + 1.1 + 0.5
        ["2017-10", 5, "3.69123", pytest.approx(6.45 / 5)],
        [None, 13, "8.98246", pytest.approx((3.87 + 1.2 + 10 + 6.45) / 13)],
    ]
    assert answer["release"] == 1
    assert answer["words"].startswith("Items, actual cost and NIC per item by month, where practice is")


def test_csv_has_names_beside_codes(asking):
    code, out, _ = asking({"values": ["items"], "rows": ["practice"]}, "--format", "csv")
    rows = list(csv.reader(io.StringIO(out)))
    assert code == 0
    assert rows[0] == ["practice", "practice name", "items"]
    assert ["L84073", "ACORN PRACTICE", "13"] in rows


def test_a_table_is_the_default(asking):
    code, out, _ = asking({"values": ["items"], "rows": ["practice"]})
    assert code == 0
    assert "ACORN PRACTICE" in out
    assert "Release 1." in out


def test_labels_put_names_into_json(asking):
    _, out, _ = asking({"values": ["items"], "rows": ["practice"], "labels": True}, "--format", "json")
    answer = json.loads(out)
    assert [column["name"] for column in answer["columns"]] == ["practice", "practice name", "items"]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ('{"values": ["itmes"]}', "Did you mean “items”"),
        ("nonsense", "not valid JSON"),
        ('{"values": ["items"], "where": {"under": ["organisation", "QR9"]}}', "QR9"),
        ('{"values": ["items"], "months": "2031-01"}', "no month that is loaded"),
        ('{"values": ["list size"], "rows": ["chapter"]}', "cannot be split by chapter"),
    ],
)
def test_a_question_that_cannot_be_answered_gives_1_and_a_sentence(asking, question, message):
    code, out, err = asking(question, "--format", "json")
    assert (code, out) == (1, "")
    assert message in err
    assert "Traceback" not in err


def test_an_unknown_format_is_refused(asking):
    code, _, err = asking('{"values": ["items"]}', "--format", "xml")
    assert code == 1
    assert "table, csv, json" in err


def test_store_and_release_may_stand_before_or_after_the_command(store, capsys):
    assert run(["releases", "--store", str(store)]) == 0
    after = capsys.readouterr().out
    assert run([f"--store={store}", "releases"]) == 0
    assert capsys.readouterr().out == after
    assert "Release 1" in after
    assert "2 months of prescribing, September 2017 to October 2017" in after


def test_a_comparator_lists_one_row_an_organisation(store, capsys):
    command = [
        "comparator",
        "items per 1,000 patients",
        "--bnf",
        "0501",
        "--month",
        "2017-10",
        "--format",
        "json",
    ]
    assert run([*command, "--store", str(store)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["rows"] == [
        {
            "code": "L84073",
            "name": "ACORN PRACTICE",
            "numerator": 5,
            "denominator": None,
            "value": None,
            "rank": None,
            "percentile": None,
        }
    ]


def test_comparators_are_listed_without_a_name(capsys):
    assert run(["comparator"]) == 0
    assert "dosulepin-share" in capsys.readouterr().out


def test_explain_says_how_a_question_is_understood(store, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"values": ["items"], "rows": ["section"]}'))
    assert run(["explain", "-", "--store", str(store)]) == 0
    out = capsys.readouterr().out
    for word in ("Question   Items by section", "Release    1", "Scope", "Source", "by_section", "SELECT"):
        assert word in out


def test_loading_again_changes_nothing_and_an_absent_file_is_refused(store, tmp_path, capsys):
    same = write_epd(tmp_path)
    assert run(["--store", str(store), "load", str(same)]) == 0
    assert "already loaded" in capsys.readouterr().out
    assert run(["--store", str(store), "load", str(tmp_path / "none.csv")]) == 1
    assert "none.csv" in capsys.readouterr().err


def test_an_empty_store_says_what_to_do(tmp_path, capsys):
    assert run(["--store", str(tmp_path / "empty"), "comparator", "dosulepin-share"]) == 1
    assert "epact2 load" in capsys.readouterr().err


def test_a_command_that_is_not_written_well_gives_2():
    done = subprocess.run(
        [sys.executable, "-m", "epact2.cli", "asj"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Did you mean" in done.stderr


def test_items_of_patients_are_written_when_asked_for(tmp_path, capsys):
    options = ["--size", "tiny", "--months", "2", "--items", "--item-months", "1", "--parquet"]
    assert run(["synth", str(tmp_path / "files"), *options]) == 0
    assert "files of synthetic data" in capsys.readouterr().out
    assert [one.name for one in (tmp_path / "files" / "items").glob("ITEMS*")] == ["ITEMS_202603.parquet"]
    assert (tmp_path / "files" / "imd" / "imd.csv").is_file()
    assert run(["synth", str(tmp_path / "more"), "--size", "tiny", "--months", "1", "--parquet"]) == 1
    assert "Ask for items, too (--items)." in capsys.readouterr().err


def test_synthetic_files_are_written_and_can_be_loaded(tmp_path, capsys):
    files = tmp_path / "files"
    assert run(["synth", str(files), "--size", "small", "--months", "1", "--seed", "3"]) == 0
    inputs = [str(one) for one in files.rglob("*") if one.suffix in (".csv", ".json")]
    assert run(["--store", str(tmp_path / "store"), "load", *inputs]) == 0
    assert "Release 1 is now in force." in capsys.readouterr().out
