"""Administration: for people with the right alone, and never for their own benefit."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from epact2.access.authorising import AuthoriserRole, NotEntitled
from epact2.access.grants import AccountType
from epact2.web.registration import administrators
from epact2.web.registration.administrators import is_administrator, make_administrator
from epact2.web.registration.grants import grants_of
from epact2.web.registration.models import Administrator, Authoriser, Event, HeldGrant, Mail
from epact2.web.registration.persons import add_mailbox
from epact2.web.registration.urls import urlpatterns
from support.pages import text_of
from support.people import admitted, granted
from support.registering import NEW_PASSWORD, asked_by, authoriser, decided, give_role, link_in_newest_mail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("over_example")]
PAGES = {"administration"} | {
    f"administration-{one}" for one in ("people", "person", "grants", "authorisers", "agreement")
}
NEW = {"name": "Gale (invented)", "address": "gale@nhs.net", "role": "Caldicott Guardian", "place": "QKS"}


@pytest.fixture
def ada():
    user = admitted("ada", email="ada@nhs.net", first_name="Ada")
    make_administrator(user, None)
    return user


@pytest.fixture
def office(ada):
    client = Client()
    client.force_login(ada)
    return client


def every_address(pk):
    for one in urlpatterns:
        if one.name.startswith("administration"):
            kinds = {"<int:pk>": {"pk": pk}, "<int:number>": {"number": 2}}
            parts = next((value for key, value in kinds.items() if key in str(one.pattern)), {})
            yield one.name, reverse(one.name, kwargs=parts)


def test_nobody_else_opens_any_of_it_whatever_django_says_of_them(client):
    granted(admitted("nia", email="nia@nhs.net"))
    people = [
        admitted("staff", is_staff=True, is_superuser=True),
        authoriser(),
        admitted("plain"),
    ]
    former = admitted("former")
    Administrator.objects.create(user=former, starts="2026-01-01", ends="2026-02-01")
    for user in (*people, former):
        client.force_login(user)
        for name, address in every_address(HeldGrant.objects.get().pk):
            for answer in (client.get(address), client.post(address, {"why": "x"})):
                assert answer.status_code == 403, (user.username, name)
                assert "people who administer accounts" in text_of(answer)
    assert not Event.objects.filter(kind__in=["withdrew access", "closed an account"]).exists()
    assert HeldGrant.objects.get().ended_at is None


def test_an_administrator_opens_every_page(office, ada):
    for name, address in every_address(ada.pk):
        if name in PAGES:
            assert office.get(address).status_code == 200, name
        else:
            assert office.get(address).status_code == 405, f"{name} changes something by a link"


def test_an_administrator_sees_no_figures_by_that(ada):
    assert grants_of(ada, timezone.localdate()) == ()


def test_an_administrator_is_no_authoriser(office, ada):
    request = asked_by(admitted("nia", email="nia@nhs.net"))
    assert office.get(reverse("authorise-request", args=[request.pk])).status_code == 404
    with pytest.raises(NotEntitled):
        decided(request, ada)


def test_requests_with_nobody_to_decide_them_stand_out(office):
    asked_by(admitted("nia", email="nia@nhs.net"))
    assert "Nobody to decide" in text_of(office.get(reverse("administration")))
    authoriser()
    said = text_of(office.get(reverse("administration")))
    assert "Nobody to decide" not in said
    assert "who is not an authoriser here" in said


# --- Authorisers -------------------------------------------------------------------------------------------


def test_an_authoriser_is_named_proves_the_address_and_is_told_what_waits(office, client):
    request = asked_by(admitted("nia", email="nia@nhs.net"))
    assert office.post(reverse("administration-authorisers"), NEW).status_code == 302
    link = link_in_newest_mail("gale@nhs.net")
    assert Authoriser.objects.get().verified_at is None
    page = client.get(link)
    assert "Caldicott Guardian of Kent and Medway" in text_of(page)
    assert client.post(link, {"password": NEW_PASSWORD}).status_code == 302
    gale = Authoriser.objects.get().user
    assert str(request.pk) in Mail.objects.filter(recipient="gale@nhs.net").first().body
    decided(request, gale)
    assert HeldGrant.objects.get().authorised_by == "gale@nhs.net"
    assert client.get(link).status_code == 400


def test_whoever_has_an_account_confirms_with_it(office, client):
    gale = admitted("gale", email="gale@nhs.net")
    office.post(reverse("administration-authorisers"), NEW)
    link = link_in_newest_mail("gale@nhs.net")
    assert "Sign in with it" in text_of(client.get(link))
    assert "another account" in text_of(client.post(link))
    assert "another account" in text_of(office.post(link))
    client.force_login(gale)
    client.post(link)
    assert Authoriser.objects.get().user == gale


def test_a_new_link_ends_the_one_before(office, client):
    office.post(reverse("administration-authorisers"), NEW)
    first = link_in_newest_mail("gale@nhs.net")
    office.post(reverse("administration-send", args=[Authoriser.objects.get().pk]))
    assert client.get(first).status_code == 400
    assert client.get(link_in_newest_mail("gale@nhs.net")).status_code == 200


@pytest.mark.parametrize("address", ["ada@nhs.net", "a.da@nhs.net", "ada+x@nhs.net"])
def test_nobody_names_themselves_as_authoriser(office, address):
    page = office.post(reverse("administration-authorisers"), {**NEW, "address": address})
    assert "You cannot appoint this person" in text_of(page)
    assert not Authoriser.objects.exists()


def test_nor_whoever_made_them_an_administrator(office, ada):
    """Else the two could give each other everything."""
    bea = admitted("bea", email="bea@nhs.net")
    make_administrator(bea, ada)
    client = Client()
    client.force_login(bea)
    page = client.post(reverse("administration-authorisers"), {**NEW, "address": "ada@nhs.net"})
    assert "circle" in text_of(page)
    assert not Authoriser.objects.exists()


def test_whoever_was_named_by_the_applicant_cannot_decide_for_them(office, ada):
    gale = admitted("gale", email="gale@nhs.net")
    role = give_role(gale, AuthoriserRole.CALDICOTT_GUARDIAN)
    role.appointed_by = ada
    role.save()
    with pytest.raises(NotEntitled, match="circle"):
        decided(asked_by(ada), gale)


def test_who_somebody_is_is_looked_at_again_when_they_confirm(office, client, ada):
    """The address was strange to us when it was named; now it is another of the administrator's own."""
    office.post(reverse("administration-authorisers"), NEW)
    add_mailbox(ada, "gale@nhs.net")
    page = office.post(link_in_newest_mail("gale@nhs.net"))
    assert page.status_code == 400
    assert "You cannot appoint this person" in text_of(page)
    assert Authoriser.objects.get().verified_at is None


def test_a_role_that_was_ended_decides_nothing_any_more(office):
    gale = authoriser("gale")
    office.post(reverse("administration-dismiss", args=[Authoriser.objects.get().pk]))
    with pytest.raises(NotEntitled):
        decided(asked_by(admitted("nia", email="nia@nhs.net")), gale)


def test_an_unknown_organisation_is_said(office):
    page = office.post(reverse("administration-authorisers"), {**NEW, "place": "No such place at all"})
    assert "There is a problem" in text_of(page)


# --- People ------------------------------------------------------------------------------------------------


def test_people_are_found_by_a_part_of_their_name(office):
    admitted("nia", email="nia@nhs.net", first_name="Nia", last_name="Roberts")
    admitted("zoe", email="zoe@nhs.net", first_name="Zoe")
    said = text_of(office.get(reverse("administration-people"), {"q": "rob ni"}))
    assert "Nia Roberts" in said
    assert "Zoe" not in said


def test_withdrawal_needs_a_reason_and_ends_the_sign_ins(office):
    nia = admitted("nia", email="nia@nhs.net")
    grant = granted(nia, AccountType.DEFAULT)
    browser = Client()
    browser.force_login(nia)
    address = reverse("administration-withdraw", args=[grant.pk])
    assert "Say why" in text_of(office.post(address, {"why": " "}, follow=True))
    assert browser.get("/").status_code == 200
    office.post(address, {"why": "Left the ICB."})
    assert browser.get("/").status_code == 302
    grant.refresh_from_db()
    assert (grant.ended_by, grant.why_ended) == ("ada", "Left the ICB.")


def test_an_administrator_ends_sign_ins_and_is_told_how_many(office):
    nia = admitted("nia", email="nia@nhs.net")
    browser = Client()
    browser.force_login(nia)
    page = office.post(reverse("administration-sign-ins", args=[nia.pk]), follow=True)
    assert "1 sign-ins ended" in text_of(page)
    assert browser.get("/account").status_code == 302


def test_a_closed_account_cannot_go_on(office):
    nia = admitted("nia", email="nia@nhs.net")
    granted(nia)
    browser = Client()
    browser.force_login(nia)
    office.post(reverse("administration-close", args=[nia.pk]))
    assert browser.get("/").status_code == 302
    nia.refresh_from_db()
    assert not nia.is_active
    office.post(reverse("administration-close", args=[nia.pk]))
    nia.refresh_from_db()
    assert nia.is_active


def test_nobody_opens_a_closed_account_of_their_own(ada):
    alias = admitted("ada2", email="a.da@nhs.net", is_active=False)
    with pytest.raises(NotEntitled, match="same e-mail address"):
        administrators.close_account(alias, ada, opened=True)
    alias.refresh_from_db()
    assert not alias.is_active


def test_nobody_closes_or_dismisses_themselves(office, ada):
    for name in ("administration-close", "administration-right"):
        page = office.post(reverse(name, args=[ada.pk]), follow=True)
        assert "Another administrator can" in text_of(page)
    ada.refresh_from_db()
    assert ada.is_active
    assert is_administrator(ada)


def test_the_right_is_given_and_taken_by_another_administrator(office, ada):
    nia = admitted("nia", email="nia@nhs.net")
    address = reverse("administration-right", args=[nia.pk])
    office.post(address)
    assert is_administrator(nia)
    assert Administrator.objects.get(user=nia).appointed_by == ada
    office.post(address)
    assert not is_administrator(nia)


def test_an_alias_of_oneself_cannot_be_made_an_administrator(ada):
    with pytest.raises(NotEntitled):
        administrators.make_administrator(admitted("ada2", email="ad.a@nhs.net"), ada)
