"""The audit trail as people read it: at a desk, on a phone, and without a script."""

import json
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from playwright.sync_api import expect

from epact2.web import engine as engines
from support import example_explorer

QUESTION = quote(json.dumps({"values": ["items"], "rows": ["ICB"], "months": {"latest": 1}}))


@pytest.fixture
def over_example(monkeypatch):
    engine = example_explorer.engine()
    monkeypatch.setattr(engines, "current", lambda: engine)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())


@pytest.fixture
def auditor(transactional_db):
    """The national analyst of the demo may read everybody's trail."""
    right = Permission.objects.get(codename="read_every_record")

    def made():
        get_user_model().objects.get(username="national.analyst").user_permissions.add(right)

    return made


@pytest.mark.parametrize("which", ["own", "everybody", "record"])
def test_the_trail_is_accessible(
    sign_in, auditor, over_example, page, live_server, axe, quiet, no_sideways_scroll, both_widths, which
):
    sign_in(f"/explorer/?q={quote(QUESTION)}", job="National analyst")
    title = page.get_by_role("heading", level=1)
    if which == "everybody":
        auditor()
        page.goto(f"{live_server.url}/audit/")
        expect(title).to_have_text("Audit trail of everybody")
    else:
        page.goto(f"{live_server.url}/account/trail?kind=asked")
        expect(title).to_have_text("Your audit trail")
    if which == "record":
        page.locator("#records tbody a").first.click()
        expect(title).to_have_text("Asked")
        page.get_by_text("The question as JSON").first.click()
        expect(page.locator("pre").first).to_contain_text('"values"')
    axe()
    no_sideways_scroll()


def test_the_trail_is_chosen_and_read_without_a_script(
    page_without_javascript, live_server, over_example, transactional_db
):
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()
    page = page_without_javascript
    page.goto("/sign-in")
    page.get_by_role("button", name="Use this account as National analyst").click()
    page.goto(f"/explorer/?q={QUESTION}")
    page.goto("/account/trail")
    page.get_by_label("What").select_option("Signed in")
    page.get_by_role("button", name="Show").click()
    rows = page.locator("#records tbody tr")
    expect(rows.first).to_contain_text("Signed in")
    expect(page.locator("#records")).not_to_contain_text("Items by ICB")
    page.get_by_label("What").select_option("Asked")
    page.get_by_role("button", name="Show").click()
    rows.first.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Items by ICB")
