"""Listings for programs: closed by default, the same JSON as the command line, by POST alone."""

import base64
import json
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from epact2.access.grants import AccountType, Grant
from epact2.web import engine as engines
from epact2.web.identity import tokens
from epact2.web.identity.models import SignIn
from support.audit import last_number, records_since
from support.example_items import pseudonym
from support.identity import App
from support.people import reader_of_england
from support.signed_in import NAME, PASSWORD

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/list"
LISTING = {"columns": ["month", "practice", "patient", "items", "NIC"], "size": 5}


@pytest.fixture
def account(db, over_items):
    return reader_of_england(NAME, password=PASSWORD)


@pytest.fixture
def strict(account):
    return Client(enforce_csrf_checks=True)


def basic(name=NAME, password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def post(client, listing=LISTING, *, headers=None):
    text = listing if isinstance(listing, str) else json.dumps(listing)
    return client.post(ADDRESS, text, content_type="application/json", headers=headers or {})


def test_listings_are_closed_unless_they_were_opened(reader):
    response = post(reader)
    assert response.status_code == 403
    assert response.json()["error"]["type"] == "Refused"
    assert "national access does not show" in response.json()["error"]["message"]
    assert "PSEUDO" not in response.content.decode()


def test_counts_of_patients_are_open_to_whoever_has_signed_in(reader):
    question = {"values": ["identified patients"], "months": {"latest": 1}}
    given = reader.post("/api/v1/query", json.dumps(question), content_type="application/json").json()
    assert given["rows"] == [[40]]
    assert given["notes"][0].startswith("Patients of September 2025 are provisional")


def test_a_page_and_the_next_one(reader, opened):
    first = post(reader).json()
    assert list(first) == ["columns", "rows", "next", "release", "words", "notes", "synthetic"]
    assert first["rows"][0] == ["2025-07", "G82001", pseudonym("G82001", 0), 1, "1.25"]
    second = post(reader, {**LISTING, "after": first["next"]}).json()
    both = post(reader, {**LISTING, "size": 10}).json()
    assert first["rows"] + second["rows"] == both["rows"]
    assert post(reader, {**LISTING, "size": 1000}).json()["next"] is None


def test_a_page_is_never_kept_by_a_cache(reader, opened):
    assert post(reader).headers["Cache-Control"] == "private, no-store"


def test_a_session_confirms_before_rows_are_taken(reader, opened):
    SignIn.objects.update(confirmed_at=timezone.now() - timedelta(minutes=6))
    response = post(reader)
    assert (response.status_code, response.json()["error"]["type"]) == (403, "StepUpNeeded")
    assert "/step-up" in response.json()["error"]["advice"]
    assert reader.post("/api/v1/query", '{"values": ["items"]}', content_type="application/json").json()


def test_a_purpose_is_said_where_the_rights_ask_for_one_and_is_kept(reader, monkeypatch):
    grants = (Grant(AccountType.PRESCRIBER_LEVEL, "ICB", "QKS", date.min, date.max),)
    monkeypatch.setattr(engines, "grants_named", lambda name: grants)
    refused = post(reader, {**LISTING, "purpose": " "})
    assert "needs its purpose" in refused.json()["error"]["message"]
    before = last_number()
    assert post(reader, {**LISTING, "purpose": "Review of opioids"}).json()["rows"]
    assert [one["purpose"] for one in records_since(before)] == ["Review of opioids"]
    assert post(reader, {**LISTING, "purpose": ["a"]}).status_code == 400


def test_labels(reader, opened):
    assert post(reader, {**LISTING, "labels": True}).json()["rows"][0][2] == "Acorn Surgery"


def test_an_empty_page_is_no_error(reader, opened):
    page = post(reader, {**LISTING, "where": {"is": ["patient", "NOBODY77"]}}).json()
    assert (page["rows"], page["next"]) == ([], None)
    assert "NOBODY77" not in page["words"]


def bearer(account, **more):
    return {"Authorization": f"Bearer {tokens.make(account, 'A script', days=1, **more)}"}


def test_a_token_for_items_and_a_session_without_its_form_token(strict, account, opened):
    App.of(account)
    assert post(strict, headers=bearer(account, for_items=True)).status_code == 200
    sums_only = post(strict, headers=bearer(account))
    assert sums_only.status_code == 401
    assert "sums only" in sums_only.json()["error"]["message"]
    assert post(strict, headers=basic()).status_code == 401, "a real account's password is too little"
    assert post(strict, headers={"Authorization": "Bearer epact2_wrong"}).status_code == 401
    assert post(strict).status_code == 401
    strict.force_login(account)
    assert post(strict).status_code == 403


@pytest.mark.parametrize(
    ("listing", "status", "message"),
    [
        ("{", 400, "not valid JSON"),
        ({"columns": ["patiant"]}, 400, "patiant"),
        ({**LISTING, "after": "wrong"}, 400, "cannot be read"),
        ({**LISTING, "size": 0}, 400, "A page of 0 rows"),
        ({**LISTING, "where": {"under": ["organisation", "XXX"]}}, 404, "XXX"),
        ({**LISTING, "months": {"from": "2020-01", "to": "2020-02"}}, 404, "covers no month"),
        (
            {**LISTING, "where": {"any": [{"is": ["month", "2025-09"]}, {"is": ["practice", "A"]}]}},
            422,
            "mixed",
        ),
    ],
)
def test_what_is_wrong_is_said_in_json(reader, opened, listing, status, message):
    response = post(reader, listing)
    assert response.status_code == status
    assert message in response.json()["error"]["message"]


STATIN_ALONE = {"all": [{"had": {"under": ["bnf", "0212"]}}, {"not": {"had": {"under": ["bnf", "050101"]}}}]}


def test_a_listing_may_be_limited_to_patients_who_fulfil_a_condition(reader, opened):
    """As many as the same condition counts, in the same month."""
    of_one = {"where": {"is": ["practice", "G82001"]}, "months": "2025-08"}
    listed = {"columns": ["patient", "items"], "rows": "patients", "patients": STATIN_ALONE, **of_one}
    page = post(reader, listed).json()
    assert page["rows"] == [
        [pseudonym("G82001", 1), 1],
        [pseudonym("G82001", 3), 2],
        [pseudonym("G82001", 5), 1],
    ]
    assert "those who had BNF section is" in page["words"]
    question = {"values": [{"patients": STATIN_ALONE}], **of_one}
    given = reader.post("/api/v1/query", json.dumps(question), content_type="application/json").json()
    assert given["rows"] == [[len(page["rows"])]]
    items = post(reader, {**LISTING, "patients": STATIN_ALONE, **of_one}).json()
    assert [row[2] for row in items["rows"]] == [pseudonym("G82001", number) for number in (1, 3, 3, 5)]


@pytest.mark.parametrize(
    ("patients", "status", "message"),
    [
        ({"hadd": {}}, 400, "hadd"),
        ({"had": {"under": ["organisation", "XXX"]}}, 404, "XXX"),
        ({"had": {"under": ["bnf", "0212"]}, "before": 12}, 404, "looks at a month that has no single items"),
        ({"had": {"is": ["patient", "PSEUDOG82001N1"]}}, 422, "cannot be about one patient"),
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused(reader, opened, patients, status, message):
    response = post(reader, {**LISTING, "patients": patients})
    assert response.status_code == status
    assert message in response.json()["error"]["message"]
    assert "PSEUDO" not in response.content.decode()


def test_a_listing_comes_by_post_alone(reader, opened):
    assert reader.get(f"{ADDRESS}?q={{}}").status_code == 405
