"""Comparators and medicines as people read them: at a desk, on a phone, by keyboard and without a script."""

import re

import pytest
from playwright.sync_api import expect

from epact2.web import engine as engines
from support import example_explorer

SHARE = "/comparators/broad-spectrum-antibiotic-share?organisation=QKS"
PAGES = {
    "list": "/comparators/?organisation=QKS",
    "comparator": SHARE,
    "practices": f"{SHARE}%26level=practice",
    "any medicine": "/comparators/items-per-1000-patients",
    "one medicine": "/comparators/items-per-1000-patients?bnf=05%26organisation=QKS",
    "chapters": "/medicines/?organisation=QKS",
    "chapter": "/medicines/05?organisation=QKS",
    "presentation": "/medicines/0501013B0AAAAAA?organisation=QKS",
}


@pytest.fixture
def over_example(monkeypatch):
    """Pages answer from eight practices."""
    engine = example_explorer.engine()
    monkeypatch.setattr(engines, "current", lambda: engine)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())


@pytest.mark.parametrize("which", PAGES)
def test_every_page_is_accessible(
    sign_in, over_example, page, axe, quiet, no_sideways_scroll, both_widths, which
):
    sign_in(PAGES[which])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    axe()
    no_sideways_scroll()


def test_how_it_is_calculated_is_accessible_too(sign_in, over_example, page, axe, quiet):
    sign_in(SHARE)
    page.get_by_role("tab", name="How it is calculated").click()
    expect(page.get_by_role("heading", name="Numerator: Co-amoxiclav")).to_be_visible()
    axe()


def test_the_chart_is_read_by_keyboard(sign_in, over_example, page, quiet):
    sign_in(SHARE)
    chart = page.locator("#over-time [data-chart]").first
    chart.focus()
    page.keyboard.press("End")
    expect(page.locator("#app-status")).to_contain_text("September 2025: Kent and Medway")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#app-status")).to_contain_text("August 2025: Kent and Medway")
    page.keyboard.press("PageUp")
    expect(page.locator("#app-status")).to_contain_text("August 2024: Kent and Medway")
    page.keyboard.press("Escape")
    expect(chart.locator(".app-tip")).to_be_hidden()


def test_a_changed_choice_sends_itself(sign_in, over_example, page, quiet):
    sign_in(SHARE)
    page.get_by_label("Compare with").select_option("practice")
    expect(page).to_have_url(re.compile("level=practice"))
    expect(page.get_by_role("heading", name="practices in Kent and Medway")).to_be_visible()


def test_an_organisation_is_found_while_typing(sign_in, over_example, page, quiet):
    sign_in(SHARE)
    page.get_by_label("Organisation", exact=True).fill("suss")
    page.get_by_role("option", name="Sussex (QNX)").first.click()
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_text("Sussex, September 2025")).to_be_visible()


def test_down_the_bnf_by_links(sign_in, over_example, page, quiet):
    sign_in(PAGES["chapters"])
    page.get_by_role("link", name="5 Infections").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Infections")
    page.locator("#parts-table").get_by_role("link", name="Penicillins").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Penicillins")
    expect(page.get_by_label("Organisation", exact=True)).to_have_value("Kent and Medway (QKS)")


def test_everything_works_without_a_script(
    page_without_javascript, live_server, over_example, transactional_db
):
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()
    page = page_without_javascript
    page.goto(f"/sign-in?next={SHARE}")
    page.get_by_role("button", name="Use this account as ICB pharmacist").click()
    expect(page.locator("#over-time svg[role=img]").first).to_be_visible()
    expect(page.locator("#over-time-table table")).to_be_attached()
    page.get_by_label("Organisation", exact=True).fill("sussex")
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_text("Sussex, September 2025")).to_be_visible()
    page.goto("/comparators/items-per-1000-patients")
    page.get_by_label("Medicine, or BNF code of any level").fill("amoxicillin")
    page.get_by_role("button", name="Compare").click()
    page.locator("main").get_by_role("link", name="Amoxicillin", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amoxicillin: items per 1,000 patients")
