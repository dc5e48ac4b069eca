"""The page “How age is determined”: the rules themselves, and how often each decides."""

import pytest
from django.urls import reverse

from epact2.model.items import AGE_SOURCES
from epact2.model.patients import AGE_RULES
from epact2.query.result import Result
from epact2.web.presenters import age_page
from support.pages import rows_of, text_of

pytestmark = pytest.mark.django_db


def test_every_rule_stands_there_in_its_order_whoever_reads(client, over_items):
    text = text_of(client.get(reverse("ages")))
    places = [text.index(rule.meaning) for rule in AGE_RULES]
    assert places == sorted(places)
    assert "No rule finds an age from 0 to 120" in text
    assert "%" not in text, "shares are for those who have signed in"


def test_shares_are_those_of_the_items_that_count(reader):
    text = text_of(reader.get(reverse("ages")))
    # 96 items a month; in September 8 of a patient not verified yet, in each month 8 of nobody known.
    assert "Birth month from PDS" in text
    assert "September 2025 83.3% July 2025 to September 2025 88.9%" in text
    assert "September 2025 8.3% July 2025 to September 2025 2.8%" in text
    assert "in release 3, synthetic data" in text


def test_a_release_without_items_has_the_rules_alone(signed_in):
    text = text_of(signed_in.get(reverse("ages")))
    assert AGE_RULES[0].meaning in text
    assert "Where single items are loaded" in text


def test_the_cases_are_worked_out_by_the_rules(client, over_items):
    rows = rows_of(client.get(reverse("ages")), "cases")
    assert [row[1] for row in rows] == ["45", "46", "5", "87", "87", "Not known"]
    assert {row[2] for row in rows} == {name for code, name in AGE_SOURCES if code != "5"} | {"None"}


def test_a_share_of_nothing_is_none(items_engine):
    assert age_page.shares_of(Result((), ()), items_engine.directory.item_months) is None
