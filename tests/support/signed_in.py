"""A signed-in person over the example release, for tests of pages."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from epact2.web import engine as engines
from support import example_explorer

NAME, PASSWORD = "nia", "a-long-password"


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
def signed_in(client, db, over_example):
    """Django's test client, signed in."""
    user = get_user_model().objects.create_user(NAME, password=PASSWORD)
    client.force_login(user)
    return client
