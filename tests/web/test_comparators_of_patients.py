"""Pages of comparators that need single items: their values, their months, and what is said without items."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlparse

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis import compare
from epact2.comparators.read import comparators
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import PRACTICE
from epact2.query.codec import loads
from epact2.web import engine as engines
from epact2.web.explorer_measures import offered_name, offers, value_of_form
from support.engines import reference_engine
from support.pages import part, rows_of, text_of
from support.small_data import data_from_tables

pytestmark = pytest.mark.django_db

GIB01 = comparators()["gib01-nsaid-without-gastro-protection"]
ADDRESS = f"/comparators/{GIB01.key}"
PLACES = """
    practice | sub-ICB location | ICB | region | practice setting
    A        | 91Q              | QKS | Y59    | 4
    B        | 91Q              | QKS | Y59    | 4
    C        | 97R              | QNX | Y59    | 4
"""
MEDICINES = """
    practice | patient | age | presentation
    A        | ann     | 70  | Naproxen 250mg tablets
    A        | bob     | 80  | Naproxen 250mg tablets
    A        | bob     | 80  | Famotidine 20mg tablets
    B        | cat     | 66  | Naproxen 250mg tablets
    B        | cat     | 66  | Lansoprazole 30mg gastro-resistant capsules
    C        | dan     | 90  | Ramipril 5mg capsules
"""


def items_of(months):
    """The same items in several months."""
    head, *rows = [line.strip() for line in MEDICINES.strip().splitlines()]
    return "\n".join([f"month | {head}", *(f"{month} | {row}" for month in months for row in rows)])


@pytest.fixture(scope="module")
def engine_with_items():
    """Three months of prescribing, two of them with items."""
    prescribing = "month | practice | presentation\n2025-01 | A | Ramipril 5mg capsules\n"
    for month in ("2025-02", "2025-03"):
        rows = [line.split("|") for line in MEDICINES.strip().splitlines()[1:]]
        prescribing += "".join(f"{month} | {row[0].strip()} | {row[3].strip()}\n" for row in rows)
    tables = {"prescribing": prescribing, "items": items_of(("2025-02", "2025-03")), "practices": PLACES}
    return reference_engine(data_from_tables(tables))


@pytest.fixture
def over_items(monkeypatch, engine_with_items, signed_in):
    monkeypatch.setattr(engines, "current", lambda: engine_with_items)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    return engine_with_items


def test_the_numbers_are_those_of_the_analysis(signed_in, over_items):
    page = signed_in.get(ADDRESS, {"organisation": "QKS", "level": "practice"})
    assert page.status_code == 200
    ranking = compare.ranking(over_items, OPERATOR, GIB01, PRACTICE, DispensingMonth(2025, 3))
    assert [(row.code, row.value) for row in ranking.rows] == [("B", 0.0), ("A", 50.0), ("C", None)]
    # C has no patient at risk, and so no value; B has patients at risk and none unprotected.
    shown = rows_of(page, "ranking-table")
    assert [(row[1], row[2], row[5]) for row in shown] == [
        ("Practice B", "0.0%", "0"), ("Practice A", "50.0%", "1"),
    ]  # fmt: skip
    said = text_of(page)
    assert "Percentage of patients of 65 and over with an NSAID" in said
    assert "Patients" in part(page, "ranking")


def numerators(page):
    """Where the numbers of the ranking's last column lead, by the organisation of the row."""
    table = page.content.decode().split('id="ranking-table"', 1)[1].split("</table>", 1)[0]
    rows = re.findall(r"<th scope=\"row\".*?</tr>", table, re.S)
    found = [(re.search(r">([^<]+)</a>", row)[1], re.search(r'href="(/items[^"]*)"', row)) for row in rows]
    return {name: html.unescape(link[1]) for name, link in found if link}


def test_patients_of_a_numerator_are_listed_where_listings_are_open(signed_in, over_items, opened):
    page = signed_in.get(ADDRESS, {"organisation": "QKS", "level": "practice"})
    links = numerators(page)
    assert set(links) == {"Practice A"}, "nobody is listed beneath a nought"
    listed = signed_in.get(links["Practice A"])
    said = text_of(listed)
    assert "1 patient " in said
    assert "and not who had “gastro-protective medicines”" in said
    assert "Age 65 and over" in said
    assert [row[0] for row in rows_of(listed, "listing-table")] == ["ann"]


def test_no_list_is_offered_while_listings_are_closed(signed_in, over_items):
    page = signed_in.get(ADDRESS, {"organisation": "QKS", "level": "practice"})
    assert "/items?" not in page.content.decode()


def test_the_difference_from_the_median_is_in_patients(signed_in, over_items):
    said = text_of(signed_in.get(ADDRESS, {"organisation": "A"}))
    # Half of two patients is one; at the median of 25% it would be half a patient.
    assert "Difference from the median" in said
    assert "patients" in said.split("Difference from the median", 1)[1][:60]


def test_the_page_says_from_which_data_and_month_on(signed_in, over_items):
    said = text_of(signed_in.get(ADDRESS, {"organisation": "QKS"}))
    assert (
        "Worked out from single prescription items, which are loaded for February 2025 to March 2025." in said
    )
    assert "by month, February 2025 to March 2025" in said


def test_a_month_without_items_gives_way_to_the_latest_with_them(signed_in, over_items):
    page = signed_in.get(ADDRESS, {"organisation": "QKS", "month": "2025-01"})
    assert page.status_code == 200
    assert "January 2025 has no value: here is March 2025." in text_of(page)
    assert signed_in.get(ADDRESS, {"month": "2019-01"}).status_code == 400


def test_how_it_is_calculated_names_the_lists(signed_in, over_items):
    said = part(signed_in.get(ADDRESS, {"organisation": "QKS"}), "over-time")
    assert "Patients who had “NSAIDs” and not who had “gastro-protective medicines”" in said
    assert "Prostaglandin analogues" in said  # named by the list, since this release does not have the code
    assert "Uncertain: the NHSBSA specification is not public" in said
    assert "NHS number was captured and verified" in said


def test_what_looks_back_too_far_says_so(signed_in, over_items):
    page = signed_in.get("/comparators/patients-starting-opioids")
    assert page.status_code == 200
    assert "It looks back further than the items that are loaded: February 2025 to March 2025." in text_of(
        page
    )


def test_months_that_can_be_looked_back_from(over_items):
    months = tuple(DispensingMonth(2024, 1).plus(step) for step in range(14))
    engine = reference_engine(data_from_tables({"items": items_of([one.code for one in months])}))
    starting = comparators()["patients-starting-opioids"]
    assert compare.months_for(starting, engine.directory) == months[12:]
    assert compare.months_for(comparators()["oversupply-of-statins"], engine.directory) == months[11:]
    assert compare.months_for(GIB01, engine.directory) == months
    assert compare.months_for(comparators()["dosulepin-share"], over_items.directory) == (
        DispensingMonth(2025, 1), DispensingMonth(2025, 2), DispensingMonth(2025, 3),
    )  # fmt: skip


def test_numerators_of_items_have_their_medicines_and_others_have_none(signed_in, over_items):
    page = signed_in.get("/comparators/patients-on-8-or-more-medicines", {"organisation": "QKS"})
    assert 'id="substances"' not in page.content.decode()
    page = signed_in.get("/comparators/electronic-prescription-share", {"organisation": "QKS"})
    assert page.status_code == 200


def test_every_table_can_be_taken_away_as_its_question(signed_in, over_items):
    for key in ("acb-score-of-6-or-more-at-65", GIB01.key):
        page = signed_in.get(f"/comparators/{key}", {"organisation": "QKS"}).content.decode()
        found = [html.unescape(one) for one in re.findall(r'href="(/explorer\.csv\?[^"]+)"', page)]
        assert found
        for address in found:
            assert len(address) < 3800, key
            loads(parse_qs(urlparse(address).query)["q"][0])
            assert signed_in.get(address).status_code == 200


def test_an_average_has_two_decimals_and_a_difference_in_what_it_counts(signed_in, over_items):
    said = text_of(signed_in.get("/comparators/average-unique-medicines", {"organisation": "A"}))
    assert "Practice A, March 2025 1.50" in said
    assert "Difference from the median 0" not in said
    assert "different medicines" in said.split("Difference from the median", 1)[1][:80]
    assert "Rank of 3 practices" in said


# --- Without items ---


def test_without_items_the_page_says_what_is_missing(signed_in):
    page = signed_in.get(ADDRESS)
    assert page.status_code == 200
    said = text_of(page)
    assert "There is no value yet." in said
    assert "none are loaded" in said
    assert GIB01.summary in said
    assert "ITEMS_YYYYMM.csv" in said


def test_the_list_without_items(signed_in):
    said = text_of(signed_in.get("/comparators/", {"theme": "Medication safety"}))
    assert "No single items are loaded" in said
    assert "GIB02: NSAID with an oral anticoagulant" in said


# --- The list ---


def test_the_list_shows_themes_and_by_itself_what_practice_level_data_answers(signed_in, over_items):
    page = signed_in.get("/comparators/")
    said = text_of(page)
    assert "Dosulepin share" in said
    assert 'href="/comparators/?organisation=ENG&amp;month=2025-03&amp;theme=Medication+safety"' in (
        page.content.decode()
    )
    assert 'id="of-items"' not in page.content.decode()


def test_the_list_of_a_theme(signed_in, over_items):
    page = signed_in.get(
        "/comparators/", {"theme": "Medication safety", "organisation": "A", "month": "2025-01"}
    )
    said = part(page, "of-items")
    row = said.split(GIB01.title, 1)[1]
    assert "From single items: value in March 2025" in said
    assert "50.0% " in row
    assert "2 of 2" in row
    assert "Items are loaded for February 2025 to March 2025" in said


def test_a_theme_with_both_sorts(signed_in, over_items):
    said = text_of(signed_in.get("/comparators/", {"theme": "Mental health"}))
    assert "Dosulepin share" in said
    assert "Lithium with a nephrotoxic medicine" in said


def test_an_unknown_theme_is_said_in_words(signed_in, over_items):
    page = signed_in.get("/comparators/", {"theme": "Weather"})
    assert page.status_code == 400
    assert "“Weather” is no theme." in text_of(page)


# --- The explorer ---


def test_the_explorer_offers_comparators_by_their_keys():
    words = [offer.word for group in offers() for offer in group.offers if offer.word]
    assert f"comparator:{GIB01.key}" in words
    assert all(value_of_form(word) for word in words)
    assert value_of_form(f"comparator:{GIB01.key}") == GIB01.value
    assert offered_name(GIB01.value) == GIB01.title
    assert value_of_form("items") == value_of_form('"items"')
