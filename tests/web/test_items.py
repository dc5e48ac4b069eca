"""The items behind a number: filters, columns, order, pages, downloads, and what is refused."""

import csv
import html
import io
import re

import pytest
from django.test import Client
from django.urls import reverse

from epact2.query.codec import loads, parse
from epact2.query.encode import dumps
from epact2.web import listing_state
from support.example_items import pseudonym
from support.pages import rows_of, text_of, words
from support.people import reader_of_england
from support.signed_in import NAME, PASSWORD

pytestmark = pytest.mark.django_db
ACORN = '{"where":{"is":["practice","G82001"]}}'


@pytest.fixture
def listed(reader, opened):
    def get(q="", **more):
        return reader.get(reverse("items"), {"q": q, **more} if q else more)

    return get


def table(response):
    return rows_of(response, "listing-table")


def heads(response):
    head = response.content.decode().split('id="listing-table"', 1)[1].split("</thead>", 1)[0]
    return [words(one) for one in re.findall(r"<th[^>]*>(.*?)</th>", head, re.S)]


def hidden(response, name):
    """The first hidden field of a name: those of “Next page” stand before those of the downloads."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', response.content.decode())
    return html.unescape(found[1])


# --- Closed --------------------------------------------------------------------------------------------


def test_items_are_closed_unless_they_were_opened(reader):
    response = reader.get(reverse("items"))
    assert response.status_code == 403
    assert "national access does not show" in text_of(response)
    assert "Ask for a type of access that does" in text_of(response)
    for address in ("items-csv", "patient-csv", "patient"):
        refused = reader.post(reverse(address), {"patient": pseudonym("G82001", 1)})
        assert refused.status_code == 403
        assert "PSEUDO" not in refused.content.decode()
    assert reader.get(reverse("patient")).status_code == 403


def test_visitors_are_sent_to_sign_in(client, over_items, opened):
    response = client.get(reverse("items"))
    assert response.status_code == 302
    assert response.url.startswith(reverse("sign-in"))


def test_forms_need_their_token(db, over_items, opened):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reader_of_england(NAME, password=PASSWORD))
    for address in ("items", "items-csv", "patient", "patient-csv"):
        response = strict.post(reverse(address), {"q": "{}", "patient": pseudonym("G82001", 1)})
        assert response.status_code == 403, address
        assert "PSEUDO" not in response.content.decode()


def test_a_release_without_items_says_so(signed_in, opened):
    response = signed_in.get(reverse("items"))
    assert response.status_code == 400
    assert "none are loaded" in text_of(response)


# --- The page ------------------------------------------------------------------------------------------


def test_the_page_says_what_the_rows_add_up_to(listed):
    text = text_of(listed(ACORN))
    # A practice has 12 counted items a month, of six identified patients.
    assert "36 prescription items" in text
    assert "Atorvastatin is" in text
    assert "For 6 identified patients, net ingredient cost £" in text
    assert "Item and patient listings are open (EPACT2_UNSAFE_OPEN_ITEMS)" in text
    assert "Patients of September 2025 are provisional" in text
    assert "Synthetic data" in text
    assert "Standard exclusions apply" in text


def test_rows_are_the_engine_s_in_words(listed):
    response = listed(ACORN)
    assert heads(response)[:4] == ["Presentation", "Total quantity", "Items", "NIC (£)"]
    assert "Practice" not in heads(response), "all rows are of one practice"
    rows = table(response)
    assert len(rows) == 36
    assert [float(row[3]) for row in rows] == sorted((float(row[3]) for row in rows), reverse=True)
    assert rows[0][:4] == ["Atorvastatin 20mg tablets", "28", "1", "2.10"]
    assert {row[8] for row in rows} == {"Male", "Female", "Not known"}
    assert {row[9] for row in rows} == {"Yes", "No"}
    assert "Not captured" in {row[6] for row in rows}
    assert "No date" in {row[5] for row in rows}


def test_every_filter_can_be_taken_away(listed):
    q = '{"where":{"all":[{"is":["practice","G82001"]},{"not":{"under":["bnf","05"]}}]}}'
    response = listed(q)
    text = text_of(response)
    assert "Practice Acorn Surgery (G82001)" in text
    assert "Not BNF chapter Infections (05)" in text
    assert len(table(response)) == 18
    without = re.search(r'<a href="([^"]+)">Remove<span[^>]*>: not bnf', response.content.decode())[1]
    assert len(rows_of(response.client.get(without.replace("&amp;", "&")), "listing-table")) == 36


def test_columns_are_chosen_by_a_form_and_become_the_address(reader, opened):
    response = reader.get(
        reverse("items"),
        {"form": "1", "q": ACORN, "col": ["presentation", "age", "age source", "NIC"], "size": "25"},
    )
    assert response.status_code == 302
    page = reader.get(response.url)
    assert heads(page) == ["Presentation", "Age", "Age source", "NIC (£)"]
    assert len(table(page)) == 25
    assert "Choose columns (4 shown)" in text_of(page)
    assert "Birth month from PDS" in text_of(page)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"form": "1", "size": "100"}, "No column is chosen"),
        ({"form": "1", "col": ["galaxy"], "size": "100"}, "no column"),
        ({"form": "1", "col": ["NIC"], "size": "7"}, "no number of rows"),
        ({"q": "{"}, "not valid JSON"),
        ({"q": "[]"}, "no listing"),
        ({"q": '{"columns":["patiant"]}'}, "patiant"),
        ({"q": '{"where":{"is":["practice"]}}'}, "has 1 parts"),
        ({"q": '{"size":5000}'}, "A page of 5000 rows"),
        ({"q": '{"months":{"from":"2020-01","to":"2020-02"}}'}, "covers no month"),
        ({"q": '{"where":{"under":["organisation","XYZ"]}}'}, "XYZ"),
    ],
)
def test_bad_input_is_explained(listed, form, message):
    response = listed(**{"q": "", **form}) if "q" not in form else listed(form["q"])
    assert response.status_code == 400
    assert message in text_of(response)


def test_a_patient_in_an_address_is_refused(listed):
    for where in ('{"is":["patient","PSEUDOG82001N1"]}', '{"not":{"in":["patient",["PSEUDOG82001N1"]]}}'):
        response = listed(f'{{"where":{where}}}')
        assert response.status_code == 400
        assert "never stands in an address" in text_of(response)
        assert "PSEUDO" not in text_of(response)


def test_headings_sort_both_ways(reader, opened):
    page = reader.get(reverse("items"), {"q": ACORN})
    links = {
        words(text): href.replace("&amp;", "&")
        for href, text in re.findall(r'<th[^>]*><a href="([^"]+)">([^<]+)</a></th>', page.content.decode())
    }
    by_age = reader.get(links["Age"])
    ages = [row[7] for row in table(by_age)]
    assert ages == sorted(ages, key=lambda one: -1 if one == "Not known" else int(one))
    lowest = reader.get(links["NIC (£)"])
    assert [row[3] for row in table(lowest)] == sorted((row[3] for row in table(lowest)), key=float)
    assert "Lowest NIC first" in text_of(lowest)
    assert 'aria-sort="ascending"' in lowest.content.decode()


def test_pages_go_on_by_post_to_the_end(reader, opened):
    page = reader.get(reverse("items"), {"q": '{"size":100,"where":{"is":["practice","G82001"]}}'})
    assert "Next page" not in text_of(page)
    page = reader.get(
        reverse("items"), {"q": '{"size":25,"columns":["patient","NIC"],"order":[{"by":"patient"}]}'}
    )
    rows, pages = table(page), 1
    while "Next page" in text_of(page):
        page = reader.post(reverse("items"), {name: hidden(page, name) for name in ("q", "after", "first")})
        assert page.status_code == 200
        assert page.request["PATH_INFO"] == reverse("items")
        rows += table(page)
        pages += 1
        assert "First page" in text_of(page)
    assert (len(rows), pages) == (288, 12)
    assert "Items 276 to 288" in text_of(page)


@pytest.mark.parametrize("token", ["nonsense", "W10=", "WyJhIl0="])
def test_a_wrong_place_is_refused(reader, opened, token):
    response = reader.post(reverse("items"), {"q": ACORN, "after": token, "first": "26"})
    assert response.status_code == 400
    assert "place after which to go on" in text_of(response)


def test_a_page_without_rows_says_what_to_do(listed):
    response = listed('{"where":{"all":[{"is":["practice","G82001"]},{"is":["gender","9"]}]}}')
    assert response.status_code == 200
    assert "0 prescription items" in text_of(response)
    assert "Nothing was dispensed that fits" in text_of(response)


def test_patients_are_listed_with_what_they_had(reader, opened):
    page = reader.get(reverse("items"), {"q": ACORN})
    switch = re.search(r'<li><a href="([^"]+)">Patients</a></li>', page.content.decode())[1]
    patients = reader.get(switch.replace("&amp;", "&"))
    assert "6 patients" in text_of(patients)
    assert heads(patients) == ["Patient", "Gender", "Items", "NIC (£)"]
    assert [row[2] for row in table(patients)] == ["9", "6", "6", "6", "3", "2"]
    assert "Only patients are listed whose NHS number was captured and verified" in text_of(patients)


def test_items_that_do_not_count_are_listed_when_asked_for(reader, opened):
    page = reader.get(reverse("items"), {"q": ACORN})
    them_too = re.search(r'<a href="([^"]+)">List them too', page.content.decode())[1]
    everything = reader.get(them_too.replace("&amp;", "&"))
    assert "39 prescription items" in text_of(everything)
    assert len(table(everything)) == 39
    assert "figures are above those of open data" in text_of(everything)


def test_months_without_items_are_told(listed):
    text = text_of(listed('{"months":{"from":"2025-01","to":"2025-09"}}'))
    assert "No single items are loaded for 6 of these months" in text


def test_the_page_is_kept_by_no_cache(listed):
    assert listed(ACORN).headers["Cache-Control"] == "private, no-store"


# --- Downloads -------------------------------------------------------------------------------------------


def body(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_this_page_or_all_rows_as_csv(reader, opened):
    q = '{"size":25,"where":{"is":["practice","G82001"]}}'
    page = reader.post(reverse("items-csv"), {"q": q, "rows": "page"})
    assert page.headers["Content-Disposition"] == (
        'attachment; filename="epact2-synthetic-items-release-3-2025-07-to-2025-09-provisional.csv"'
    )
    assert len(body(page)) == 25
    everything = body(reader.post(reverse("items-csv"), {"q": q, "rows": "all"}))
    assert len(everything) == 36
    assert {(row["release"], row["data"]) for row in everything} == {("3", "synthetic")}
    assert everything[0]["presentation name"] == "Atorvastatin 20mg tablets"
    # Not shortened: a file is for work.
    assert pseudonym("G82001", 5) in {row["patient"] for row in everything}


def test_a_download_that_cannot_be_given_is_a_page(reader, opened):
    response = reader.post(reverse("items-csv"), {"q": "{", "rows": "all"})
    assert response.status_code == 400
    assert reader.get(reverse("items-csv")).status_code == 405


# --- The state -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "q",
    [
        "{}",
        ACORN,
        '{"rows":"patients"}',
        '{"columns":["NIC","age"],"order":[]}',
        '{"columns":["NIC","age"],"order":[{"by":"age"}],"size":25,"structure":"as at","exclusions":"none"}',
        '{"months":{"latest":1},"where":{"all":[{"under":["bnf","05"]},{"is":["month","2025-09"]}]}}',
    ],
)
def test_an_address_gives_back_its_listing(q):
    listing = listing_state.in_address(parse(q))
    assert listing_state.in_address(parse(listing_state.text_of(listing))) == listing


def test_a_question_s_address_is_no_listing(listed):
    response = listed(dumps(loads('{"values": ["items"]}')))
    assert response.status_code == 400
