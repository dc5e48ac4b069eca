"""How long a sign-in lasts, how many there are, and how they end."""

import pytest
from django.test import Client

from epact2.web.identity import sign_ins
from epact2.web.identity.models import SignIn
from support.identity import App, send_code, send_password, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam(over_items):
    return somebody()


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(
    ("minutes", "address", "open_"),
    [
        (14, "/items", True),
        (16, "/items", False),
        (16, "/organisations/", True),
        (29, "/organisations/", True),
        (31, "/organisations/", False),
        (16, "/patient", False),
    ],
)
def test_idle_sign_ins_end_sooner_for_items(client, sam, opened, time_machine, minutes, address, open_):
    client.force_login(sam)
    time_machine(minutes=minutes)
    answer = client.get(address)
    if open_:
        assert answer.status_code == 200
    else:
        assert answer.headers["Location"] == f"/sign-in?next={address}"
        page = text(client.get("/sign-in"))
        assert "You were signed out because nothing was done for a while" in page
        assert not SignIn.objects.exists()


@pytest.mark.parametrize("address", ["/items.csv", "/patient.csv", "/api/v1/list"])
def test_downloads_and_the_programs_way_to_items_end_sooner_too(client, sam, opened, time_machine, address):
    client.force_login(sam)
    time_machine(minutes=16)
    assert client.post(address, "{}", content_type="application/json").status_code in (302, 401)
    assert not SignIn.objects.exists()


def test_a_form_sent_too_late_leads_back_to_the_page_it_was_on(client, sam, opened, time_machine):
    client.force_login(sam)
    time_machine(minutes=16)
    answer = client.post("/items.csv", headers={"Referer": "http://testserver/items?q=1"})
    assert answer.headers["Location"] == "/sign-in?next=/items%3Fq%3D1"
    elsewhere = client.post("/items.csv", headers={"Referer": "https://elsewhere.example/items"})
    assert elsewhere.headers["Location"] == "/sign-in?next=/"


def test_somebody_at_work_stays_signed_in_until_twelve_hours(client, sam, time_machine):
    client.force_login(sam)
    for minutes in range(25, 12 * 60, 25):
        time_machine(minutes=minutes)
        assert client.get("/account").status_code == 200, minutes
    time_machine(minutes=12 * 60 + 1)
    assert client.get("/account").status_code == 302


def test_sign_in_gives_a_new_session_id(client, sam):
    app = App.of(sam)
    client.get("/sign-in")
    send_password(client)
    before = client.cookies["epact2-session"].value
    send_code(client, app.code())
    assert client.cookies["epact2-session"].value != before
    stolen = Client()
    stolen.cookies["epact2-session"] = before
    assert stolen.get("/account").status_code == 302


def test_the_fourth_sign_in_ends_the_oldest(sam):
    browsers = [Client() for _ in range(4)]
    for browser in browsers:
        browser.force_login(sam)
    assert [browser.get("/account").status_code for browser in browsers] == [302, 200, 200, 200]


def test_a_demos_accounts_are_shared_and_end_nobodys(over_example):
    from epact2.web.demo_accounts import ensure_demo_accounts

    account = ensure_demo_accounts()[0]
    browsers = [Client() for _ in range(5)]
    for browser in browsers:
        send_password(browser, account.username, account.password)
    assert {browser.get("/account").status_code for browser in browsers} == {200}


def test_people_see_where_they_are_signed_in_and_end_it(client, sam):
    other = Client()
    other.force_login(sam)
    SignIn.objects.update(device="Firefox on Windows")
    client.force_login(sam)
    page = text(client.get("/account/security/sign-ins"))
    assert "Firefox on Windows" in page
    assert "(this one)" in page
    theirs = SignIn.objects.get(device="Firefox on Windows")
    client.post("/account/security/sign-ins", {"end": theirs.pk})
    assert other.get("/account").status_code == 302
    assert client.get("/account").status_code == 200


def test_nobody_ends_another_persons_sign_in(client, sam):
    kim = Client()
    kim.force_login(somebody("kim.example", address="kim@practice.example"))
    client.force_login(sam)
    client.post("/account/security/sign-ins", {"end": SignIn.objects.get(user__username="kim.example").pk})
    client.post("/account/security/sign-ins", {"end": "others"})
    assert kim.get("/account").status_code == 200


def test_withdrawn_access_ends_everything_at_the_next_request(client, sam):
    from epact2.web.identity import tokens

    client.force_login(sam)
    tokens.make(sam, "script", days=30)
    assert sign_ins.end_all(sam) == 1
    assert client.get("/account").status_code == 302
    assert not tokens.of(sam).exists()


def test_a_closed_account_is_out_at_the_next_request(client, sam):
    client.force_login(sam)
    sam.is_active = False
    sam.save()
    assert client.get("/account").status_code == 302


def test_signing_out_ends_it_here_and_in_the_browser(client, sam):
    client.force_login(sam)
    kept = client.cookies["epact2-session"].value
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not SignIn.objects.exists()
    replay = Client()
    replay.cookies["epact2-session"] = kept
    assert replay.get("/account").status_code == 302
    assert client.get("/sign-out").status_code == 405


def test_what_has_ended_is_forgotten(client, sam, time_machine):
    client.force_login(sam)
    time_machine(minutes=45)
    sign_ins.forget_old()
    assert not SignIn.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1",
         "Safari on iPhone"),
        ("curl/8.5", "A program or browser"),
        ("", "A program or browser"),
        ("<script>alert(1)</script>", "A program or browser"),
    ],
)  # fmt: skip
def test_a_browser_in_words(agent, words):
    assert sign_ins.device_words(agent) == words
