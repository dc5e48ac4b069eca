"""Chromium, axe and a quiet console for the browser tests.

A violation of the security policy is a console error, so ``quiet`` fails a page that breaks it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# The synchronous Playwright keeps an event loop in this thread, and Django's database asks for none.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The same places as scripts/ensure_browser.sh.
BROWSERS = (
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/snap/bin/chromium",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    named = os.environ.get("EPACT2_CHROMIUM")
    program = named or next((one for one in BROWSERS if os.access(one, os.X_OK)), None)
    if program is None:
        pytest.fail("No Chromium was found. scripts/ensure_browser.sh installs it or says how.")
    return {**browser_type_launch_args, "executable_path": program, "args": FLAGS}


@pytest.fixture
def axe(page):
    """Fail on any violation of WCAG 2.0 to 2.2, A and AA, or of axe's best practice.

    ``axe()`` looks at the whole page, ``axe("#part")`` at a part of it, which is much faster.
    """

    def run(part=None):
        page.evaluate(AXE.read_text())  # over DevTools, so the policy does not stop it
        asked = "([part, rules]) => axe.run(part ? {include: [[part]]} : document, {runOnly: rules})"
        found = page.evaluate(asked, [part, RULES])["violations"]
        assert not found, [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found]

    return run


@pytest.fixture
def quiet(page):
    """Fail when the page says an error on the console: a script's fault, or a breach of the policy."""
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert not said, said


@pytest.fixture
def no_sideways_scroll(page):
    """Only tables may scroll sideways, never the page."""

    def check():
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"], f"the page is {wide} px wide"

    return check


@pytest.fixture
def sign_in(page, live_server, transactional_db):
    """Sign in with a demo account by its job, and open a page."""
    from epact2.web.demo_accounts import ensure_demo_accounts

    ensure_demo_accounts()

    def enter(address="/", job="ICB pharmacist"):
        page.goto(f"{live_server.url}/sign-in?next={address}")
        page.get_by_role("button", name=f"Use this account as {job}").click()
        # A key pressed before the scripts have run asks for a whole page, as it does without them: wait.
        page.wait_for_url(lambda opened: "/sign-in" not in opened)

    return enter


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def both_widths(request, page):
    """Run a test at 1280 and at 390 pixels."""
    page.set_viewport_size(request.param)
    return request.param["width"]


@pytest.fixture
def page_without_javascript(browser, live_server):
    """A page of a browser whose JavaScript is off."""
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    yield context.new_page()
    context.close()
