"""Every component in a browser: no violation of accessibility or policy, at both widths, by keyboard."""

import re

import pytest
from playwright.sync_api import expect


def test_all_components_are_accessible_and_quiet(sign_in, page, axe, quiet, no_sideways_scroll, both_widths):
    sign_in("/styleguide")
    expect(page.get_by_role("heading", level=1)).to_have_text("Broad-spectrum antibiotics")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    axe()
    no_sideways_scroll()


def test_chart_text_is_never_under_14_pixels(sign_in, page, both_widths):
    sign_in("/styleguide")
    small = page.evaluate(
        """() => [...document.querySelectorAll('svg.app-chart')].filter(svg => svg.getClientRects().length)
            .flatMap(svg => [...svg.querySelectorAll('text')].map(text => ({
                text: text.textContent,
                size: parseFloat(getComputedStyle(text).fontSize)
                    * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width,
            })))
            .filter(one => one.size < 13.95)"""
    )
    assert not small, small[:5]


def test_a_chart_is_read_with_the_arrow_keys(sign_in, page, quiet):
    sign_in("/styleguide")
    figure = page.locator("#bands [data-chart]")
    figure.focus()
    page.keyboard.press("End")
    expect(figure.locator(".app-tip")).to_contain_text("September 2025")
    expect(page.locator("#app-status")).to_contain_text("Kent and Medway")
    page.keyboard.press("PageUp")
    expect(figure.locator(".app-tip")).to_contain_text("September 2024")
    page.keyboard.press("ArrowRight")
    expect(figure.locator(".app-tip")).to_contain_text("October 2024")
    page.keyboard.press("Escape")
    expect(figure.locator(".app-tip")).to_be_hidden()


def test_the_pointer_reads_the_nearest_value(sign_in, page, quiet):
    sign_in("/styleguide")
    chart = page.locator("#bands .app-wide svg")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.07, box["y"] + box["height"] / 2)
    expect(page.locator("#bands .app-tip")).to_contain_text("October 2020")


def test_a_chart_that_may_be_drawn_again_keeps_its_name_and_readings(sign_in, page, axe, quiet):
    sign_in("/styleguide")
    figure = page.locator("#series [data-chart]")
    figure.scroll_into_view_if_needed()
    figure.hover()
    expect(figure).to_have_attribute("data-drawn", "true")
    expect(page.get_by_role("img", name="Apixaban is now most of the items")).to_be_visible()
    figure.focus()
    page.keyboard.press("Home")
    expect(figure.locator(".app-tip")).to_contain_text("October 2020")
    axe("#series")


def test_tabs_show_the_table_of_a_chart(sign_in, page):
    sign_in("/styleguide")
    page.locator("#bands").get_by_role("tab", name="Table").click()
    expect(page.locator("#bands").get_by_role("row", name=re.compile("^September 2025"))).to_be_visible()


def test_search_offers_suggestions_while_one_types(sign_in, page, quiet, axe):
    # The addresses are of pages that need no data.
    offered = [
        {"label": "NHS Kent and Medway ICB", "kind": "ICB", "code": "QKS", "href": "/help/"},
        {
            "label": "Kent Surgery",
            "kind": "practice",
            "code": "G82001",
            "href": "/about",
        },
    ]
    page.route("**/search/suggest?*", lambda route: route.fulfill(json={"suggestions": offered}))
    sign_in("/account")
    box = page.get_by_role("combobox", name="Search organisations, medicines and comparators")
    offers = page.get_by_role("listbox", name="Suggestions").first.get_by_role("option", include_hidden=False)
    box.press_sequentially("kent")
    expect(offers).to_have_count(2)
    axe()
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(page.get_by_role("option", name="Kent Surgery")).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(offers).to_have_count(0)
    box.press_sequentially(" m")
    expect(offers).to_have_count(2)
    box.press("ArrowDown")
    box.press("Enter")
    expect(page).to_have_url(re.compile("/help/$"))


@pytest.mark.parametrize(
    "address", ["/sign-in", "/about", "/accessibility", "/cookies", "/help/", "/nothing-here"]
)
def test_pages_of_words(live_server, page, axe, no_sideways_scroll, both_widths, address):
    page.goto(live_server.url + address)
    axe()
    no_sideways_scroll()


def test_without_javascript_everything_stands_open(page_without_javascript, live_server, transactional_db):
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()
    page = page_without_javascript
    page.goto("/sign-in?next=/styleguide")
    page.get_by_role("button", name="Use this account as ICB pharmacist").click()
    expect(page.locator("#bands svg.app-chart").first).to_be_visible()
    expect(page.locator("#bands-table table")).to_be_visible()
    expect(page.locator("#bands-how")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
