"""Files of any answer: the same numbers as the page, with their origin."""

import csv
import io
import json
import zipfile

import pytest

from epact2.access.policy import Refused
from epact2.web import engine as engines

pytestmark = pytest.mark.django_db
QUESTION = {"values": ["items", "actual cost"], "rows": ["ICB"], "months": {"latest": 1}, "totals": True}


def download(client, ending, question=QUESTION, **headers):
    return client.get(f"/explorer.{ending}", {"q": json.dumps(question)}, headers=headers)


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_csv(signed_in):
    response = download(signed_in, "csv")
    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = 'attachment; filename="epact2-synthetic-release-3-2025-09.csv"'
    assert response.headers["Content-Disposition"] == name
    assert response.headers["Cache-Control"] == "private, no-cache"
    rows = list(csv.reader(io.StringIO(body(response).decode())))
    assert rows[0] == ["ICB", "ICB name", "items", "actual cost (£)", "data"]
    assert rows[2][:2] == ["QKS", "Kent and Medway"]
    assert rows[-1][0] == "Total"


def test_excel_has_a_sheet_about_its_origin(signed_in):
    response = download(signed_in, "xlsx")
    with zipfile.ZipFile(io.BytesIO(body(response))) as book:
        said = b"".join(book.read(name) for name in book.namelist()).decode(errors="replace")
    assert "Items and actual cost by ICB" in said
    assert "SYNTHETIC DATA" in said
    assert response.headers["Content-Disposition"].endswith('2025-09.xlsx"')


def test_json_is_the_answer_of_the_command_line(signed_in):
    given = json.loads(body(download(signed_in, "json")))
    assert [column["name"] for column in given["columns"]] == ["ICB", "items", "actual cost"]
    assert given["rows"][-1][0] is None
    assert given["release"] == 3
    assert isinstance(given["rows"][0][2], str), "pounds keep every decimal"


def test_a_file_ends_where_its_readers_access_does(signed_in, monkeypatch):
    """A file that is taken slowly would go on long after its reader was shut out."""
    chunks = iter(download(signed_in, "csv").streaming_content)
    monkeypatch.setattr(engines, "grants_named", lambda name: ())
    with pytest.raises(Refused, match="access has changed"):
        next(chunks)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_a_file_that_the_browser_has_is_not_sent_again(signed_in, ending):
    tag = download(signed_in, ending).headers["ETag"]
    again = download(signed_in, ending, **{"If-None-Match": tag})
    assert again.status_code == 304
    assert not again.content
    other = download(signed_in, ending, {**QUESTION, "totals": False}, **{"If-None-Match": tag})
    assert other.status_code == 200
    assert other.headers["ETag"] != tag


def test_the_same_question_written_another_way_is_the_same_file(signed_in):
    loud = {**QUESTION, "rows": ["icb"], "structure": "current"}
    assert download(signed_in, "csv", loud).headers["ETag"] == download(signed_in, "csv").headers["ETag"]


@pytest.mark.parametrize(
    "question", ["", "{", '{"values": ["itms"]}', '{"values": ["list size"], "rows": ["chapter"]}']
)
def test_a_bad_question_is_no_file(signed_in, question):
    for ending in ("csv", "xlsx", "json"):
        response = signed_in.get(f"/explorer.{ending}", {"q": question})
        assert response.status_code == 400
        assert "Content-Disposition" not in response.headers


def test_nobody_downloads_without_signing_in(client, over_example):
    assert download(client, "csv").status_code == 302
