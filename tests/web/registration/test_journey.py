"""From a stranger to the first answer, as people click it, with the mails that they are sent."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from epact2.access.authorising import AuthoriserRole
from epact2.web.registration.models import AccessRequest, HeldGrant, Mail
from support.pages import text_of
from support.people import admitted
from support.registering import (
    ANSWERS,
    NEW_PASSWORD,
    authoriser,
    fill_in,
    link_in_newest_mail,
    register,
    shown_on,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("over_example")]
APPLICANT = ANSWERS["you"]["address"]


@pytest.fixture
def guardian():
    return authoriser()


def test_a_stranger_asks_is_authorised_and_sees_a_first_answer(client, guardian):
    sent = register(client)
    assert sent.headers["Location"] == reverse("register-done")
    assert APPLICANT in text_of(client.get(sent.headers["Location"]))

    confirm = link_in_newest_mail(APPLICANT)
    assert not Mail.objects.filter(recipient="guardian@nhs.net").exists(), (
        "nobody is told before it is confirmed"
    )
    assert APPLICANT in text_of(client.get(confirm))
    assert client.post(confirm, {"password": NEW_PASSWORD}).headers["Location"] == reverse("sign-in")

    signed_in = client.login(username=APPLICANT, password=NEW_PASSWORD)
    assert signed_in
    waiting = text_of(client.get(reverse("account")))
    assert "You have no access to figures yet" in waiting
    assert "Waits for a decision" in waiting

    office = Client()
    office.force_login(guardian)
    page = office.get(link_in_newest_mail("guardian@nhs.net"))
    for shown in ("Test Person (invented)", APPLICANT, "Prescriber level", "Kent and Medway", "12 months",
                  "Reviews of high-dose opioids."):  # fmt: skip
        assert shown in text_of(page), shown
    office.post(page.request["PATH_INFO"], {"decision": "approve", "shown": shown_on(page)})

    grant = HeldGrant.objects.get(user__username=APPLICANT)
    assert (grant.account_type, grant.level, grant.code) == ("prescriber level", "ICB", "QKS")
    assert grant.authorised_by == "guardian"
    assert "Your access is approved" in Mail.objects.filter(recipient=APPLICANT).first().subject
    account = text_of(client.get(reverse("account")))
    assert "Prescriber level, Kent and Medway (QKS)" in account
    assert "Granted by Guardian" in account
    assert client.get("/organisations/ICB/QKS").status_code == 200


def test_a_member_asks_for_more_without_mail_and_agreement(client):
    user = admitted("nia", email="nia@nhs.net", first_name="Nia")
    client.force_login(user)
    for name in ("kind", "organisation", "access", "reason"):
        assert fill_in(client, name).status_code == 302
    check = text_of(client.get(reverse("register-step", args=["check"])))
    assert "Whose prescribing Kent and Medway (QKS)" in check
    fill_in(client, "check")
    request = AccessRequest.objects.get()
    assert (request.applicant, request.state) == (user, AccessRequest.State.WAITING)
    assert client.get(reverse("register-step", args=["you"])).status_code == 404


def test_a_page_whose_earlier_answers_are_missing_leads_back(client):
    for name in ("kind", "access", "reason", "check"):
        assert client.get(reverse("register-step", args=[name])).headers["Location"] == "/register/you"


def test_a_changed_kind_asks_again_what_hung_on_it(client):
    for name in ("you", "kind", "organisation", "access"):
        fill_in(client, name)
    fill_in(client, "kind", kind="GP practice")
    assert client.get("/register/access").headers["Location"] == "/register/organisation"


@pytest.mark.parametrize("kind", ["pharmacy contractor", "commercial organisation"])
def test_those_who_cannot_register_are_told_kindly(client, kind):
    fill_in(client, "you")
    page = fill_in(client, "kind", kind=kind)
    said = text_of(page)
    assert "cannot have an account" in said
    assert "We are sorry" in said
    assert "Open Data Portal" in said
    assert client.get("/register/organisation").headers["Location"] == "/register/kind"


@pytest.mark.parametrize(
    ("name", "answers", "said"),
    [
        ("you", {"full_name": ""}, "Enter your full name"),
        ("you", {"address": "someone@gmail.com"}, "is not an NHS or government address"),
        ("you", {"address": "no address"}, "in the usual form"),
        ("kind", {"kind": "hospital"}, "Choose the kind of organisation"),
        ("organisation", {"place": "", "place_text": "Nowhere at all"}, "No ICB fits"),
        ("organisation", {"place": "G82001"}, "No ICB with the code"),
        ("access", {"account_type": "national"}, "Choose the access that you need"),
        ("access", {"account_type": "GP practice"}, "Choose the access that you need"),
        ("reason", {"reason": " "}, "Say what you need the access for"),
        ("reason", {"authoriser_address": "t.e.s.t.person+boss@nhs.net"}, "must be another person"),
        ("agreement", {"agree": ""}, "Accept the agreement to go on"),
        ("agreement", {"text_hash": "another"}, "has changed since you opened"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_field(client, name, answers, said):
    for before in ANSWERS:
        if before == name:
            break
        fill_in(client, before)
    page = fill_in(client, name, **answers)
    assert page.status_code == 200
    assert "There is a problem" in text_of(page)
    assert said in text_of(page)
    assert "<title>Error: " in page.content.decode()


def test_an_organisation_is_found_by_its_name_without_javascript(client):
    for name in ("you", "kind"):
        fill_in(client, name)
    found = client.post("/register/organisation", {"place_text": "kent"})
    assert 'type="radio" value="QKS"' in found.content.decode()
    assert client.post("/register/organisation", {"place": "QKS", "chosen": "yes"}).status_code == 302


def test_whoever_chooses_none_of_those_found_keeps_the_list_and_is_told(client):
    for name in ("you", "kind"):
        fill_in(client, name)
    missed = client.post("/register/organisation", {"place_text": "kent", "chosen": "yes"})
    assert 'type="radio" value="QKS"' in missed.content.decode()
    assert "Choose your ICB, or search again" in text_of(missed)
    assert "Enter the name" not in text_of(missed)
    chosen = client.post("/register/organisation", {"place_text": "kent", "place": "QKS", "chosen": "yes"})
    assert chosen.headers["Location"] == "/register/access"


def test_a_code_typed_in_full_needs_no_choice(client):
    for name in ("you", "kind"):
        fill_in(client, name)
    found = client.post("/register/organisation", {"place_text": "qks"})
    assert found.headers["Location"] == "/register/access"


def test_every_page_of_the_journey_has_a_way_back(client):
    back = [(name, "" if at == 0 else list(ANSWERS)[at - 1]) for at, name in enumerate(ANSWERS)]
    for name, before in back:
        page = client.get(f"/register/{name}").content.decode()
        assert f'href="/register/{before}">Back</a>' in page
        fill_in(client, name)


def test_suggestions_are_of_one_level_and_need_no_account(client):
    found = client.get(reverse("register-suggest"), {"q": "kent", "level": "ICB"}).json()["suggestions"]
    assert [(one["code"], one["kind"]) for one in found] == [("QKS", "ICB")]
    assert client.get(reverse("register-suggest"), {"q": "kent", "level": "patient"}).json() == {
        "suggestions": []
    }


# --- Links in mails --------------------------------------------------------------------------------------


def test_opening_a_link_changes_nothing_and_it_works_once(client):
    register(client)
    link = link_in_newest_mail(APPLICANT)
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert not get_user_model().objects.exists()
    client.post(link, {"password": NEW_PASSWORD})
    assert get_user_model().objects.count() == 1
    again = client.post(link, {"password": "another quite long password"})
    assert again.status_code == 400
    assert "cannot be used any more" in text_of(again)
    assert get_user_model().objects.get().check_password(NEW_PASSWORD)


def test_a_link_is_too_old_after_two_days(client, monkeypatch):
    register(client)
    link = link_in_newest_mail(APPLICANT)
    import time

    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 48 * 3600 - 5)
    assert client.get(link).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 48 * 3600 + 5)
    assert client.get(link).status_code == 400


def test_a_changed_link_and_one_of_another_kind_are_refused(client, guardian):
    register(client)
    link = link_in_newest_mail(APPLICANT)
    token = link.rsplit("/", 1)[1]
    assert client.get(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 400
    assert client.get(reverse("authoriser-confirm", args=[token])).status_code == 400


def test_a_weak_password_is_refused_and_the_link_still_works(client):
    register(client)
    link = link_in_newest_mail(APPLICANT)
    weak = client.post(link, {"password": "password"})
    assert weak.status_code == 200
    assert "There is a problem" in text_of(weak)
    assert client.post(link, {"password": NEW_PASSWORD}).status_code == 302


def test_somebody_who_has_an_account_learns_it_by_mail_alone(client):
    admitted("known", email=APPLICANT)
    stranger = register(client)
    page = text_of(client.get(stranger.headers["Location"]))
    assert "We have sent a mail to" in page
    letter = Mail.objects.filter(recipient=APPLICANT).first()
    assert "have an account already" in letter.subject
    assert "/register/confirm/" not in letter.body


def test_nobody_can_flood_a_mailbox_through_us(client):
    for _ in range(3):
        assert register(client).status_code == 302
    fourth = register(client)
    assert "several requests of this address" in text_of(fourth)
    assert Mail.objects.filter(recipient=APPLICANT).count() == 3


def test_only_those_who_can_sign_are_told(client, guardian):
    authoriser("manager", AuthoriserRole.LINE_MANAGER)
    authoriser("elsewhere", AuthoriserRole.CALDICOTT_GUARDIAN, "ICB", "QNX")
    register(client)
    client.post(link_in_newest_mail(APPLICANT), {"password": NEW_PASSWORD})
    told = set(Mail.objects.filter(subject__contains="waits for you").values_list("recipient", flat=True))
    assert told == {"guardian@nhs.net"}


def test_a_form_with_fields_of_the_table_changes_nothing_else(client):
    """Mass assignment: what the pages do not ask is not taken."""
    for name in ANSWERS:
        fill_in(client, name, state="approved", months="120", applicant="1", level="England", is_staff="on")
    fill_in(client, "check", state="approved", account_type="national", months="120")
    request = AccessRequest.objects.get()
    assert (request.state, request.months, request.level) == ("unconfirmed", 12, "ICB")
    assert request.account_type == "prescriber level"
