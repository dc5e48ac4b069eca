"""Guessing is slowed down, for known and unknown names alike, and never ends in a lock."""

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from epact2.web.identity import throttle
from epact2.web.identity.models import Tries
from support.identity import NAME, PASSWORD, App, send_code, send_password, somebody

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def fail(client, times, name=NAME, **more):
    return [text(send_password(client, name, "a wrong password here", **more)) for _ in range(times)]


@pytest.mark.parametrize("name", [NAME, "nobody.example"])
def test_five_tries_then_a_wait_that_even_the_right_password_keeps(client, name):
    somebody()
    App.of(somebody("kim.example", address="kim@practice.example"))
    pages = fail(client, 6, name)
    assert all("is wrong" in page for page in pages[:5])
    assert "Too many tries have failed. Wait 2 seconds" in pages[5] or "Wait 3 seconds" in pages[5]
    assert "Too many tries" in text(send_password(client, name, PASSWORD))


def test_after_the_wait_the_right_password_works_and_all_is_forgotten(client, time_machine):
    somebody()
    fail(client, 5)
    time_machine(seconds=10)
    assert send_password(client).status_code == 302
    assert all("is wrong" in page for page in fail(Client(), 5))


def test_the_wait_doubles_up_to_a_quarter_of_an_hour():
    waits = [throttle.delay(failures).total_seconds() for failures in range(18)]
    assert waits[:10] == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32]
    assert waits[-1] == 900
    assert throttle.delay(10**6) == timedelta(minutes=15), "never a lock"


def test_ten_thousand_tries_in_an_hour_get_few_answers():
    """The figure of the goal: fewer than 60 tries of an account are judged in an hour."""
    now, judged, failures, open_at = 0.0, 0, 0, 0.0
    while now < 3600:
        if now >= open_at:
            judged, failures = judged + 1, failures + 1
            open_at = now + throttle.delay(failures).total_seconds()
        now += 0.36
    assert judged < 60, judged


def test_a_stranger_cannot_keep_the_owner_out():
    """The owner's browser has signed in before: its tries are counted apart from a stranger's."""
    app = App.of(somebody())
    owner, stranger = Client(), Client(REMOTE_ADDR="203.0.113.7")
    send_password(owner)
    send_code(owner, app.code())
    owner.post("/sign-out")
    assert "epact2-device" in owner.cookies
    assert NAME not in owner.cookies["epact2-device"].value
    assert "Too many tries" in fail(stranger, 7)[-1]
    assert send_password(owner).headers["Location"] == "/sign-in/second-factor"
    assert "Too many tries" in text(send_password(stranger))


def test_the_owners_browser_is_slowed_down_too():
    app = App.of(somebody())
    owner = Client()
    send_password(owner)
    send_code(owner, app.code())
    owner.post("/sign-out")
    assert "Too many tries" in fail(owner, 7)[-1]


def test_a_forged_device_is_a_stranger(client):
    somebody()
    client.cookies["epact2-device"] = "forged:by:hand"
    fail(client, 6)
    assert "Too many tries" in text(send_password(Client()))


def test_one_network_that_tries_many_names_is_slowed_down(monkeypatch):
    monkeypatch.setattr(throttle, "FREE_TRIES_OF_A_NETWORK", 8)
    somebody()
    spraying = Client(REMOTE_ADDR="203.0.113.7")
    for number in range(9):
        fail(spraying, 1, f"person{number}.example")
    assert "Too many tries" in text(send_password(spraying))
    assert send_password(Client(REMOTE_ADDR="203.0.113.8")).status_code == 302, "other networks go on"


def test_nobody_slows_down_a_demos_accounts_for_others(over_example):
    from epact2.web.demo_accounts import ensure_demo_accounts

    account = ensure_demo_accounts()[0]
    fail(Client(), 10, account.username)
    assert send_password(Client(), account.username, account.password).headers["Location"] == "/"


def test_signing_in_does_not_wash_a_network_clean(monkeypatch):
    """An attacker with an account of their own must not begin anew with each right password."""
    monkeypatch.setattr(throttle, "FREE_TRIES_OF_A_NETWORK", 8)
    somebody()
    spraying = Client(REMOTE_ADDR="203.0.113.7")
    for number in range(9):
        fail(spraying, 1, f"person{number}.example")
        if number == 4:
            assert send_password(spraying).status_code == 302
            spraying.cookies.clear()
    assert "Too many tries" in text(send_password(spraying))


def test_codes_are_slowed_down_as_passwords_are(client):
    App.of(somebody())
    send_password(client)
    pages = [text(send_code(client, "000000")) for _ in range(6)]
    assert "The code is wrong" in pages[4]
    assert "Too many tries" in pages[5]


def test_many_tries_at_once_count_as_many(client):
    """A try is counted before it is judged, so it cannot be overtaken by others."""
    request = RequestFactory().post("/sign-in")
    tried = throttle.counters(request, "password", NAME)
    for _ in range(5):
        throttle.begin(tried)
    with pytest.raises(throttle.TooManyTries):
        throttle.begin(tried)


def test_what_is_kept_names_nobody(client):
    somebody()
    fail(client, 2)
    kept = str(list(Tries.objects.values()))
    assert NAME not in kept
    assert "127.0.0.1" not in kept


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_a_network_is_an_address_or_a_64(address, counted):
    assert throttle.network(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


def test_a_forwarded_address_counts_behind_our_own_proxy_alone(settings):
    from dataclasses import replace

    request = RequestFactory().get(
        "/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    )
    assert throttle.network(request) == "127.0.0.1", "without a proxy anybody could write that header"
    settings.CONFIG = replace(settings.CONFIG, https=True)
    assert throttle.network(request) == "203.0.113.7", "what the proxy saw; the rest is hearsay"
