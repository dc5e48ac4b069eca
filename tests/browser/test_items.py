"""Items and patients as people read them: at a desk, on a phone, by keyboard, and without a script."""

import json
import re
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.conf import settings
from playwright.sync_api import expect

from epact2.web import engine as engines
from support import example_items
from support.example_items import pseudonym

KENT = {"where": {"is": ["ICB", "QKS"]}, "size": 25}
STATIN_ALONE = {"all": [{"had": {"under": ["bnf", "0212"]}}, {"not": {"had": {"under": ["bnf", "050101"]}}}]}


@pytest.fixture
def over_items(monkeypatch):
    """Pages answer from eight practices with single items, and listings are open."""
    engine = example_items.engine()
    monkeypatch.setattr(engines, "current", lambda: engine)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, open_items=True))


@pytest.fixture
def open_page(sign_in, over_items):
    return lambda address: sign_in(quote(address))


def address(listing):
    return f"/items?q={quote(json.dumps(listing))}"


@pytest.mark.parametrize(
    "which", ["items", "columns", "patients", "condition", "patient", "form", "wrong", "age"]
)
def test_every_page_is_accessible(open_page, page, axe, quiet, no_sideways_scroll, both_widths, which):
    title = page.get_by_role("heading", level=1)
    match which:
        case "items" | "columns" | "patient":
            open_page(address(KENT))
            expect(title).to_have_text("108 prescription items")
        case "patients":
            open_page(address({**KENT, "rows": "patients"}))
            expect(title).to_have_text("18 patients")
        case "condition":
            open_page(address({**KENT, "patients": STATIN_ALONE}))
            expect(title).to_have_text("Prescription items of 9 patients")
        case "age":
            open_page("/help/age")
            expect(title).to_have_text("How age is determined")
        case "form" | "wrong":
            open_page("/patient")
            expect(title).to_have_text("Open a patient")
    if which == "patient":
        page.locator(".app-pseudonym").first.click()
        expect(title).to_have_text("One patient")
    if which == "columns":
        page.get_by_text("Choose columns").click()
    if which == "wrong":
        page.get_by_label("Pseudonym").fill("NOBODY77")
        page.get_by_role("button", name="Open the patient").click()
        expect(page.locator(".nhsuk-error-summary")).to_be_visible()
        quiet.clear()  # the browser says aloud that the answer was 400
    axe()
    no_sideways_scroll()


def test_the_pages_of_an_organisation_and_the_explorer_with_patients(
    open_page, page, axe, quiet, no_sideways_scroll, both_widths
):
    open_page("/organisations/ICB/QKS")
    expect(page.locator("#patients")).to_be_visible()
    axe("#patients")
    no_sideways_scroll()
    question = {"values": ["items", "identified patients"], "rows": ["gender"], "months": {"latest": 1}}
    page.goto(f"{page.url.split('/organisations')[0]}/explorer/?q={quote(json.dumps(question))}")
    expect(page.locator(".app-answer")).to_be_visible()
    page.evaluate("document.querySelectorAll('#question details').forEach(one => { one.open = true })")
    axe()
    no_sideways_scroll()


def test_from_a_number_to_a_patient_and_back_by_keyboard(open_page, page, quiet):
    question = {"values": ["items"], "rows": ["ICB"], "months": {"latest": 1}}
    open_page(f"/explorer/?q={json.dumps(question)}")
    page.get_by_role("link", name="Show the items behind numbers instead").press("Enter")
    page.get_by_role("region", name="The answer as a table").get_by_role("link", name="36").first.press(
        "Enter"
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("36 prescription items")
    page.locator(".app-pseudonym").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("One patient")
    assert page.url.endswith("/patient")
    crumbs = page.get_by_role("navigation", name="Breadcrumb")
    crumbs.get_by_role("link", name="Items", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("36 prescription items")


def test_pages_of_rows_without_javascript(page_without_javascript, over_items, transactional_db):
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()
    page = page_without_javascript
    page.goto(f"/sign-in?next={quote(address(KENT))}")
    page.get_by_role("button", name="Use this account as ICB pharmacist").click()
    expect(page.get_by_role("heading", name="Items 1 to 25")).to_be_visible()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("heading", name="Items 26 to 50")).to_be_visible()
    assert page.url.endswith("/items")
    page.get_by_role("link", name="First page").click()
    page.get_by_text("Choose columns").click()
    page.get_by_label("Gender").uncheck()
    page.get_by_label("Prescriber type").check()
    page.get_by_role("button", name="Show these columns").click()
    expect(page.get_by_role("columnheader", name="Prescriber type")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Gender")).to_have_count(0)
    page.get_by_label("Purpose").fill("To show what a file of items holds")
    with page.expect_download() as found:
        page.get_by_role("button", name="This page").click()
    assert re.fullmatch(
        r"epact2-synthetic-items-release-3-.*-provisional\.csv", found.value.suggested_filename
    )


def test_a_count_of_patients_is_put_together_and_opened_without_javascript(
    page_without_javascript, over_items, transactional_db
):
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()
    page = page_without_javascript
    question = {"values": ["items"], "rows": ["ICB"], "months": {"latest": 1}}
    page.goto(f"/sign-in?next={quote('/explorer/?q=' + json.dumps(question))}")
    page.get_by_role("button", name="Use this account as ICB pharmacist").click()
    page.get_by_text("Count patients by what they had").click()
    page.get_by_label("Patients who").select_option(label="had the first without the second")
    page.get_by_label("First medicine").fill("0212")
    page.get_by_label("Second medicine").fill("Penicillins")
    page.locator("#field-pat_age_from").fill("18")
    page.get_by_role("button", name="Add this count").click()
    expect(page.locator(".app-sentence__text")).to_contain_text(
        "who had BNF section is Lipid-regulating drugs"
    )
    expect(page.locator(".app-answer")).to_be_visible()
    page.get_by_role("link", name="Show the items behind numbers instead").click()
    page.get_by_role("row", name="Kent and Medway").get_by_role("link").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 patients")
    expect(page.get_by_text("Who had BNF section is Lipid-regulating drugs").first).to_be_visible()
    page.get_by_role("link", name="Items one by one").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prescription items of 3 patients")


def test_a_pseudonym_is_typed_and_found(open_page, page, quiet):
    open_page("/patient")
    page.get_by_label("Pseudonym").fill(pseudonym("G82001", 0))
    page.get_by_label("Pseudonym").press("Enter")
    expect(page.get_by_text("9 items of 3 medicines")).to_be_visible()
    assert "PSEUDO" not in page.url
