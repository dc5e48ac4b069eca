"""The home page: the finding of the latest month for somebody's organisation."""

import html
import re

import pytest

from epact2.store.release import NoRelease
from epact2.web import engine as engines
from epact2.web.models import Profile
from epact2.web.presenters import numbers
from support import example_england as example
from support.people import reader_of_england

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def england():
    return example.engine()


@pytest.fixture
def nia(client, monkeypatch, england):
    """Signed in over the example, at home in Kent and Medway."""
    monkeypatch.setattr(engines, "current", lambda: england)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    user = reader_of_england()
    Profile.objects.create(user=user, job="Pharmacist", organisation_level="ICB", organisation_code="QKS")
    client.force_login(user)
    return client


def text_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def cost(practices, number):
    """The actual cost of some practices in a month, in pounds."""
    return sum(
        example.items_of(one, practice, number) * example.price(one) / 100_000
        for practice in practices
        for one in example.PRESENTATIONS
    )


def test_the_finding_is_the_title(nia):
    page = nia.get("/")
    kent = ("G82001", "G82002")
    now, before = cost(kent, 25), cost(kent, 13)
    said = text_of(page)
    assert f"Kent and Medway: spending is {(now / before - 1) * 100:.1f}% higher than a year ago" in said
    assert f"Kent and Medway spent {numbers.short(now, '£')} in September 2025" in said
    assert "NHS Kent and Medway Integrated Care Board (QKS)" in said


def test_key_figures_stand_beside_england_and_the_median(nia):
    said = text_of(nia.get("/"))
    rate = cost(("G82001", "G82002"), 25) / 13
    assert f"Actual cost per 1,000 patients £{rate:,.2f} England £" in said
    assert "1st of 2" in said or "2nd of 2" in said
    assert "Antibacterial items per STAR-PU" in said


def test_what_changed_most_is_a_table_with_words_for_every_change(nia):
    page = nia.get("/")
    said = text_of(page)
    assert re.search(r"(No|One|Two|Three|Four|Five|Six|Seven|Eight) measures? moved more than usual", said)
    for comparator in ("Dosulepin share", "First-choice antidepressants share"):
        assert comparator in said
    assert any(word in said for word in ("Improved", "Worsened", "No change"))
    assert "/comparators/dosulepin-share?organisation=QKS" in page.content.decode()


def test_medicines_that_rose_and_fell_lead_to_their_pages(nia):
    page = nia.get("/").content.decode()
    assert "Sertraline hydrochloride added most to spending" in html.unescape(page)
    assert "/medicines/0403030Q0?organisation=QKS" in page
    assert "No medicine’s cost fell" in html.unescape(page)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ({"organisation": "QNX"}, "Sussex: spending"),
        ({"organisation": "ENG"}, "England: spending"),
        ({"organisation": "G82001"}, "Acorn Surgery: spending"),
        ({"organisation": "U00001"}, "Medway Valley PCN: spending"),
        ({"organisation": "Y00001"}, "Night Service: spending"),
        # without a script the code in the form is still that of the page before
        ({"organisation": "QKS", "organisation_text": "downs view"}, "Downs View Surgery: spending"),
        ({"organisation": "QKS", "organisation_text": "Kent and Medway (QKS)"}, "Kent and Medway: spending"),
    ],
)
def test_it_can_be_seen_for_another_organisation(nia, asked, title):
    page = nia.get("/", asked)
    assert page.status_code == 200
    assert title in text_of(page)


def test_an_organisation_that_is_not_there_is_refused_in_words(nia):
    page = nia.get("/", {"organisation": "XXX"})
    assert page.status_code == 400
    assert "No organisation with the code “XXX”" in text_of(page)
    page = nia.get("/", {"organisation_text": "no such place"})
    assert "No organisation is called “no such place”" in text_of(page)


def test_a_home_that_the_release_does_not_hold_gives_way_to_england(nia):
    Profile.objects.update(organisation_code="QWE")
    said = text_of(nia.get("/"))
    assert "Your organisation (QWE) is not in this data release, so England is shown." in said
    assert "England: spending" in said


def test_a_first_year_compares_nothing(nia, monkeypatch, england):
    from epact2.store.reference import ReferenceEngine
    from epact2.store.reference_data import ReferenceData

    whole = example.data()
    first = example.MONTHS[0]
    data = ReferenceData(
        [row for row in whole.prescribing if row.month == first],
        [row for row in whole.population if row.month == first],
        parents_now=whole.parents_now,
        parents_then=whole.parents_then,
        settings=whole.settings,
    )
    directory = example.directory()
    directory.months = (first,)
    monkeypatch.setattr(engines, "current", lambda: ReferenceEngine(data, directory))
    page = nia.get("/")
    assert page.status_code == 200
    assert "Kent and Medway spent £" in text_of(page)
    assert "Changes will show after a year" in text_of(page)


def test_an_empty_store_says_what_to_do(nia, monkeypatch):
    def nothing():
        raise NoRelease("No prescribing data has been loaded yet.", "Load a file first.")

    monkeypatch.setattr(engines, "current", nothing)
    page = nia.get("/")
    assert page.status_code == 200
    assert "epact2 load" in text_of(page)


def test_a_page_asks_few_questions(nia):
    nia.get("/")
    assert engines._CACHE.misses <= 7
    nia.get("/")
    assert engines._CACHE.misses <= 7
