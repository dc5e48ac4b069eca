"""The second person: who may check, what they see, and that nobody checks a request of their own."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from epact2.access.persons import Person
from epact2.web.nhs_numbers import steps
from epact2.web.nhs_numbers.models import NumberRequest
from epact2.web.nhs_numbers.views import checking
from epact2.web.registration.models import Administrator
from support.audit import last_number, records_since
from support.nhs_numbers import PEOPLE
from support.pages import text_of

CHECKING = {"dev.services", "leah.services"}


def state(id_):
    return NumberRequest.objects.get(pk=id_).state


@pytest.mark.parametrize("name", PEOPLE)
def test_data_services_alone_see_the_queue(world, name):
    id_ = world.sends()
    expected = 200 if name in CHECKING else 403
    assert world.of(name).get("/nhs-numbers/check/").status_code == expected
    assert world.of(name).get(f"/nhs-numbers/check/{id_}").status_code == expected
    if name not in CHECKING:
        assert world.approves(id_, name).status_code == 403
        assert state(id_) == "waiting"


def test_the_checker_sees_who_asks_and_why_and_no_patient(world):
    id_ = world.sends()
    page = world.of("dev.services").get(f"/nhs-numbers/check/{id_}")
    said = text_of(page)
    for words in ("priya.gp", "Clinical pharmacist", "Practice A", "March 2025", "Structured medication"):
        assert words in said
    assert "3 patients" not in said
    assert "PSEUDO" not in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"


def test_an_approval_is_kept_with_who_and_whom(world):
    id_ = world.sends()
    before = last_number()
    assert world.approves(id_).url == "/nhs-numbers/check/"
    request = NumberRequest.objects.get(pk=id_)
    assert (request.state, request.decided_by.username) == ("approved", "dev.services")
    (event,) = [one for one in records_since(before) if one["kind"] == "NHS numbers"]
    assert (event["kind"], event["who"], event["subject"]) == ("NHS numbers", "dev.services", "priya.gp")
    assert event["details"].startswith("Approved a request")
    assert "practice A" in event["organisations"]


def test_nobody_checks_for_somebody_who_gave_them_their_rights(world):
    id_ = world.sends()
    world.of("dev.services")  # makes the account
    priya, dev = (get_user_model().objects.get(username=name) for name in ("priya.gp", "dev.services"))
    Administrator.objects.create(user=dev, appointed_by=priya)
    assert "circle" in text_of(world.approves(id_))
    assert state(id_) == "waiting"
    world.approves(id_, "leah.services")
    assert state(id_) == "approved"


def test_a_rejection_needs_a_reason_which_the_applicant_reads(world):
    id_ = world.sends()
    checker = world.of("dev.services")
    page = checker.post(f"/nhs-numbers/check/{id_}", {"reject": "yes", "reason": ""})
    assert "Say why, so that the applicant knows what to do" in text_of(page)
    assert state(id_) == "waiting"
    checker.post(f"/nhs-numbers/check/{id_}", {"reject": "yes", "reason": "Which review is this for?"})
    assert state(id_) == "rejected"
    said = text_of(world.of("priya.gp").get(f"/nhs-numbers/requests/{id_}"))
    assert "Which review is this for?" in said
    assert "Show the list" not in said


def test_a_reason_holds_no_nhs_number(world):
    id_ = world.sends()
    sent = {"reject": "yes", "reason": "See 999 000 0018"}
    page = world.of("dev.services").post(f"/nhs-numbers/check/{id_}", sent)
    assert "may be an NHS number" in text_of(page)
    assert state(id_) == "waiting"


def test_nobody_checks_their_own_request(world):
    """Not even whoever became one of data services after asking."""
    id_ = world.sends()
    world.grants["priya.gp"] += world.grants["dev.services"]
    page = world.of("priya.gp").get(f"/nhs-numbers/check/{id_}")
    assert "A colleague at data services must check it" in text_of(page)
    assert "Approve" not in text_of(page)
    response = world.approves(id_, "priya.gp")
    assert response.status_code == 403
    assert "Nobody checks a request of their own" in text_of(response)
    assert state(id_) == "waiting"


def test_nor_by_a_second_account_with_the_same_address(world):
    id_ = world.sends()
    for name, address in (("priya.gp", "p.shah@nhs.net"), ("dev.services", "pshah+dev@nhs.net")):
        world.of(name)
        user = get_user_model().objects.get(username=name)
        user.email = address
        user.save()
    response = world.approves(id_)
    assert response.status_code == 403
    assert "the same e-mail address" in text_of(response)
    assert state(id_) == "waiting"


def test_nor_by_a_second_account_with_the_same_nhs_identity(world, monkeypatch):
    id_ = world.sends()

    def one_person(user):
        return Person(user.get_username(), subjects=frozenset({"CIS2:1"}))

    monkeypatch.setattr(steps, "identity_of", one_person)
    monkeypatch.setattr(checking, "identity_of", one_person)
    assert "same NHS identity" in text_of(world.approves(id_))
    assert state(id_) == "waiting"


def test_a_request_is_decided_once(world):
    id_ = world.sends()
    world.approves(id_)
    second = world.of("leah.services").post(f"/nhs-numbers/check/{id_}", {"reject": "yes", "reason": "No."})
    assert "This request is approved already" in text_of(second)
    assert NumberRequest.objects.get(pk=id_).decided_by.username == "dev.services"


def test_an_applicant_who_lost_the_practice_is_not_approved(world):
    id_ = world.sends()
    world.grants["priya.gp"] = world.grants["rosa.reader"]
    page = world.of("dev.services").get(f"/nhs-numbers/check/{id_}")
    assert "the applicant's access has changed" in text_of(page)
    assert world.approves(id_).status_code == 403
    assert state(id_) == "waiting"
