"""The page of results and the suggestions of the search boxes."""

import html
import re

import pytest

from epact2.model.organisations import LEVELS
from epact2.store.release import NoRelease
from epact2.web import engine as engines
from epact2.web.presenters.found import in_turns
from support import example_england as example
from support.people import reader_of_england

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def england():
    return example.engine()


@pytest.fixture
def nia(client, monkeypatch, england):
    monkeypatch.setattr(engines, "current", lambda: england)
    client.force_login(reader_of_england())
    return client


def text_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def suggested(client, text, **more):
    return client.get("/search/suggest", {"q": text, **more}).json()["suggestions"]


def test_results_come_in_groups(nia):
    page = nia.get("/search", {"q": "medway"})
    said = text_of(page)
    assert "3 results for “medway”" in said
    assert "ICB QKS, South East" in said
    assert "Medway Valley PCN" in said
    both = text_of(nia.get("/search", {"q": "anti"}))
    for group in ("Medicines", "Comparators", "Fields and measures"):
        assert group in both


def test_the_bnf_s_echoes_are_left_out(nia):
    found = re.findall(r">Amoxicillin</a>", nia.get("/search", {"q": "amoxicillin"}).content.decode())
    assert len(found) == 1, "substance and product bear one name"


def test_a_slip_of_the_finger_is_mended_and_said(nia):
    said = text_of(nia.get("/search", {"q": "dosulipin"}))
    assert "Nothing fits “dosulipin”. These are results for dosulepin" in said
    assert "Dosulepin share" in said


def test_nothing_found_says_what_to_try(nia):
    page = nia.get("/search", {"q": "<zebra>"})
    assert "Nothing fits “<zebra>”" in text_of(page)
    assert "<zebra>" not in page.content.decode()
    assert "Try a code" in text_of(page)
    assert nia.get("/search").status_code == 200


def test_a_term_leads_to_its_entry(nia):
    page = nia.get("/search", {"q": "list size"}).content.decode()
    assert '/dictionary#list-size"' in page


def test_suggestions_have_what_the_box_needs(nia):
    found = suggested(nia, "kent")
    assert found[0] == {
        "label": "Kent and Medway (QKS)",
        "kind": "ICB",
        "code": "QKS",
        "href": "/organisations/ICB/QKS",
    }
    assert {one["kind"] for one in suggested(nia, "dosulepin")} >= {"chemical substance", "comparator"}
    assert suggested(nia, "zebra") == []
    assert suggested(nia, "") == []


def test_suggestions_of_one_kind(nia):
    organisations = suggested(nia, "a", kind="organisation")
    assert organisations
    assert {one["kind"] for one in organisations} <= set(LEVELS)
    assert all(one["href"].startswith("/medicines/") for one in suggested(nia, "a", kind="medicine"))


def test_an_empty_store_suggests_nothing(nia, monkeypatch):
    def nothing():
        raise NoRelease("No data.", "Load some.")

    monkeypatch.setattr(engines, "current", nothing)
    assert suggested(nia, "kent") == []


def test_groups_take_turns_so_that_none_hides_the_others():
    many = [{"label": str(number)} for number in range(20)]
    few = [{"label": "few"}]
    found = in_turns((many, few, many), 10)
    assert len(found) == 10
    assert few[0] in found
    assert in_turns(((), ()), 10) == []
