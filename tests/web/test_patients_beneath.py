"""Beneath a number of patients lie these patients, in the explorer; and the page of such a list."""

import html
import json
import re
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlparse

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.access.viewer import Viewer
from epact2.analysis.items_beneath import is_made_of_rows
from epact2.model.prescribing import ICB, MONTH, PRACTICE
from epact2.query.codec import loads, query_from_json, value_from_json
from epact2.query.encode import dumps
from epact2.query.level import value_needs_items
from epact2.query.listing import ListingRows
from epact2.query.nodes import Distinct, Is, MonthRange, Patients, Query, Ratio
from epact2.query.scope import ALL_OF_ENGLAND, SEALED_FIGURES
from epact2.query.words import value_name
from epact2.web import engine as engines
from epact2.web import listing_state
from epact2.web.asking import Asking
from epact2.web.explorer_form import edited
from epact2.web.explorer_measures import offers
from epact2.web.items_door import ItemsDoor
from support import example_items
from support.pages import rows_of, text_of

pytestmark = pytest.mark.django_db
CELL = re.compile(r'<a class="app-drill" href="(/items[^"]*)">([\d,]+)</a>')
# What the form puts together, as a reader fills it in: see ``explorer_patients``.
FORMS = (
    {"pat_which": "had", "pat_first": "0501", "pat_age_from": "65"},
    {"pat_which": "both", "pat_first": "050101", "pat_second": "0212"},
    {"pat_which": "without", "pat_first": "0212", "pat_second": "050101"},
    {"pat_which": "either", "pat_first": "050101", "pat_second": "050102"},
    {"pat_which": "many", "pat_first": "", "pat_least": "2"},
)
JSON = (
    "identified patients",
    {"amount": "identified patients", "where": {"under": ["bnf", "050102"]}},
    "patients on 8 or more unique medicines",
    {"patients": {"at least": [{"distinct": "chemical substance"}, 2]}, "where": {"is": ["EPS", "yes"]}},
    {"patients": {"not": {"had": {"under": ["bnf", "050101"]}}}},
    {"patients": {"score": [[{"under": ["bnf", "05"]}, 1], [{"under": ["bnf", "02"]}, 2]], "at least": 3}},
)


def made(form):
    """The value that the explorer's form makes."""
    sent = {"form": ["1"], "do": ["patients"], **{name: [text] for name, text in form.items()}}
    work = edited(sent, example_items.directory())
    assert not work.problems, work.problems
    return work.query.values[-1]


VALUES = [*map(made, FORMS), *map(value_from_json, JSON)]


def asked(value):
    """A table of a value by ICB and month, with totals of every sort."""
    months = MonthRange(*example_items.ITEM_MONTHS[-2:])
    return Query((value,), rows=(ICB,), columns=(MONTH,), months=months, totals=True)


def number_in(response):
    """How many patients the title of a list says."""
    return int(re.search(r"<title>\s*([\d,]+) patients?\b", response.content.decode())[1].replace(",", ""))


def cells(response):
    table = response.content.decode().split('id="answer-region"', 1)[1].split("</table>", 1)[0]
    return [(html.unescape(href), int(text.replace(",", ""))) for href, text in CELL.findall(table)]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value_name(value)[:40])
def test_every_number_of_patients_is_that_of_the_patients_beneath(reader, opened, value):
    page = reader.get("/explorer/", {"q": dumps(asked(value)), "open": "items"})
    found = cells(page)
    assert len(found) == 4 * 3, "three ICBs and the total, two months and both together"
    for href, number in found:
        listed = reader.get(href)
        assert number_in(listed) == number
        assert len(rows_of(listed, "listing-table") if number else []) == number
        assert "PSEUDO" not in href


def test_these_numbers_differ():
    """The test above would say little if everybody fulfilled everything."""
    engine = example_items.engine()
    answers = [engine.answer(asked(one), ALL_OF_ENGLAND).rows for one in VALUES]
    assert len({rows[-1][-1] for rows in answers}) > 4


def test_every_count_of_patients_that_is_offered_has_a_list():
    counts = [
        offer.value
        for group in offers()
        for offer in group.offers
        if isinstance(offer.value, (Patients, Distinct)) and value_needs_items(offer.value)
    ]
    assert len(counts) >= 5
    assert all(map(is_made_of_rows, counts))
    ratios = [one.value for group in offers() for one in group.offers if isinstance(one.value, Ratio)]
    assert not any(map(is_made_of_rows, ratios))


def test_a_long_condition_is_pressed_into_its_address(reader, opened):
    """Lists of medicines have hundreds of codes. The codes of a cell stand in each address all the same."""
    many = {"any": [{"had": {"under": ["bnf", f"0212{number:03}"]}} for number in range(200)]}
    either = value_from_json({"patients": {"any": [many, {"had": {"under": ["bnf", "050102"]}}]}})
    found = cells(reader.get("/explorer/", {"q": dumps(asked(either)), "open": "items"}))
    assert len({href for href, _ in found}) == 12
    for href, number in found:
        assert len(href) < 1500
        assert number_in(reader.get(href)) == number > 0


# --- The page of such a list ----------------------------------------------------------------------------

WITHOUT = {"all": [{"had": {"under": ["bnf", "0212"]}}, {"not": {"had": {"under": ["bnf", "050101"]}}}]}
LISTING = {
    "where": {"is": ["practice", "G82001"]},
    "months": {"from": "2025-08", "to": "2025-08"},
    "rows": "patients",
    "patients": WITHOUT,
}
STATINS, PENICILLINS = "BNF section is Lipid-regulating drugs (0212)", "BNF paragraph is Penicillins (050101)"
SAID = f"Who had {STATINS} and not who had {PENICILLINS}"


def get(reader, parts):
    return reader.get("/items", {"q": json.dumps(parts)})


def links_of(response, text):
    found = re.findall(r'href="([^"]+)"[^>]*>([^<]*)', response.content.decode())
    return [html.unescape(href) for href, said in found if said.strip() == text]


def test_the_condition_is_one_of_the_limits(reader, opened):
    page = get(reader, LISTING)
    assert number_in(page) == 3
    assert SAID in text_of(page)
    assert "judged by what each had among all rows that are selected" in text_of(page)
    *_, without = links_of(page, "Remove")
    assert number_in(reader.get(without)) == 6


def test_the_items_of_such_patients_are_one_switch_away(reader, opened):
    items = reader.get(links_of(get(reader, LISTING), "Items one by one")[0])
    assert "Prescription items of 3 patients" in text_of(items)
    assert SAID in text_of(items)
    # Patients 1, 3 and 5: the third presentation of each, and the second of patient 3.
    assert len(rows_of(items, "listing-table")) == 4
    assert "net ingredient cost" not in text_of(items), "no question adds up the cost of such patients"
    back = reader.get(links_of(items, "Patients")[0])
    assert number_in(back) == 3


def test_sorting_columns_pages_and_files_keep_the_condition(reader, opened):
    listing = {**LISTING, "where": {"all": []}, "size": 25}
    page = get(reader, {**listing, "rows": "items"})
    assert "Prescription items of 24 patients" in text_of(page)
    for href in (links_of(page, "NIC\u00a0(£)") + links_of(page, "Items"))[:2]:
        assert SAID in text_of(reader.get(href))
    content = page.content.decode()
    hidden = {
        name: html.unescape(re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', content)[1])
        for name in ("q", "after", "first")
    }
    second = reader.post("/items", hidden)
    assert SAID in text_of(second)
    assert "Items 26 to 32" in text_of(second)
    file = reader.post("/items.csv", {"q": hidden["q"], "rows": "all"})
    lines = b"".join(file.streaming_content).decode().splitlines()
    assert len(lines) == 1 + 32
    chosen = reader.get("/items", {"form": "1", "q": hidden["q"], "col": ["patient", "NIC"], "size": "25"})
    assert SAID in text_of(reader.get(chosen.url))


def test_a_list_leads_back_to_its_question(reader, opened):
    page = get(reader, LISTING)
    (href,) = links_of(page, "Ask about these patients")
    question = loads(parse_qs(urlparse(href).query)["q"][0])
    assert reader.get(href).status_code == 200
    assert example_items.engine().answer(question, ALL_OF_ENGLAND).rows == ((3,),)


@pytest.mark.parametrize(
    ("patients", "message"),
    [
        ({"had": {"is": ["patient", "PSEUDOG82001N1"]}}, "A patient never stands in an address"),
        ({"had": {"is": ["form", "1001"]}}, "A patient never stands in an address"),
        ({"had": {"is": ["month", "2025-09"]}}, "Give it a window"),
        ({"had": {"under": ["bnf", "0212"]}, "before": 12}, "looks at a month that has no single items"),
        ({"having": {}}, "“having” is unknown"),
    ],
)
def test_a_condition_that_cannot_be_is_explained(reader, opened, patients, message):
    page = get(reader, {**LISTING, "patients": patients})
    assert page.status_code == 400
    assert message in text_of(page)
    assert "PSEUDO" not in page.content.decode()


def test_a_listing_with_a_condition_is_read_back_from_its_address():
    listing = listing_state.in_address({**LISTING})
    assert listing.rows is ListingRows.PATIENTS
    again = listing_state.in_address(json.loads(listing_state.text_of(listing)))
    assert again == listing


# --- One's own alone ------------------------------------------------------------------------------------


@pytest.fixture
def of_acorn(monkeypatch):
    """The reader's account is that of one practice; listings are not open to everybody."""
    grant = Grant(AccountType.GP_PRACTICE, "practice", "G82001", date.min, date.max)
    monkeypatch.setattr(engines, "grants_named", lambda name: (grant,))


def test_a_practice_lists_its_own_patients_under_a_condition(reader, of_acorn):
    page = get(reader, LISTING)
    assert number_in(page) == 3
    assert len(rows_of(page, "listing-table")) == 3
    refused = get(reader, {**LISTING, "where": {"is": ["practice", "G82002"]}})
    assert refused.status_code == 403
    assert "not your own" in text_of(refused)


def test_of_a_wider_selection_only_one_s_own_is_listed_and_no_wider_count_is_said(reader, of_acorn):
    """Kent's number of patients above the list of one practice would be wrong, and another's figure."""
    page = get(reader, {**LISTING, "where": {"is": ["ICB", "QKS"]}})
    assert page.status_code == 200
    assert len(rows_of(page, "listing-table")) == 3
    assert number_in(page) == 3


def test_figures_that_are_published_for_everybody_are_left_out_above_a_list(reader, opened, monkeypatch):
    asked = Asking.ask
    monkeypatch.setattr(Asking, "ask", lambda self, query: replace(asked(self, query), scope=SEALED_FIGURES))
    page = get(reader, LISTING)
    assert re.search(r"<title>\s*Patients\b", page.content.decode())
    assert len(rows_of(page, "listing-table")) == 3


def test_a_door_beneath_a_count_opens_where_all_of_it_is_one_s_own():
    grant = Grant(AccountType.GP_PRACTICE, "practice", "G82001", date.min, date.max)
    door = ItemsDoor(Viewer("nia", (grant,)), example_items.directory())
    month = example_items.ITEM_MONTHS[-1]
    (value,) = query_from_json({"values": [{"patients": WITHOUT}]}).values
    assert door.beneath(value, Is(PRACTICE, "G82001"), month)
    assert not door.beneath(value, Is(PRACTICE, "G82002"), month)
    assert not door.beneath(value, Is(ICB, "QKS"), month), "others' patients were counted too"
    assert not door.beneath(value, Is(PRACTICE, "G82001"), example_items.MONTHS[0]), "no items then"
    assert not door.beneath(Ratio(value, value), Is(PRACTICE, "G82001"), month)
