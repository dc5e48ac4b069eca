"""Published figures in every channel: what is withheld is told from what has no value, and never guessed."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.web import engine as engines
from support.example_items import ITEM_MONTHS

pytestmark = pytest.mark.django_db
MONTH = ITEM_MONTHS[0].code
# Each practice has 16 to 17 items of six patients a month, three of them in section 0501.
QUESTION = {
    "values": [
        "identified patients",
        {"amount": "identified patients", "where": {"under": ["bnf", "0206"]}},
        {"ratio": ["items", "identified patients"]},
    ],
    "rows": ["practice"],
    "where": {"is": ["month", MONTH]},
}


@pytest.fixture
def sealed(monkeypatch):
    """A default account with analysis: it sees published figures alone."""
    grant = Grant(AccountType.DEFAULT_WITH_ANALYSIS, "ICB", "QKS", date.min, date.max)
    monkeypatch.setattr(engines, "grants_named", lambda name: (grant,))


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def asked(client, address, question=QUESTION):
    return client.get(address, {"q": json.dumps(question)})


@pytest.fixture
def given(reader, sealed):
    return json.loads(body(asked(reader, "/explorer.json")))


def test_json_names_the_cells_that_are_withheld(given):
    assert [column.get("approximate", False) for column in given["columns"]] == [False, True, True, True]
    told = {(one["row"], one["column"]): one["mark"] for one in given["marks"]}
    assert told
    for (line, place), mark in told.items():
        assert given["rows"][line][place] == (0 if mark == "fewer than 5" else None), mark
    assert all(row[1] is None or row[1] % 5 == 0 for row in given["rows"])


def test_a_file_says_why_a_cell_is_withheld(reader, given):
    rows = list(csv.reader(io.StringIO(body(asked(reader, "/explorer.csv")).decode())))
    assert "identified patients (approximate)" in rows[0]
    for one in given["marks"]:
        line = rows[one["row"] + 1]
        assert one["mark"] in line
        assert "" not in line, "withheld is not empty"


def test_a_workbook_says_why_a_cell_is_withheld(reader, given):
    with zipfile.ZipFile(io.BytesIO(body(asked(reader, "/explorer.xlsx")))) as book:
        held = b"".join(book.read(name) for name in book.namelist()).decode(errors="replace")
    for words in {one["mark"] for one in given["marks"]}:
        assert words in held
    assert "counted once per practice" in held


def test_the_page_says_it_in_words(reader, given):
    page = reader.get("/explorer", {"q": json.dumps(QUESTION)}, follow=True).content.decode()
    assert "approximate" in page
    assert "Patients are counted once per practice" in page
    withheld = sum(one["mark"].startswith("withheld") for one in given["marks"])
    assert page.count(">withheld<") == withheld
    assert page.count(">fewer than 5<") == len(given["marks"]) - withheld


def test_what_is_not_published_is_refused_with_advice(reader, sealed):
    question = {**QUESTION, "rows": ["practice", "gender"]}
    page = reader.get("/explorer", {"q": json.dumps(question)}, follow=True).content.decode()
    assert "not published for each practice" in page
    assert "Ask for sub-ICB locations" in page
    sent = reader.post("/api/v1/query", json.dumps(question), content_type="application/json")
    assert sent.status_code == 422
    assert sent.json()["error"]["type"] == "NotPublished"
