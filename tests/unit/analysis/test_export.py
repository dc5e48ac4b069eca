"""Downloads: the same cells as the answer, harmless to spreadsheets, with their origin."""

import csv
import io
import json
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import answer
from epact2.analysis.export import SYNTHETIC, answer_json, csv_rows, file_name, workbook
from epact2.query.codec import loads
from support.engines import reference_engine
from support.small_data import data_from_tables

TABLE = """
    practice | month   | presentation    | items | actual cost
    A        | 2021-04 | 0501013B0AAAAAA | 2     | 1.50001
    B        | 2021-04 | 0501013B0AAAAAA | 3     | 2.25
"""


@pytest.fixture
def engine():
    return reference_engine(data_from_tables({"prescribing": TABLE}))


@pytest.fixture
def given(engine):
    question = '{"values": ["items", "actual cost"], "rows": ["practice"], "totals": true}'
    return answer(engine, loads(question), OPERATOR)


def test_csv_has_every_row_with_full_precision(given, engine):
    rows = list(csv.reader(io.StringIO("".join(csv_rows(given, engine.directory)))))
    assert rows[0] == ["practice", "practice name", "items", "actual cost (£)"]
    assert [row[0] for row in rows[1:]] == ["A", "B", "Total"]
    assert [row[2:] for row in rows[1:]] == [["2", "1.50001"], ["3", "2.25000"], ["5", "3.75001"]]


def test_a_name_that_looks_like_a_formula_is_only_text(given, engine, monkeypatch):
    monkeypatch.setattr(
        engine.directory, "organisation_name", lambda level, code: "=1+1" if code == "A" else code
    )
    rows = list(csv.reader(io.StringIO("".join(csv_rows(given, engine.directory)))))
    assert rows[1][1] == "'=1+1"
    sheet = load_workbook(io.BytesIO(workbook(given, engine.directory)))["Data"]
    assert sheet["B2"].value == "=1+1"
    assert sheet["B2"].data_type == "s"


def test_the_workbook_says_where_its_numbers_come_from(given, engine):
    book = load_workbook(io.BytesIO(workbook(given, engine.directory)))
    data, about = book["Data"], {row[0].value: row[1].value for row in book["About"].rows}
    assert [cell.value for cell in data[4]][2:] == [5, pytest.approx(float(Decimal("3.75001")))]
    assert about["Question"] == given.words
    assert json.loads(about["Question as JSON"])["values"] == ["items", "actual cost"]
    assert about["Data release"] == str(given.release)
    assert about["Rows written"] == "3 of 3"
    assert "basic price" not in about["Definition: items"]
    assert "Source:" in about["Definition: actual cost"]
    assert "Open Government Licence" in about["Licence"]
    assert "Beware" not in about


def test_synthetic_data_is_marked_in_every_file(given, engine):
    from dataclasses import replace

    marked = replace(given, synthetic=True)
    rows = list(csv.reader(io.StringIO("".join(csv_rows(marked, engine.directory)))))
    assert rows[0][-1] == "data"
    assert {row[-1] for row in rows[1:]} == {"synthetic"}
    about = load_workbook(io.BytesIO(workbook(marked, engine.directory)))["About"]
    assert about["B1"].value == SYNTHETIC
    assert "synthetic" in file_name(marked, "csv")
    assert answer_json(marked)["synthetic"] is True


def test_file_names_tell_release_and_months(given):
    assert file_name(given, "xlsx") == f"epact2-release-{given.release}-2021-04.xlsx"
