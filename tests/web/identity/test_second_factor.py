"""A password alone opens nothing: the second step, how it is set up, and what it lets through."""

import re
from html import unescape

import pytest
from django.core import mail
from django.test import Client

from epact2.web.identity import factors
from epact2.web.identity.factors import Factors, decrypt, new_recovery_codes
from support.identity import ADDRESS, NAME, App, password_alone, send_code, send_password, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam(over_example):
    return somebody()


@pytest.fixture
def app(sam):
    return App.of(sam)


def text(response):
    return response.content.decode()


def test_name_or_address_then_a_code(client, sam, app):
    for name in (NAME, ADDRESS, ADDRESS.upper()):
        browser = Client()
        first = send_password(browser, name, form={"next": "/organisations/"})
        assert first.headers["Location"] == "/sign-in/second-factor"
        assert browser.get("/organisations/").status_code == 302, "nothing is open between the two steps"
        app_code = app.code({NAME: 0, ADDRESS: 1}.get(name, -1))
        second = send_code(browser, app_code)
        assert second.headers["Location"] == "/organisations/", text(second)
        assert browser.get("/organisations/").status_code == 200


def test_a_code_works_once(client, sam, app):
    code = app.code()
    send_password(client)
    assert send_code(client, code).status_code == 302
    other = Client()
    send_password(other)
    again = send_code(other, code)
    assert again.status_code == 200
    assert "The code is wrong" in text(again)


def test_a_used_code_is_remembered_while_many_others_sign_in(db):
    assert factors._first_use(1, "123456")
    assert all(factors._first_use(user, "123456") for user in range(2, 320))
    assert not any(factors._first_use(user, "123456") for user in range(1, 320))


@pytest.mark.parametrize("wrong", ["", "000000", "12345", "abcdef", "１２３４５６", "0" * 400])
def test_a_wrong_code_opens_nothing(client, sam, app, wrong):
    send_password(client)
    page = send_code(client, wrong)
    assert page.status_code == 200
    assert "The code is wrong" in text(page)
    assert "<title>Error: " in text(page)
    assert client.get("/").status_code == 302


def test_the_second_step_cannot_be_reached_without_the_first(client, sam, app):
    assert client.get("/sign-in/second-factor").headers["Location"] == "/sign-in"
    assert send_code(client, app.code()).headers["Location"] == "/sign-in"


def test_the_second_step_waits_ten_minutes(client, sam, app, time_machine):
    send_password(client)
    time_machine(minutes=11)
    assert send_code(client, app.code()).headers["Location"] == "/sign-in"


def test_a_recovery_code_works_once_and_its_owner_is_told(client, sam, app):
    codes = new_recovery_codes(sam)
    assert len(codes) == len(set(codes)) == 10
    send_password(client)
    assert send_code(client, codes[3]).status_code == 302
    assert client.get("/account").status_code == 200
    assert "9 are left" in mail.outbox[-1].body
    assert codes[3] not in mail.outbox[-1].body
    other = Client()
    send_password(other)
    assert "The code is wrong" in text(send_code(other, codes[3]))


def test_new_recovery_codes_end_the_old_ones(client, sam, app):
    old = new_recovery_codes(sam)
    client.force_login(sam)
    shown = re.findall(r"<li>(\d{5} \d{5})</li>", text(client.post("/account/security/recovery-codes")))
    assert len(shown) == 10
    other = Client()
    send_password(other)
    assert "The code is wrong" in text(send_code(other, old[0]))
    assert send_code(other, shown[0]).status_code == 302
    assert shown[0] not in text(client.get("/account/security")), "codes are shown once"


def test_an_account_without_a_second_factor_sees_no_data(client, sam):
    assert send_password(client).headers["Location"] == "/"
    for address in (
        "/",
        "/organisations/",
        "/explorer/",
        "/items",
        "/explorer.csv",
        "/account",
        "/search?q=a",
    ):
        there = client.get(address).headers["Location"]
        assert there.split("?")[0] == "/sign-in/second-factor/set-up", address
    assert client.post("/items.csv").headers["Location"] == "/sign-in/second-factor/set-up"
    fragment = client.get("/explorer/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == "/sign-in/second-factor/set-up"


def test_a_password_alone_is_a_visitor_for_programs_and_open_pages(client, sam):
    password_alone(client, sam)
    answer = client.post("/api/v1/query", "{}", content_type="application/json")
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "NotSignedIn"
    assert "Sign out" not in text(client.get("/help/age")), "open pages treat it as a visitor"


def test_setting_up_leads_on_to_the_page_that_was_asked_for(client, sam):
    send_password(client, form={"next": "/organisations/?level=ICB"})
    page = text(client.get("/organisations/?level=ICB", follow=True))
    way = unescape(re.search(r'href="(/account/security/authenticator\?[^"]+)"', page)[1])
    app = App.from_page(text(client.get(way)))
    form = {"code": app.code(), "next": "/organisations/?level=ICB"}
    assert 'href="/organisations/?level=ICB"' in text(client.post("/account/security/authenticator", form))
    away = {"code": app.code(1), "next": "https://elsewhere.example/"}
    assert "elsewhere" not in text(client.post("/account/security/authenticator", away))


def test_setting_up_an_app_opens_the_pages_and_gives_ten_codes(client, sam):
    send_password(client)
    assert "Set up an app" in text(client.get("/sign-in/second-factor/set-up"))
    page = text(client.get("/account/security/authenticator"))
    assert 'src="data:image/svg+xml;base64,' in page
    app = App.from_page(page)
    wrong = text(client.post("/account/security/authenticator", {"code": "000000"}))
    assert "The code is wrong" in wrong
    assert App.from_page(wrong).secret == app.secret, "a mistyped code does not ask to scan again"
    done = client.post("/account/security/authenticator", {"code": app.code()})
    assert len(re.findall(r"<li>\d{5} \d{5}</li>", text(done))) == 10
    assert client.get("/organisations/").status_code == 200
    assert "An authenticator app was set up." in mail.outbox[-1].body


def test_a_second_factor_set_up_elsewhere_closes_a_session_of_the_password_alone(client, sam):
    """Somebody who stole the password must not add a factor of their own once the owner has one."""
    send_password(client)
    App.of(sam)
    for address in (
        "/sign-in/second-factor/set-up",
        "/account/security/authenticator",
        "/account/security/passkey",
    ):
        thief = Client()
        password_alone(thief, sam)
        assert thief.get(address).headers["Location"] == "/sign-in", address
        assert thief.get("/account").headers["Location"].startswith("/sign-in?")


def test_the_only_factor_cannot_be_removed(client, sam, app):
    client.force_login(sam)
    kept = Factors.of(sam).authenticator
    page = client.post(f"/account/security/factors/{kept.pk}/remove")
    assert "This is your only second factor" in text(page)
    assert Factors.of(sam).any


def test_nobody_removes_another_persons_factor(client, sam, app):
    other = somebody("kim.example", address="kim@practice.example")
    App.of(other)
    client.force_login(sam)
    theirs = Factors.of(other).authenticator
    assert client.post(f"/account/security/factors/{theirs.pk}/remove").status_code == 404
    assert Factors.of(other).any


def test_secrets_are_kept_encrypted(sam, app):
    kept = Factors.of(sam).authenticator.data["secret"]
    assert app.secret not in kept
    assert decrypt(kept) == app.secret


def test_a_changed_secret_key_is_said_plainly_and_the_former_one_still_reads(sam, app, settings):
    from epact2.web.identity.factors import KeptSecretLost

    kept = Factors.of(sam).authenticator.data["secret"]
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 5
    with pytest.raises(KeptSecretLost, match="EPACT2_FORMER_SECRET_KEYS"):
        decrypt(kept)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert decrypt(kept) == app.secret


def test_demo_accounts_sign_in_without_one_and_the_page_says_so(client, over_example, settings):
    from epact2.web.demo_accounts import ensure_demo_accounts

    account = ensure_demo_accounts()[0]
    assert "without a second factor; a real account needs one" in text(client.get("/sign-in"))
    send_password(client, account.username, account.password)
    assert client.get("/organisations/").status_code == 200
    assert "This is a demo account" in text(client.get("/account/security"))


def test_what_one_visitor_sets_up_keeps_no_other_out_of_a_demo(client, over_example):
    from django.contrib.auth import get_user_model

    from epact2.web.demo_accounts import ensure_demo_accounts

    account = ensure_demo_accounts()[0]
    App.of(get_user_model().objects.get(username=account.username))
    send_password(client, account.username, account.password)
    assert client.get("/organisations/").status_code == 200
