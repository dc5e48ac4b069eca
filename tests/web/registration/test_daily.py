"""The daily work: exact to the day, and the same however often it is done."""

import os
import subprocess
import sys
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from epact2.web.registration import daily, post
from epact2.web.registration.administrators import is_administrator
from epact2.web.registration.models import AccessRequest, Event, HeldGrant, Mail
from support.people import admitted, granted
from support.registering import asked_by, link_in_newest_mail, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def nia():
    return admitted("nia", email="nia@nhs.net", first_name="Nia")


def today():
    return timezone.localdate()


def unused_for(user, days):
    user.last_login = timezone.now() - timedelta(days=days)
    user.save()


def mails(user):
    return list(Mail.objects.filter(recipient=user.email).order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("days", "letters", "held"),
    [(149, 0, True), (150, 1, True), (172, 1, True), (173, 1, True), (179, 1, True), (180, 1, False)],
)
def test_unused_access_is_reminded_and_revoked_on_its_day(nia, days, letters, held):
    granted(nia)
    unused_for(nia, days)
    daily.run(today())
    assert len(mails(nia)) == letters
    assert (HeldGrant.objects.get().ended_at is None) is held


def test_half_a_year_day_by_day(nia):
    """One reminder at 150 days, one at 173, the end at 180: whatever the command is run a day."""
    granted(nia)
    unused_for(nia, 0)
    events = {}
    for days in range(190):
        for _ in range(2):
            daily.run(today() + timedelta(days=days))
        for event in Event.objects.filter(kind__in=["was reminded", "revoked access"]):
            events.setdefault(event.pk, days)
    assert sorted(events.values()) == [150, 173, 180]
    assert len(mails(nia)) == 3


def test_a_sign_in_begins_the_count_anew(nia):
    granted(nia)
    unused_for(nia, 160)
    daily.run(today())
    unused_for(nia, 0)
    daily.run(today() + timedelta(days=149))
    assert len(mails(nia)) == 1
    daily.run(today() + timedelta(days=150))
    assert len(mails(nia)) == 2


def test_a_grant_that_ends_is_told_of_twice_and_then_ended(nia):
    grant = granted(nia)
    days = []
    for ahead in range(370):
        day = today() + timedelta(days=ahead)
        unused_for(nia, -ahead)  # used every day
        before = len(mails(nia))
        daily.run(day)
        if len(mails(nia)) > before:
            days.append((grant.ends - day).days)
    assert days == [60, 14]
    grant.refresh_from_db()
    assert (grant.ended_by, grant.why_ended) == ("the service", "Its last day has passed.")


def test_requests_expire_and_the_applicant_is_told(nia):
    asked_by(nia)
    daily.run(today() + timedelta(days=30))
    assert AccessRequest.objects.get().state == AccessRequest.State.WAITING
    daily.run(today() + timedelta(days=31))
    daily.run(today() + timedelta(days=31))
    assert AccessRequest.objects.get().state == AccessRequest.State.EXPIRED
    assert mails(nia) == ["epact2: Your request has expired"]


def test_what_was_never_confirmed_is_deleted_after_two_days(client, over_example):
    register(client)
    daily.run(today() + timedelta(days=1))
    assert AccessRequest.objects.count() == 1
    daily.run(today() + timedelta(days=3))
    assert AccessRequest.objects.count() == 0
    assert client.get(link_in_newest_mail("test.person@nhs.net")).status_code == 400


def test_the_command_says_what_it_did_and_takes_a_day(nia):
    granted(nia)
    unused_for(nia, 0)
    said = StringIO()
    call_command("access_daily", "--on", str(today() + timedelta(days=180)), stdout=said)
    assert "1 grants revoked for 180 days without sign-in" in said.getvalue()
    with pytest.raises(CommandError, match="is no date"):
        call_command("access_daily", "--on", "tomorrow")


def test_a_closed_account_is_sent_nothing(nia):
    granted(nia)
    unused_for(nia, 160)
    nia.is_active = False
    nia.save()
    daily.run(today())
    assert mails(nia) == []


def test_the_first_administrator_is_made_on_the_server(db):
    with pytest.raises(CommandError, match="no account"):
        call_command("make_administrator", "ada")
    call_command("make_administrator", "ada", "--address", "ada@nhs.net", stdout=StringIO())
    ada = get_user_model().objects.get(username="ada")
    assert is_administrator(ada)
    assert not ada.has_usable_password()
    with pytest.raises(CommandError, match="already"):
        call_command("make_administrator", "ada")


def test_the_command_line_does_the_same(tmp_path):
    def epact2(*words):
        environment = {**os.environ, "EPACT2_ACCOUNTS": str(tmp_path / "accounts")}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        program = str(Path(sys.executable).with_name("epact2"))
        return subprocess.run(
            [program, "--store", str(tmp_path / "store"), "accounts", *words],
            env=environment, text=True, capture_output=True, check=False,
        )  # fmt: skip

    made = epact2("administrator", "ada", "--address", "ada@nhs.net")
    assert made.stdout == "ada administers accounts now.\n", made.stderr
    assert epact2("administrator", "ada").returncode == 1
    daily_work = epact2("daily", "--on", "2030-01-01")
    assert daily_work.stdout.startswith("2030-01-01: 0 reminded"), daily_work.stderr
    wrong = epact2("daily", "--on", "soon")
    assert (wrong.returncode, wrong.stderr) == (1, "epact2: “soon” is no date. Write it like 2026-11-26.\n")


def test_days_do_not_slip_on_leap_days_and_when_clocks_change(nia):
    granted(nia, starts=date(2027, 6, 1))
    for last, end in [("2028-02-29T23:30", "2028-08-27"), ("2027-10-31T00:30", "2028-04-28")]:
        nia.last_login = timezone.make_aware(timezone.datetime.fromisoformat(last))
        nia.save()
        HeldGrant.objects.update(ends=date(2030, 1, 1), ended_at=None)
        daily.run(date.fromisoformat(end) - timedelta(days=1))
        assert HeldGrant.objects.get().ended_at is None, last
        daily.run(date.fromisoformat(end))
        assert HeldGrant.objects.get().ended_at is not None, last


# --- Mail that could not be sent -------------------------------------------------------------------------


@pytest.fixture
def real_server(settings):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, demo=False)


def test_mail_that_cannot_be_sent_is_kept_and_sent_later(real_server, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    post.send([post.letter("nia@nhs.net", "Nia", "Hello", "A line.")])
    assert post.kept_letters() == 1
    assert post.send_kept() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert daily.run(today()).mails_sent_again == 1
    assert [one.subject for one in mail.outbox] == ["epact2: Hello"]
    assert not Mail.objects.exists()
    assert daily.run(today()).mails_sent_again == 0
