"""The explorer's page: the address is the question, and everything works without a script."""

import html
import json
import re
from urllib.parse import parse_qs, urlparse

import pytest

from epact2.query.codec import query_from_json
from epact2.query.encode import dumps, query_to_json

pytestmark = pytest.mark.django_db


def ask(client, parts=None, **more):
    query = {} if parts is None else {"q": json.dumps({"values": ["items"], **parts})}
    return client.get("/explorer/", {**query, **more})


def text_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def carried(response):
    """The question in the form of a page."""
    found = re.search(r'name="q" value="([^"]*)"', response.content.decode())
    return json.loads(html.unescape(found[1]))


def links(response, words):
    """The questions of the links that say these words."""
    found = re.findall(r'<a[^>]*href="([^"]*)"[^>]*>\s*' + re.escape(words), response.content.decode())
    return [json.loads(parse_qs(urlparse(html.unescape(one)).query)["q"][0]) for one in found]


def test_the_first_visit_answers_a_helpful_question_and_offers_others(signed_in):
    page = ask(signed_in)
    assert page.status_code == 200
    said = text_of(page)
    assert "Items and actual cost by ICB" in said
    assert "latest 12 months" in said
    assert "Kent and Medway" in said
    assert "What is prescribed most?" in said


def test_every_example_has_an_answer(signed_in):
    page = ask(signed_in).content.decode()
    examples = re.findall(
        r'app-next__item"><a href="([^"]+)"', page.split("app-examples")[1].split("</ul>")[0]
    )
    assert len(examples) == 5
    for href in examples:
        answer = signed_in.get("/explorer/" + html.unescape(href))
        assert answer.status_code == 200, href
        assert "app-answer" in answer.content.decode()


def test_the_address_is_the_question(signed_in):
    parts = {"rows": ["practice"], "where": {"under": ["organisation", "QKS"]}, "months": {"latest": 1}}
    page = ask(signed_in, parts)
    said = text_of(page)
    assert "Items by practice , where organisation is Kent and Medway (QKS) , latest month ." in said
    assert "Acorn Surgery" in said
    assert "Greenway" not in page.content.decode().split('id="answer"')[1]
    assert carried(page) == {"version": 1, "values": ["items"], **parts}


def test_a_table_a_chart_and_the_origin(signed_in):
    page = ask(signed_in, {"rows": ["ICB"], "columns": ["month"], "totals": True})
    body = page.content.decode()
    assert 'scope="colgroup"' in body
    assert body.count('<svg class="app-chart"') == 2
    said = text_of(page)
    assert "How many times a product appears on prescription forms" in said
    assert "Data release 3" in said
    assert "/explorer.csv?q=" in body
    assert "/explorer.xlsx?q=" in body


def test_totals_are_those_of_the_engine(signed_in):
    page = ask(signed_in, {"rows": ["ICB"], "totals": True, "months": {"latest": 1}})
    foot = page.content.decode().split("<tfoot>")[1].split("</tfoot>")[0]
    items = sum(20 * practice + 7 * medicine + 13 for practice in range(1, 9) for medicine in (1, 2, 3))
    assert f"{items:,}" in foot


def test_a_sent_form_leads_to_the_address_of_its_question(signed_in):
    start = query_from_json({"values": ["items"], "rows": ["ICB"]})
    sent = signed_in.get(
        "/explorer/", {"form": "1", "q": dumps(start), "add_columns": "quarter", "do": "add"}
    )
    assert sent.status_code == 302
    address = sent.headers["Location"]
    assert json.loads(parse_qs(urlparse(address).query)["q"][0]) == {
        **query_to_json(start), "columns": ["quarter"],
    }  # fmt: skip
    assert signed_in.get(address).status_code == 200


def test_a_fragment_is_answered_at_once_with_its_address(signed_in):
    start = query_from_json({"values": ["items"], "rows": ["ICB"]})
    sent = signed_in.get(
        "/explorer/", {"form": "1", "q": dumps(start), "measure": '"NIC"'}, headers={"HX-Request": "true"}
    )
    assert sent.status_code == 200
    assert "NIC" in sent.headers["HX-Push-Url"]
    assert sent.headers["X-Status-Text"] == "The answer has changed: 3 rows by 2 columns"
    assert carried(sent)["values"] == ["items", "NIC"]


def test_an_unknown_name_is_an_error_at_its_field(signed_in):
    start = query_from_json({"values": ["items"], "rows": ["ICB"]})
    page = signed_in.get("/explorer/", {"form": "1", "q": dumps(start), "filter": "Amoxicilin", "do": "add"})
    body = page.content.decode()
    assert page.status_code == 400
    assert "There is a problem" in body
    assert '<a href="#field-filter">' in body
    assert 'id="field-filter"' in body
    assert 'value="Amoxicilin"' in body
    assert "Did you mean “Amoxicillin”" in html.unescape(body)
    assert "<title>Error: " in body
    assert "Kent and Medway" in body, "the answer before it still stands"


def test_a_name_that_fits_many_is_chosen_from_a_list(signed_in):
    start = query_from_json({"values": ["items"], "rows": ["practice"]})
    form = {"form": "1", "q": dumps(start), "filter": "surgery", "do": "add"}
    page = signed_in.get("/explorer/", form)
    assert "Which one do you mean?" in text_of(page)
    assert "Elm Tree Surgery (practice G81002)" in text_of(page)
    chosen = signed_in.get("/explorer/", {**form, "filter_choice": "G81002"})
    assert chosen.status_code == 302
    assert "G81002" in chosen.headers["Location"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ('{"values": ["itms"]}', "Did you mean “items”"),
        ('{"values": ["items"], "rows": ["galaxy"]}', "no field"),
        ("[]", "JSON object"),
        ('{"values": ["items"], "months": {"from": "2017-13", "to": "2018-01"}}', "not a month"),
    ],
)
def test_a_question_that_cannot_be_read_is_kept_and_explained(signed_in, text, said):
    page = signed_in.get("/explorer/", {"q": text})
    assert page.status_code == 400
    body = html.unescape(page.content.decode())
    assert said in body
    assert f">{text}</textarea>" in body
    assert '<a href="#question-json">' in body


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"values": ["list size"], "rows": ["chapter"]}, "cannot be split by chapter"),
        ({"where": {"under": ["organisation", "QKZ"]}}, "No organisation with the code “QKZ”"),
        ({"months": {"from": "2001-01", "to": "2001-02"}}, "covers no month that is loaded"),
        ({"rows": ["quarter"], "values": [{"change": "items", "months": 1}]}, "quarter cannot be compared"),
    ],
)
def test_a_question_without_an_answer_says_why_and_stays(signed_in, parts, said):
    page = ask(signed_in, parts)
    assert page.status_code == 400
    assert said in html.unescape(page.content.decode())
    assert carried(page)["values"] == parts.get("values", ["items"])


def test_rows_and_cells_lead_beneath(signed_in):
    page = ask(signed_in, {"rows": ["ICB"], "columns": ["month"], "months": {"latest": 2}})
    (row,) = links(page, "Kent and Medway")
    assert row["rows"] == ["sub-ICB location"]
    assert row["where"] == {"is": ["ICB", "QKS"]}
    assert page.content.decode().count('class="app-drill"') == 6


def test_drilling_goes_down_to_a_presentation_and_the_trail_leads_back(signed_in):
    parts = {"rows": ["ICB"], "months": {"latest": 1}}
    path = ("Kent and Medway", "Kent", "Bridge Street Practice", "Infections")
    path += ("Antibacterial drugs", "Penicillins", "Broad-spectrum penicillins", "Amoxicillin", "Amoxicillin")
    for name in path:
        page = ask(signed_in, parts)
        assert page.status_code == 200
        parts = links(page, name)[0]
    page = ask(signed_in, parts)
    assert parts["rows"] == ["presentation"]
    assert "Amoxicillin 250mg capsules" in text_of(page)
    trail = page.content.decode().split('class="app-limits"')[1].split("</nav>")[0]
    assert trail.count("<li>") == 9
    first = re.search(r'href="([^"]+)">Remove', trail)[1]
    without = json.loads(parse_qs(urlparse(html.unescape(first)).query)["q"][0])
    assert {"is": ["ICB", "QKS"]} not in without["where"]["all"]


def test_headings_sort_both_ways(signed_in):
    page = ask(signed_in, {"rows": ["ICB"], "months": {"latest": 1}})
    (high,) = links(page, "Items")
    assert high["order"] == [{"by": "items", "descending": True}]
    sorted_page = ask(signed_in, high)
    assert 'aria-sort="descending"' in sorted_page.content.decode()
    assert links(sorted_page, "Items")[0]["order"] == [{"by": "items"}]


def test_the_page_is_cut_and_says_so(signed_in, monkeypatch):
    from epact2.web.presenters import pivot

    monkeypatch.setattr(pivot, "MOST_LINES", 3)
    page = ask(signed_in, {"rows": ["practice"], "columns": ["month"]})
    assert "This page shows the first 3 of 8 rows" in text_of(page)


def test_the_chart_may_show_another_measure(signed_in):
    page = ask(
        signed_in, {"values": ["items", "list size"], "rows": ["ICB"], "months": {"latest": 1}}, chart="2"
    )
    assert "<b>List size</b>" in page.content.decode()


def test_many_lines_are_five_and_it_is_said(signed_in):
    page = ask(signed_in, {"rows": ["practice"], "columns": ["month"]})
    assert "The lines are the first 5 of 8 practices" in text_of(page)


def test_percentiles_are_a_table_too(signed_in):
    page = ask(
        signed_in,
        {"rows": ["practice"], "columns": ["month"], "months": {"latest": 2}, "percentiles": [10, 90]},
    )
    said = text_of(page)
    assert "Percentile" in said
    assert page.content.decode().count('scope="row"') == 2


def test_a_second_view_comes_from_memory(signed_in, example_engine, monkeypatch):
    parts = {"rows": ["ICB"], "months": {"latest": 1}}
    ask(signed_in, parts)
    monkeypatch.setattr(example_engine, "answer", None)
    assert ask(signed_in, parts).status_code == 200


def test_what_is_typed_is_never_code(signed_in):
    nasty = '"><script>alert(1)</script>'
    start = dumps(query_from_json({"values": ["items"]}))
    for form in (
        {"form": "1", "q": start, "filter": nasty},
        {"q": nasty},
        {"form": "1", "q": start, "top": nasty},
    ):
        body = signed_in.get("/explorer/", form).content.decode()
        assert "<script>alert" not in body


def test_nobody_asks_without_signing_in(client, over_example):
    response = client.get("/explorer/", {"q": "{}"})
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in?next=/explorer/")
