"""The demo: one account of each type, with real grants; its outbox, which a real server does not have."""

from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from epact2.access.grants import AccountType
from epact2.web.demo_accounts import ensure_demo_accounts
from epact2.web.demo_people import DEMO_ACCOUNTS
from epact2.web.registration.administrators import is_administrator
from epact2.web.registration.grants import grants_of
from epact2.web.registration.models import Authoriser, HeldGrant, Mail, SignatureGiven
from support.pages import text_of
from support.people import granted
from support.registering import NEW_PASSWORD, link_in_newest_mail, register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("over_example")]
HOMES = {"practice.pharmacist": ("practice", "G82001"), "pcn.pharmacist": ("PCN", "U00001")}


@pytest.fixture
def demo():
    ensure_demo_accounts(HOMES)
    users = get_user_model().objects
    return {one.username: users.get(username=one.username) for one in DEMO_ACCOUNTS}


def test_there_is_one_account_of_each_type_and_each_holds_its_grant(demo):
    held = [grants_of(user, timezone.localdate()) for user in demo.values()]
    assert all(len(one) <= 1 for one in held)
    assert sorted(str(one[0].account_type) for one in held if one) == sorted(map(str, AccountType))


def test_the_three_that_were_there_keep_their_names_and_places(demo):
    def place(name):
        (grant,) = grants_of(demo[name], timezone.localdate())
        return grant.account_type, grant.level, grant.code

    assert place("icb.pharmacist") == (AccountType.PRESCRIBER_LEVEL, "ICB", "QKS")
    assert place("practice.pharmacist") == (AccountType.GP_PRACTICE, "practice", "G82001")
    assert place("national.analyst") == (AccountType.NATIONAL, "England", "ENG")


def test_their_grants_were_signed_by_other_demo_accounts(demo):
    assert HeldGrant.objects.count() == len(AccountType)
    for signature in SignatureGiven.objects.all():
        assert signature.signed_by != signature.request.applicant
        assert signature.authoriser.user == signature.signed_by
    for account in DEMO_ACCOUNTS:
        if account.account_type:
            grant = HeldGrant.objects.get(user__username=account.username)
            assert grant.authorised_by == " and ".join(account.signed_by)


def test_there_is_an_administrator_who_holds_no_grant(demo):
    assert [name for name, user in demo.items() if is_administrator(user)] == ["administrator"]
    assert grants_of(demo["administrator"], timezone.localdate()) == ()


def test_everybody_is_visibly_invented(demo):
    for account in DEMO_ACCOUNTS:
        assert account.full_name.endswith("(invented)")
        assert account.address.endswith(".example")
        assert account.may


def test_making_them_again_changes_nothing(demo):
    before = HeldGrant.objects.count(), Authoriser.objects.count(), SignatureGiven.objects.count()
    ensure_demo_accounts()
    ensure_demo_accounts(HOMES)
    assert before == (HeldGrant.objects.count(), Authoriser.objects.count(), SignatureGiven.objects.count())


def test_another_home_moves_the_grant_and_the_authoriser(demo):
    ensure_demo_accounts({"practice.pharmacist": ("practice", "G82002")})
    (grant,) = grants_of(demo["practice.pharmacist"], timezone.localdate())
    assert grant.code == "G82002"
    role = Authoriser.objects.get(user=demo["practice.gp"], role="registered GP", ends=None)
    assert role.code == "G82002"


def test_without_a_release_there_is_no_practice_and_no_grant_for_it():
    ensure_demo_accounts()
    user = get_user_model().objects.get(username="practice.pharmacist")
    assert grants_of(user, timezone.localdate()) == ()


def test_an_account_made_in_a_demo_is_nobodys_on_a_real_server(client, settings):
    """Its address was proven by a mail that anybody could read in the outbox."""
    register(client)
    client.post(link_in_newest_mail("test.person@nhs.net"), {"password": NEW_PASSWORD})
    user = get_user_model().objects.get(username="test.person@nhs.net")
    granted(user)
    assert client.login(username=user.username, password=NEW_PASSWORD)
    assert client.get("/account").status_code == 200
    assert grants_of(user, timezone.localdate())
    settings.CONFIG = replace(settings.CONFIG, demo=False)
    assert client.get("/account").status_code == 302
    assert not client.login(username=user.username, password=NEW_PASSWORD)
    assert grants_of(user, timezone.localdate()) == ()


def test_an_account_made_on_a_real_server_stays(client, settings):
    settings.CONFIG = replace(settings.CONFIG, demo=False)
    register(client)
    client.post(link_in_newest_mail("test.person@nhs.net"), {"password": NEW_PASSWORD})
    user = get_user_model().objects.get(username="test.person@nhs.net")
    granted(user)
    assert grants_of(user, timezone.localdate())
    assert client.login(username=user.username, password=NEW_PASSWORD)


def test_sign_in_lists_them_with_a_line_each_in_a_demo_alone(client, settings):
    page = text_of(client.get(reverse("sign-in")))
    for account in DEMO_ACCOUNTS:
        assert account.job in page
        assert account.may in page
    settings.CONFIG = replace(settings.CONFIG, demo=False)
    page = text_of(client.get(reverse("sign-in")))
    assert not any(account.may in page for account in DEMO_ACCOUNTS)


def test_the_outbox_begins_empty_and_shows_mails_with_links_here(client, demo):
    assert "It is empty" in text_of(client.get(reverse("demo-outbox")))
    letter = Mail.objects.create(
        recipient="nia@demo.example", subject="epact2: Hello",
        body="Dear Nia,\n\nOpen this:\n\nhttp://elsewhere.example:9/agreement?x=1\n\n<b>epact2</b>\n",
    )  # fmt: skip
    page = client.get(reverse("demo-letter", args=[letter.pk])).content.decode()
    assert '<a href="/agreement?x=1">' in page
    assert "<b>epact2</b>" not in page


def test_a_real_server_has_no_outbox(client, settings):
    letter = Mail.objects.create(recipient="a@nhs.net", subject="s", body="b")
    settings.CONFIG = replace(settings.CONFIG, demo=False)
    assert client.get(reverse("demo-outbox")).status_code == 404
    assert client.get(reverse("demo-letter", args=[letter.pk])).status_code == 404
