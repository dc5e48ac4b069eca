"""NHS CIS2 and NHSmail, against a real OpenID Connect provider that runs beside the tests."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.test import Client

from epact2.web.identity.models import SignIn
from epact2.web.identity.oidc import IdentityRefused, what_was_shown
from epact2.web.identity.providers import IdentityProvider
from support.identity import App, admit_everybody, password_alone, send_code, somebody
from support.identity_provider import SECRET, running

pytestmark = pytest.mark.django_db

PEOPLE = {
    "smartcard": {
        "name": "CARD Pat (Dr)", "given_name": "Pat", "family_name": "Card", "email": "pat@practice.example",
        "email_verified": True, "authentication_assurance_level": "3", "id_assurance_level": "3",
    },
    "level-two": {"name": "Two Kim", "authentication_assurance_level": "2"},
    "level-one": {"name": "One Kim", "authentication_assurance_level": "1"},
    "level-none": {"name": "None Kim"},
    "mail-with-mfa": {"name": "Mail Lee", "email": "lee@nhs.example", "amr": ["pwd", "mfa"]},
    "mail-without": {"name": "Mail Jo", "email": "jo@nhs.example", "amr": ["pwd"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def provider():
    with running(PEOPLE) as found:
        yield found


@pytest.fixture
def configured(provider, settings, over_example):
    """The server is told of both, as its environment would tell it."""
    cis2 = IdentityProvider(
        "cis2", provider.issuer, "epact2-cis2", private_key=provider.private_key, key_id="test-key"
    )
    nhsmail = IdentityProvider("nhsmail", provider.issuer, "epact2-nhsmail", secret=SECRET)
    settings.CONFIG = replace(settings.CONFIG, identity_providers=(cis2, nhsmail))
    return provider


def text(response):
    return response.content.decode()


def test_the_sign_in_page_offers_them_where_they_are_configured(client, configured, settings):
    page = text(client.get("/sign-in?next=/organisations/"))
    assert "Sign in with NHS CIS2" in page
    assert "Sign in with NHSmail" in page
    assert "/sign-in/with/cis2?next=%2Forganisations%2F" in page
    settings.CONFIG = replace(settings.CONFIG, identity_providers=())
    assert "NHS CIS2" not in text(client.get("/sign-in"))
    assert client.get("/sign-in/with/cis2").status_code == 404
    assert client.get("/sign-in/with/cis2/back?code=1&state=2").status_code == 404


def test_a_first_sign_in_makes_an_account_with_a_name_and_no_rights(client, configured):
    done = configured.sign_in(client, "/sign-in/with/cis2?next=/organisations/", "smartcard")
    assert done.headers["Location"] == "/organisations/", text(done)
    user = get_user_model().objects.get()
    assert (user.first_name, user.last_name, user.email) == ("Pat", "Card", "pat@practice.example")
    assert not user.has_usable_password()
    rights = [user.is_staff, user.is_superuser, user.groups.exists(), hasattr(user, "profile")]
    assert not any(rights)
    sign_in = SignIn.objects.get()
    assert (sign_in.method, sign_in.second_factor) == ("NHS CIS2", "NHS CIS2")
    kept = SocialAccount.objects.get().extra_data
    assert set(kept["userinfo"]) <= {"sub", "name", "given_name", "family_name", "email", "email_verified"}


def test_the_second_sign_in_finds_the_same_account(configured):
    for _ in range(2):
        configured.sign_in(Client(), "/sign-in/with/cis2", "smartcard")
    assert get_user_model().objects.count() == 1


def test_what_is_asked_of_the_provider(client, configured):
    sent = client.get("/sign-in/with/cis2?auth_params=acr_values%3DAAL1&scope=everything")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["acr_values"] == "AAL2_OR_AAL3_ANY", "nobody changes by an address what we ask for"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert asked["max_age"] == "43200"
    assert asked["nonce"]
    assert "secret" not in sent.headers["Location"]


def test_level_two_is_let_in_unless_three_is_wanted(client, configured, settings):
    assert configured.sign_in(client, "/sign-in/with/cis2", "level-two").headers["Location"] == "/"
    cis2, nhsmail = settings.CONFIG.identity_providers
    settings.CONFIG = replace(settings.CONFIG, identity_providers=(replace(cis2, assurance=3), nhsmail))
    refused = configured.sign_in(Client(), "/sign-in/with/cis2", "level-two")
    assert refused.status_code == 403
    assert "level 3 is needed" in text(refused)


@pytest.mark.parametrize("who", ["level-one", "level-none"])
def test_too_little_assurance_is_refused_and_leaves_no_account(client, configured, who):
    refused = configured.sign_in(client, "/sign-in/with/cis2", who)
    assert refused.status_code == 403
    assert "level 2 is needed" in text(refused)
    assert not get_user_model().objects.exists()
    assert client.get("/").status_code == 302


def test_nhsmail_with_two_factors_is_enough(client, configured):
    configured.sign_in(client, "/sign-in/with/nhsmail", "mail-with-mfa")
    assert client.get("/organisations/").headers["Location"].startswith("/agreement")
    admit_everybody()
    assert client.get("/organisations/").status_code == 200


def test_nhsmail_with_a_password_alone_needs_our_second_factor(configured):
    browser = Client()
    configured.sign_in(browser, "/sign-in/with/nhsmail", "mail-without")
    assert browser.get("/organisations/").headers["Location"].startswith("/sign-in/second-factor/set-up")
    app = App.of(get_user_model().objects.get())
    admit_everybody()
    other = Client()
    step = configured.sign_in(other, "/sign-in/with/nhsmail", "mail-without")
    assert step.headers["Location"] == "/sign-in/second-factor"
    assert other.get("/organisations/").status_code == 302
    assert send_code(other, app.code()).status_code == 302
    assert other.get("/organisations/").status_code == 200


def test_an_account_is_never_taken_over_by_its_address(client, configured):
    sam = somebody(address="lee@nhs.example")
    refused = configured.sign_in(client, "/sign-in/with/nhsmail", "mail-with-mfa")
    assert refused.status_code == 403
    assert "There is an account with the address lee@nhs.example already" in text(refused)
    assert not SocialAccount.objects.exists()
    client.force_login(sam)
    linked = configured.sign_in(client, "/account/security/link/nhsmail", "mail-with-mfa")
    assert linked.headers["Location"] == "/account/security"
    browser = Client()
    configured.sign_in(browser, "/sign-in/with/nhsmail", "mail-with-mfa")
    assert "Sam Example" in text(browser.get("/account"))


def test_an_identity_belongs_to_one_account(client, configured):
    configured.sign_in(Client(), "/sign-in/with/nhsmail", "mail-with-mfa")
    client.force_login(somebody())
    refused = configured.sign_in(client, "/account/security/link/nhsmail", "mail-with-mfa")
    assert "belongs to another account" in text(refused)


def test_linking_needs_both_factors(client, configured):
    password_alone(client, somebody())
    assert (
        client.get("/account/security/link/nhsmail")
        .headers["Location"]
        .startswith("/sign-in/second-factor/set-up")
    )


def test_a_closed_account_stays_closed(configured):
    configured.sign_in(Client(), "/sign-in/with/cis2", "smartcard")
    get_user_model().objects.update(is_active=False)
    browser = Client()
    refused = configured.sign_in(browser, "/sign-in/with/cis2", "smartcard")
    assert "This account is closed" in text(refused)
    assert browser.get("/").status_code == 302


def test_a_confirmation_there_counts_here(client, configured, time_machine):
    browser = requests.Session()
    configured.sign_in(client, "/sign-in/with/cis2", "smartcard", browser)
    SignIn.objects.update(confirmed_at=SignIn.objects.get().began_at.replace(year=2020))
    assert client.get("/account/security/authenticator").status_code == 403
    page = text(client.get("/step-up?next=/account/security/authenticator"))
    assert "Confirm with NHS CIS2" in page
    back = configured.sign_in(
        client, "/sign-in/with/cis2/confirm?next=/account/security/authenticator", "smartcard", browser
    )
    assert back.headers["Location"] == "/account/security/authenticator"
    assert client.get("/account/security/authenticator").status_code == 200


def test_a_confirmation_without_its_moment_does_not_count(client, configured, monkeypatch):
    """Whoever sits at an open page can take “ask again” out of the address that leads to the provider."""
    from epact2.web.identity import oidc

    browser = requests.Session()
    configured.sign_in(client, "/sign-in/with/nhsmail", "mail-with-mfa", browser)
    admit_everybody()
    SignIn.objects.update(confirmed_at=SignIn.objects.get().began_at.replace(year=2020))
    real = oidc.provider_tokens.claims

    def without_moment(*args):
        return {name: value for name, value in real(*args).items() if name != "auth_time"}

    monkeypatch.setattr(oidc.provider_tokens, "claims", without_moment)
    refused = configured.sign_in(client, "/sign-in/with/nhsmail/confirm", "mail-with-mfa", browser)
    assert "did not ask you again" in text(refused)
    assert client.get("/account/security/authenticator").status_code == 403


def test_somebody_elses_confirmation_does_not_count(client, configured):
    configured.sign_in(client, "/sign-in/with/cis2", "smartcard")
    SignIn.objects.update(confirmed_at=SignIn.objects.get().began_at.replace(year=2020))
    refused = configured.sign_in(client, "/sign-in/with/cis2/confirm", "level-two")
    assert "another identity than yours" in text(refused)
    assert client.get("/account/security/authenticator").status_code == 403


def test_what_comes_back_counts_in_the_session_that_went_there_alone(client, configured):
    """Login CSRF: a stranger's way back, put into somebody else's browser, signs nobody in."""
    sent = client.get("/sign-in/with/cis2")
    back = configured.way_back(sent.headers["Location"], "smartcard", requests.Session())
    victim = Client()
    assert victim.get(back).status_code == 403
    assert victim.get("/").status_code == 302
    assert client.get(back).status_code == 302
    assert client.get(back).status_code == 403, "and only once"


def test_a_token_of_another_sign_in_is_refused(client, configured, monkeypatch):
    from epact2.web.identity.oidc import Callback

    real = Callback._get_state

    def with_another_nonce(self, request, provider):
        state = real(self, request, provider)
        self.adapter.nonce = "another"
        return state

    monkeypatch.setattr(Callback, "_get_state", with_another_nonce)
    assert configured.sign_in(client, "/sign-in/with/cis2", "smartcard").status_code == 403
    assert not get_user_model().objects.exists()


def test_a_token_with_a_broken_signature_is_refused(client, configured, monkeypatch):
    from epact2.web.identity.oidc import Client as TokenClient

    real = TokenClient.get_access_token

    def forged(self, *args, **kwargs):
        answer = real(self, *args, **kwargs)
        claims = jwt.decode(answer["id_token"], options={"verify_signature": False})
        claims["sub"] = "somebody-else"
        header = jwt.get_unverified_header(answer["id_token"])
        answer["id_token"] = jwt.encode(
            claims, configured.private_key, algorithm="RS256", headers={"kid": header["kid"]}
        )
        return answer

    monkeypatch.setattr(TokenClient, "get_access_token", forged)
    assert configured.sign_in(client, "/sign-in/with/cis2", "smartcard").status_code == 403
    assert not get_user_model().objects.exists()


def test_a_request_signed_with_another_key_gets_no_token(client, configured, settings):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = stranger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    cis2, nhsmail = settings.CONFIG.identity_providers
    settings.CONFIG = replace(settings.CONFIG, identity_providers=(replace(cis2, private_key=pem), nhsmail))
    assert configured.sign_in(client, "/sign-in/with/cis2", "smartcard").status_code == 403


def test_a_provider_that_is_down_is_said_plainly(client, configured, settings):
    cis2, nhsmail = settings.CONFIG.identity_providers
    gone = replace(cis2, issuer="http://127.0.0.1:9")
    settings.CONFIG = replace(settings.CONFIG, identity_providers=(gone, nhsmail))
    page = client.get("/sign-in/with/cis2")
    assert "NHS CIS2 cannot be reached at the moment" in text(page)


def test_the_person_may_say_no_there(client, configured):
    sent = client.get("/sign-in/with/cis2")
    state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
    page = client.get("/sign-in/with/cis2/back", {"error": "access_denied", "state": state})
    assert page.status_code == 403
    assert "NHS CIS2 did not sign you in" in text(page)


def test_another_sites_link_starts_nothing(client, configured):
    answer = client.get("/sign-in/with/cis2", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Location"] == "/sign-in"


CIS2 = IdentityProvider("cis2", "https://identity.example", "x", private_key="x")


@pytest.mark.parametrize(
    ("hours", "says"), [(13, "older than 12 hours"), (-2, "older than 12 hours"), (None, "did not say when")]
)
def test_when_somebody_signed_in_there_is_judged(hours, says):
    import time

    claims = {"authentication_assurance_level": "3"}
    if hours is not None:
        claims["auth_time"] = time.time() - hours * 3600
    with pytest.raises(IdentityRefused, match=says):
        what_was_shown(CIS2, claims)


def test_a_sign_in_made_hours_ago_ends_so_much_sooner():
    import time

    at = int(time.time()) - 11 * 3600
    shown = what_was_shown(CIS2, {"authentication_assurance_level": "3", "auth_time": at})
    assert shown == {"provider": "NHS CIS2", "two_factors": True, "auth_time": at, "session": ""}


def test_signing_out_there_signs_out_here_and_nobody_else(configured):
    there, here, kim, other = requests.Session(), Client(), Client(), Client()
    configured.sign_in(here, "/sign-in/with/cis2", "smartcard", there)
    configured.sign_in(other, "/sign-in/with/cis2", "smartcard")
    configured.sign_in(kim, "/sign-in/with/cis2", "level-two")
    token = configured.sign_out(there)
    assert Client().post("/sign-in/with/cis2/signed-out", {"logout_token": token}).status_code == 200
    assert here.get("/account").status_code == 302
    assert other.get("/account").status_code == 200, "a session of its own there, in another browser"
    assert kim.get("/account").status_code == 200
    again = Client().post("/sign-in/with/cis2/signed-out", {"logout_token": token})
    assert again.status_code == 400, "a token counts once"


def test_only_a_logout_token_of_the_provider_ends_anything(configured, monkeypatch):
    from epact2.web.identity.oidc import Client as TokenClient

    real, kept = TokenClient.get_access_token, []

    def keeping(self, *args, **kwargs):
        kept.append(real(self, *args, **kwargs))
        return kept[-1]

    monkeypatch.setattr(TokenClient, "get_access_token", keeping)
    here = Client()
    configured.sign_in(here, "/sign-in/with/cis2", "smartcard")
    said = jwt.decode(kept[0]["id_token"], options={"verify_signature": False})
    claims = {**said, "jti": "1", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}}
    del claims["nonce"]
    forged = jwt.encode(claims, configured.private_key, algorithm="RS256", headers={"kid": "test-key"})
    unsigned = jwt.encode(claims, "", algorithm="none")
    for wrong in ("", "x.y.z", kept[0]["id_token"], forged, unsigned):
        answer = Client().post("/sign-in/with/cis2/signed-out", {"logout_token": wrong})
        assert answer.status_code == 400, wrong
    assert here.get("/account").status_code == 200
    assert Client().get("/sign-in/with/cis2/signed-out").status_code == 405
    assert Client().post("/sign-in/with/none/signed-out").status_code == 404
