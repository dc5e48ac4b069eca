"""Questions from programs: the same JSON as the command line, and refusals that programs can read."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from epact2.web.demo_accounts import ensure_demo_accounts
from epact2.web.identity import throttle, tokens
from support.identity import App
from support.people import reader_of_england
from support.signed_in import NAME, PASSWORD

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/query"
QUESTION = {"version": 1, "values": ["items"], "rows": ["ICB"], "months": {"latest": 1}, "totals": True}


@pytest.fixture
def account(db, over_example):
    return reader_of_england(NAME, password=PASSWORD)


@pytest.fixture
def strict(account):
    """A client whose token is checked, as a server checks it."""
    return Client(enforce_csrf_checks=True)


def basic(name="icb.pharmacist", password="explore-the-demo"):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def post(client, question=QUESTION, *, headers=None, content_type="application/json"):
    text = question if isinstance(question, (str, bytes)) else json.dumps(question)
    return client.post(ADDRESS, text, content_type=content_type, headers=headers or {})


def error(response):
    assert response.headers["Content-Type"].startswith("application/json")
    return response.json()["error"]


def test_the_answer_is_that_of_the_command_line(signed_in):
    given = post(signed_in).json()
    assert given["columns"] == [
        {"name": "ICB", "kind": "field", "unit": ""}, {"name": "items", "kind": "value", "unit": "items"},
    ]  # fmt: skip
    assert [row[0] for row in given["rows"]] == ["QHL", "QKS", "QNX", None]
    assert given["words"] == "Items by ICB, latest month, with totals"
    assert given["release"] == 3
    assert given["synthetic"] is True


def test_labels_are_names_beside_codes(signed_in):
    given = post(signed_in, {**QUESTION, "labels": True}).json()
    assert given["rows"][1][:2] == ["QKS", "Kent and Medway"]


def bearer(account, **more):
    return {"Authorization": f"Bearer {tokens.make(account, 'A script', days=1, **more)}"}


def test_a_token_needs_neither_session_nor_form_token(strict, account):
    App.of(account)
    assert post(strict, headers=bearer(account)).status_code == 200
    curl = post(strict, headers=bearer(account), content_type="application/x-www-form-urlencoded")
    assert curl.status_code == 200
    assert not strict.cookies, "no session is made"


def test_basic_credentials_are_for_the_accounts_of_a_demo(strict, settings):
    ensure_demo_accounts()
    assert post(strict, headers=basic()).status_code == 200
    curl = post(strict, headers=basic(), content_type="application/x-www-form-urlencoded")
    assert curl.status_code == 200
    assert not strict.cookies, "no session is made"
    assert post(strict, headers=basic(NAME, PASSWORD)).status_code == 401, "a password alone is too little"
    settings.CONFIG = replace(settings.CONFIG, demo=False)
    assert post(strict, headers=basic()).status_code == 401


def test_a_token_ends_with_its_day_its_account_and_its_owners_wish(strict, account):
    App.of(account)
    header = bearer(account)
    token = tokens.of(account).get()
    assert header["Authorization"].removeprefix("Bearer ") not in str(vars(token)), "only its hash is kept"
    tokens.ApiToken.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert "has ended" in error(post(strict, headers=header))["message"]
    tokens.ApiToken.objects.update(ends_at=timezone.now() + timedelta(hours=1))
    assert post(strict, headers=header).status_code == 200
    account.is_active = False
    account.save()
    assert post(strict, headers=header).status_code == 401


def test_a_token_of_an_account_without_a_second_factor_opens_nothing(strict, account):
    assert "no second factor" in error(post(strict, headers=bearer(account)))["message"]


def test_guessing_tokens_is_slowed_down_by_network(strict, monkeypatch):
    monkeypatch.setattr(throttle, "FREE_TRIES_OF_A_NETWORK", 3)
    said = [error(post(strict, headers={"Authorization": "Bearer no"}))["message"] for _ in range(5)]
    assert said[0] != said[-1] == "Too many tries have failed."


@pytest.mark.parametrize(
    "headers",
    [
        basic(password="wrong"),
        basic(name="nobody"),
        {"Authorization": "Basic ???"},
        {"Authorization": "Basic"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer epact2_nothing"},
        {"Authorization": "Digest x"},
    ],
)
def test_wrong_credentials_are_401(strict, headers):
    response = post(strict, headers=headers)
    assert response.status_code == 401
    assert error(response)["type"] == "NotSignedIn"


def test_nobody_is_401_in_json_and_is_not_asked_for_a_password(strict):
    response = post(strict)
    assert response.status_code == 401
    assert error(response)["message"] == "You are not signed in."
    assert "Basic" not in response.headers["WWW-Authenticate"]


def test_a_session_needs_its_token(strict, account):
    strict.force_login(account)
    refused = post(strict)
    assert refused.status_code == 403
    assert "X-CSRFToken" in error(refused)["advice"]
    strict.get("/account")
    token = strict.cookies["epact2-csrf"].value
    assert post(strict, headers={"X-CSRFToken": token}).status_code == 200


def test_a_session_sends_json_and_nothing_else(signed_in):
    response = post(signed_in, content_type="text/plain")
    assert response.status_code == 415
    assert "application/json" in error(response)["advice"]


@pytest.mark.parametrize(
    ("question", "status", "kind"),
    [
        ("{", 400, "BadQuestion"),
        (" ", 400, "BadQuestion"),
        (b"\xff\xfe", 400, "WrongRequest"),
        ({"values": ["itms"]}, 400, "UnknownName"),
        ({"values": []}, 400, "BadQuestion"),
        ({"values": ["items"], "months": "soon"}, 400, "BadMonth"),
        ({"values": ["items"], "where": {"under": ["bnf", "X"]}}, 400, "BadBnfCode"),
        ({"values": ["items"], "where": {"under": ["organisation", "QKZ"]}}, 404, "UnknownCode"),
        ({"values": ["items"], "months": {"from": "2001-01", "to": "2001-02"}}, 404, "NoData"),
        ({"values": ["list size"], "rows": ["chapter"]}, 422, "NotAdditive"),
        ({"values": [{"change": "items", "months": 1}], "rows": ["quarter"]}, 422, "NotAnswerable"),
    ],
)
def test_refusals(signed_in, question, status, kind):
    response = post(signed_in, question)
    assert (response.status_code, error(response)["type"]) == (status, kind)
    assert error(response)["message"]


def test_a_question_of_more_than_64_kilobytes_is_413(signed_in):
    codes = [f"A{number:05}" for number in range(9000)]
    response = post(signed_in, {"values": ["items"], "where": {"in": ["practice", codes]}})
    assert response.status_code == 413
    assert error(response)["message"] == "The question is larger than 64 KB."


def test_deep_questions_are_refused_without_harm(signed_in):
    response = post(signed_in, '{"values": ["items"], "where": ' + '{"not": ' * 500 + "{}" + "}" * 501)
    assert (response.status_code, error(response)["type"]) == (400, "BadQuestion")


def test_other_methods_and_addresses_are_refused_in_json(signed_in):
    response = signed_in.get(ADDRESS)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert error(response)["type"] == "WrongRequest"
    assert error(signed_in.get("/api/v2/query"))["message"] == "There is nothing at /api/v2/query."
    assert signed_in.get("/api/v2/query").status_code == 404


def test_an_answer_is_kept_by_no_cache(signed_in):
    assert post(signed_in).headers["Cache-Control"] == "private, no-store"
