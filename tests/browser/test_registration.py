"""Asking for access, deciding and administering as people do it: by eye, and without a script."""

import pytest
from playwright.sync_api import expect

from epact2.web import engine as engines
from support import example_explorer
from support.identity import App

PASSWORD = "a new and rather long password"


@pytest.fixture(scope="module")
def example():
    return example_explorer.engine()


@pytest.fixture
def demo(monkeypatch, example, settings, transactional_db):
    """The demo over eight practices, its mails in its outbox."""
    from epact2.web.demo_accounts import ensure_demo_accounts

    monkeypatch.setattr(engines, "current", lambda: example)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    settings.EMAIL_BACKEND = "epact2.web.registration.post.DemoOutbox"
    ensure_demo_accounts()


def use(page, address, job):
    """Sign in with a demo account, whoever was signed in before."""
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name=f"Use this account as {job}").click()
    page.wait_for_url(lambda opened: "/sign-in" not in opened)


def set_up_second_factor(page):
    """With an authenticator app, by typing its key."""
    page.get_by_role("button", name="Set up an app").click()  # a link that looks like a button
    page.get_by_text("Type the key instead").click()
    page.get_by_label("Code").fill(App.from_page(page.content()).code())
    page.get_by_role("button", name="Set up", exact=True).click()
    page.get_by_role("button", name="I have kept them").click()


def journey(page, address, look):
    """From the sign-in page to the account with access; ``look`` at each page on the way."""

    def go_on(name="Continue"):
        look()
        page.get_by_role("button", name=name).click()

    page.goto(f"{address}/sign-in")
    page.get_by_role("link", name="Ask for access").click()
    go_on("Start now")
    go_on()  # with nothing filled in
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Full name").fill("Nora Vale (invented)")
    page.get_by_label("Job title").fill("Pharmacist")
    page.get_by_label("Work e-mail address").fill("nora.vale@demo.example")
    go_on()
    page.get_by_label("ICB", exact=True).check()
    go_on()
    page.get_by_label("Name or code").fill("kent")
    page.get_by_label("Name or code").press("Escape")
    go_on()
    page.get_by_label("Kent and Medway (QKS)").check()
    go_on()
    page.get_by_label("Prescriber level", exact=True).check()
    go_on()
    page.get_by_label("What do you need it for?").fill("Reviews of high-dose opioids.")
    page.get_by_label("Name of your authoriser").fill("Grace Holt (invented)")
    page.get_by_label("E-mail address of your authoriser").fill("icb.guardian@demo.example")
    go_on()
    page.get_by_label("I accept the user agreement").check()
    go_on()
    go_on("Send the request")
    look()
    page.get_by_role("link", name="open the demo’s outbox").click()
    look()
    page.get_by_role("link", name="Confirm your address").click()
    look()
    page.locator("main a[href*='/register/confirm/']").click()
    page.get_by_label("Choose a password").fill(PASSWORD)
    go_on("Confirm")
    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()

    use(page, address, "Caldicott Guardian of the ICB")
    expect(page.get_by_role("heading", name="1 request for you to decide")).to_be_visible()
    page.get_by_role("link", name="Open your authorisations").click()
    look()
    page.get_by_role("link", name="Nora Vale (invented) asks for prescriber level access").click()
    page.get_by_label("Approve as asked").check()
    go_on("Send the decision")
    expect(page.get_by_text("The access is granted.")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{address}/sign-in?next=/account")
    page.get_by_label("User name").fill("nora.vale@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    set_up_second_factor(page)
    expect(page.get_by_role("heading", name="Prescriber level, Kent and Medway (QKS)")).to_be_visible()
    look()


def test_from_a_stranger_to_access(page, live_server, demo, both_widths, quiet, axe, no_sideways_scroll):
    def look():
        axe()
        no_sideways_scroll()

    journey(page, live_server.url, look)


def test_the_same_without_javascript(page_without_javascript, live_server, demo):
    journey(page_without_javascript, live_server.url, lambda: None)


@pytest.mark.parametrize(
    "address",
    ["", "people", "grants", "authorisers", "agreement"],
)
def test_pages_of_administration(
    page, live_server, demo, both_widths, quiet, axe, no_sideways_scroll, address
):
    use(page, live_server.url, "Accounts administrator")
    page.goto(f"{live_server.url}/administration/{address}")
    axe()
    no_sideways_scroll()
