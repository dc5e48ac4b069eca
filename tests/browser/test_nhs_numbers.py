"""Asking for NHS numbers as people do: accessible at a desk and on a phone, and without a script."""

import re

import pytest
from playwright.sync_api import expect

from support.nhs_numbers import BEHIND_A, COMPARATOR, engine_of_numbers, store_of_numbers, world  # noqa: F401

MAY_ASK, CHECKS = "priya.gp", "dev.services"


@pytest.fixture
def enter(live_server, transactional_db, world):  # noqa: F811
    """Open a page as one of the people of the small England."""

    def opened(page, name, address):
        client = world.of(name)
        cookie = client.cookies["epact2-session"]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page.goto(f"{live_server.url}{address}")

    return opened


def go_on(page):
    page.get_by_role("button", name="Continue").click()


def test_the_journey_is_accessible_from_start_to_list(
    enter, page, axe, quiet, no_sideways_scroll, both_widths, world  # noqa: F811
):  # fmt: skip
    def looked_at(heading):
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        axe("main")
        no_sideways_scroll()

    enter(page, MAY_ASK, f"/nhs-numbers/?comparator={COMPARATOR}")
    looked_at("Ask for NHS numbers")
    page.get_by_role("button", name="Start now").click()
    go_on(page)
    looked_at("What are you to these patients?")
    expect(page.locator(".nhsuk-error-summary")).to_be_focused()
    page.get_by_role("radio", name="Clinical pharmacist").check()
    go_on(page)
    looked_at("Which comparator?")
    go_on(page)  # the comparator of the page that led here; the practice is the only one
    looked_at("In which dispensing month?")
    page.get_by_label("In which dispensing month?").select_option("2025-03")
    go_on(page)
    page.get_by_role("textbox", name="What do you need the NHS numbers for?").fill("Reviews in April.")
    go_on(page)
    looked_at("Check your answers")
    page.get_by_label("I confirm each of these points").check()
    page.get_by_role("button", name="Send the request").click()
    looked_at("Request sent")
    id_ = re.search(r"requests/([0-9a-f-]+)/", page.url)[1]

    enter(page, CHECKS, "/nhs-numbers/check/")
    looked_at("Requests for NHS numbers to check")
    page.locator("main table a").click()
    looked_at(re.compile("NSAID"))
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()

    enter(page, MAY_ASK, f"/nhs-numbers/requests/{id_}")
    looked_at(re.compile("NSAID"))
    page.get_by_role("button", name="Show the list").click()
    looked_at("NHS numbers of 3 patients")
    axe()
    expect(page.locator(".number-list li")).to_have_count(len(BEHIND_A))
    page.goto(page.url.removesuffix("/list"))
    expect(page.get_by_text("you can take the same list as a file")).to_be_visible()


def test_the_whole_journey_works_without_javascript(enter, page_without_javascript, world):  # noqa: F811
    page = page_without_javascript
    enter(page, MAY_ASK, "/nhs-numbers/ask/role")
    page.get_by_role("radio", name="GP").check()
    go_on(page)
    page.get_by_label("Which comparator?").select_option(COMPARATOR)
    go_on(page)
    page.get_by_label("In which dispensing month?").select_option("2025-03")
    go_on(page)
    page.get_by_role("textbox").last.fill("Reviews in April.")
    go_on(page)
    page.get_by_label("I confirm each of these points").check()
    page.get_by_role("button", name="Send the request").click()
    id_ = re.search(r"requests/([0-9a-f-]+)/", page.url)[1]
    world.approves(id_)
    page.goto(page.url.removesuffix("/sent"))
    with page.expect_download() as started:
        page.get_by_role("button", name="Download as CSV").click()
    assert started.value.suggested_filename == "nhs-numbers-A-2025-03.csv"
