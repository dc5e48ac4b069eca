"""What happens to a sign-in is told to whoever listens, and a listener that fails stops it."""

import json
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from epact2.web.identity import tokens
from epact2.web.identity.events import Event, happened
from epact2.web.identity.factors import Factors, new_recovery_codes
from support.identity import PASSWORD, App, send_code, send_password, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """What was told, as pairs of event and user name."""
    told = []

    def listen(sender, event, user, request, **_):
        told.append((event, user.get_username()))

    happened.connect(listen)
    yield told
    happened.disconnect(listen)


def test_steps_of_signing_in_and_confirming_are_told(client, over_example, heard):
    sam = somebody()
    app = App.of(sam)
    codes = new_recovery_codes(sam)
    send_password(client)
    send_code(client, "000000")
    send_code(client, codes[0])
    client.post("/step-up", {"step_up_code": "000000"})
    client.post("/step-up", {"step_up_code": app.code()})
    assert [event for event, _ in heard] == [
        Event.SECOND_FACTOR_FAILED,
        Event.RECOVERY_CODE_USED,
        Event.CONFIRMATION_FAILED,
        Event.CONFIRMED,
    ]
    assert {name for _, name in heard} == {sam.get_username()}


def test_changes_are_told(client, over_example, heard):
    sam = somebody()
    App.of(sam)
    client.force_login(sam)
    other = Client()
    other.force_login(sam)
    client.post("/account/security/recovery-codes")
    client.post("/account/security/tokens/make", {"name": "x", "days": "1"})
    client.post(f"/account/security/tokens/{tokens.of(sam).get().pk}/end")
    client.post("/account/security/sign-ins", {"end": "others"})
    client.post("/account/security/password", {"old": PASSWORD, "new": "nine quiet bicycles at dawn"})
    assert [event for event, _ in heard] == [
        Event.RECOVERY_CODES_MADE,
        Event.TOKEN_MADE,
        Event.TOKEN_ENDED,
        Event.SIGN_IN_ENDED,
        Event.PASSWORD_CHANGED,
    ]


def test_a_listener_that_fails_stops_the_change(client, over_example):
    def fails(**_):
        raise OSError("no room for the trail")

    sam = somebody()
    client.force_login(sam)
    client.raise_request_exception = False
    happened.connect(fails)
    try:
        answer = client.post(
            "/account/security/password", {"old": PASSWORD, "new": "nine quiet bicycles at dawn"}
        )
    finally:
        happened.disconnect(fails)
    assert answer.status_code == 500
    sam.refresh_from_db()
    assert sam.check_password(PASSWORD)


def test_somebody_who_has_lost_everything_begins_anew(client, over_example, heard):
    sam = somebody()
    App.of(sam)
    new_recovery_codes(sam)
    client.force_login(sam)
    tokens.make(sam, "script", days=1)
    said = StringIO()
    call_command("remove_second_factors", sam.get_username(), stdout=said)
    assert "1 sign-ins ended" in said.getvalue()
    assert not Factors.of(sam).any
    assert not tokens.of(sam).exists()
    assert client.get("/account").status_code == 302
    assert "removed by the service team" in mail.outbox[-1].body
    assert heard == [(Event.FACTORS_TAKEN_AWAY, sam.get_username())]
    assert send_password(client).status_code == 302
    assert client.get("/account").headers["Location"].startswith("/sign-in/second-factor/set-up")


def test_an_unknown_name_is_said_plainly(db):
    with pytest.raises(CommandError, match="There is no account"):
        call_command("remove_second_factors", "nobody.example")


def test_the_audit_trail_keeps_what_is_told(client, over_example):
    from epact2.web.auditing.models import Record

    sam = somebody()
    app = App.of(sam)
    send_password(client)
    send_code(client, "000000")
    send_code(client, app.code())
    client.post("/account/security/recovery-codes")
    kept = [json.loads(one.text) for one in Record.objects.order_by("number")]
    told = [
        (one["kind"], one.get("details", ""))
        for one in kept
        if one["who"] == sam.get_username() and "sign" in one["kind"]
    ]
    assert told == [
        ("sign-in failed", "second factor failed"),
        ("signed in", ""),
        ("sign-in changed", "recovery codes made"),
    ]
    assert app.code() not in str(kept)
