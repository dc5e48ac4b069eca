"""Patients in the explorer: values that are put together, conditions on items, exclusions, links to items."""

import html
import json
import re
from urllib.parse import parse_qs, urlparse

import pytest

from epact2.errors import Epact2Error
from epact2.query.check import check
from epact2.query.codec import loads, query_from_json
from epact2.query.encode import dumps, query_to_json
from epact2.query.level import value_needs_items
from epact2.query.named import NAMED
from epact2.query.nodes import EVERYTHING, Query, UnderMedicine
from epact2.web import explorer_patients as patients
from epact2.web.explorer_form import edited
from epact2.web.explorer_measures import offered_name, offers
from epact2.web.explorer_patients import Chosen, Which, count_of
from support import example_explorer, example_items
from support.pages import rows_of, text_of

DIRECTORY = example_items.directory()


def sent(query=None, **fields):
    form = {"form": ["1"], "q": [dumps(query)] if query else []}
    return edited(form | {name: [text] for name, text in fields.items()}, DIRECTORY)


def question(**parts):
    return query_from_json({"values": ["items"], **parts})


# --- Values that are put together -----------------------------------------------------------------------


ANTIBIOTICS = {"under": ["bnf", "05"]}
PENICILLINS, STATINS = {"under": ["bnf", "050101"]}, {"under": ["bnf", "0212"]}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"pat_which": "both", "pat_first": "050101", "pat_second": "0212"},
            {"patients": {"all": [{"had": PENICILLINS}, {"had": STATINS}]}},
        ),
        (
            {"pat_which": "without", "pat_first": "050101", "pat_second": "0212", "pat_period": "year"},
            {"patients": {"all": [{"had": PENICILLINS, "last": 12}, {"not": {"had": STATINS, "last": 12}}]}},
        ),
        (
            {"pat_which": "either", "pat_first": "Penicillins", "pat_second": "0212"},
            {"patients": {"any": [{"had": PENICILLINS}, {"had": STATINS}]}},
        ),
        (
            {"pat_which": "new", "pat_first": "050101"},
            {"patients": {"all": [{"had": PENICILLINS}, {"not": {"had": PENICILLINS, "before": 12}}]}},
        ),
        ({"pat_which": "many", "pat_least": "10"}, "patients on 10 or more unique medicines"),
        (
            {"pat_which": "many", "pat_first": "05", "pat_least": "2"},
            {
                "patients": {
                    "at least": [{"distinct": "chemical substance", "where": {"under": ["bnf", "05"]}}, 2]
                }
            },
        ),
        (
            {"pat_which": "had", "pat_first": "0212", "pat_age_from": "65"},
            {"patients": {"had": STATINS}, "where": {"between": ["age", "65", "120"]}},
        ),
        (
            {"pat_which": "had", "pat_first": "0212", "pat_shown": "per-1000"},
            {"ratio": [{"patients": {"had": STATINS}}, "list size"], "per": 1000},
        ),
        (
            {"pat_which": "had", "pat_first": "0212", "pat_age_to": "17", "pat_shown": "percent"},
            {
                "ratio": [
                    {"patients": {"had": STATINS}, "where": {"between": ["age", "0", "17"]}},
                    {"distinct": ["patient"], "where": {"between": ["age", "0", "17"]}},
                ],
                "per": 100,
            },
        ),
    ],
)
def test_the_form_puts_a_count_of_patients_together(fields, expected):
    made = sent(question(), do="patients", **fields)
    assert not made.problems, made.problems
    assert made.query == query_from_json({"values": ["items", expected]})
    check(made.query)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "pat_which"),
        ({"pat_which": "galaxy"}, "pat_which"),
        ({"pat_which": "had"}, "pat_first"),
        ({"pat_which": "both", "pat_first": "05"}, "pat_second"),
        ({"pat_which": "had", "pat_first": "unobtainium"}, "pat_first"),
        ({"pat_which": "had", "pat_first": "Kent"}, "pat_first"),
        ({"pat_which": "many", "pat_least": "0"}, "pat_least"),
        ({"pat_which": "many", "pat_least": "many"}, "pat_least"),
        ({"pat_which": "many", "pat_least": "1000"}, "pat_least"),
        ({"pat_which": "had", "pat_first": "05", "pat_age_from": "old"}, "pat_age_from"),
        ({"pat_which": "had", "pat_first": "05", "pat_age_from": "121"}, "pat_age_from"),
        ({"pat_which": "had", "pat_first": "05", "pat_age_from": "65", "pat_age_to": "18"}, "pat_age_from"),
    ],
)
def test_what_cannot_be_counted_is_said_at_its_field(fields, field):
    made = sent(question(), do="patients", **fields)
    assert [problem.field for problem in made.problems] == [field]
    assert made.query == question()
    for name, text in fields.items():
        assert made.typed[name] == text, "what was typed is kept"


def test_another_button_leaves_the_count_waiting():
    made = sent(question(), do="add", pat_which="had", pat_first="0212")
    assert made.query == question()
    assert made.typed["pat_first"] == "0212"


@pytest.mark.parametrize("which", list(Which))
@pytest.mark.parametrize("period", list(patients.PERIODS))
@pytest.mark.parametrize("shown", list(patients.SHOWN))
def test_every_choice_is_a_question_that_survives_its_address(which, period, shown):
    first, second = (UnderMedicine(example_code) for example_code in _codes("0501", "0212"))
    value = count_of(Chosen(which, first, second, period=period, shown=shown))
    query = Query((value,))
    check(query)
    assert loads(dumps(query)) == query


def _codes(*texts):
    from epact2.model.bnf import BnfCode

    return (BnfCode(text) for text in texts)


# --- Conditions on items, ages, exclusions -----------------------------------------------------------------


def test_conditions_of_one_field_widen_and_of_two_narrow():
    one = sent(question(), item_filter="gender=1")
    two = sent(one.query, item_filter="gender=2")
    three = sent(two.query, item_filter="EPS=Y")
    assert query_to_json(three.query)["where"] == {
        "all": [{"any": [{"is": ["gender", "1"]}, {"is": ["gender", "2"]}]}, {"is": ["EPS", "Y"]}]
    }
    out = sent(question(), item_filter="EPS=Y", item_filter_how="exclude")
    assert query_to_json(out.query)["where"] == {"not": {"is": ["EPS", "Y"]}}
    assert sent(question(), item_filter="EPS=maybe").problems[0].field == "item_filter"


def test_ages_take_the_place_of_other_ages():
    one = sent(question(), age_from="65")
    two = sent(one.query, age_from="18", age_to="64")
    assert query_to_json(two.query)["where"] == {"between": ["age", "18", "64"]}
    assert query_to_json(sent(two.query).query)["where"] == {"between": ["age", "18", "64"]}
    wrong = sent(question(), age_from="-1")
    assert (wrong.problems[0].field, wrong.typed["age_from"]) == ("age_from", "-1")


def test_nothing_typed_is_no_limit():
    assert patients.ages_between("", "") == EVERYTHING
    with pytest.raises(Epact2Error):
        patients.ages_between("5", "x")


def test_exclusions_can_be_lifted():
    assert query_to_json(sent(question(), exclusions="none").query)["exclusions"] == "none"
    assert "exclusions" not in query_to_json(sent(question(exclusions="none"), exclusions="standard").query)


def test_every_condition_of_the_list_can_be_read():
    for _, found in patients.conditions():
        for text, name in found:
            assert name
            patients.condition_of(text)


# --- What is offered ---------------------------------------------------------------------------------------


def test_named_values_are_offered_only_where_items_are_loaded():
    with_items = [offer.value for group in offers(items_loaded=True) for offer in group.offers]
    without = [offer.value for group in offers(items_loaded=False) for offer in group.offers]
    only = set(with_items) - set(without)
    assert only >= set(NAMED.values())
    assert all(value_needs_items(value) for value in only)
    assert not any(value_needs_items(value) for value in without)
    assert offered_name(NAMED["EPS rate"]) == "EPS rate"


# --- The page -------------------------------------------------------------------------------------------


def ask(client, parts, **more):
    return client.get("/explorer/", {"q": json.dumps({"values": ["items"], **parts}), **more})


def hrefs(response, name):
    table = response.content.decode().split('id="answer-region"', 1)[1].split("</table>", 1)[0]
    found = re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', table)
    return [html.unescape(href) for href, text in found if text == name]


def listing_of(href):
    parts = urlparse(html.unescape(href))
    assert parts.path == "/items"
    return json.loads(parse_qs(parts.query)["q"][0])


@pytest.mark.django_db
def test_without_items_there_is_nothing_about_patients(signed_in):
    page = text_of(ask(signed_in, {"rows": ["ICB"]}))
    assert example_explorer.directory().item_months == ()
    for words in (
        "Count patients by what they had",
        "Standard exclusions",
        "See the items",
        "Patients and items",
    ):
        assert words not in page


@pytest.mark.django_db
def test_patients_are_counted_and_the_newest_are_provisional(reader):
    page = ask(
        reader, {"values": ["identified patients", "EPS rate"], "rows": ["ICB"], "months": {"latest": 1}}
    )
    text = text_of(page)
    assert "Count patients by what they had" in text
    assert "Provisional Patients of September 2025 are provisional" in text
    assert "Standard exclusions apply" in text
    assert rows_of(page, "answer-region")[0][1] == "10"
    assert text.count("Patients of September 2025") == 2, "beside the figures, and with their origin"


@pytest.mark.django_db
def test_fields_of_patients_have_names(reader):
    page = ask(reader, {"rows": ["gender"], "months": {"latest": 1}})
    assert [row[0] for row in rows_of(page, "answer-region")] == ["Not known", "Male", "Female"]


@pytest.mark.django_db
def test_items_are_not_offered_while_listings_are_closed(reader):
    page = text_of(ask(reader, {"rows": ["ICB"], "months": {"latest": 1}}))
    assert "See the items" not in page
    assert "Show the items behind numbers" not in page
    by_items = ask(reader, {"rows": ["ICB"], "months": {"latest": 1}}, open="items")
    assert "/items?q=" not in by_items.content.decode()


@pytest.mark.django_db
def test_every_number_leads_to_its_items_when_wanted(reader, opened):
    parts = {
        "values": ["items", "identified patients", {"ratio": ["NIC", "items"]}],
        "rows": ["ICB"],
        "columns": ["month"],
        "where": {"under": ["bnf", "05"]},
        "months": {"from": "2025-08", "to": "2025-09"},
        "totals": True,
    }
    plain = ask(reader, parts)
    assert "Show the items behind numbers instead" in text_of(plain)
    assert "/items?q=" not in plain.content.decode().split('id="answer-region"')[1].split("</table>")[0]
    page = ask(reader, parts, open="items")
    assert "Look inside numbers instead" in text_of(page)
    row = rows_of(page, "answer-region")[1]
    assert row[0].startswith("Kent and Medway")
    found = hrefs(page, "Kent and Medway")
    assert listing_of(found[0])["where"] == {"all": [{"under": ["bnf", "05"]}, {"is": ["ICB", "QKS"]}]}
    listings = [listing_of(href) for href in hrefs(page, row[1])]
    assert {"is": ["month", "2025-08"]} in [part for one in listings for part in one["where"]["all"]]
    every = map(listing_of, re.findall(r'href="(/items[^"]*)"', _table(page)))
    patients_listed = [one for one in every if "rows" in one]
    assert {one["rows"] for one in patients_listed} == {"patients"}
    assert len(patients_listed) == 4 * 3, "three ICBs and the total, two months and the total"


def _table(page):
    return page.content.decode().split('id="answer-region"', 1)[1].split("</table>", 1)[0]


@pytest.mark.django_db
def test_the_items_behind_a_cell_add_up_to_it(reader, opened):
    page = ask(reader, {"rows": ["ICB"], "columns": ["month"], "months": {"latest": 3}}, open="items")
    found = re.findall(r'<a class="app-drill" href="([^"]*)">([\d,]+)</a>', _table(page))
    assert len(found) == 9
    for href, number in found:
        listed = reader.get(html.unescape(href))
        assert f"{number} prescription item" in text_of(listed)


@pytest.mark.django_db
def test_where_nothing_finer_can_be_asked_the_items_are_opened(reader, opened):
    where = {"all": [{"is": ["practice", "G82001"]}, {"is": ["presentation", "0212000B0AAABAB"]}]}
    page = ask(reader, {"rows": ["month"], "where": where, "months": {"latest": 2}})
    assert "/items?q=" in _table(page)


@pytest.mark.django_db
def test_all_items_of_an_answer_are_one_of_the_next_questions(reader, opened):
    page = ask(reader, {"rows": ["ICB"], "where": {"under": ["bnf", "05"]}, "months": {"latest": 1}})
    href = re.search(r'<a href="([^"]+)">See the items</a>', page.content.decode())[1]
    assert listing_of(href) == {
        "where": {"under": ["bnf", "05"]},
        "months": {"from": "2025-09", "to": "2025-09"},
    }
    percentiles = ask(reader, {"rows": ["practice"], "percentiles": [50], "months": {"latest": 1}})
    assert "See the items" not in text_of(percentiles)


@pytest.mark.django_db
def test_sorting_keeps_what_numbers_lead_to(reader, opened):
    page = ask(reader, {"rows": ["ICB"], "months": {"latest": 1}}, open="items")
    assert "open=items" in hrefs(page, "Items")[0]


@pytest.mark.django_db
def test_downloads_carry_the_provisional_mark(reader):
    q = json.dumps({"values": ["identified patients"], "months": {"latest": 1}})
    response = reader.get("/explorer.csv", {"q": q})
    assert "-provisional.csv" in response.headers["Content-Disposition"]
    notes = reader.get("/explorer.json", {"q": q}).json()["notes"]
    assert "Patients of September 2025 are provisional" in notes[0]
