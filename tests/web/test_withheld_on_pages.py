"""Withheld is never “No data”: every place of a page where a figure of patients can stand says what it is.

The reader's account is that of one practice, Acorn Surgery: it sees its own figures exactly and those of
Downs View, in another ICB, as they are published.
"""

from __future__ import annotations

import html
import json
import re
from datetime import date

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.access.policy import Action
from epact2.access.viewer import Viewer
from epact2.analysis.answer import answer
from epact2.analysis.compare import bands_query
from epact2.comparators.read import comparator_named, comparators, prepared_values
from epact2.model.prescribing import PRACTICE
from epact2.query.nodes import MonthRange, Query
from epact2.query.result import Mark
from epact2.query.sealing import NotPublished
from epact2.web import engine as engines
from epact2.web import links
from epact2.web.presenters.comparator_tables import change_mark
from support.audit import last_number, records_since
from support.engines import reference_engine
from support.example_items import ITEM_MONTHS
from support.pages import part, rows_of, text_of, words
from support.small_data import data_from_tables

pytestmark = pytest.mark.django_db

MANY = "/comparators/patients-on-8-or-more-medicines"
FEW = "withheld: fewer than 10 items"
OWN, OTHER = "G82001", "G81001"


def grant(code):
    return (Grant(AccountType.GP_PRACTICE, "practice", code, date.min, date.max),)


@pytest.fixture
def of_acorn(monkeypatch, reader):
    monkeypatch.setattr(engines, "grants_named", lambda name: grant(OWN))
    return reader


@pytest.fixture
def with_analyses(monkeypatch, reader):
    """The same person with an account that asks questions of its own, of published figures alone."""
    default = Grant(AccountType.DEFAULT_WITH_ANALYSIS, "practice", OWN, date.min, date.max)
    monkeypatch.setattr(engines, "grants_named", lambda name: (default,))
    return reader


def key_figures(page):
    """What the key figures say, by their labels."""
    found = page.content.decode().split('<dl class="app-figures">', 1)[1].split("</dl>", 1)[0]
    items = [re.findall(r"<d[td].*?</d[td]>", item, re.S) for item in found.split('"app-figures__item')[1:]]
    return {words(label): words(" ".join(rest)) for label, *rest in items}


def descriptions(page, card):
    found = page.content.decode().split(f'id="{card}"', 1)[1].split("</section>", 1)[0]
    return re.findall(r"<desc[^>]*>(.*?)</desc>", found)


def readings(page, card):
    found = page.content.decode().split(f'id="{card}"', 1)[1].split("</section>", 1)[0]
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', found)[1])["readings"]


# --- A comparator's page --------------------------------------------------------------------------------


def test_key_figures_of_another_practice_say_why_they_are_withheld(of_acorn):
    figures = key_figures(of_acorn.get(MANY, {"organisation": OTHER}))
    assert figures["Downs View, September 2025"] == "Withheld Fewer than 10 items"
    assert figures["Rank of 1 practice"].startswith("Withheld Fewer than 10 items")
    assert figures["Difference from the median"] == "Withheld Fewer than 10 items"
    assert "No data" not in " ".join(figures.values())


def test_one_s_own_key_figures_are_exact_and_the_median_is_that_of_published_values(of_acorn):
    """It is the same for every reader: one's own exact value is none of those of which it is the middle."""
    figures = key_figures(of_acorn.get(MANY, {"organisation": OWN}))
    assert figures["Acorn Surgery, September 2025"] == "0.0% No target"
    assert figures["Rank of 1 practice"].startswith("1 of 1 1 is the lowest percentage of those published")
    assert figures["Median practice"] == "Withheld Fewer than 10 items"
    assert figures["Difference from the median"] == "Withheld Fewer than 10 items"


def test_an_approximate_value_is_called_so(of_acorn):
    figures = key_figures(of_acorn.get(MANY, {"organisation": "ENG", "level": "practice"}))
    assert figures["England, September 2025"] == "0.0% approximate No target"


def test_the_finding_and_the_titles_say_that_the_figure_is_withheld(of_acorn):
    page = of_acorn.get(MANY, {"organisation": OTHER})
    assert "Figures of Downs View are withheld in this month: fewer than 10 items." in text_of(page)
    assert "Figures of Downs View are withheld in this period: fewer than 10 items" in part(page, "over-time")


def test_the_chart_over_time_says_how_many_values_are_withheld_and_why(of_acorn):
    page = of_acorn.get(MANY, {"organisation": OTHER})
    caption = "3 of 3 values of Downs View are not shown: withheld, fewer than 10 items."
    assert caption in part(page, "over-time")
    for said in descriptions(page, "over-time"):
        assert caption in said
        assert "o data" not in said
    for one in readings(page, "over-time"):
        assert ["Downs View", FEW, True] in one["rows"]
        assert FEW in one["say"]
        assert "No data" not in one["say"]
    table = rows_of(page, "over-time-table")
    assert len(table) == 3
    assert {row[1] for row in table} == {FEW}
    assert "No data" not in {cell for row in table for cell in row}


def test_a_chart_of_one_s_own_says_that_its_line_is_exact(of_acorn):
    said = part(of_acorn.get(MANY, {"organisation": OWN}), "over-time")
    assert "Figures of Acorn Surgery are exact; all others are approximate." in said
    assert "withheld" not in said


def test_the_distribution_counts_who_is_not_shown(of_acorn):
    page = of_acorn.get(MANY, {"organisation": OTHER})
    said = part(page, "ranking")
    assert "7 of 8 practices in England are not shown: withheld, fewer than 10 items." in said
    assert "Downs View is not shown: withheld, fewer than 10 items." in said
    assert "Approximate: made of published figures" in said
    shown = {row[1]: row for row in rows_of(page, "ranking-table")}
    assert shown["Downs View"][2] == "withheld"


def test_the_ranked_bars_count_who_is_not_shown(of_acorn):
    page = of_acorn.get(MANY, {"organisation": "QKS"})
    caption = "3 of 3 ICBs are not shown: withheld, fewer than 10 items (1); fewer than 20 patients (2)."
    assert caption in part(page, "ranking")
    for said in descriptions(page, "ranking"):
        assert said.startswith("There is no value to show.")
        assert caption in said
    figures = key_figures(page)
    assert figures["Kent and Medway, September 2025"] == "Withheld Fewer than 20 patients"
    assert figures["Median ICB"] == "Withheld Fewer than 10 items"


def test_a_change_of_which_a_value_is_withheld_is_withheld():
    months = [None] * 13
    assert change_mark(months) is None
    assert change_mark([Mark.FEW_ITEMS, *months[1:]]) is Mark.FEW_ITEMS
    assert change_mark([*months[1:], Mark.FEW_PATIENTS]) is Mark.FEW_PATIENTS
    assert change_mark([*months[1:], Mark.FEWER_THAN_FIVE]) is None
    assert change_mark([Mark.FEW_ITEMS] * 12) is None, "no year is loaded"


def test_the_list_of_comparators_says_withheld(of_acorn):
    page = of_acorn.get("/comparators/", {"theme": "Polypharmacy", "organisation": OTHER})
    rows = by_title(page)
    row = rows["Patients on 8 or more medicines"]
    assert row[1] == "withheld"
    assert row[-1] == "withheld"
    assert "Numbers of patients are published figures" in part(page, "of-items")
    own = by_title(of_acorn.get("/comparators/", {"theme": "Polypharmacy", "organisation": OWN}))
    assert own["Patients on 8 or more medicines"][1] == "0.0%"


def by_title(page):
    """The rows of the list of comparators, by their titles."""
    return {re.split(r" (?=[A-Z]\w+ )", row[0], maxsplit=1)[0]: row for row in rows_of(page, "of-items")}


AVERAGE = "Average unique medicines per patient"


@pytest.mark.parametrize("organisation", [OWN, "QKS", "ENG"])
def test_what_is_published_of_nobody_takes_no_other_comparator_of_the_list_with_it(of_acorn, organisation):
    """Asked for together, all comparators were answered for one's own alone, and that stood under England."""
    page = of_acorn.get("/comparators/", {"theme": "Polypharmacy", "organisation": organisation})
    assert page.status_code == 200
    rows = by_title(page)
    row = rows[AVERAGE]
    if organisation == "ENG":
        assert row[1] == "not published"
    else:
        assert row[2] == "not published"
        assert (row[1] == "not published") is (organisation != OWN)
    assert "not published" not in rows["Patients on 8 or more medicines"]


def test_the_list_of_such_a_theme_opens_for_those_who_see_published_figures_alone(reader, monkeypatch):
    default = Grant(AccountType.DEFAULT, "ICB", "QKS", date.min, date.max)
    monkeypatch.setattr(engines, "grants_named", lambda name: (default,))
    page = reader.get("/comparators/", {"theme": "Polypharmacy"})
    assert page.status_code == 200
    assert by_title(page)[AVERAGE][1] == "not published"


@pytest.mark.parametrize("organisation", [OTHER, "QKS", "ENG"])
def test_one_s_own_figure_never_stands_under_the_name_of_another(of_acorn, organisation):
    page = of_acorn.get("/comparators/average-unique-medicines", {"organisation": organisation})
    assert "It is not published of other organisations." in text_of(page)
    assert "app-figures__value" not in page.content.decode()
    assert "In a small practice it would tell what single patients had." in text_of(page)
    assert "ITEMS_YYYYMM.csv" not in text_of(page), "no file is missing"


def test_one_s_own_figure_is_shown_where_it_is_published_of_nobody(of_acorn):
    page = of_acorn.get("/comparators/average-unique-medicines", {"organisation": OWN})
    assert re.match(r"\d\.\d\d", key_figures(page)["Acorn Surgery, September 2025"])
    assert "published of no other organisation, so Acorn Surgery is compared with nobody" in text_of(page)
    assert {row[3] for row in rows_of(page, "over-time-table")} == {"None published"}
    assert len(key_figures(page)) == 1, "neither a rank nor a median of nobody"
    assert "10th to 90th percentile of" not in text_of(page), "the key names what is drawn"
    assert 'id="ranking"' not in page.content.decode()


def test_files_of_a_page_whose_peers_are_not_published_hold_ones_own_and_say_so_of_the_rest(of_acorn):
    page = of_acorn.get("/comparators/average-unique-medicines", {"organisation": OWN})
    files = [
        html.unescape(one) for one in re.findall(r'href="(/table\.\w+\?q=[^"]+)"', page.content.decode())
    ]
    assert files
    for address in files:
        assert of_acorn.get(address).status_code == 200
    # The percentiles have no link; an address that a page once signed for them is refused, and kept as that.
    comparator = comparator_named("average-unique-medicines")
    query = bands_query(comparator, PRACTICE, MonthRange(ITEM_MONTHS[-1], ITEM_MONTHS[-1]))
    with links.for_reader(lambda name: name.startswith("table-")):
        address = links.download(query, "csv")
    before = last_number()
    refused = of_acorn.get(address)
    assert refused.status_code == 400
    assert "Its figures of other organisations are not published." in text_of(refused)
    (record,) = records_since(before)
    assert record["kind"] == "refused"
    assert [one["rows"] for one in record["asked"]] == [0]


def test_which_comparators_are_published_of_nobody(items_engine):
    """The rule that the list goes by is that of the published figures."""
    reader = Viewer("nia", (Grant(AccountType.DEFAULT_WITH_ANALYSIS, "ICB", "QKS", date.min, date.max),))
    months = MonthRange(ITEM_MONTHS[-1], ITEM_MONTHS[-1])
    refused = set()
    fixed = [one for one in comparators().values() if one.needs_items and not one.any_medicine]
    for one in fixed:
        try:
            answer(items_engine, Query((one.value,), months=months), reader, Action.STANDARD)
        except NotPublished:
            refused.add(one.key)
    assert refused == {one.key for one in fixed if one.counts_pairs}
    assert refused


# --- An organisation's page -----------------------------------------------------------------------------

FEW_ITEMS = """
    month   | practice | patient | age | presentation
    2025-09 | A        | ann     | 70  | Naproxen 250mg tablets
    2025-09 | A        | bob     | 80  | Naproxen 250mg tablets
    2025-09 | B        | cat     | 66  | Naproxen 250mg tablets
    2025-09 | B        | cat     | 66  | Ramipril 5mg capsules
"""
PLACES = """
    practice | sub-ICB location | ICB | region | practice setting
    A        | 91Q              | QKS | Y59    | 4
    B        | 97R              | QNX | Y59    | 4
"""


@pytest.fixture
def few_items(monkeypatch, signed_in):
    """Two practices with two items each; the reader's account is that of practice A."""
    tables = {
        "prescribing": "month | practice | presentation\n"
        + "".join(f"2025-09 | {place} | Ramipril 5mg capsules\n" for place in "AB"),
        "items": FEW_ITEMS,
        "practices": PLACES,
    }
    engine = reference_engine(data_from_tables(tables), prepared_values())
    monkeypatch.setattr(engines, "current", lambda: engine)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    monkeypatch.setattr(engines, "grants_named", lambda name: grant("A"))
    return signed_in


def test_the_panel_of_patients_stays_and_says_that_their_number_is_withheld(few_items):
    page = few_items.get("/organisations/practice/B")
    assert page.status_code == 200
    said = part(page, "patients")
    assert said.startswith("> The number of identified patients is withheld: fewer than 10 items")
    assert "No data" not in said
    own = part(few_items.get("/organisations/practice/A"), "patients")
    assert own.startswith("> 2 identified patients had 1.0 items each")


def test_the_panel_of_patients_says_about_where_the_number_is_approximate(of_acorn):
    other = part(of_acorn.get(f"/organisations/practice/{OTHER}"), "patients")
    own = part(of_acorn.get(f"/organisations/practice/{OWN}"), "patients")
    assert re.search(r"(About \d+|Fewer than 5) identified patients", other)
    assert re.search(r"> \d+ identified patients had", own)


# --- The explorer ---------------------------------------------------------------------------------------

SECTION = {"amount": "identified patients", "where": {"under": ["bnf", "0206"]}}
STATINS = {"amount": "identified patients", "where": {"under": ["bnf", "0212"]}}


def explored(client, **parts):
    question = {"values": [STATINS], "months": {"latest": 3}, **parts}
    return client.get("/explorer/", {"q": json.dumps(question)})


def answer_of(page):
    """The words of the answer, its chart and its notes."""
    return words(page.content.decode().split('id="answer"', 1)[1].split("</main>", 1)[0])


def test_the_chart_of_an_answer_says_what_is_withheld(with_analyses):
    page = explored(with_analyses, rows=["ICB"], months={"latest": 1})
    assert page.content.decode().count(">withheld<") == 1
    assert "1 of 3 ICBs is not shown: withheld, fewer than 10 items." in answer_of(page)
    months = explored(with_analyses, rows=["ICB"], columns=["month"])
    assert "1 more has no value that is shown." in answer_of(months)


def test_a_line_of_which_every_value_is_withheld_has_no_chart_and_says_why(with_analyses):
    page = explored(with_analyses, rows=["month"], where={"is": ["practice", OTHER]})
    assert "Every number is withheld: fewer than 10 items." in answer_of(page)
    assert "There is no number to draw" not in text_of(page)


def test_a_single_number_says_why_it_is_withheld(with_analyses):
    page = explored(with_analyses, where={"is": ["practice", OTHER]}, months={"latest": 1})
    title = page.content.decode().split('id="answer-title">', 1)[1].split("</h2>", 1)[0]
    assert title == "Identified patients where BNF section is 0212: withheld: fewer than 10 items"


def test_a_chart_of_published_figures_is_called_approximate(with_analyses):
    page = explored(with_analyses, values=["identified patients"], rows=["ICB"], months={"latest": 1})
    said = answer_of(page)
    assert "Approximate: made of published figures" in said
    title = page.content.decode().split('id="answer-title">', 1)[1].split("</h2>", 1)[0]
    assert title == "Kent and Medway is the highest of 3 ICBs: about 15 patients"


def test_a_reader_of_exact_figures_is_told_nothing_of_this(reader):
    for address in (
        f"{MANY}?organisation={OTHER}",
        "/comparators/?theme=Polypharmacy",
        f"/organisations/practice/{OTHER}",
    ):
        said = text_of(reader.get(address))
        assert "ithheld" not in said, address
        assert "pproximate" not in said, address
