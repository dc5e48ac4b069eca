"""From the pages of organisations and medicines to their patients and items."""

import html
import re

import pytest

from support.pages import part, rows_of, text_of

pytestmark = pytest.mark.django_db
KENT = "/organisations/ICB/QKS"
ATORVASTATIN = "/medicines/0212000B0?organisation=QKS"


LINK = re.compile(r'href="(/items[^"]*)"[^>]*>([^<]*)<')


def items_links(response, name):
    table = response.content.decode().split(f'id="{name}"', 1)[1].split("</section>", 1)[0]
    return [(html.unescape(href), text) for href, text in LINK.findall(table)]


def test_an_organisation_shows_its_patients_beside_england(reader):
    page = reader.get(KENT)
    text = part(page, "patients")
    assert "15 identified patients had 2.0 items each" in text
    assert "Patients of September 2025 are provisional" in text
    rows = rows_of(page, "patients-table")
    assert [row[0] for row in rows] == [
        "Identified patients",
        "Items per identified patient",
        "Patients on 10 or more unique medicines",
        "Items of identified patients",
        "Items sent electronically (EPS)",
    ]
    assert rows[0][1:] == ["15", "40"]
    assert rows[2][1:] == ["0.0%", "0.0%"]
    assert "See the items" not in text, "listings are closed"


def test_england_and_one_practice_have_the_panel_too(reader):
    assert "40 identified patients" in part(reader.get("/organisations/England/ENG"), "patients")
    assert "5 identified patients" in part(reader.get("/organisations/practice/G82001"), "patients")


def test_without_items_there_is_no_panel(signed_in):
    assert 'id="patients"' not in signed_in.get(KENT).content.decode()


def test_counts_are_plain_while_listings_are_closed(reader):
    for address in (KENT, ATORVASTATIN):
        page = reader.get(address)
        assert page.status_code == 200
        assert "/items?" not in page.content.decode()


@pytest.mark.parametrize(
    ("address", "table"),
    [
        (KENT, "medicines"),
        (KENT, "beneath"),
        ("/medicines/05?organisation=QKS", "parts"),
        (ATORVASTATIN, "peers"),
    ],
)
def test_every_count_leads_to_its_items(reader, opened, address, table):
    page = reader.get(address)
    found = [(href, text) for href, text in items_links(page, table) if text.replace(",", "").isdigit()]
    assert found
    for href, number in found:
        listed = reader.get(href)
        assert f"{number} prescription item" in text_of(listed), href


@pytest.mark.parametrize("address", [KENT, ATORVASTATIN])
def test_all_items_of_a_page_are_one_link_away(reader, opened, address):
    page = reader.get(address)
    href = re.search(r'<a href="(/items[^"]*)">See the items</a>', page.content.decode())[1]
    assert "prescription items" in text_of(reader.get(html.unescape(href)))


def test_a_month_without_items_has_no_way_to_them(reader, opened):
    page = reader.get("/medicines/0212000B0?organisation=QKS&month=2025-01")
    assert page.status_code == 200
    assert "/items?" not in page.content.decode()
