"""Releases, the dictionary and help."""

import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from epact2.model.months import DispensingMonth, month_span
from epact2.model.prescribing import FIELDS, MEASURES
from epact2.query.named import NAMED
from epact2.store.release import Dataset, Release, Store, StoredFile, publish_release
from epact2.web import engine as engines
from epact2.web.presenters import data_pages
from support import example_england as example
from support.people import reader_of_england

pytestmark = pytest.mark.django_db
FILE = StoredFile("received", 2_500_000, "0" * 64)
ODD = "{} presentations ({} items) are not in the loaded BNF hierarchy; their rows are kept."


@pytest.fixture
def store(tmp_path):
    root = tmp_path / "store"
    for folder in (Store(root).releases, Store(root).temporary):
        folder.mkdir(parents=True)
    epd = [
        Dataset("epd", month, "", FILE, f"EPD_{month}.csv", str(month), 1000, (ODD.format(9, month),))
        for month in (201709, 201710)
    ]
    lists = Dataset("list-size", 201710, "", FILE, "list.csv", "list", 50)
    for number, datasets in ((1, epd[:1]), (2, [*epd, lists])):
        publish_release(
            root,
            Release(
                number=number,
                made=f"2018-01-0{number}T09:30:00+00:00",
                software="0.1.0",
                base=number - 1 or None,
                datasets=tuple(datasets),
                dimensions=FILE,
                rows={one.month: FILE for one in datasets if one.kind == "epd"},
            ),
        )
    return root


@pytest.fixture
def nia(client, monkeypatch, settings, store):
    settings.CONFIG = replace(settings.CONFIG, store=store)
    engine = example.engine()
    monkeypatch.setattr(engines, "current", lambda: engine)
    client.force_login(reader_of_england())
    return client


def text_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_the_current_release_says_what_it_holds(nia):
    said = text_of(nia.get(reverse("releases")))
    assert "Data up to October 2017" in said
    assert "Every answer on this site is given from release 2." in said
    assert "Published 2 January 2018 at 09:30" in said
    assert "English Prescribing Dataset September 2017 to October 2017, 2 months 2 2,000 5.0 MB" in said
    assert "Patients registered at GP practices October 2017, 1 month 1 50 2.5 MB" in said
    assert "EPD_201710.csv October 2017 1,000 2.5 MB" in said


def test_notes_of_one_kind_are_said_once(nia):
    said = text_of(nia.get(reverse("releases")))
    assert said.count("are not in the loaded BNF hierarchy") == 1
    assert "The like was said of 1 other file." in said


def test_releases_are_listed_newest_first_with_what_was_new(nia):
    said = text_of(nia.get(reverse("releases")))
    assert said.index("Release 2 Current") < said.index("Release 1 1 January 2018")
    assert "September 2017 to October 2017, 2 months EPD_201710.csv, list.csv" in said


def test_an_empty_store_says_how_to_load(nia, settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, store=tmp_path / "nothing")
    said = text_of(nia.get(reverse("releases")))
    assert "No data is loaded yet" in said
    assert "epact2 load" in said


def test_months_that_are_missing_are_named():
    months = month_span(DispensingMonth(2020, 1), DispensingMonth(2020, 6))
    assert data_pages.months_words(months) == "January 2020 to June 2020, 6 months"
    assert data_pages.months_words((months[0], *months[2:])).endswith("; without February 2020")
    assert data_pages.months_words((months[0], months[5])).endswith("April 2020 and 1 more")
    assert data_pages.months_words(()) == "No months"


def test_age_and_size():
    latest = DispensingMonth(2025, 9)
    assert data_pages.age_words(latest, date(2025, 12, 1)) == "3 months ago"
    assert data_pages.age_words(latest, date(2025, 9, 30)) == "this month"
    sizes = [data_pages.size(count) for count in (338, 1274, 85_990_360, 3_100_000_000)]
    assert sizes == ["338 bytes", "1.3 kB", "86 MB", "3.1 GB"]


def test_the_dictionary_holds_every_field_and_measure_once(nia):
    page = nia.get(reverse("dictionary")).content.decode()
    identifiers = re.findall(r'<div id="([^"]+)">\s*<dt>', page)
    assert len(identifiers) == len(set(identifiers)) == len(FIELDS) + len(MEASURES) + len(NAMED)


def test_the_dictionary_is_searched_by_name_and_meaning(nia):
    said = text_of(nia.get(reverse("dictionary"), {"q": "drug tariff"}))
    assert "NIC Net ingredient cost" in said
    assert "Quantity per item" not in said
    assert "No entry holds “zebra”" in text_of(nia.get(reverse("dictionary"), {"q": "zebra"}))


def test_help_has_five_short_sections(nia):
    page = nia.get(reverse("help")).content.decode()
    assert len(re.findall(r"<h2 id=", page)) == 5
    assert len(text_of(nia.get(reverse("help"))).split()) < 800


def test_closed_codes_named_values_and_items_are_in_the_dictionary(reader):
    page = reader.get(reverse("dictionary"))
    said = text_of(page)
    assert "Measures of single items" in said
    assert "All 4 codes of Gender 0 Not known 1 Male 2 Female 9 Indeterminate" in said
    assert "Codes: 00-19, 20-39, 40-59, 60-79, 80+, Unknown." in said
    assert "Items where EPS is Yes ÷ items × 100. Unit: per cent." in said
    markup = page.content.decode()
    assert "%22gender%22" in markup, "what is loaded can be used in the explorer"
    patient = markup.split('id="patient"', 1)[1].split("</div>", 1)[0]
    assert "in the explorer" not in patient, "a patient is listed, never a row of a table"


def test_what_needs_items_leads_nowhere_without_them(signed_in):
    markup = signed_in.get(reverse("dictionary")).content.decode()
    assert "%22gender%22" not in markup
    assert "Indeterminate" in markup


def test_months_with_items_are_told(nia):
    said = text_of(nia.get(reverse("releases")))
    assert "Single items None: patients and prescribers need item files" in said


def test_provisional_months_are_told():
    def release(months):
        return data_pages.HeldRelease(
            number=1, made=datetime(2026, 3, 1, tzinfo=UTC), software="1", is_current=True, months=months,
            list_months=(), item_months=months, kinds=(), added=(),
        )  # fmt: skip

    months = month_span(DispensingMonth(2025, 12), DispensingMonth(2026, 1))
    found = data_pages.freshness(release(months), date(2026, 3, 1), months[1:])
    facts = {one["term"]: one["text"] for one in found}
    assert facts["Single items"] == (
        "December 2025 to January 2026, 2 months; patients of January 2026 are provisional"
    )
