"""Asking for NHS numbers: who gets through which page, and what is said to those who do not."""

from __future__ import annotations

import html
import re

import pytest

from epact2.web.nhs_numbers.models import NumberRequest
from support.audit import last_number, records_since
from support.nhs_numbers import COMPARATOR, NUMBERS, PEOPLE
from support.pages import text_of

ASKING = {"priya.gp", "imani.icb", "cora.elsewhere"}


def options(response):
    """What a page's select offers."""
    found = re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)<', response.content.decode())
    return {value: html.unescape(text) for value, text in found}


def test_the_journey_from_start_to_confirmation(world):
    client = world.of("priya.gp")
    start = client.get("/nhs-numbers/")
    assert "Practice managers cannot be given NHS numbers" in text_of(start)
    check = world.asks()
    assert check.status_code == 200
    said = text_of(check)
    for words in ("Clinical pharmacist", "Practice A", "March 2025", "3 patients", "Structured medication"):
        assert words in said
    assert check.headers["Cache-Control"] == "private, no-store"
    sent = client.post("/nhs-numbers/ask/check", {"declared": "on"}, follow=True)
    assert "Request sent" in text_of(sent)
    (request,) = NumberRequest.objects.all()
    assert (request.applicant.username, request.practice, request.month_code, request.role) == (
        "priya.gp", "A", "2025-03", "clinical pharmacist",
    )  # fmt: skip
    assert "Waits for the check" in text_of(client.get("/nhs-numbers/requests/"))


def test_each_question_stands_alone_on_its_page_in_order(world):
    client = world.of("imani.icb")
    for later in ("comparator", "practice", "month", "purpose", "check"):
        assert client.get(f"/nhs-numbers/ask/{later}").url == "/nhs-numbers/ask/role"
    assert client.get("/nhs-numbers/ask/nothing").status_code == 404
    page = client.get("/nhs-numbers/ask/role").content.decode()
    assert page.count("<h1") == 1
    assert "<h1" in page.split("<legend", 1)[1].split("</legend>", 1)[0]


@pytest.mark.parametrize("name", PEOPLE)
def test_only_those_who_see_patients_of_their_own_get_in(world, name):
    start = world.of(name).get("/nhs-numbers/")
    assert start.status_code == 200, "everybody may read who may ask"
    assert ("Start now" in text_of(start)) is (name in ASKING)
    page = world.of(name).get("/nhs-numbers/ask/role")
    assert page.status_code == (200 if name in ASKING else 403)


def test_open_listings_open_no_nhs_numbers(world, opened):
    assert world.of("rosa.reader").get("/nhs-numbers/ask/role").status_code == 403


def test_practice_managers_are_told_kindly_what_to_do_instead(world):
    page = world.asks(role="practice manager")
    said = text_of(page)
    assert page.status_code == 200
    assert "NHS numbers cannot be given to practice managers." in said
    assert "Ask a GP or a clinical pharmacist of your practice" in said
    assert world.of("priya.gp").get("/nhs-numbers/ask/check").url == "/nhs-numbers/ask/role"
    assert not NumberRequest.objects.exists()


def test_another_role_is_told_who_can_ask(world):
    assert "only to people who care for the patients" in text_of(world.asks(role="another role"))


def test_only_comparators_of_patients_are_offered(world):
    client = world.of("imani.icb")
    client.post("/nhs-numbers/ask/role", {"role": "GP"})
    offered = options(client.get("/nhs-numbers/ask/comparator"))
    assert COMPARATOR in offered
    assert "electronic-prescription-share" not in offered
    assert "There is a problem" in text_of(
        client.post("/nhs-numbers/ask/comparator", {"comparator": "electronic-prescription-share"})
    )


def test_only_own_practices_are_offered_and_a_foreign_one_is_refused(world):
    client = world.of("imani.icb")
    client.post("/nhs-numbers/ask/role", {"role": "GP"})
    client.post("/nhs-numbers/ask/comparator", {"comparator": COMPARATOR})
    assert set(options(client.get("/nhs-numbers/ask/practice"))) == {"A", "B"}
    refused = client.post("/nhs-numbers/ask/practice", {"practice": "C"})
    assert "Error: Choose a practice" in text_of(refused)


def test_whoever_has_one_practice_is_not_asked_which(world):
    client = world.of("priya.gp")
    client.post("/nhs-numbers/ask/role", {"role": "GP"})
    response = client.post("/nhs-numbers/ask/comparator", {"comparator": COMPARATOR})
    assert response.url == "/nhs-numbers/ask/month"


def test_months_are_those_with_items_newest_first(world):
    client = world.of("priya.gp")
    client.post("/nhs-numbers/ask/role", {"role": "GP"})
    client.post("/nhs-numbers/ask/comparator", {"comparator": COMPARATOR})
    assert list(options(client.get("/nhs-numbers/ask/month"))) == ["2025-03", "2025-02"]


def test_a_month_without_items_is_not_chosen(world):
    assert "Choose a month" in text_of(world.asks(month="2024-01"))


@pytest.mark.parametrize("purpose", ["", "Review of 999 000 0018 and others"])
def test_a_purpose_is_needed_and_holds_no_number(world, purpose):
    page = world.asks(purpose=purpose)
    assert "There is a problem" in text_of(page)
    assert not NumberRequest.objects.exists()
    assert "0018" not in str(dict(world.of("priya.gp").session))


def test_nothing_is_sent_without_the_declaration(world):
    world.asks()
    page = world.of("priya.gp").post("/nhs-numbers/ask/check", {})
    assert "Confirm the declaration" in text_of(page)
    assert not NumberRequest.objects.exists()


def test_a_comparator_that_nobody_fulfils_is_said_and_not_sent(world):
    page = world.asks(comparator="patients-on-antidepressants")
    assert "Nobody in this practice fulfils the comparator" in text_of(page)
    world.of("priya.gp").post("/nhs-numbers/ask/check", {"declared": "on"})
    assert not NumberRequest.objects.exists()


def test_changing_the_comparator_asks_for_the_month_again(world):
    world.asks()
    client = world.of("priya.gp")
    response = client.post("/nhs-numbers/ask/comparator", {"comparator": "patients-on-antidepressants"})
    assert response.url == "/nhs-numbers/ask/month"
    world.asks()
    assert client.post("/nhs-numbers/ask/role", {"role": "GP"}).url == "/nhs-numbers/ask/check"


def test_the_same_list_is_not_asked_for_twice_while_it_waits(world):
    world.sends()
    page = world.of("priya.gp")
    world.asks()
    assert "You have asked for this list already" in text_of(
        page.post("/nhs-numbers/ask/check", {"declared": "on"})
    )
    assert NumberRequest.objects.count() == 1


def test_without_numbers_on_the_server_it_is_said_before_anything_is_sent(world, settings):
    settings.CONFIG.nhs_numbers.unlink()
    assert "No NHS numbers are kept on this server" in text_of(world.asks())
    world.of("priya.gp").post("/nhs-numbers/ask/check", {"declared": "on"})
    assert not NumberRequest.objects.exists()


def test_a_grant_that_ended_on_the_way_ends_the_journey(world):
    world.asks()
    world.grants["priya.gp"] = ()
    assert world.of("priya.gp").post("/nhs-numbers/ask/check", {"declared": "on"}).status_code == 403
    assert not NumberRequest.objects.exists()


def test_a_practice_put_into_the_session_by_an_older_grant_is_refused(world):
    world.asks("imani.icb", practice="B")
    world.grants["imani.icb"] = world.grants["priya.gp"]
    response = world.of("imani.icb").post("/nhs-numbers/ask/check", {"declared": "on"})
    assert response.status_code == 403
    assert not NumberRequest.objects.exists()


def test_asking_is_an_event_with_its_purpose_and_without_patients(world):
    before = last_number()
    id_ = world.sends()
    asked = [one for one in records_since(before) if one["kind"] == "NHS numbers"]
    (event,) = asked
    assert event["who"] == "priya.gp"
    assert event["organisations"] == ["practice A"]
    assert event["purpose"].startswith("Structured medication reviews")
    assert "practice A, March 2025, as clinical pharmacist" in event["details"]
    assert event["place"] == f"/nhs-numbers/requests/{id_}"
    assert "patients" not in event
    counted = [one for one in records_since(before) if one["kind"] == "listed"]
    assert counted, "counting the patients is a listing, and is kept as one"


def test_no_page_of_the_journey_has_a_pseudonym_or_a_number(world):
    pages = [world.asks(), world.of("priya.gp").get("/nhs-numbers/ask/purpose")]
    for page in pages:
        assert "PSEUDO" not in page.content.decode()
        assert not [one for one in NUMBERS.values() if one in page.content.decode()]
