"""Ways into requests for NHS numbers, from comparators of patients and the account page: for whom."""

from __future__ import annotations

import html
import re

import pytest

from epact2.comparators.read import comparators
from epact2.web import engine as engines
from epact2.web.engine import viewer_named
from epact2.web.nhs_numbers import doors
from support.nhs_numbers import COMPARATOR, PEOPLE
from support.pages import text_of

DOOR = re.compile(r'href="(/nhs-numbers/[^"]*)"[^>]*>Ask for NHS numbers<')
ASKING = {"priya.gp", "imani.icb", "cora.elsewhere"}


def door(response):
    found = DOOR.search(response.content.decode())
    return html.unescape(found[1]) if found else ""


@pytest.mark.parametrize("name", ["priya.gp", "imani.icb", "cora.elsewhere", "nia.national"])
def test_a_comparator_of_patients_has_a_door_for_those_who_may_ask(world, name):
    page = world.of(name).get(f"/comparators/{COMPARATOR}", {"organisation": "QKS"})
    assert page.status_code == 200
    assert bool(door(page)) is (name in ASKING)


@pytest.mark.parametrize("name", PEOPLE)
def test_no_other_account_has_one(world, name):
    directory = engines.current().directory
    here = directory.organisation("A"), directory.months[-1]
    found = doors.from_comparator(comparators()[COMPARATOR], viewer_named(name), directory, *here)
    assert bool(found) is (name in ASKING)


def test_a_comparator_of_items_has_none(world):
    assert not door(world.of("imani.icb").get("/comparators/electronic-prescription-share"))


def test_the_door_knows_comparator_practice_and_month(world):
    client = world.of("imani.icb")
    page = client.get(
        f"/comparators/{COMPARATOR}", {"organisation": "A", "level": "practice", "month": "2025-02"}
    )
    address = door(page)
    assert address == f"/nhs-numbers/?comparator={COMPARATOR}&month=2025-02&practice=A"
    client.get(address)
    client.post("/nhs-numbers/ask/role", {"role": "GP"})
    chosen = {}
    for step in ("comparator", "practice", "month"):
        page = client.get(f"/nhs-numbers/ask/{step}").content.decode()
        chosen[step] = re.search(r'<option value="([^"]*)" selected', page)[1]
        client.post(f"/nhs-numbers/ask/{step}", {step: chosen[step]})
    assert chosen == {"comparator": COMPARATOR, "practice": "A", "month": "2025-02"}


def test_the_door_of_a_foreign_practice_does_not_name_it(world):
    page = world.of("imani.icb").get(f"/comparators/{COMPARATOR}", {"organisation": "C", "level": "practice"})
    assert "practice=" not in door(page)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_account_page_has_the_doors_of_each(world, name):
    world.sends()
    page = world.of(name).get("/account")
    assert page.status_code == 200
    said = text_of(page)
    assert ("Your requests for NHS numbers" in said) is (name in ASKING)
    assert ("Check requests for NHS numbers (1 waiting)" in said) is name.endswith(".services")


def test_who_may_no_longer_ask_still_finds_what_they_asked_for(world):
    id_ = world.sends()
    world.grants["priya.gp"] = ()
    client = world.of("priya.gp")
    assert "Your requests for NHS numbers" in text_of(client.get("/account"))
    assert client.get(f"/nhs-numbers/requests/{id_}").status_code == 200
