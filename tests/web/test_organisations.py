"""Organisations: the tree, and one organisation's profile at every level."""

import html
import json
import re
from urllib.parse import parse_qs, quote, urlparse

import pytest
from django.urls import reverse

from epact2.query.codec import query_from_json
from epact2.web import engine as engines
from support import example_england as example
from support.people import reader_of_england

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def england():
    return example.engine()


@pytest.fixture
def nia(client, monkeypatch, england):
    monkeypatch.setattr(engines, "current", lambda: england)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    client.force_login(reader_of_england())
    return client


def text_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def profile(client, level, code, **asked):
    return client.get(reverse("organisation", args=[level, code]), asked)


@pytest.mark.parametrize(
    ("level", "code", "name"),
    [
        ("England", "ENG", "England"),
        ("region", "Y59", "South East"),
        ("ICB", "QKS", "Kent and Medway"),
        ("sub-ICB location", "97R", "Sussex (97R)"),
        ("PCN", "U00002", "Downs PCN"),
        ("practice", "G82002", "Bridge Street Practice"),
        ("practice", "Y00001", "Night Service"),
    ],
)
def test_every_level_has_a_profile(nia, level, code, name):
    page = profile(nia, level, code)
    assert page.status_code == 200
    said = text_of(page)
    assert f'<h1 class="app-h1">{name}</h1>' in page.content.decode()
    assert "Spending is" in said
    assert "No data yet" not in said


def test_a_profile_asks_few_questions(nia):
    profile(nia, "ICB", "QKS")
    assert engines._CACHE.misses <= 6


def test_the_way_up_is_the_commissioning_line_and_the_network(nia):
    page = profile(nia, "practice", "G82001").content.decode()
    way = re.findall(r'nhsuk-breadcrumb__link" href="([^"]*)">([^<]*)<', page)
    assert [text for _, text in way] == [
        "Organisations",
        "England",
        "South East",
        "Kent and Medway",
        "Kent and Medway (91Q)",
    ]
    assert reverse("organisation", args=["PCN", "U00001"]) in page


def test_facts_of_a_practice(nia):
    said = text_of(profile(nia, "practice", "G82001"))
    for fact in ("Code G82001", "Setting GP practice", "Postcode ME7 1AA", "Opened 1 April 1974"):
        assert fact in said
    assert "Patients, September 2025 5,000" in said


def test_a_cost_centre_without_patients_promises_no_rates(nia):
    said = text_of(profile(nia, "practice", "Y00001"))
    assert "No list of patients" in said
    assert "Per 1,000 patients" not in said
    assert "nearest in size" not in said


def test_the_rank_is_among_gp_practices(nia):
    said = text_of(profile(nia, "practice", "G82002"))
    assert re.search(r"\b[1-4](st|nd|rd|th) of 4\b", said)
    assert "Not ranked" in text_of(profile(nia, "practice", "Y00001"))


def test_trends_show_rates_or_totals_each_with_its_table(nia):
    rates = profile(nia, "ICB", "QKS").content.decode()
    assert rates.count('data-chart="trend"') == 2
    assert "Items per 1,000 patients, by dispensing month, as a table" in rates
    totals = profile(nia, "ICB", "QKS", show="totals").content.decode()
    assert "Items, by dispensing month, as a table" in totals


def test_medicines_by_cost_or_items_at_three_levels(nia):
    by_cost = text_of(profile(nia, "ICB", "QKS"))
    assert "is the largest:" in by_cost
    items = profile(nia, "ICB", "QKS", by="items", medicines="chapter").content.decode()
    assert re.search(r'aria-sort="descending"[^>]*><a[^>]*>Items<', items)
    assert "Central nervous system" in items
    # what is not offered falls back to the usual
    assert profile(nia, "ICB", "QKS", by="nonsense", medicines="nonsense").status_code == 200


def rows_of(page):
    body = re.search(r'id="beneath-table">(.*?)</table>', page.content.decode(), re.DOTALL)[1]
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', body)


def test_what_lies_beneath_is_ranked_and_can_be_turned_round(nia):
    page = profile(nia, "region", "Y59", beneath="practice")
    dearest = rows_of(page)
    assert dearest[0] == "Elm Tree Surgery"
    assert rows_of(profile(nia, "region", "Y59", beneath="practice", sort="-cost")) == dearest[::-1]
    assert rows_of(profile(nia, "region", "Y59", beneath="practice", sort="nonsense")) == dearest
    assert "No list" in text_of(page)


def test_beneath_starts_where_there_is_a_choice(nia):
    assert "Acorn Surgery" in rows_of(profile(nia, "ICB", "QKS")), "one location and one PCN are no choice"
    assert set(rows_of(profile(nia, "region", "Y59"))) == {"Kent and Medway", "Sussex"}


def test_many_practices_come_a_page_at_a_time(nia, monkeypatch):
    from epact2.web.presenters import organisation_tables

    monkeypatch.setattr(organisation_tables, "PAGE", 2)
    first = profile(nia, "region", "Y59", beneath="practice")
    assert "Showing 1 to 2 of 5" in text_of(first)
    assert "page=2#beneath" in html.unescape(first.content.decode())
    assert "Showing 5 to 5 of 5" in text_of(profile(nia, "region", "Y59", beneath="practice", page="99"))


def test_every_table_leads_to_its_question(nia):
    page = html.unescape(profile(nia, "ICB", "QKS").content.decode())
    addresses = re.findall(r'href="(/explorer[^"]*q=[^"]*)"', page)
    assert {urlparse(one).path for one in addresses} == {"/explorer/", "/explorer.csv", "/explorer.xlsx"}
    for one in addresses:
        query_from_json(json.loads(parse_qs(urlparse(one).query)["q"][0]))


def test_peers_of_the_same_size_hold_the_organisation_itself(nia):
    page = profile(nia, "practice", "G82001")
    assert "nearest in size" in text_of(page)
    assert re.search(r'class="app-own[^>]*>\s*<th[^>]*><a[^>]*>Acorn Surgery', page.content.decode())


def test_what_is_not_there_is_said(nia):
    assert profile(nia, "ICB", "XXX").status_code == 404
    assert "No ICB with the code “XXX”" in text_of(profile(nia, "ICB", "XXX"))
    assert nia.get(f"/organisations/{quote('planet')}/QKS").status_code == 404
    assert profile(nia, "icb", "qks").status_code == 200


def test_the_tree_counts_and_finds(nia):
    said = text_of(nia.get("/organisations/"))
    for words in ("1 region", "2 ICBs", "5 practices", "South East", "QKS: 1 sub-ICB location, 2 practices"):
        assert words in said
    found = text_of(nia.get("/organisations/", {"q": "acorn"}))
    assert "1 organisation fits “acorn”" in found
    assert "Practice G82001, Kent and Medway" in found
    assert "No organisation fits “zebra”" in text_of(nia.get("/organisations/", {"q": "zebra"}))


def test_the_title_of_the_trends_speaks_of_what_the_charts_show(nia):
    assert (
        "per patient"
        in re.search(r"Items[^<]* in a year[^<]*", profile(nia, "ICB", "QKS").content.decode())[0]
    )
