"""Breaking the glass: two people, sixty minutes, one organisation, a review; and then, only then, another."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from epact2.access.authorising import AuthoriserRole, NotEntitled
from epact2.access.grants import AccountType
from epact2.access.policy import Refused
from epact2.access.requests import AlreadyDecided
from epact2.web.registration import break_glass
from epact2.web.registration.administrators import make_administrator
from epact2.web.registration.grants import end_grant, grants_of
from epact2.web.registration.models import Authoriser, BreakGlass, HeldGrant
from support.pages import text_of
from support.people import admitted, granted
from support.registering import authoriser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("over_example")]


@pytest.fixture
def dev():
    user = admitted("dev", email="dev@nhs.net", first_name="Dev")
    granted(user, AccountType.DATA_SERVICES)
    return user


@pytest.fixture
def ada():
    user = admitted("ada", email="ada@nhs.net")
    make_administrator(user, None)
    return user


def office_of(user):
    client = Client()
    client.force_login(user)
    return client


def asked(user):
    return break_glass.ask(user, "ICB", "QKS", "Kent and Medway", "A load went wrong.", "T-1")


def places(user, now=None):
    held = grants_of(user, timezone.localdate(now) if now else timezone.localdate())
    return {(one.account_type, one.code) for one in held} - {(AccountType.DATA_SERVICES, "ENG")}


def test_from_asking_to_review_on_the_pages(dev, ada):
    page = office_of(dev).post(
        reverse("break-glass"), {"place": "QKS", "reason": "A load went wrong.", "ticket": "T-1"}, follow=True
    )
    assert "A second person must say yes" in text_of(page)
    assert places(dev) == set()
    row = BreakGlass.objects.get()
    assert "A load went wrong." in text_of(office_of(ada).get(reverse("break-glass")))
    office_of(ada).post(reverse("break-glass-answer", args=[row.pk]), {"answer": "yes"})
    assert places(dev) == {(AccountType.PRESCRIBER_LEVEL, "QKS")}
    assert "The glass is broken" in text_of(office_of(dev).get("/account"))
    assert "The glass is broken" not in text_of(office_of(ada).get("/account"))
    office_of(ada).post(reverse("break-glass-review", args=[row.pk]), {"review": "As it should be."})
    assert places(dev) == set()
    assert "The glass is broken" not in text_of(office_of(dev).get("/account"))


def test_it_lasts_sixty_minutes(dev, ada):
    break_glass.decide(asked(dev).pk, ada, yes=True)
    row = BreakGlass.objects.get()
    assert row.ends_at - row.approved_at == timedelta(minutes=60)
    assert places(dev)
    BreakGlass.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert places(dev) == set()


def test_it_ends_with_the_access_that_it_is_for(dev, ada):
    break_glass.decide(asked(dev).pk, ada, yes=True)
    end_grant(HeldGrant.objects.get(user=dev), by="ada", why="Misuse.")
    assert places(dev) == set()


def test_a_no_opens_nothing(dev, ada):
    break_glass.decide(asked(dev).pk, ada, yes=False)
    assert places(dev) == set()


def test_nobody_is_their_own_second_person(dev):
    make_administrator(dev, None)
    row = asked(dev)
    with pytest.raises(NotEntitled):
        break_glass.decide(row.pk, dev, yes=True)
    alias = admitted("dev2", email="d.ev@nhs.net")
    make_administrator(alias, None)
    with pytest.raises(NotEntitled):
        break_glass.decide(row.pk, alias, yes=True)
    assert places(dev) == set()


def test_nobody_makes_their_own_second_person(dev, ada):
    """Dev administers accounts, too: an administrator and a guardian of Dev's own making do not count."""
    made = admitted("made", email="made@nhs.net")
    make_administrator(dev, None)
    make_administrator(made, dev)
    guardian = authoriser()
    Authoriser.objects.filter(user=guardian).update(appointed_by=made)
    row = asked(dev)
    with pytest.raises(NotEntitled, match="circle"):
        break_glass.decide(row.pk, made, yes=True)
    assert places(dev) == set()
    break_glass.decide(row.pk, ada, yes=True)
    with pytest.raises(NotEntitled, match="circle"):
        break_glass.review(row.pk, guardian, "All fine.")
    assert break_glass.unreviewed(dev).exists()


def test_the_second_person_must_be_an_administrator_or_a_lead(dev):
    row = asked(dev)
    for user in (admitted("plain", email="plain@nhs.net"), authoriser()):
        with pytest.raises(Refused):
            break_glass.decide(row.pk, user, yes=True)
    break_glass.decide(
        row.pk, authoriser("lead", AuthoriserRole.DATA_SERVICES_LEAD, "England", "ENG"), yes=True
    )
    assert places(dev)


def test_an_open_review_blocks_the_next(dev, ada):
    row = asked(dev)
    break_glass.decide(row.pk, ada, yes=True)
    BreakGlass.objects.update(ends_at=timezone.now() - timedelta(days=9))
    with pytest.raises(Refused, match="not been reviewed"):
        asked(dev)
    assert "still to be reviewed" in text_of(office_of(dev).get(reverse("break-glass")))
    break_glass.review(row.pk, ada, "Fine.")
    asked(dev)


@pytest.mark.parametrize(("level", "code"), [("England", "ENG"), ("region", "Y59")])
def test_never_for_a_region_or_all_of_england(dev, level, code):
    with pytest.raises(Refused, match="as a whole"):
        break_glass.ask(dev, level, code, "", "A load went wrong.", "T-1")


def test_two_yeses_do_not_make_two_hours(dev, ada):
    row = asked(dev)
    break_glass.decide(row.pk, ada, yes=True)
    first = BreakGlass.objects.get().ends_at
    with pytest.raises(AlreadyDecided):
        break_glass.decide(row.pk, ada, yes=True)
    assert BreakGlass.objects.get().ends_at == first


def test_a_yes_after_a_day_is_too_late(dev, ada):
    row = asked(dev)
    BreakGlass.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(AlreadyDecided):
        break_glass.decide(row.pk, ada, yes=True)


def test_the_review_is_anothers(dev, ada):
    row = asked(dev)
    break_glass.decide(row.pk, ada, yes=True)
    make_administrator(dev, None)
    with pytest.raises(NotEntitled):
        break_glass.review(row.pk, dev, "All fine.")
    with pytest.raises(Refused):
        break_glass.review(row.pk, admitted("plain", email="p@nhs.net"), "All fine.")
    break_glass.review(row.pk, authoriser(), "Seen by the guardian of the ICB.")


def test_only_data_services_may_ask(ada):
    pharmacist = admitted("nia", email="nia@nhs.net")
    granted(pharmacist, AccountType.PRESCRIBER_LEVEL, "ICB", "QKS")
    for user in (pharmacist, ada):
        with pytest.raises(Refused):
            asked(user)
    assert office_of(pharmacist).get(reverse("break-glass")).status_code == 403


@pytest.mark.parametrize(
    ("began", "due"),
    [
        ("2026-11-23", "2026-11-25"),
        ("2026-11-26", "2026-11-30"),
        ("2026-11-27", "2026-12-01"),
        ("2026-11-28", "2026-12-01"),
    ],
)
def test_a_review_is_due_within_two_working_days(began, due):
    moment = timezone.make_aware(datetime.fromisoformat(f"{began}T12:00"))
    assert break_glass.review_due(BreakGlass(approved_at=moment)).isoformat() == due
