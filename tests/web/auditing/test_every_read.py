"""Every way to a figure or a row is one event, kept before anything of it leaves; without it nothing does."""

import ast
import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

import epact2.web
from epact2.access.audit import AuditFailed
from epact2.access.policy import Refused
from epact2.access.policy_tables import tables
from epact2.query.codec import query_from_json
from epact2.web import engine as engines
from epact2.web import listings
from epact2.web.auditing.middleware import Audited
from epact2.web.auditing.trail import hiding
from support.audit import hidden_table, last_number, questions_in, records_since
from support.example_items import pseudonym
from support.signed_in import NAME, PASSWORD

pytestmark = pytest.mark.django_db
ANN = pseudonym("G82001", 0)
QUESTION = '{"values":["items"],"rows":["ICB"],"months":{"latest":1}}'
ONE_PATIENT = json.dumps({"columns": ["month", "items", "NIC"], "where": {"is": ["patient", ANN]}})
FIRST_ITEMS = '{"columns":["month","patient","items"]}'
JSON = {"content_type": "application/json"}

# Method, address, what is sent, further arguments; the kind and the way that the event has.
READS = {
    "home": ("get", "/", {}, {}, "asked", "page"),
    "an organisation": ("get", "/organisations/ICB/QKS", {}, {}, "asked", "page"),
    "a medicine": ("get", "/medicines/0501", {}, {}, "asked", "page"),
    "all medicines": ("get", "/medicines/", {}, {}, "asked", "page"),
    "a comparator": ("get", "/comparators/broad-spectrum-antibiotic-share", {}, {}, "asked", "page"),
    "the explorer": ("get", "/explorer/", {"q": QUESTION}, {}, "asked", "page"),
    "a CSV file": ("get", "/explorer.csv", {"q": QUESTION}, {}, "exported", "download"),
    "a workbook": ("get", "/explorer.xlsx", {"q": QUESTION}, {}, "exported", "download"),
    "a JSON file": ("get", "/explorer.json", {"q": QUESTION}, {}, "exported", "download"),
    "the API": ("post", "/api/v1/query", QUESTION, JSON, "asked", "API"),
    "the age rules": ("get", "/help/age", {}, {}, "asked", "page"),
    "items": ("get", "/items", {"q": "{}"}, {}, "listed", "page"),
    "a file of items": ("post", "/items.csv", {"q": "{}", "rows": "all"}, {}, "exported", "download"),
    "the API of rows": ("post", "/api/v1/list", FIRST_ITEMS, JSON, "listed", "API"),
    "one patient": ("post", "/patient", {"patient": ANN}, {}, "one patient", "page"),
    "one patient's file": ("post", "/patient.csv", {"patient": ANN}, {}, "one patient", "download"),
    "one patient by the API": ("post", "/api/v1/list", ONE_PATIENT, JSON, "listed", "API"),
}
# What a signed-in reader can open that has no figure of prescribing: it leaves no event.
NO_FIGURES = ("/organisations/", "/search?q=acorn", "/data/", "/dictionary", "/help/", "/account", "/about")


@pytest.fixture
def read(reader, opened):
    def by(way):
        method, address, sent, more, _, _ = READS[way]
        return getattr(reader, method)(address, sent, **more)

    return by


@pytest.mark.parametrize("way", READS)
def test_every_way_leaves_one_event(read, way):
    before = last_number()
    response = read(way)
    assert response.status_code == 200
    (record,) = records_since(before)
    *_, kind, channel = READS[way]
    assert (record["kind"], record["channel"], record["who"]) == (kind, channel, NAME)
    assert record["place"] == READS[way][1]
    assert record["release"] == 3
    assert record["policy"] == tables().version
    assert record["organisations"] == ["England ENG"]
    for asked in questions_in(record):
        assert asked["words"]
        assert asked["scope"]
        assert asked["question"]
    assert sum(one["rows"] for one in record["asked"]) > 0


@pytest.mark.parametrize("way", READS)
def test_what_was_given_from_memory_leaves_an_event_as_well(read, way):
    first_before = last_number()
    read(way)
    before = last_number()
    read(way)
    (first,), (second,) = records_since(first_before)[: before - first_before], records_since(before)
    assert first["asked"] == second["asked"]


@pytest.mark.parametrize("way", READS)
def test_without_its_event_nothing_leaves(read, way):
    with hidden_table():
        response = read(way)
    assert response.status_code == 503
    assert not response.streaming
    assert "could not be recorded" in response.content.decode()
    for figure in ("Acorn", "QKS", "PSEUDO", "rows", "<table"):
        assert figure not in response.content.decode()


@pytest.mark.parametrize("way", READS)
def test_without_the_key_of_patients_hashes_nothing_leaves(read, way, settings, tmp_path):
    (tmp_path / "patient-key").write_text("lost")
    settings.CONFIG = replace(settings.CONFIG, audit=tmp_path)
    response = read(way)
    assert response.status_code == 503
    assert "could not be recorded" in response.content.decode()
    assert str(tmp_path) not in response.content.decode()
    for figure in ("Acorn", "QKS", "PSEUDO", "rows", "<table"):
        assert figure not in response.content.decode()


@pytest.mark.parametrize("address", NO_FIGURES)
def test_pages_without_figures_leave_none(reader, address):
    before = last_number()
    assert reader.get(address).status_code == 200
    assert records_since(before) == []


def test_a_page_of_many_questions_is_one_event(read):
    before = last_number()
    read("an organisation")
    (record,) = records_since(before)
    assert len(record["asked"]) >= 5
    assert len({one["question"] for one in record["asked"]}) >= 5


# --- Nothing of a patient -------------------------------------------------------------------------------


def test_no_pseudonym_is_in_any_table_of_the_trail(read, reader):
    for way in READS:
        response = read(way)
        if response.streaming:
            b"".join(response.streaming_content)
    reader.post("/patient", {"patient": "PSEUDONOBODY"})
    later = json.loads(reader.post("/api/v1/list", FIRST_ITEMS.replace("}", ',"size":5}'), **JSON).content)
    again = {**json.loads(FIRST_ITEMS), "size": 5, "after": later["next"]}
    assert reader.post("/api/v1/list", json.dumps(again), **JSON).status_code == 200
    with connection.cursor() as cursor:
        for table in ("auditing_record", "auditing_question", "auditing_concerned"):
            cursor.execute(f"SELECT * FROM {table}")
            kept = str(cursor.fetchall())
            assert kept != "[]"
            assert "PSEUDO" not in kept
            assert later["next"] not in kept


def test_one_patient_is_kept_as_a_keyed_hash_and_a_count(read):
    before = last_number()
    read("one patient")
    read("one patient by the API")
    page, api = records_since(before)
    assert page["patients"] == api["patients"] == [hiding().of(ANN)]
    assert page["asked"][0]["rows"] == 9


def test_whom_somebody_looked_for_in_vain_is_kept_too(reader, opened):
    before = last_number()
    assert reader.post("/patient", {"patient": "PSEUDONOBODY"}).status_code == 400
    (record,) = records_since(before)
    assert (record["kind"], record["patients"]) == ("one patient", [hiding().of("PSEUDONOBODY")])
    assert record["asked"][0]["rows"] == 0


# --- Files that are read while they are sent ------------------------------------------------------------


def test_rows_that_are_read_while_a_file_is_sent_are_kept_before_they_leave(reader, opened, monkeypatch):
    monkeypatch.setattr("epact2.analysis.listing.LARGEST_PAGE", 20)
    before = last_number()
    response = reader.post("/items.csv", {"q": "{}", "rows": "all"})
    seen = -1  # the heading is no row
    for chunk in response.streaming_content:
        seen += chunk.count(b"\r\n")
        kept = sum(one["rows"] for record in records_since(before) for one in record["asked"])
        assert seen <= kept
    records = records_since(before)
    assert {record["kind"] for record in records} == {"exported"}
    assert len(records) > 3
    assert seen == sum(one["rows"] for record in records for one in record["asked"])


def test_a_file_ends_where_it_can_no_longer_be_recorded(reader, opened, monkeypatch):
    monkeypatch.setattr("epact2.analysis.listing.LARGEST_PAGE", 20)
    response = reader.post("/items.csv", {"q": "{}", "rows": "all"})
    chunks = iter(response.streaming_content)
    next(chunks)
    with hidden_table(), pytest.raises(AuditFailed):
        list(chunks)


def test_a_file_ends_where_its_reader_s_access_does(reader, opened, monkeypatch):
    """A file that is taken slowly would go on for hours after its reader was shut out."""
    monkeypatch.setattr("epact2.analysis.listing.LARGEST_PAGE", 20)
    response = reader.post("/items.csv", {"q": "{}", "rows": "all"})
    chunks = iter(response.streaming_content)
    next(chunks)
    before = last_number()
    monkeypatch.setattr(engines, "grants_named", lambda name: ())
    with pytest.raises(Refused, match="access has changed"):
        list(chunks)
    (record,) = records_since(before)
    assert record["kind"] == "refused"
    assert sum(one["rows"] for one in record["asked"]) == 0


def test_a_purpose_that_may_hold_an_nhs_number_is_not_kept(reader, opened):
    before = last_number()
    sent = {"q": "{}", "rows": "all", "purpose": "Review of 943 476 5919"}
    assert reader.post("/items.csv", sent).status_code == 400
    assert not records_since(before)


# --- Refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "address", "sent"),
    [
        ("get", "/items", {"q": "{}"}),
        ("post", "/items.csv", {"q": "{}"}),
        ("post", "/patient", {"patient": ANN}),
        ("post", "/patient.csv", {"patient": ANN}),
        ("post", "/api/v1/list", ONE_PATIENT),
    ],
)
def test_a_refusal_is_kept_with_its_reason(reader, method, address, sent):
    before = last_number()
    more = JSON if isinstance(sent, str) else {}
    assert getattr(reader, method)(address, sent, **more).status_code == 403
    (record,) = records_since(before)
    assert (record["kind"], record["who"]) == ("refused", NAME)
    reasons = [one.get("refused", "") for one in record.get("asked", ())] + [record.get("details", "")]
    assert "access does not" in "".join(reasons)
    assert ANN not in json.dumps(record)


def test_a_question_that_is_refused_is_kept_with_its_words(reader, monkeypatch):
    monkeypatch.setattr(engines, "grants_named", lambda name: ())
    before = last_number()
    assert reader.post("/api/v1/query", QUESTION, **JSON).status_code == 403
    (record,) = records_since(before)
    (asked,) = questions_in(record)
    assert asked["words"] == "Items by ICB, latest month"
    assert asked["refused"] == "Your account has no access yet."


# --- Signing in -----------------------------------------------------------------------------------------


@pytest.fixture
def person(django_user_model, over_example):
    return django_user_model.objects.create_user(NAME, password=PASSWORD)


def test_signing_in_and_out_is_kept(client, person):
    before = last_number()
    client.post("/sign-in", {"username": NAME, "password": PASSWORD})
    client.post("/sign-out")
    assert [(one["kind"], one["who"]) for one in records_since(before)] == [
        ("signed in", NAME), ("signed out", NAME),
    ]  # fmt: skip


def test_a_failed_sign_in_is_kept_and_a_password_in_the_wrong_field_is_not(client, person):
    before = last_number()
    client.post("/sign-in", {"username": NAME, "password": "wrong"})
    client.post("/sign-in", {"username": "my-own-secret-password", "password": "x"})
    named, unknown = records_since(before)
    assert (named["kind"], named["who"]) == ("sign-in failed", NAME)
    assert unknown["who"] == "(no account of that name)"
    assert "secret" not in json.dumps([named, unknown])


def test_without_its_event_nobody_is_signed_in(client, person):
    with hidden_table():
        response = client.post("/sign-in", {"username": NAME, "password": PASSWORD})
    assert response.status_code == 503
    assert client.get("/account").status_code == 302


def test_wrong_credentials_of_the_api_are_kept(person):
    before = last_number()
    wrong = "Basic " + base64.b64encode(f"{NAME}:wrong".encode()).decode()
    response = Client().post("/api/v1/query", QUESTION, headers={"Authorization": wrong}, **JSON)
    assert response.status_code == 401
    (record,) = records_since(before)
    assert (record["kind"], record["channel"]) == ("sign-in failed", "API")


# --- It cannot be forgotten -----------------------------------------------------------------------------


def test_nothing_is_answered_where_nobody_keeps_an_audit(over_items, opened, db):
    viewer = engines.viewer_named(NAME)
    with pytest.raises(AuditFailed, match="no audit"):
        engines.ask(over_items, query_from_json(json.loads(QUESTION)), viewer)
    with pytest.raises(AuditFailed, match="no audit"):
        listings.history(over_items, ANN, viewer)


def test_the_web_reaches_figures_and_rows_by_the_doors_that_note_them():
    doors = {"answer", "list_rows", "pages", "history", "see", "ranking"}
    modules = {f"epact2.analysis.{name}" for name in ("answer", "listing", "seeing", "compare")}
    allowed = {"engine.py", "listings.py"}
    folder = Path(epact2.web.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or path.name in allowed:
                continue
            names = {alias.name for alias in node.names}
            if node.module in modules:
                assert not names & doors, f"{path.name} asks past the audit"
            assert not (node.module == "epact2.analysis" and "listing" in names), path.name


def test_the_audit_stands_around_every_view(settings):
    names = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    assert Audited.__name__ in names
    assert names.index("PlainErrors") > names.index("Audited"), "refusals are noted before they become pages"
    assert names[-1] == "PlainErrors"
