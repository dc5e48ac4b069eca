"""The comparators' pages: what they say is what ``analysis`` answers, and every choice is in the address."""

import html
import json
import re
from urllib.parse import parse_qs, urlparse

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis import compare
from epact2.comparators.read import comparators
from epact2.model.bnf import BnfCode
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ICB, PRACTICE
from epact2.query.codec import query_from_json
from epact2.query.nodes import MonthRange
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.web.models import Profile
from epact2.web.presenters import numbers
from support.pages import part, rows_of, text_of

pytestmark = pytest.mark.django_db

SHARE = comparators()["broad-spectrum-antibiotic-share"]
LATEST = DispensingMonth(2025, 9)
ADDRESS = "/comparators/broad-spectrum-antibiotic-share"


def home(client, level, code):
    """Give the person who is signed in a home organisation."""
    user = client.get("/account").wsgi_request.user
    Profile.objects.create(user=user, organisation_level=level, organisation_code=code)


def test_the_numbers_are_those_of_the_analysis(signed_in, over_example):
    page = signed_in.get(ADDRESS, {"organisation": "QKS"})
    assert page.status_code == 200
    ranking = compare.ranking(over_example, OPERATOR, SHARE, ICB, LATEST)
    mine = ranking.of("QKS")
    median = compare.quantile([row.value for row in ranking.rows], 50)
    said = text_of(page)
    assert f"Kent and Medway, September 2025 {numbers.short(mine.value, '%')}" in said
    assert f"Rank of 3 ICBs {mine.rank} of 3" in said
    assert f"Median ICB {numbers.short(median, '%')}" in said
    shown = rows_of(page, "ranking-table")
    assert [row[0] for row in shown] == ["1", "2", "3"]
    expected = [numbers.full(row.value, "%", places=1) for row in ranking.rows]
    assert [row[2] for row in shown] == expected
    assert [row[5] for row in shown] == [f"{row.numerator:,}" for row in ranking.rows]


def test_the_difference_is_in_items(signed_in, over_example):
    ranking = compare.ranking(over_example, OPERATOR, SHARE, ICB, LATEST)
    mine = ranking.of("QKS")
    median = compare.quantile([row.value for row in ranking.rows], 50)
    items = (mine.value - median) * mine.denominator / 100
    said = text_of(signed_in.get(ADDRESS, {"organisation": "QKS"}))
    word = "more" if items > 0 else "fewer"
    assert f"Difference from the median {abs(round(items))} items {word} than at the median" in said


def test_percentiles_over_time_are_those_of_the_question(signed_in, over_example):
    page = signed_in.get(ADDRESS, {"organisation": "QKS"})
    given = over_example.answer(
        compare.bands_query(SHARE, ICB, MonthRange(DispensingMonth(2024, 8), LATEST)),
        ALL_OF_ENGLAND,
    )
    middle = {row[0]: row[2] for row in given.rows if row[1] == 50}
    table = page.content.decode().split('id="over-time-table"', 1)[1].split("</table>", 1)[0]
    newest = re.search(r"September 2025</th>(.*?)</tr>", table, re.S)[1]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", newest)
    assert cells[2] == numbers.full(middle["2025-09"], "%")
    assert len(re.findall(r"<tr>", table)) == 15  # fourteen months and the heading


def test_without_a_choice_it_is_ones_own_organisation(signed_in):
    home(signed_in, "ICB", "QNX")
    page = signed_in.get(ADDRESS)
    assert "Your ICB" in part(page, "ranking")
    assert 'value="QNX"' in page.content.decode()


def test_nobodys_organisation_is_england(signed_in):
    said = text_of(signed_in.get(ADDRESS))
    assert "England, September 2025" in said
    assert "Half of ICBs lie between" in said
    assert "Your" not in said


def test_what_was_typed_wins_over_the_code_of_the_page_before(signed_in):
    page = signed_in.get(ADDRESS, {"organisation": "QKS", "organisation_text": "sussex"})
    assert "Sussex, September 2025" in text_of(page)


def test_practices_are_ranked_within_and_compared_with_all(signed_in, over_example):
    page = signed_in.get(ADDRESS, {"organisation": "QNX", "level": "practice"})
    within = over_example.directory.organisation("QNX")
    ranking = compare.ranking(over_example, OPERATOR, SHARE, PRACTICE, LATEST, within=within)
    assert [row[1] for row in rows_of(page, "ranking-table")] == [row.name for row in ranking.rows]
    everyone = compare.ranking(over_example, OPERATOR, SHARE, PRACTICE, LATEST)
    median = compare.quantile([row.value for row in everyone.rows], 50)
    assert f"Median practice {numbers.short(median, '%')}" in text_of(page)
    above = sum(row.value > median for row in ranking.rows)
    assert f"{above} of 3 practices in Sussex" in text_of(page)


def test_one_practice_among_all(signed_in, over_example):
    page = signed_in.get(ADDRESS, {"organisation": "G82002"})
    place = compare.ranking(over_example, OPERATOR, SHARE, PRACTICE, LATEST).of("G82002")
    assert f"Rank of 8 practices {place.rank} of 8" in text_of(page)


def test_another_month_and_a_shorter_period(signed_in, over_example):
    month = DispensingMonth(2025, 3)
    page = signed_in.get(ADDRESS, {"organisation": "QKS", "month": "2025-03", "period": "1y"})
    mine = compare.ranking(over_example, OPERATOR, SHARE, ICB, month).of("QKS")
    assert f"Kent and Medway, March 2025 {numbers.short(mine.value, '%')}" in text_of(page)
    assert "by month, August 2024 to March 2025" in text_of(page)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"organisation": "NOPE"}, "No organisation with the code “NOPE”"),
        ({"organisation_text": "zzzz"}, "“zzzz”"),
        ({"month": "2019-01"}, "January 2019 is not loaded."),
        ({"month": "soon"}, "“soon”"),
        ({"period": "9y"}, "“9y” is no period."),
        ({"level": "moon"}, "“moon” is no level."),
    ],
)
def test_a_wrong_choice_is_said_in_words(signed_in, choice, said):
    page = signed_in.get(ADDRESS, choice)
    assert page.status_code == 400
    assert said in text_of(page)


def test_a_level_of_another_organisation_falls_back_to_its_own(signed_in):
    page = signed_in.get(ADDRESS, {"organisation": "G82002", "level": "ICB"})
    assert "Rank of 8 practices" in text_of(page)


def test_an_unknown_comparator_is_not_found(signed_in):
    page = signed_in.get("/comparators/dosulepim-share")
    assert page.status_code == 404
    assert "dosulepin-share" in text_of(page)


def test_how_it_is_calculated(signed_in):
    said = part(signed_in.get(ADDRESS, {"organisation": "QKS"}), "over-time")
    assert "× 100 ÷ Selected antibacterial items" in said
    assert "Cephalosporins sub-paragraph 0501021" in said
    assert "linear interpolation" in said
    assert SHARE.source in said
    assert f"version {SHARE.version}, reviewed 23 November 2026" in said
    assert "Data release 3" in said


def test_every_table_can_be_taken_away_as_its_question(signed_in):
    page = signed_in.get(ADDRESS, {"organisation": "QKS"}).content.decode()
    found = [html.unescape(one) for one in re.findall(r'href="(/explorer\.(?:csv|xlsx)\?[^"]+)"', page)]
    assert len(found) >= 8
    for address in found:
        query_from_json(json.loads(parse_qs(urlparse(address).query)["q"][0]))
    for address in found:
        assert signed_in.get(address).status_code == 200


def test_the_medicines_behind_it(signed_in):
    # Only cefalexin is broad-spectrum in the example: one bar is no chart.
    assert 'id="substances"' not in signed_in.get(ADDRESS, {"organisation": "QKS"}).content.decode()
    page = signed_in.get(
        "/comparators/items-per-1000-patients", {"organisation": "QKS", "bnf": "05", "level": "ICB"}
    )
    assert "makes up" in part(page, "substances")


def test_a_measure_without_weights_has_no_data(signed_in):
    page = signed_in.get("/comparators/antibacterial-items-per-star-pu", {"organisation": "QKS"})
    assert page.status_code == 200
    assert "No data" in text_of(page)


# --- Any medicine ---


def test_any_medicine_asks_for_one_first(signed_in):
    page = signed_in.get("/comparators/items-per-1000-patients", {"organisation": "QKS"})
    assert "Choose a medicine." in text_of(page)
    assert "Antibacterial drugs" in text_of(page)
    assert "Antidepressant drugs" not in text_of(page)  # not in this release


@pytest.mark.parametrize(
    "code", ["05", "0501", "050102", "0501021", "0501021L0", "0501021L0AA", "0501021L0AAABAB"]
)
def test_any_bnf_level(signed_in, over_example, code):
    page = signed_in.get("/comparators/items-per-1000-patients", {"organisation": "QKS", "bnf": code})
    assert page.status_code == 200
    made = comparators()["items-per-1000-patients"].for_medicine(BnfCode(code), "it")
    mine = compare.ranking(over_example, OPERATOR, made, ICB, LATEST).of("QKS")
    assert numbers.short(mine.value, "items per 1,000 patients") in text_of(page)


def test_a_medicine_by_its_words(signed_in):
    address = "/comparators/items-per-1000-patients"
    several = signed_in.get(address, {"bnf_text": "cef"})
    assert "Several medicines fit “cef”" in text_of(several)
    one = signed_in.get(address, {"bnf_text": "atorvastatin 20mg"})
    assert "Atorvastatin 20mg tablets: items per 1,000 patients" in text_of(one)
    none = signed_in.get(address, {"bnf_text": "zzzzzz"})
    assert none.status_code == 400
    assert "No medicine fits" in text_of(none)


# --- The list ---


def test_the_list_says_where_one_stands(signed_in, over_example):
    home(signed_in, "ICB", "QKS")
    page = signed_in.get("/comparators/")
    assert page.status_code == 200
    ranking = compare.ranking(over_example, OPERATOR, SHARE, ICB, LATEST)
    mine = ranking.of("QKS")
    england = over_example.directory.organisation("ENG")
    total = over_example.answer(
        compare.trend_query(SHARE, england, MonthRange(LATEST, LATEST)),
        ALL_OF_ENGLAND,
    ).rows[0][3]
    said = text_of(page)
    row = said.split("Broad-spectrum antibiotic share", 1)[1]
    assert f"{numbers.full(mine.value, '%')} {numbers.full(total, '%')}" in row
    assert f"{mine.rank} of 3" in row
    assert "Lower is better" in row
    assert "Items per 1,000 patients" in said


def test_the_list_for_england_has_no_ranks(signed_in):
    said = text_of(signed_in.get("/comparators/"))
    assert "Rank of" not in said


def test_nothing_without_signing_in(client, over_example):
    assert client.get("/comparators/").status_code == 302
    assert client.get(ADDRESS).status_code == 302
