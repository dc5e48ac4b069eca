"""One patient's page: opened by POST alone, and what it tells."""

import csv
import io
import re

import pytest
from django.urls import reverse

from support.example_items import pseudonym
from support.pages import part, rows_of, text_of, words

pytestmark = pytest.mark.django_db
ANN = pseudonym("G82001", 0)


@pytest.fixture
def patient(reader, opened):
    def post(who=ANN, **more):
        return reader.post(reverse("patient"), {"patient": who, **more})

    return post


def test_the_form_asks_for_a_pseudonym(reader, opened):
    page = reader.get(reverse("patient"))
    assert page.status_code == 200
    assert "Open a patient" in text_of(page)
    assert 'autocomplete="off"' in page.content.decode()
    # What stands in an address is not looked at.
    assert ANN not in reader.get(reverse("patient"), {"patient": ANN}).content.decode()


def test_the_page_tells_who_and_what(patient):
    text = text_of(patient())
    assert "One patient" in text
    assert ANN in text
    assert "9 items of 3 medicines. Dispensed from July 2025 to September 2025." in text
    assert "Age in September 2025 3 Birth month from PDS" in text
    assert "Gender Male" in text
    assert "Deprivation quintile (IMD) 1 - Most deprived" in text
    assert "Acorn Surgery" in text
    assert "Verified by PDS" in text
    assert "listings are open" in text
    assert "provisional" in text


def test_somebody_not_verified_yet(patient):
    text = text_of(patient(pseudonym("G82001", 5)))
    assert "Not verified yet" in text
    assert "Birth month from the EPS message" in text


def test_figures_medicines_and_timeline(patient):
    page = patient()
    # Of the three medicines two are antibacterials, which are none of the polypharmacy rule.
    assert "Unique medicines, September 2025 1" in text_of(page)
    now = rows_of(page, "now")
    assert [row[0] for row in now] == ["Atorvastatin", "Amoxicillin", "Cefalexin"]
    assert now[0][1:5] == ["Atorvastatin 20mg tablets", "Sep 2025", "3 of 3", "3"]
    line = [[words(cell) for cell in row] for row in rows_of(page, "timeline")]
    assert [row[0] for row in line] == ["Atorvastatin", "Amoxicillin", "Cefalexin"]
    assert line[0][1:] == ["1", "1", "1"]


def test_the_history_is_newest_first_by_month(patient):
    text = part(patient(), "items")
    assert text.index("September 2025 3 items") < text.index("August 2025 3 items")
    assert "15 Sep 2025" not in text
    assert "10 Sep 2025" in text
    assert "D82001 GP" in text


def test_items_that_do_not_count_are_shown_and_marked_when_asked_for(patient):
    counted = part(patient(pseudonym("G82001", 1)), "items")
    assert "Does not count" not in counted
    everything = part(patient(pseudonym("G82001", 1), exclusions="none"), "items")
    assert everything.count("Does not count: dispensed out of hours") == 3
    assert "September 2025 1 item," in everything, "sums hold what counts alone"


def test_the_way_back_is_the_listing(patient):
    page = patient(q='{"where":{"is":["practice","G82001"]}}')
    back = re.search(r'class="nhsuk-back-link" href="([^"]+)"', page.content.decode())[1]
    assert back.startswith(reverse("items"))
    assert "PSEUDO" not in back
    for wrong in ("{", '{"where":{"is":["patient","PSEUDO1"]}}'):
        assert "nhsuk-back-link" not in patient(q=wrong).content.decode()


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ("", "no pseudonym"),
        ("a b", "no pseudonym"),
        ("x" * 65, "no pseudonym"),
        ("NOBODY77", "No item of this"),
    ],
)
def test_what_is_no_patient_is_said_at_the_field(patient, who, message):
    page = patient(who)
    assert page.status_code == 400
    assert "There is a problem" in text_of(page)
    assert message in text_of(page)
    assert page.content.decode().count('id="pseudonym"') == 1


def test_typed_text_is_never_markup(patient):
    page = patient("<script>alert(1)</script>")
    assert "<script>alert" not in page.content.decode()


def test_the_history_as_csv(reader, opened):
    response = reader.post(reverse("patient-csv"), {"patient": ANN})
    assert "PSEUDO" not in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == 9
    assert rows[0]["month"] == "2025-09"
    assert {row["age source name"] for row in rows} == {"Birth month from PDS"}
    wrong = reader.post(reverse("patient-csv"), {"patient": "NOBODY77"})
    assert wrong.status_code == 400
    assert "NOBODY77" not in wrong.content.decode()


def test_a_patient_s_page_is_kept_by_no_cache(patient):
    assert patient().headers["Cache-Control"] == "private, no-store"
