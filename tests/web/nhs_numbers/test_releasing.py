"""The list leaves once: to whoever asked, after an approval, within seven days, never without its event."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from epact2.model.nhs_number import numbers_in
from epact2.web.auditing.trail import hiding
from epact2.web.identity.models import SignIn
from epact2.web.nhs_numbers import steps
from epact2.web.nhs_numbers.models import NumberRequest
from support.audit import hidden_table, last_number, records_since
from support.nhs_numbers import BEHIND_A, NUMBERS, PEOPLE
from support.pages import text_of
from support.people import PASSWORD


@pytest.fixture
def approved(world):
    id_ = world.sends()
    world.approves(id_)
    return id_


def numbers_on(response):
    return sorted(numbers_in(text_of(response)))


def pass_time(id_, **how):
    """Let time pass for a request: everything of it happened that much earlier."""
    request = NumberRequest.objects.get(pk=id_)
    for name in ("asked_at", "decided_at", "page_at", "file_at"):
        if getattr(request, name) is not None:
            setattr(request, name, getattr(request, name) - timedelta(**how))
    request.save()


def test_the_list_has_the_patients_whom_the_comparator_counts_and_no_others(world, approved):
    """Fay has gastro-protection, Gus is another practice's, Hal another ICB's."""
    page = world.takes(approved)
    assert page.status_code == 200
    assert numbers_on(page) == sorted(BEHIND_A)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "PSEUDO" not in page.content.decode()


def test_the_file_has_the_same_numbers_and_nothing_else(world, approved):
    response = world.takes(approved, "file")
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows == [["NHS_NUMBER"], *([number] for number in BEHIND_A)]
    assert response.headers["Content-Disposition"] == 'attachment; filename="nhs-numbers-A-2025-03.csv"'
    assert response.headers["Cache-Control"] == "private, no-store"


def test_page_and_file_are_one_release(world, approved):
    world.takes(approved)
    said = text_of(world.of("priya.gp").get(f"/nhs-numbers/requests/{approved}"))
    assert "Download as CSV" in said
    assert "Show the list" not in said
    assert world.takes(approved, "file").status_code == 200
    said = text_of(world.of("priya.gp").get(f"/nhs-numbers/requests/{approved}"))
    assert "Download as CSV" not in said


@pytest.mark.parametrize("form", ["page", "file"])
def test_a_second_time_says_that_it_was_released_and_when(world, approved, form):
    world.takes(approved, form)
    when = timezone.localtime(NumberRequest.objects.get(pk=approved).value.released_at)
    again = world.takes(approved, form)
    assert again.status_code == 409
    assert f"This list was released on {when.day} {when:%B %Y} at {when:%H:%M}" in text_of(again)
    assert not numbers_on(again)


def test_the_other_form_is_too_late_after_a_quarter_of_an_hour(world, approved):
    world.takes(approved)
    pass_time(approved, minutes=15)
    again = world.takes(approved, "file")
    assert again.status_code == 409
    assert not numbers_on(again)


def test_a_list_expires_after_seven_days(world, approved):
    pass_time(approved, days=7)
    page = world.takes(approved)
    assert page.status_code == 409
    assert "This list has expired" in text_of(page)
    assert "Expired" in text_of(world.of("priya.gp").get("/nhs-numbers/requests/"))


def test_just_before_seven_days_it_is_given(world, approved):
    pass_time(approved, days=7, seconds=-30)
    assert numbers_on(world.takes(approved)) == sorted(BEHIND_A)


def test_without_an_approval_nothing_is_given(world):
    id_ = world.sends()
    page = world.takes(id_)
    assert page.status_code == 409
    assert "not been checked yet" in text_of(page)
    assert not numbers_on(page)


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "priya.gp"])
def test_nobody_else_is_given_the_list_nor_sees_the_request(world, approved, name):
    assert world.takes(approved, name=name).status_code in (403, 404)
    assert world.of(name).get(f"/nhs-numbers/requests/{approved}").status_code == 404
    assert world.of(name).post(f"/nhs-numbers/requests/{approved}/withdraw").status_code == 404
    assert NumberRequest.objects.get(pk=approved).state == "approved"


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_a_list_leaves_by_post_alone(world, approved, method):
    response = getattr(world.of("priya.gp"), method)(f"/nhs-numbers/requests/{approved}/list")
    assert response.status_code == 405
    assert NumberRequest.objects.get(pk=approved).state == "approved"


def test_a_form_of_another_site_takes_no_list(world, approved, client):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies = world.of("priya.gp").cookies
    assert strict.post(f"/nhs-numbers/requests/{approved}/list", {"form": "page"}).status_code == 403
    assert NumberRequest.objects.get(pk=approved).state == "approved"


@pytest.mark.parametrize("grants", ["rosa.reader", "cora.elsewhere", None])
def test_access_that_was_lost_since_the_approval_gives_no_list(world, approved, grants):
    world.grants["priya.gp"] = world.grants[grants] if grants else ()
    assert world.takes(approved).status_code == 403
    assert NumberRequest.objects.get(pk=approved).state == "approved"


def test_patients_without_a_number_are_counted_and_said(world, settings):
    from epact2.web.nhs_numbers.kept import NumberStore
    from epact2.web.nhs_numbers.sealing import read_key

    settings.CONFIG.nhs_numbers.unlink()
    key = read_key(settings.CONFIG.nhs_number_key)
    NumberStore(settings.CONFIG.nhs_numbers, key).load([("PSEUDOann", NUMBERS["PSEUDOann"])])
    id_ = world.sends()
    world.approves(id_)
    page = world.takes(id_)
    assert numbers_on(page) == [NUMBERS["PSEUDOann"]]
    assert "Of 2 patients who fulfil the comparator no NHS number is kept here" in text_of(page)


def test_the_event_has_each_patient_as_a_keyed_hash(world, approved):
    before = last_number()
    world.takes(approved)
    events = [one for one in records_since(before) if one["kind"] == "NHS numbers"]
    (event,) = events
    assert sorted(event["patients"]) == sorted(hiding().of(f"PSEUDO{one}") for one in ("ann", "bob", "eve"))
    assert event["details"].startswith("Was given 3 NHS numbers as a page")
    assert event["purpose"].startswith("Structured medication reviews")
    assert event["release"] == 1


def test_asking_in_vain_is_an_event_too(world, approved):
    world.takes(approved)
    before = last_number()
    world.takes(approved)
    (event,) = records_since(before)
    assert (event["kind"], event["who"]) == ("NHS numbers", "priya.gp")
    assert "Was not given a list of NHS numbers: This list was released on" in event["details"]
    assert "patients" not in event


def test_what_cannot_be_recorded_is_not_given_and_can_be_asked_for_again(world, approved):
    with hidden_table():
        response = world.takes(approved)
    assert response.status_code == 503
    assert not numbers_in(response.content.decode())
    assert NumberRequest.objects.get(pk=approved).state == "approved"
    assert numbers_on(world.takes(approved)) == sorted(BEHIND_A)


def test_where_the_numbers_cannot_be_read_nothing_is_used_up(world, approved, settings):
    settings.CONFIG.nhs_number_key.chmod(0o444)
    page = world.takes(approved)
    assert page.status_code == 400
    assert "may be read or written by others" in text_of(page)
    assert NumberRequest.objects.get(pk=approved).state == "approved"


def test_two_that_come_at_once_are_one_release(world, approved, monkeypatch):
    """A second page is asked for while the first one reads its patients; the quicker one has the list."""
    read, quicker = steps.pseudonyms_of, []

    def slowly(*asked):
        found = read(*asked)
        if not quicker:
            quicker.append(None)
            quicker.append(world.takes(approved))
        return found

    monkeypatch.setattr(steps, "pseudonyms_of", slowly)
    before = last_number()
    late = world.takes(approved)
    assert numbers_on(quicker[1]) == sorted(BEHIND_A)
    assert late.status_code == 409
    assert not numbers_on(late)
    events = [one["details"][:12] for one in records_since(before) if one["kind"] == "NHS numbers"]
    assert events == ["Was given 3 ", "Was not give"]


def test_a_withdrawn_request_gives_nothing(world, approved):
    client = world.of("priya.gp")
    assert client.post(f"/nhs-numbers/requests/{approved}/withdraw").status_code == 302
    assert "was withdrawn" in text_of(world.takes(approved))
    assert not numbers_on(world.takes(approved))


def test_a_released_request_cannot_be_withdrawn(world, approved):
    world.takes(approved)
    response = world.of("priya.gp").post(f"/nhs-numbers/requests/{approved}/withdraw")
    assert response.status_code == 409
    assert "cannot be withdrawn" in text_of(response)


def test_open_listings_widen_no_list(world, approved, opened):
    assert numbers_on(world.takes(approved)) == sorted(BEHIND_A)


def test_every_page_has_the_security_headers_and_no_script_of_its_own(world, approved):
    page = world.takes(approved)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    body = page.content.decode()
    assert not re.search(r"<script(?![^>]*src=)", body)
    assert "style=" not in body
    assert "onclick" not in body


def test_the_table_of_requests_knows_no_patient(world, approved):
    world.takes(approved)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nhs_numbers_numberrequest")
        kept = str(cursor.fetchall())
    assert "PSEUDO" not in kept
    assert not numbers_in(kept)


def long_ago(name):
    """The person's last confirmation that it is they is six minutes old."""
    SignIn.objects.filter(user__username=name).update(confirmed_at=timezone.now() - timedelta(minutes=6))


@pytest.mark.parametrize("form", ["page", "file"])
def test_the_list_waits_until_the_person_confirms_that_it_is_they(world, approved, form):
    long_ago("priya.gp")
    asked = world.takes(approved, form)
    assert asked.status_code == 403
    assert "Confirm that it is you" in text_of(asked)
    assert not numbers_on(asked)
    assert NumberRequest.objects.get(pk=approved).state == "approved"
    sent = {"form": form, "step_up_password": PASSWORD}
    given = world.of("priya.gp").post(f"/nhs-numbers/requests/{approved}/list", sent)
    assert given.status_code == 200
    assert numbers_on(given) == sorted(BEHIND_A)


def test_a_wrong_password_gives_nothing(world, approved):
    long_ago("priya.gp")
    sent = {"form": "page", "step_up_password": "wrong"}
    page = world.of("priya.gp").post(f"/nhs-numbers/requests/{approved}/list", sent)
    assert page.status_code == 403
    assert not numbers_on(page)
    assert NumberRequest.objects.get(pk=approved).state == "approved"


def test_an_approval_waits_for_a_confirmation_too(world):
    id_ = world.sends()
    world.of("dev.services")
    long_ago("dev.services")
    assert "Confirm that it is you" in text_of(world.approves(id_))
    assert NumberRequest.objects.get(pk=id_).state == "waiting"
    sent = {"approve": "yes", "reason": "", "step_up_password": PASSWORD}
    assert world.of("dev.services").post(f"/nhs-numbers/check/{id_}", sent).status_code == 302
    assert NumberRequest.objects.get(pk=id_).state == "approved"
