"""Who gets in, who does not, and what every response carries."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import get_resolver, reverse

from epact2.web import middleware
from epact2.web.demo_accounts import DEMO_ACCOUNTS, NotADemo, ensure_demo_accounts
from epact2.web.models import Profile

OPEN_TO_ALL = {
    "sign-in", "forgotten-password", "healthz", "about", "accessibility", "cookies", "help", "ages",
    "styleguide",
}  # fmt: skip
# Asking for access is for strangers; the demo's outbox holds the mails that they are sent.
OPEN_TO_ALL |= {"register", "register-suggest", "register-done", "demo-outbox"}
pytestmark = pytest.mark.django_db


def addresses_without_parts():
    patterns = get_resolver().url_patterns
    return [(one.name, reverse(one.name)) for one in patterns if "<" not in str(one.pattern)]


@pytest.fixture
def demo_accounts(db):
    return ensure_demo_accounts()


def test_every_page_but_the_named_ones_needs_sign_in(client):
    for name, address in addresses_without_parts():
        response = client.get(address)
        if name in OPEN_TO_ALL:
            nothing_sent = name == "register-done" and response.headers["Location"] == reverse("register")
            assert response.status_code in (200, 503) or nothing_sent, name
        else:
            assert response.status_code in (302, 405), name
            assert response.status_code == 405 or response.headers["Location"].startswith("/sign-in"), name


def test_programs_and_fragments_are_refused_in_their_own_terms(client):
    fragment = client.get(reverse("explorer"), headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/sign-in")


def test_a_demo_account_signs_in_and_out(client, demo_accounts):
    account = demo_accounts[0]
    signed_in = client.post(
        reverse("sign-in"),
        {"username": account.username, "password": account.password, "next": "/organisations/"},
    )
    assert signed_in.headers["Location"] == "/organisations/"
    assert account.full_name in client.get("/account").content.decode()
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).headers["Location"] == "/sign-in"
    assert client.get("/account").status_code == 302


def test_sign_in_leads_to_no_other_host(client, demo_accounts):
    account = demo_accounts[0]
    answer = client.post(
        reverse("sign-in"),
        {"username": account.username, "password": account.password, "next": "https://elsewhere.example/"},
    )
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_said_in_words(client, demo_accounts):
    page = client.post(reverse("sign-in"), {"username": "icb.pharmacist", "password": "no"}).content.decode()
    assert "There is a problem" in page
    assert "The user name or the password is wrong" in page
    assert "<title>Error: Sign in" in page
    assert 'value="icb.pharmacist"' in page


def test_the_demo_lists_its_accounts_and_a_real_server_does_not(client, settings):
    assert "explore-the-demo" in client.get(reverse("sign-in")).content.decode()
    settings.CONFIG = replaced(settings.CONFIG, demo=False)
    page = client.get(reverse("sign-in")).content.decode()
    assert "explore-the-demo" not in page
    assert "Try it with a demo account" not in page


def test_demo_accounts_are_closed_where_the_server_is_no_demo(client, demo_accounts, settings):
    client.login(username="icb.pharmacist", password="explore-the-demo")
    assert client.get("/account").status_code == 200
    settings.CONFIG = replaced(settings.CONFIG, demo=False)
    assert client.get("/account").status_code == 302
    assert not client.login(username="icb.pharmacist", password="explore-the-demo")
    with pytest.raises(NotADemo):
        ensure_demo_accounts()


def test_making_the_demo_accounts_twice_changes_nothing(demo_accounts):
    passwords = set(get_user_model().objects.values_list("password", flat=True))
    ensure_demo_accounts()
    assert set(get_user_model().objects.values_list("password", flat=True)) == passwords
    assert Profile.objects.count() == len(DEMO_ACCOUNTS)


def test_a_practice_can_be_given_to_an_account(demo_accounts):
    ensure_demo_accounts({"practice.pharmacist": ("practice", "Y01234")})
    profile = Profile.objects.get(user__username="practice.pharmacist")
    assert (profile.organisation_level, profile.organisation_code) == ("practice", "Y01234")
    ensure_demo_accounts()
    profile.refresh_from_db()
    assert profile.organisation_code == "Y01234"


def test_a_form_without_its_token_is_refused():
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("sign-in"), {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert "The form was too old" in response.content.decode()


@pytest.mark.parametrize("address", ["/sign-in", "/", "/no-such-page", "/healthz"])
def test_every_response_carries_the_security_headers(client, address):
    response = client.get(address)
    for name, value in middleware.HEADERS.items():
        assert response.headers[name] == value, (address, name)
    assert "Cache-Control" in response.headers


def test_the_policy_allows_nothing_inline_and_no_other_host():
    policy = middleware.CONTENT_SECURITY_POLICY
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")


def replaced(config, **changes):
    from dataclasses import replace

    return replace(config, **changes)
