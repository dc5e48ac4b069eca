"""The explorer as people use it: by mouse, by keyboard, on a phone and without a script."""

import json
from urllib.parse import parse_qs, quote, urlparse

import pytest
from playwright.sync_api import expect

from epact2.web import engine as engines
from support import example_explorer

ICBS = {"values": ["items"], "rows": ["ICB"], "months": {"latest": 1}}
PIVOT = {
    "values": [{"ratio": ["items", "list size"], "per": 1000}, "items"],
    "rows": ["ICB", "practice"],
    "columns": ["month"],
    "where": {
        "all": [
            {"not": {"is": ["ICB", "QNX"]}},
            {"any": [{"under": ["bnf", "05"]}, {"under": ["bnf", "02"]}]},
        ]
    },
    "months": {"latest": 3},
    "totals": True,
}


@pytest.fixture
def over_example(monkeypatch):
    """Pages answer from eight practices."""
    engine = example_explorer.engine()
    monkeypatch.setattr(engines, "current", lambda: engine)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())


@pytest.fixture
def explore(sign_in, over_example):
    """Sign in and open the explorer, with a question or without."""

    def open_page(question=None, **more):
        parts = "&".join(f"{name}={quote(text)}" for name, text in more.items())
        if question:
            parts = f"q={quote(json.dumps(question))}&{parts}"
        sign_in(quote(f"/explorer/?{parts}"))

    return open_page


def asked(page):
    """The question of the address."""
    return json.loads(parse_qs(urlparse(page.url).query)["q"][0])


def open_step(page, name):
    """Open a step of the question where it is folded, as on a phone."""
    step = page.locator(f"#step-{name}")
    if step.get_attribute("open") is None:
        step.locator("summary").first.click()


@pytest.mark.parametrize("which", ["start", "pivot", "chart", "wrong", "unreadable", "choice"])
def test_every_state_of_the_page_is_accessible(
    explore, page, axe, quiet, no_sideways_scroll, both_widths, which
):
    match which:
        case "start":
            explore()
        case "pivot" | "chart":
            explore(PIVOT)
        case "wrong":
            explore(ICBS, form="1", filter="Amoxicilin", top="many")
        case "unreadable":
            explore({"values": ["itms"]})
        case "choice":
            explore(ICBS, form="1", filter="surgery")
    page.evaluate("document.querySelectorAll('#question details').forEach(one => { one.open = true })")
    if which == "chart" and both_widths > 640:
        page.get_by_role("tab", name="Chart").click()
    axe()
    no_sideways_scroll()
    # A page that says what is wrong answers 400, which Chromium reports as an error of its own.
    quiet[:] = [text for text in quiet if "status of 400" not in text]


def test_a_choice_is_answered_by_itself_and_back_undoes_it(explore, page, quiet):
    explore(ICBS)
    page.get_by_label("Add a column").select_option("quarter")
    expect(page.get_by_role("columnheader", name="Jul to Sep 2025")).to_be_visible()
    assert asked(page)["columns"] == ["quarter"]
    expect(page.locator("#app-status")).to_contain_text("The answer has changed")
    page.go_back()
    expect(page.get_by_role("columnheader", name="Items")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Jul to Sep 2025")).to_have_count(0)
    assert "columns" not in asked(page)
    # The page that comes back works as before.
    expect(page.get_by_role("tab", name="Chart")).to_be_visible()
    expect(page.get_by_role("combobox", name="Organisation or medicine", exact=True)).to_be_visible()
    page.get_by_label("Add a column").select_option("month")
    expect(page.get_by_role("columnheader", name="Sep 2025")).to_be_visible()


def test_drilling_by_mouse_and_back(explore, page, quiet):
    explore(ICBS)
    page.get_by_role("link", name="Kent and Medway").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Items by sub-ICB location")
    page.get_by_role("rowheader", name="Kent").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Items by practice")
    expect(
        page.get_by_role("navigation", name="What the answer is limited to").get_by_role("listitem")
    ).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Items by sub-ICB location")
    page.go_forward()
    page.get_by_role("link", name="Remove Kent and Medway").click()
    expect(
        page.get_by_role("navigation", name="What the answer is limited to").get_by_role("listitem")
    ).to_have_count(1)


def test_the_keyboard_alone_removes_sorts_and_opens_the_chart(explore, page, quiet):
    explore({**ICBS, "values": ["items", "NIC"]})
    page.get_by_role("button", name="Remove NIC").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="NIC")).to_have_count(0)
    expect(page.locator("body")).not_to_be_focused()
    page.get_by_role("columnheader", name="Items").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Items")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("tab", name="Table").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Chart")).to_be_focused()
    expect(page.locator("#answer-chart svg.app-chart").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    expect(page.locator("#answer-chart .app-tip")).to_contain_text("Items")


def test_what_cannot_be_used_is_said_where_the_keyboard_is(explore, page):
    explore(ICBS)
    page.get_by_label("Organisation or medicine", exact=True).fill("Amoxicilin")
    page.keyboard.press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("Did you mean “Amoxicillin”")
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    summary.get_by_role("link").click()
    box = page.get_by_label("Organisation or medicine", exact=True)
    expect(box).to_be_focused()
    expect(box).to_have_value("Amoxicilin")
    box.fill("amoxicillin")
    page.keyboard.press("Enter")
    expect(page.locator("#step-filters .app-pick")).to_contain_text("Amoxicillin (0501013B0)")


def test_an_open_step_stays_open_on_a_phone(explore, page):
    page.set_viewport_size({"width": 390, "height": 844})
    explore(ICBS)
    expect(page.get_by_label("Add a row")).to_be_hidden()
    page.locator("#step-rows summary").click()
    page.get_by_label("Add a row").select_option("practice")
    expect(page.locator("#step-rows .app-pick")).to_have_count(2)
    expect(page.get_by_label("Add a row")).to_be_visible()


def test_a_question_is_built_step_by_step_without_javascript(
    over_example, page_without_javascript, live_server, transactional_db
):
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()
    page = page_without_javascript
    page.goto("/sign-in?next=/explorer/")
    page.get_by_role("button", name="Use this account as ICB pharmacist").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Explore the data")

    page.get_by_label("Add a measure").select_option(label="NIC")
    page.locator("#add-measure").click()
    page.get_by_role("button", name="Remove Actual cost").click()
    page.get_by_label("Add a row").select_option("practice")
    page.locator("#add-add_rows").click()
    page.get_by_role("button", name="Move Practice up").click()
    page.get_by_role("button", name="Remove ICB from the rows").click()
    page.get_by_label("Organisation or medicine", exact=True).fill("surgery")
    page.locator("#add-filter").click()
    page.get_by_label("Elm Tree Surgery (practice G81002)").check()
    page.locator("#add-filter").click()
    page.get_by_label("Organisation or medicine", exact=True).fill("0501")
    page.get_by_label("What to do with it").select_option("exclude")
    page.keyboard.press("Tab")
    page.locator("#add-filter").click()
    page.get_by_label("Dispensing months").select_option("latest-3")
    page.get_by_label("Totals and subtotals").uncheck()
    page.get_by_role("button", name="Update the answer").click()

    assert asked(page) == {
        "version": 1,
        "values": ["items", "NIC"],
        "rows": ["practice"],
        "where": {"all": [{"under": ["organisation", "G81002"]}, {"not": {"under": ["bnf", "0501"]}}]},
        "months": {"latest": 3},
        "order": [{"by": "items", "descending": True}],
    }
    expect(page.get_by_role("rowheader", name="Elm Tree Surgery")).to_be_visible()
    expect(page.locator("#answer-chart")).to_be_attached()
    page.get_by_role("rowheader", name="Elm Tree Surgery").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Items and NIC by chapter")


def test_a_measure_of_ones_own_without_leaving_the_keyboard(explore, page):
    explore(ICBS)
    page.get_by_text("Make your own measure").click()
    page.get_by_label("Count", exact=True).select_option("items")
    page.get_by_label("Only of this medicine").fill("cephalosporins")
    page.get_by_label("Divided by", exact=True).select_option("items")
    page.get_by_label("Per", exact=True).select_option("100")
    page.get_by_role("button", name="Add this measure").click()
    expect(page.locator("#step-measures .app-pick")).to_have_count(2)
    cell = page.get_by_role("row", name="Kent and Medway").get_by_role("cell").nth(1)
    expect(cell).to_contain_text("%")
