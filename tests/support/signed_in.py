"""A signed-in person over the example release, for tests of pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.web import engine as engines
from support import example_explorer, example_items
from support.people import reader_of_england

NAME, PASSWORD = "nia", "a-long-password"
SEES_ALL = (Grant(AccountType.NATIONAL, ENGLAND, ENGLAND_CODE, date.min, date.max),)


@pytest.fixture
def granted(monkeypatch):
    """Every account sees what national accounts see: the pages are tested, not the policy."""
    monkeypatch.setattr(engines, "grants_named", lambda name: SEES_ALL)


@pytest.fixture(scope="session")
def example_engine():
    """The reference engine over eight practices: slow, plain, and without a store."""
    return example_explorer.engine()


@pytest.fixture
def over_example(monkeypatch, example_engine):
    """Every page answers from the example, and remembers nothing from another test."""
    monkeypatch.setattr(engines, "current", lambda: example_engine)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    return example_engine


@pytest.fixture
def signed_in(client, db, over_example, granted):
    """Django's test client, signed in."""
    user = reader_of_england(NAME, password=PASSWORD)
    client.force_login(user)
    return client


@pytest.fixture(scope="session")
def items_engine():
    """The reference engine over the eight practices with single items in the last three months."""
    return example_items.engine()


@pytest.fixture
def over_items(monkeypatch, items_engine):
    """Every page answers from the example with items; listings are closed."""
    monkeypatch.setattr(engines, "current", lambda: items_engine)
    monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
    return items_engine


@pytest.fixture
def opened(settings):
    """Listings of items and patients are open, as whoever runs a demo opens them."""
    settings.CONFIG = replace(settings.CONFIG, open_items=True)


@pytest.fixture
def reader(client, db, over_items, granted):
    """Django's test client, signed in, over the example with items."""
    user = reader_of_england(NAME, password=PASSWORD)
    client.force_login(user)
    return client
