"""Error pages: right status, right words, the security headers, and no need of a database for the last."""

import pytest
from django.test import RequestFactory

from epact2.errors import Epact2Error
from epact2.web import middleware
from epact2.web.views import errors

pytestmark = pytest.mark.django_db


def test_an_unknown_address(client):
    response = client.get("/no-such-page")
    page = response.content.decode()
    assert response.status_code == 404
    assert "Page not found" in page
    assert "There is no page at this address." in page
    assert "Check the address, or sign in and search." in page, "a stranger has no search box"
    assert response.headers["Content-Security-Policy"] == middleware.CONTENT_SECURITY_POLICY


def test_an_unknown_organisation_is_no_business_of_whoever_loads_data(reader):
    response = reader.get("/organisations/ICB/ZZZ")
    page = response.content.decode()
    assert response.status_code == 404
    assert "No ICB with the code “ZZZ” is in release 3." in page
    assert "load the month" not in page
    assert "search for an organisation, a medicine or a comparator above" in page


def test_an_unknown_host(client):
    response = client.get("/sign-in", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "This request cannot be answered" in response.content.decode()


def test_an_error_in_plain_words_becomes_a_page():
    request = RequestFactory().get("/explorer/")
    response = errors.plain(request, Epact2Error("There is no “x”.", "Try “y”."))
    page = response.content.decode()
    assert response.status_code == 400
    assert "There is no “x”." in page
    assert "Try “y”." in page


def test_what_an_error_quotes_is_escaped():
    page = errors.plain(RequestFactory().get("/"), Epact2Error("<script>", "&")).content.decode()
    assert "<script>" not in page.split("<main", 1)[1]


def test_programs_get_json():
    response = errors.plain(RequestFactory().get("/api/v1/query"), Epact2Error("No.", "Yes."))
    assert response.headers["Content-Type"] == "application/json"
    assert response.content == b'{"error": "No.", "advice": "Yes."}'


def test_a_fault_of_ours_needs_no_database(client, monkeypatch, django_db_blocker):
    from django.urls import reverse

    def fails(*_args):
        raise RuntimeError("broken on purpose")

    client.raise_request_exception = False
    monkeypatch.setattr("epact2.web.views.health.release_facts.current", fails)
    response = client.get(reverse("healthz"))
    assert response.status_code == 500
    assert response.headers["Content-Security-Policy"] == middleware.CONTENT_SECURITY_POLICY
    page = response.content.decode()
    assert "Something went wrong on our side" in page
    assert "broken on purpose" not in page
    assert "Traceback" not in page
