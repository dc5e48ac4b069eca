"""Signing in as people do: with an app and without JavaScript, and with a passkey of the browser."""

import re
from dataclasses import replace

import pytest

from epact2.web.identity.providers import IdentityProvider
from support.identity import NAME, PASSWORD, App, somebody
from support.identity_provider import running

pytestmark = pytest.mark.usefixtures("transactional_db")


def password_step(page, url, name=NAME):
    page.goto(f"{url}/sign-in?next=/help/")
    page.get_by_label("User name or e-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def security_key(page):
    """A passkey device inside the browser, that confirms by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_is_added_signs_in_and_confirms(page, live_server, security_key, axe, quiet):
    somebody()
    password_step(page, live_server.url)
    page.get_by_role("link", name="Help").first.wait_for()
    page.goto(f"{live_server.url}/account")
    page.get_by_role("button", name="Add a passkey").click()  # a link that looks like a button
    page.get_by_label("Name of this passkey").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    axe()
    assert page.locator(".id-codes li").count() == 10
    page.goto(f"{live_server.url}/account/security")
    assert page.get_by_text("Passkey “Work laptop”").is_visible()
    axe()
    page.get_by_role("button", name="Sign out").click()
    password_step(page, live_server.url)
    page.get_by_role("heading", name="Second step").wait_for()
    axe()
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/help/")
    page.goto(f"{live_server.url}/step-up?next=/account/security/sign-ins")
    page.get_by_role("button", name="Use your passkey").click()
    page.get_by_role("heading", name="Where you are signed in").wait_for()
    axe()


def test_nhs_cis2_signs_in_from_another_site_and_back(page, live_server, settings):
    """The policy, the cookies and the provider's redirects go together in a real browser."""
    with running(
        {"smartcard": {"name": "Pat Card", "authentication_assurance_level": "3"}}, live_server.url
    ) as cis2:
        told = IdentityProvider(
            "cis2", cis2.issuer, "epact2-cis2", private_key=cis2.private_key, key_id="test-key"
        )
        settings.CONFIG = replace(settings.CONFIG, identity_providers=(told,))
        page.goto(f"{live_server.url}/sign-in?next=/help/")
        page.get_by_role("button", name="Sign in with NHS CIS2").click()
        page.get_by_role("button", name="smartcard").click()
        page.wait_for_url(f"{live_server.url}/help/")
        assert page.get_by_text("Pat Card").is_visible()


def test_an_app_is_set_up_and_used_without_javascript(page_without_javascript, live_server):
    page = page_without_javascript
    somebody()
    password_step(page, live_server.url)
    page.goto("/account")
    page.get_by_role("button", name="Add a passkey").click()
    assert page.get_by_text("Passkeys need JavaScript").is_visible()
    page.get_by_role("link", name="Use an authenticator app instead").click()
    assert page.locator("img.id-qr").evaluate("image => image.naturalWidth") > 0
    page.get_by_text("Type the key instead").click()
    app = App.from_page(page.content())
    page.get_by_label("Code").fill(app.code())
    page.get_by_role("button", name="Set up").click()
    code = page.locator(".id-codes li").first.inner_text()
    page.get_by_role("button", name="Sign out").click()
    password_step(page, live_server.url)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    assert re.search(r"/help/$", page.url)


@pytest.mark.parametrize(
    "address",
    [
        "/account/security", "/account/security/authenticator", "/account/security/passkey",
        "/account/security/password", "/account/security/sign-ins", "/account/security/tokens", "/step-up",
        "/sign-in/second-factor/set-up",
    ],
)  # fmt: skip
def test_pages_of_ones_own(page, sign_in, axe, both_widths, no_sideways_scroll, live_server, address):
    sign_in("/help/")
    page.goto(f"{live_server.url}{address}")
    axe()
    no_sideways_scroll()


@pytest.mark.parametrize("address", ["/sign-in", "/forgotten-password", "/new-password/MQ/no-such"])
def test_pages_for_everyone(page, live_server, axe, both_widths, no_sideways_scroll, address):
    page.goto(f"{live_server.url}{address}")
    axe()
    no_sideways_scroll()


def test_what_is_wrong_is_said_at_the_field_and_on_top(page, live_server, axe, quiet):
    somebody()
    page.goto(f"{live_server.url}/sign-in")
    page.get_by_label("User name or e-mail address").fill("nobody.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible()
    page.get_by_role("alert").get_by_role("link").click()
    assert page.evaluate("document.activeElement.id") == "username"
    axe()
