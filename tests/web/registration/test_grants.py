"""What an account holds, and that it is gone at once when it is withdrawn."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from epact2.access.authorising import AuthoriserRole
from epact2.access.grants import AccountType
from epact2.web import engine as engines
from epact2.web.identity import tokens
from epact2.web.registration import grants
from epact2.web.registration.grants import grants_of
from epact2.web.registration.models import Acceptance, AccessRequest, HeldGrant
from support.pages import text_of
from support.people import admitted, granted
from support.registering import asked_by, authoriser, decided

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("over_example")]


@pytest.fixture
def nia():
    return admitted("nia", email="nia@nhs.net", first_name="Nia")


def today():
    return timezone.localdate()


def test_a_grant_holds_from_its_first_to_its_last_day(nia):
    grant = granted(nia, starts=today() - timedelta(days=10), months=1)
    for day, holds in [
        (grant.starts - timedelta(1), False), (grant.starts, True), (grant.ends, True),
        (grant.ends + timedelta(1), False),
    ]:  # fmt: skip
        assert bool(grants_of(nia, day)) is holds, day


def test_the_viewer_of_a_page_has_the_grants(nia):
    granted(nia, AccountType.PRESCRIBER_LEVEL, "ICB", "QKS")
    (grant,) = engines.viewer_named("nia").grants
    assert (grant.account_type, grant.code) == (AccountType.PRESCRIBER_LEVEL, "QKS")
    assert engines.viewer_named("nobody").grants == ()


def test_a_closed_account_holds_nothing(nia):
    granted(nia)
    nia.is_active = False
    assert grants_of(nia, today()) == ()


def test_without_the_present_agreement_an_account_holds_nothing(nia):
    granted(nia)
    Acceptance.objects.update(text_hash="of another text")
    assert grants_of(nia, today()) == ()


@pytest.mark.parametrize(("days", "holds"), [(179, True), (180, False), (400, False)])
def test_an_account_that_is_not_used_holds_nothing_even_before_the_daily_work(nia, days, holds):
    granted(nia)
    nia.last_login = timezone.now() - timedelta(days=days)
    nia.save()
    assert bool(grants_of(nia, today())) is holds


def test_signing_in_after_too_long_does_not_bring_a_grant_back(nia, client):
    """Even where the daily work has not run in between."""
    grant = granted(nia)
    nia.last_login = timezone.now() - timedelta(days=180)
    nia.save()
    client.force_login(nia)
    nia.refresh_from_db()
    assert grants_of(nia, today()) == ()
    grant.refresh_from_db()
    assert grant.why_ended == "Nobody signed in for 180 days."


def test_signing_in_in_time_keeps_it(nia, client):
    granted(nia)
    nia.last_login = timezone.now() - timedelta(days=179)
    nia.save()
    client.force_login(nia)
    nia.refresh_from_db()
    assert len(grants_of(nia, today())) == 1


def test_an_account_that_was_never_used_counts_from_its_making(nia):
    granted(nia)
    nia.date_joined = timezone.now() - timedelta(days=181)
    assert grants_of(nia, today()) == ()


# --- Withdrawal --------------------------------------------------------------------------------------------


@pytest.fixture
def open_pages(nia):
    """Two browsers of Nia's, each with a page open; and one of somebody else."""
    granted(nia)
    other = admitted("other", email="other@nhs.net")
    granted(other)
    clients = [Client(), Client(), Client()]
    for client, user in zip(clients, (nia, nia, other), strict=True):
        client.force_login(user)
        assert client.get("/organisations/ICB/QKS").status_code == 200
    return clients


def assert_ended(clients, began):
    """At the next request, within five seconds: pages, fragments, programs, downloads."""
    first, second, other = clients
    page = first.get("/organisations/ICB/QKS")
    assert (page.status_code, page.headers["Location"][:8]) == (302, "/sign-in")
    fragment = second.get("/explorer/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (401, "/sign-in")
    assert second.get("/explorer.csv").status_code == 302
    assert other.get("/organisations/ICB/QKS").status_code == 200, "somebody else lost their page"
    assert time.monotonic() - began < 5


def test_an_administrators_withdrawal_ends_an_open_page_within_five_seconds(nia, open_pages):
    began = time.monotonic()
    grants.end_grant(HeldGrant.objects.get(user=nia), by="administrator", why="Left.")
    assert_ended(open_pages, began)
    assert grants_of(nia, today()) == ()


def test_giving_up_ones_own_access_ends_every_browser(nia, open_pages):
    began = time.monotonic()
    grant = HeldGrant.objects.get(user=nia)
    address = reverse("withdraw-grant", args=[grant.pk])
    assert "Give up this access?" in text_of(open_pages[0].get(address))
    assert HeldGrant.objects.get(pk=grant.pk).ended_at is None, "a link alone gives nothing up"
    open_pages[0].post(address)
    assert_ended(open_pages, began)


def test_an_authorisers_withdrawal_ends_every_browser(nia):
    guardian = authoriser()
    request = decided(asked_by(nia), guardian)
    browser, office = Client(), Client()
    browser.force_login(nia)
    office.force_login(guardian)
    assert browser.get("/").status_code == 200
    page = office.get(reverse("authorise-request", args=[request.pk]))
    assert "Withdraw this access" in text_of(page)
    began = time.monotonic()
    office.post(reverse("authorise-withdraw", args=[request.grant.pk]), {"why": "Has left the team."})
    assert browser.get("/").status_code == 302
    assert time.monotonic() - began < 5
    assert HeldGrant.objects.get().ended_by == "guardian"


def test_only_somebody_entitled_withdraws_as_authoriser(nia):
    request = decided(asked_by(nia), authoriser())
    address = reverse("authorise-withdraw", args=[request.grant.pk])
    for user in (
        admitted("stranger", email="s@nhs.net"),
        authoriser("manager", AuthoriserRole.LINE_MANAGER),
        authoriser("elsewhere", AuthoriserRole.CALDICOTT_GUARDIAN, "ICB", "QNX"),
    ):
        client = Client()
        client.force_login(user)
        assert client.post(address, {"why": "Spite."}).status_code == 404
    assert HeldGrant.objects.get().ended_at is None
    colleague = authoriser("nominee", AuthoriserRole.CALDICOTT_NOMINEE)
    client = Client()
    client.force_login(colleague)
    client.post(address, {"why": "Has left."})
    assert HeldGrant.objects.get().ended_by == "nominee"


def test_nobody_gives_up_somebody_elses_access(nia):
    grant = granted(nia)
    stranger = Client()
    stranger.force_login(admitted("stranger", email="s@nhs.net"))
    for name in ("withdraw-grant", "renew-grant"):
        assert stranger.post(reverse(name, args=[grant.pk])).status_code == 404
    assert stranger.get(reverse("withdraw-grant", args=[grant.pk])).status_code == 404
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_tokens_for_programs_end_too(nia, open_pages):
    tokens.make(nia, "a script", days=30)
    grants.end_grant(HeldGrant.objects.get(user=nia), by="x", why="y")
    assert not tokens.of(nia).exists()


def test_sessions_that_are_not_the_persons_stay(nia, open_pages):
    before = Session.objects.count()
    grants.end_grant(HeldGrant.objects.get(user=nia), by="x", why="y")
    assert before - Session.objects.count() == 2


# --- Another year -----------------------------------------------------------------------------------------


def test_a_grant_is_confirmed_for_another_year_by_an_authoriser_alone(nia):
    guardian = authoriser()
    first = decided(asked_by(nia), guardian).grant
    client = Client()
    client.force_login(nia)
    assert "I still need this" not in text_of(client.get(reverse("account")))
    HeldGrant.objects.update(ends=today() + timedelta(days=30))
    assert "I still need this" in text_of(client.get(reverse("account")))
    client.post(reverse("renew-grant", args=[first.pk]))
    assert HeldGrant.objects.count() == 1, "saying that one needs it grants nothing"
    decided(AccessRequest.objects.get(state="waiting"), guardian)
    old, new = HeldGrant.objects.order_by("pk")
    assert old.ended_at is not None
    assert new.ends > today() + timedelta(days=360)
    assert len(grants_of(nia, today())) == 1


def test_it_cannot_be_confirmed_early_or_twice(nia):
    grant = decided(asked_by(nia), authoriser()).grant
    client = Client()
    client.force_login(nia)
    assert "cannot be confirmed" in text_of(client.post(reverse("renew-grant", args=[grant.pk]), follow=True))
    HeldGrant.objects.update(ends=today() + timedelta(days=30))
    for _ in range(2):
        client.post(reverse("renew-grant", args=[grant.pk]))
    assert AccessRequest.objects.filter(state="waiting").count() == 1
