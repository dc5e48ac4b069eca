"""Questions from programs: the same JSON as the command line, and refusals that programs can read."""

import base64
import json

import pytest
from django.test import Client

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


def basic(name=NAME, password=PASSWORD):
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


def test_basic_credentials_need_neither_session_nor_token(strict):
    assert post(strict, headers=basic()).status_code == 200
    curl = post(strict, headers=basic(), content_type="application/x-www-form-urlencoded")
    assert curl.status_code == 200
    assert not strict.cookies, "no session is made"


@pytest.mark.parametrize(
    "headers",
    [
        basic(password="wrong"),
        basic(name="nobody"),
        {"Authorization": "Basic ???"},
        {"Authorization": "Basic"},
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
