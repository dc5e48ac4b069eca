"""The commands that list items and patients: closed by default, and no pseudonym said."""

import csv
import io
import json
import sys

import pytest

from epact2.cli import listings, questions
from epact2.cli.app import run
from support import example_items
from support.example_items import pseudonym

LISTING = {"columns": ["month", "practice", "patient", "items", "NIC"], "size": 5}


@pytest.fixture(scope="module")
def engine():
    return example_items.engine()


@pytest.fixture(autouse=True)
def over_example(engine, monkeypatch):
    monkeypatch.delenv("EPACT2_UNSAFE_OPEN_ITEMS", raising=False)
    monkeypatch.setattr(listings, "engine", lambda: engine)
    monkeypatch.setattr(questions, "engine_here", lambda: engine)


@pytest.fixture
def opened(monkeypatch):
    monkeypatch.setenv("EPACT2_UNSAFE_OPEN_ITEMS", "1")


@pytest.fixture
def said(monkeypatch, capsys):
    def command(*words, typed=""):
        text = typed if isinstance(typed, str) else json.dumps(typed)
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        code = run(list(words))
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    return command


@pytest.mark.parametrize("words", [("list", "-"), ("patient", "-"), ("patient", "PSEUDOG82001N1")])
def test_without_the_variable_nothing_is_listed(said, words):
    code, out, err = said(*words, typed=LISTING)
    assert (code, out) == (1, "")
    assert "closed" in err
    assert "EPACT2_UNSAFE_OPEN_ITEMS=1" in err
    assert "PSEUDO" not in err


def test_a_variable_that_is_neither_on_nor_off_is_refused(said, monkeypatch):
    monkeypatch.setenv("EPACT2_UNSAFE_OPEN_ITEMS", "perhaps")
    code, out, err = said("list", "-", typed=LISTING)
    assert (code, out) == (1, "")
    assert "perhaps" in err


def test_json_has_rows_and_the_next_token_which_round_trips(said, opened):
    code, out, err = said("list", "-", "--format", "json", typed=LISTING)
    page = json.loads(out)
    assert code == 0
    assert err == "Listings of items and patients are open (EPACT2_UNSAFE_OPEN_ITEMS).\n"
    assert list(page) == ["columns", "rows", "next", "release", "words", "notes", "synthetic"]
    assert page["rows"][0] == ["2025-07", "G82001", pseudonym("G82001", 0), 1, "1.25"]
    assert page["synthetic"] is True
    rows, token = page["rows"], page["next"]
    while token:
        _, out, _ = said("list", "-", "--format", "json", typed={**LISTING, "size": 100, "after": token})
        page = json.loads(out)
        rows, token = rows + page["rows"], page["next"]
    _, out, _ = said("list", "-", "--format", "json", typed={**LISTING, "size": 1000})
    assert rows == json.loads(out)["rows"]
    assert len(rows) == 8 * 3 * 12


def test_labels_stand_beside_codes_when_asked_for(said, opened):
    _, out, _ = said("list", "-", "--format", "json", "--labels", typed=LISTING)
    assert [one["name"] for one in json.loads(out)["columns"]][:3] == ["month", "practice", "practice name"]
    _, out, _ = said("list", "-", "--format", "json", typed={**LISTING, "labels": True})
    assert json.loads(out)["rows"][0][2] == "Acorn Surgery"


def test_csv_and_table(said, opened):
    _, out, _ = said("list", "-", "--format", "csv", typed=LISTING)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 5
    assert rows[0]["data"] == "synthetic"
    _, out, _ = said("list", "-", typed=LISTING)
    assert "Acorn Surgery" in out
    assert "SYNTHETIC DATA" in out
    assert "More rows follow" in out


def test_a_listing_may_be_limited_to_patients_who_fulfil_a_condition(said, opened):
    both = {"all": [{"had": {"under": ["bnf", "0212"]}}, {"had": {"under": ["bnf", "050101"]}}]}
    asked = {
        "columns": ["patient", "items"],
        "rows": "patients",
        "patients": both,
        "where": {"is": ["practice", "G82001"]},
        "months": "2025-08",
    }
    code, out, _ = said("list", "-", "--format", "json", typed=asked)
    assert code == 0
    # Every second patient has the penicillin too.
    assert json.loads(out)["rows"] == [
        [pseudonym("G82001", 0), 3],
        [pseudonym("G82001", 2), 2],
        [pseudonym("G82001", 4), 2],
    ]
    code, out, _ = said("explain", "-", typed=asked)
    assert code == 0
    assert "those who had BNF section is Lipid-regulating drugs (0212) and who had BNF paragraph" in out
    assert "Note       The condition on patients is judged by" in out


def test_a_patient_s_history(said, opened):
    code, out, _ = said("patient", pseudonym("G82001", 0), "--format", "json")
    page = json.loads(out)
    assert code == 0
    assert [row[0] for row in page["rows"]] == ["2025-09"] * 3 + ["2025-08"] * 3 + ["2025-07"] * 3
    assert page["columns"][1]["name"] == "prescribed date"
    assert "PSEUDO" not in page["words"]


def test_a_pseudonym_may_come_from_standard_input(said, opened):
    code, out, _ = said("patient", "-", "--format", "csv", typed=f"{pseudonym('G82001', 1)}\n")
    assert code == 0
    assert len(list(csv.DictReader(io.StringIO(out)))) == 3
    code, out, _ = said(
        "patient", "-", "--format", "csv", "--exclusions", "none", typed=pseudonym("G82001", 1)
    )
    assert len(list(csv.DictReader(io.StringIO(out)))) == 6


@pytest.mark.parametrize(
    ("words", "typed", "message"),
    [
        (("list", "-"), "{", "not valid JSON"),
        (("list", "-"), {"values": ["items"]}, "as if it were a question"),
        (("list", "-"), {"columns": []}, "shows no column"),
        (("list", "-"), {"columns": ["patiant"]}, "“patiant” is no measure"),
        (("list", "-"), {**LISTING, "after": "xyz"}, "cannot be read"),
        (("list", "-"), {**LISTING, "size": 1001}, "A page of 1001 rows"),
        (("list", "-"), {**LISTING, "months": {"from": "2020-01", "to": "2020-02"}}, "covers no month"),
        (("list", "-", "--format", "xml"), LISTING, "no format"),
        (("patient", "NOBODY77"), "", "No item of this patient"),
        (("patient", "-"), "", "no pseudonym"),
        (("patient", "-", "--exclusions", "some"), "A1", "no choice of exclusions"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(said, opened, words, typed, message):
    code, out, err = said(*words, typed=typed)
    assert (code, out) == (1, "")
    assert message in err
    assert "Traceback" not in err
    assert "NOBODY77" not in err


def test_a_listing_is_explained_whether_or_not_it_is_open(said, monkeypatch):
    code, out, _ = said("explain", "-", typed=LISTING)
    assert code == 0
    assert "Listing    Items: month, practice, patient, items and NIC" in out
    assert "closed" in out
    monkeypatch.setenv("EPACT2_UNSAFE_OPEN_ITEMS", "1")
    _, out, _ = said("explain", "-", typed=LISTING)
    assert "Scope      Items and patients are open" in out
    assert "Months     July 2025 to September 2025" in out
