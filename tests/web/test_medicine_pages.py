"""The medicines' pages: what they say is what ``analysis`` answers, at every BNF level."""

import html
import json
import re
from urllib.parse import parse_qs, urlparse

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis import compare
from epact2.analysis.answer import answer
from epact2.comparators.read import comparators
from epact2.model.bnf import BnfCode
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ACTUAL_COST, CHAPTER, ICB, ITEMS
from epact2.query.codec import query_from_json
from epact2.query.nodes import AllOf, Amount, MonthRange, Query, Ratio, UnderMedicine, UnderOrganisation
from epact2.store.directory import Directory, Medicine
from epact2.web.medicine_data import ancestors, branching_levels, levels_below
from epact2.web.presenters import numbers
from support import example_explorer
from support.pages import part, rows_of, text_of

pytestmark = pytest.mark.django_db

LATEST = DispensingMonth(2025, 9)
ONE_MONTH = MonthRange(LATEST, LATEST)
COUNT, COST = Amount(ITEMS), Amount(ACTUAL_COST)


def amounts(engine, code, organisation="QKS", month=LATEST):
    """Items, actual cost and cost per item, asked for independently of the page."""
    where = UnderMedicine(BnfCode(code))
    if organisation:
        where = AllOf((where, UnderOrganisation(organisation)))
    query = Query((COUNT, COST, Ratio(COST, COUNT)), where=where, months=MonthRange(month, month))
    return answer(engine, query, OPERATOR).result.rows[0]


@pytest.mark.parametrize(
    "code", ["05", "0501", "050101", "0501013", "0501013B0", "0501013B0AA", "0501013B0AAAAAA"]
)
def test_the_numbers_are_those_of_the_analysis(signed_in, over_example, code):
    page = signed_in.get(f"/medicines/{code}", {"organisation": "QKS"})
    assert page.status_code == 200
    items, cost, per_item = amounts(over_example, code)
    england = amounts(over_example, code, "")
    said = text_of(page)
    assert f"Items, September 2025 {items:,}" in said
    assert f"Actual cost {numbers.short(cost, '£', 5)}" in said
    assert (
        f"Actual cost per item {numbers.short(per_item, '£')} England {numbers.short(england[2], '£')}"
        in said
    )
    rate = comparators()["items-per-1000-patients"].for_medicine(BnfCode(code), "it")
    ranking = compare.ranking(over_example, OPERATOR, rate, ICB, LATEST)
    mine = ranking.of("QKS")
    assert f"Items per 1,000 patients {numbers.short(mine.value, 'items per 1,000 patients')}" in said
    assert f"{numbers.ordinal(mine.rank)} of 3" in said


def test_the_year_before_is_in_the_first_sentence(signed_in, over_example):
    page = signed_in.get("/medicines/05", {"organisation": "QKS"})
    now, before = (amounts(over_example, "05", month=month)[0] for month in (LATEST, LATEST.plus(-12)))
    change = (now / before - 1) * 100
    assert f"Kent and Medway dispensed {change:.0f}% more items than a year ago" in text_of(page)


def test_parts_with_their_totals_at_their_own_grain(signed_in, over_example):
    page = signed_in.get("/medicines/05", {"organisation": "QKS"})
    shown = {row[0]: row for row in rows_of(page, "parts-table")}
    whole = amounts(over_example, "05")[0]
    for name, code in (("Penicillins", "050101"), ("Cephalosporins; carbapenems", "050102")):
        items, cost, per_item = amounts(over_example, code)
        assert shown[name][1] == f"{items:,}"
        assert shown[name][2] == numbers.full(items * 100 / whole, "%")
        assert shown[name][6] == numbers.full(per_item, "£")
        assert shown[name][5].replace("£", "").replace(",", "").startswith(str(int(cost / 10**5)))
    assert shown["All of these"][1] == f"{whole:,}"
    assert shown["All of these"][2] == "100.0%"


def test_the_parts_lead_on_with_the_choices_kept(signed_in):
    page = signed_in.get("/medicines/05", {"organisation": "QKS", "month": "2025-08"}).content.decode()
    found = re.search(r'<a href="([^"]+)">Penicillins</a>', page)[1]
    address = urlparse(html.unescape(found))
    assert address.path == "/medicines/050101"
    assert parse_qs(address.query)["organisation"] == ["QKS"]
    assert parse_qs(address.query)["month"] == ["2025-08"]


def test_breadcrumbs_leave_out_echoes(signed_in):
    page = signed_in.get("/medicines/0212000B0AAABAB").content.decode()
    trail = re.findall(r'nhsuk-breadcrumb__link" href="[^"]*">([^<]+)<', page)
    assert trail == ["Medicines", "Cardiovascular system", "Lipid-regulating drugs", "Atorvastatin"]


def test_shares_of_items_against_england(signed_in):
    said = part(signed_in.get("/medicines/05", {"organisation": "QKS"}), "shares")
    assert "2 paragraphs" in said
    assert re.search(r"Cephalosporins; carbapenems \d+\.\d% England \d+\.\d%", said)


def test_a_presentation_has_no_parts_but_everything_else(signed_in):
    page = signed_in.get("/medicines/0501013B0AAAAAA", {"organisation": "QKS"})
    body = page.content.decode()
    assert 'id="parts"' not in body
    assert 'id="shares"' not in body
    assert 'id="trend"' in body
    assert 'id="peers"' in body


def test_an_old_code_leads_to_the_latest(signed_in, monkeypatch, over_example):
    monkeypatch.setattr(over_example.directory, "latest_codes", {"0501013B0AAZZZZ": "0501013B0AAAAAA"})
    asked = signed_in.get("/medicines/0501013B0AAZZZZ")
    assert "The code 0501013B0AAZZZZ has been replaced by 0501013B0AAAAAA." in text_of(asked)
    latest = signed_in.get("/medicines/0501013B0AAAAAA")
    assert "In earlier months published as 0501013B0AAZZZZ" in text_of(latest)


@pytest.mark.parametrize("code", ["0599", "nonsense", "05010130", "9999999X0"])
def test_what_is_no_medicine_is_not_found(signed_in, code):
    page = signed_in.get(f"/medicines/{code}")
    assert page.status_code == 404
    assert "BNF code" in text_of(page)


def test_a_medicine_in_england(signed_in, over_example):
    page = signed_in.get("/medicines/0501", {"organisation": "ENG"})
    items, _, _ = amounts(over_example, "0501", "")
    said = text_of(page)
    assert f"Items, September 2025 {items:,}" in said
    assert "England dispensed" in said
    assert "Eight in ten ICBs prescribe between" in said


def test_a_month_too_early_to_compare_says_totals(signed_in):
    page = signed_in.get("/medicines/05", {"organisation": "QKS", "month": "2024-10"})
    assert re.search(r"Kent and Medway dispensed [\d,]+ items in October 2024, which cost £", text_of(page))


def test_every_table_can_be_taken_away(signed_in):
    page = signed_in.get("/medicines/05", {"organisation": "QKS"}).content.decode()
    found = [html.unescape(one) for one in re.findall(r'href="(/explorer\.(?:csv|xlsx)\?[^"]+)"', page)]
    assert len(found) >= 8
    for address in found:
        query_from_json(json.loads(parse_qs(urlparse(address).query)["q"][0]))
        assert signed_in.get(address).status_code == 200


# --- The list ---


def test_chapters(signed_in, over_example):
    page = signed_in.get("/medicines/", {"organisation": "QKS"})
    query = Query((COUNT, COST), rows=(CHAPTER,), where=UnderOrganisation("QKS"), months=ONE_MONTH)
    expected = {row[0]: row[1] for row in answer(over_example, query, OPERATOR).result.rows}
    shown = {row[0]: row[1] for row in rows_of(page, "chapters")}
    assert shown["5 Infections"] == f"{expected['05']:,}"
    assert shown["2 Cardiovascular system"] == f"{expected['02']:,}"
    assert shown["All of these"] == f"{sum(expected.values()):,}"


def test_finding_a_medicine_without_a_script(signed_in):
    one = signed_in.get("/medicines/", {"bnf_text": "atorvastatin 20mg", "organisation": "QKS"})
    assert one.status_code == 302
    assert one.headers["Location"].startswith("/medicines/0212000B0AAABAB?organisation=QKS")
    several = signed_in.get("/medicines/", {"bnf_text": "cef"})
    assert "Several medicines fit “cef”" in text_of(several)


# --- Which levels have parts ---


def directory_with(*codes):
    found = {code: Medicine(code, f"name {code}", BnfCode(code).level) for code in codes}
    return Directory(release=1, months=(), list_months=(), organisations=(), medicines=found.values())


def test_levels_that_only_repeat_are_skipped():
    names = example_explorer.directory()
    assert branching_levels(BnfCode("05"), names) == ["paragraph"]
    assert branching_levels(BnfCode("0212"), names) == []


def test_two_levels_where_both_branch():
    names = directory_with("0101", "010101", "010102", "0101010", "0101011", "0101020")
    assert branching_levels(BnfCode("0101"), names) == ["paragraph", "sub-paragraph"]


def test_appliances_have_presentations_under_sections():
    assert levels_below(BnfCode("21")) == ["section", "presentation"]
    names = directory_with("2101", "2102", "21010000101", "21010000102", "21020000101")
    assert branching_levels(BnfCode("21"), names) == ["section", "presentation"]
    assert branching_levels(BnfCode("2101"), names) == ["presentation"]


def test_ancestors_of_an_appliance():
    names = directory_with("21", "2101", "21010000101")
    assert [one.code for one in ancestors(BnfCode("21010000101"), names)] == ["21", "2101"]
