"""Authorisers see what is asked of them and nothing else, and the rules hold whatever a form sends."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from epact2.access.authorising import AuthoriserRole, NotEntitled
from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType
from epact2.access.requests import AlreadyDecided, Decision, Stale
from epact2.web.identity.models import SignIn
from epact2.web.registration import deciding
from epact2.web.registration.administrators import make_administrator
from epact2.web.registration.models import AccessRequest, HeldGrant, Mail, SignatureGiven
from support.pages import text_of
from support.people import PASSWORD, admitted, granted
from support.registering import asked_by, authoriser, decided, give_role, shown_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("over_example")]
State = AccessRequest.State


@pytest.fixture
def nia():
    return admitted("nia", email="nia@nhs.net", first_name="Nia")


def office_of(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(request):
    return reverse("authorise-request", args=[request.pk])


def post(user, request, **sent):
    office = office_of(user)
    shown = shown_on(office.get(page_of(request)))
    return office.post(page_of(request), {"shown": shown, **sent}, follow=True)


def test_approval_makes_a_grant(nia):
    guardian, request = authoriser(), asked_by(nia)
    page = post(guardian, request, decision="approve")
    assert "The access is granted" in text_of(page)
    assert HeldGrant.objects.get().user == nia


def test_a_reduction_gives_the_lesser_type_for_fewer_months(nia):
    guardian, request = authoriser(), asked_by(nia)
    post(guardian, request, decision="reduce", account_type="default", months="3")
    grant = HeldGrant.objects.get()
    assert grant.account_type == "default"
    assert (grant.ends - grant.starts).days < 93
    assert "less than you asked for" in Mail.objects.filter(recipient="nia@nhs.net").first().body


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"decision": "reject", "reason": ""}, "Say why you reject it"),
        ({"decision": "reduce", "account_type": "prescriber level", "months": "12"}, "Choose a lesser type"),
        ({"decision": "reduce", "account_type": "national", "months": "3"}, "Select a valid choice"),
        ({"decision": "reduce", "account_type": "default", "months": "13"}, "less than or equal to 12"),
        ({}, "Choose what you decide"),
    ],
)
def test_a_decision_that_is_none_is_said(nia, sent, said):
    guardian, request = authoriser(), asked_by(nia)
    page = post(guardian, request, **sent)
    assert said in text_of(page)
    assert "There is a problem" in text_of(page)
    assert not HeldGrant.objects.exists()


def test_a_rejection_tells_the_applicant_why(nia):
    guardian, request = authoriser(), asked_by(nia)
    post(guardian, request, decision="reject", reason="You work for another team.")
    assert AccessRequest.objects.get().state == State.REJECTED
    assert "another team" in Mail.objects.filter(recipient="nia@nhs.net").first().body
    assert "another team" in text_of(office_of(nia).get(reverse("account")))
    assert not HeldGrant.objects.exists()


# --- What is not theirs --------------------------------------------------------------------------------


def test_to_everybody_else_the_request_does_not_exist(nia):
    request = asked_by(nia)
    strangers = [
        admitted("stranger", email="stranger@nhs.net"),
        authoriser("manager", AuthoriserRole.LINE_MANAGER),
        authoriser("elsewhere", AuthoriserRole.CALDICOTT_GUARDIAN, "ICB", "QNX"),
        authoriser("finance", AuthoriserRole.FINANCE_DIRECTOR),
        nia,
    ]
    for user in strangers:
        for answer in (office_of(user).get(page_of(request)), office_of(user).post(page_of(request), {})):
            assert answer.status_code == 404, user.username
            assert "Reviews." not in text_of(answer)


def test_who_is_no_authoriser_is_told_so(nia):
    answer = office_of(nia).get(reverse("authorise"))
    assert answer.status_code == 403
    assert "not an authoriser" in text_of(answer)


def test_the_list_shows_what_waits_for_this_person_alone(nia):
    guardian, finance = authoriser(), authoriser("finance", AuthoriserRole.FINANCE_DIRECTOR)
    asked_by(nia)
    assert "1 request for you to decide" in text_of(office_of(guardian).get(reverse("authorise")))
    assert "No requests for you to decide" in text_of(office_of(finance).get(reverse("authorise")))


# --- Never oneself ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["nia@nhs.net", "n.i.a@nhs.net", "nia+guardian@nhs.net", "NIA@NHS.NET"])
def test_a_second_account_of_the_same_person_cannot_decide(nia, address):
    alias = authoriser("guardian", email=address)
    request = asked_by(nia)
    page = office_of(alias).get(page_of(request))
    assert "Nobody can authorise their own access" in text_of(page)
    with pytest.raises(NotEntitled, match="their own access"):
        decided(request, alias)
    assert not HeldGrant.objects.exists()


def test_an_applicant_who_is_also_guardian_cannot_decide_their_own(nia):
    give_role(nia, AuthoriserRole.CALDICOTT_GUARDIAN)
    request = asked_by(nia)
    with pytest.raises(NotEntitled, match="their own access"):
        decided(request, nia)


def test_two_people_cannot_authorise_each_other(nia):
    guardian = authoriser()
    decided(asked_by(nia), guardian)
    give_role(nia, AuthoriserRole.LINE_MANAGER)
    back = asked_by(guardian, AccountType.DEFAULT)
    with pytest.raises(NotEntitled, match="circle"):
        decided(back, nia)
    assert "circle" in text_of(office_of(nia).get(page_of(back)))


def test_nor_in_a_longer_circle_nor_with_another_account(nia):
    ben, cara = admitted("ben", email="ben@nhs.net"), admitted("cara", email="cara@nhs.net")
    cara_too = admitted("cara.two", email="ca.ra@nhs.net")
    for one in (nia, ben, cara_too):
        give_role(one, AuthoriserRole.LINE_MANAGER)
    decided(asked_by(ben, AccountType.DEFAULT), nia)
    decided(asked_by(cara, AccountType.DEFAULT), ben)
    with pytest.raises(NotEntitled, match="circle"):
        decided(asked_by(nia, AccountType.DEFAULT), cara_too)


def test_a_caldicott_guardian_cannot_grant_financial_access(nia):
    guardian, request = authoriser(), asked_by(nia, AccountType.FINANCIAL)
    assert office_of(guardian).get(page_of(request)).status_code == 404
    with pytest.raises(NotEntitled, match="Caldicott Guardian cannot authorise financial"):
        decided(request, guardian)


def test_a_role_that_is_unconfirmed_or_ended_decides_nothing(nia):
    request = asked_by(nia)
    for changed in ({"verified_at": None}, {"ends": "2026-01-01"}):
        user = authoriser(f"guardian{len(changed)}{next(iter(changed))}")
        user.authoriser_roles.update(**changed)
        assert office_of(user).get(page_of(request)).status_code == 404
        with pytest.raises(NotEntitled):
            decided(request, user)


# --- Two people ----------------------------------------------------------------------------------------


@pytest.fixture
def panel():
    return [
        authoriser(name, AuthoriserRole.NATIONAL_PANEL, "England", "ENG") for name in ("panel1", "panel2")
    ]


@pytest.fixture
def national(nia):
    return asked_by(nia, AccountType.NATIONAL, OrganisationKind.NATIONAL_BODY, "England", "ENG")


def test_national_access_needs_two_different_people(panel, national):
    first, second = panel
    page = post(first, national, decision="approve")
    assert "A second person must sign" in text_of(page)
    assert not HeldGrant.objects.exists()
    assert "signed this request already" in text_of(office_of(first).get(page_of(national)))
    post(second, national, decision="approve")
    assert HeldGrant.objects.get().authorised_by == "panel1 and panel2"


def test_a_first_signature_falls_with_its_role(panel, national):
    first, second = panel
    decided(national, first)
    first.authoriser_roles.update(ends="2026-01-01")
    decided(national, second)
    assert not HeldGrant.objects.exists()
    assert SignatureGiven.objects.get().signed_by == second


# --- At the same time, too late, changed meanwhile -----------------------------------------------------


def test_the_second_of_two_approvals_at_once_is_told_of_the_first(nia):
    first, second = authoriser("first"), authoriser("second", AuthoriserRole.CALDICOTT_NOMINEE)
    request = asked_by(nia)
    offices = office_of(first), office_of(second)
    shown = [shown_on(one.get(page_of(request))) for one in offices]
    offices[0].post(page_of(request), {"decision": "approve", "shown": shown[0]})
    late = offices[1].post(page_of(request), {"decision": "reject", "reason": "No.", "shown": shown[1]})
    assert "already approved by first" in text_of(late)
    assert HeldGrant.objects.count() == SignatureGiven.objects.count() == 1
    assert AccessRequest.objects.get().state == State.APPROVED
    with pytest.raises(AlreadyDecided):
        decided(request, second)


def test_a_decision_is_about_what_was_shown(nia, panel, national):
    old = deciding.what_is_shown(national)
    decided(national, panel[0], Decision(AccountType.DEFAULT, 3))
    with pytest.raises(Stale, match="has changed since"):
        deciding.decide(national.pk, panel[1], Decision(AccountType.DEFAULT, 3), old)


def test_a_request_that_was_taken_back_cannot_be_approved(nia):
    guardian, request = authoriser(), asked_by(nia)
    office_of(nia).post(reverse("withdraw-request", args=[request.pk]))
    assert "already withdrawn" in text_of(office_of(guardian).get(page_of(request)))
    with pytest.raises(AlreadyDecided):
        decided(request, guardian)


def test_a_closed_account_is_granted_nothing(nia):
    guardian, request = authoriser(), asked_by(nia)
    nia.is_active = False
    nia.save()
    with pytest.raises(Stale, match="closed"):
        decided(request, guardian)


# --- Step-up -----------------------------------------------------------------------------------------------


def test_a_decision_needs_a_confirmation_of_the_last_five_minutes(nia):
    guardian, request = authoriser(), asked_by(nia)
    office = office_of(guardian)
    sent = {"decision": "approve", "shown": shown_on(office.get(page_of(request)))}
    SignIn.objects.update(confirmed_at=timezone.now() - timedelta(minutes=5, seconds=1))
    stopped = office.post(page_of(request), sent)
    assert stopped.status_code == 403
    assert not HeldGrant.objects.exists()
    assert office.post(page_of(request), {**sent, "step_up_password": "wrong"}).status_code == 403
    assert not HeldGrant.objects.exists()
    office.post(page_of(request), {**sent, "step_up_password": PASSWORD})
    assert HeldGrant.objects.get().user == nia


def test_so_does_everything_that_changes_rights_on_the_pages(nia):
    """Each address that changes a right stops at the form that asks for the password again."""
    ada = admitted("ada", email="ada@nhs.net")
    make_administrator(ada, None)
    granted(ada, AccountType.DATA_SERVICES)
    request = decided(asked_by(nia), authoriser())
    office = office_of(ada)
    SignIn.objects.update(confirmed_at=timezone.now() - timedelta(minutes=6))
    named = {"name": "G", "address": "g@nhs.net", "role": "Caldicott Guardian", "place": "QKS"}
    for address, sent in (
        (reverse("administration-withdraw", args=[request.grant.pk]), {"why": "x"}),
        (reverse("administration-close", args=[nia.pk]), {}),
        (reverse("administration-right", args=[nia.pk]), {}),
        (reverse("administration-sign-ins", args=[nia.pk]), {}),
        (reverse("administration-authorisers"), named),
        (reverse("administration-dismiss", args=[1]), {}),
        (reverse("administration-publish", args=[2]), {}),
        (reverse("authorise-withdraw", args=[request.grant.pk]), {"why": "x"}),
        (reverse("withdraw-grant", args=[ada.held_grants.get().pk]), {}),
        (reverse("break-glass"), {"place": "QKS", "reason": "x", "ticket": "y"}),
        (reverse("break-glass-answer", args=[1]), {"answer": "yes"}),
        (reverse("break-glass-review", args=[1]), {"review": "x"}),
    ):
        answer = office.post(address, sent)
        assert answer.status_code == 403, address
        assert 'name="step_up_password"' in answer.content.decode(), address
    assert HeldGrant.objects.filter(ended_at=None).count() == 2
