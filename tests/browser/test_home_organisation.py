"""Home, organisations, search, data and help as people use them: by eye, by keyboard, without a script."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from epact2.store.release import Dataset, Release, Store, StoredFile, publish_release
from epact2.web import engine as engines
from support import example_england as example

PAGES = {
    "home": ("/?organisation=QKS", "Kent and Medway: spending is"),
    "home of England": ("/?organisation=ENG", "England: spending is"),
    "ICB": ("/organisations/ICB/QKS", "Kent and Medway"),
    "practice": ("/organisations/practice/G82002", "Bridge Street Practice"),
    "cost centre": ("/organisations/practice/Y00001", "Night Service"),
    "England": ("/organisations/England/ENG?beneath=practice", "England"),
    "organisations": ("/organisations/?q=acorn", "Organisations"),
    "search": ("/search?q=dosulipin", "results for “dosulepin”"),
    "nothing found": ("/search?q=zebra", "Nothing fits “zebra”"),
    "data": ("/data/", "Data up to October 2017"),
    "dictionary": ("/dictionary?q=list", "Data dictionary"),
    "help": ("/help/", "Help"),
}


@pytest.fixture(scope="module")
def england():
    return example.engine()


@pytest.fixture
def over_england(monkeypatch, england):
    """Pages answer from two ICBs."""
    monkeypatch.setattr(engines, "current", lambda: england)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())


@pytest.fixture
def a_release(settings, tmp_path):
    """A store with one published release, for the page of releases."""
    from dataclasses import replace

    root = tmp_path / "store"
    for folder in (Store(root).releases, Store(root).temporary):
        folder.mkdir(parents=True)
    file = StoredFile("received", 2_500_000, "0" * 64)
    note = "2 presentations are not in the loaded BNF hierarchy; their rows are kept."
    epd = Dataset("epd", 201710, "", file, "EPD_201710.csv", "epd", 1000, (note,))
    publish_release(
        root,
        Release(1, "2018-01-01T09:30:00+00:00", "0.1.0", None, (epd,), file, rows={201710: file}),
    )
    settings.CONFIG = replace(settings.CONFIG, store=root)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_at_both_widths(
    name, page, sign_in, over_england, a_release, both_widths, axe, quiet, no_sideways_scroll
):
    address, title = PAGES[name]
    sign_in(quote(address))
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    axe()
    no_sideways_scroll()


def test_the_search_box_leads_to_an_organisation_by_keyboard(page, sign_in, over_england, quiet):
    sign_in("/help/")
    box = page.get_by_role("combobox", name="Search organisations, medicines and comparators")
    box.focus()
    page.keyboard.type("bridge")
    option = page.get_by_role("option", name="Bridge Street Practice")
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bridge Street Practice")


def test_home_is_seen_for_another_organisation(page, sign_in, over_england, quiet):
    sign_in("/")
    box = page.get_by_label("Organisation", exact=True)
    box.fill("")
    box.press_sequentially("sussex")
    page.get_by_role("option", name="Sussex (QNX)").click()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sussex: spending is")


def test_a_table_is_turned_round_by_keyboard(page, sign_in, over_england, quiet):
    sign_in("/organisations/ICB/QKS")
    head = page.locator("#medicines-table").get_by_role("link", name="Items")
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#medicines-table th[aria-sort=descending]")).to_have_text("Items")
    assert "by=items" in page.url


def test_a_chart_is_read_by_keyboard(page, sign_in, over_england, quiet):
    sign_in("/organisations/ICB/QKS")
    figure = page.locator("figure[data-chart=trend]").first
    figure.focus()
    page.keyboard.press("End")
    expect(figure.locator(".app-tip")).to_contain_text("September 2025")
    expect(page.locator("#app-status")).to_contain_text("September 2025")


def test_everything_works_without_javascript(page_without_javascript, over_england, transactional_db):
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()
    page = page_without_javascript
    page.goto("/sign-in?next=/")
    page.get_by_role("button", name="Use this account as ICB pharmacist").click()
    page.get_by_label("Organisation", exact=True).fill("sussex")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sussex: spending is")
    page.get_by_role("searchbox", name="Search organisations, medicines and comparators").fill("acorn")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("link", name="Acorn Surgery").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acorn Surgery")
    expect(page.get_by_role("heading", name="Items per 1,000 patients").first).to_be_visible()
    expect(page.get_by_role("table", name="Items per 1,000 patients, by dispensing month")).to_be_visible()
