"""What is published is what the rules say: every engine gives the reference engine's published numbers."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st

from epact2.errors import Epact2Error
from epact2.query.check import check
from epact2.query.level import needs_items
from epact2.query.result import Mark, Result
from epact2.query.scope import Scope
from generative.conftest import EVERY_REWRITE
from generative.outcomes import differences, outcome
from generative.questions import questions
from generative.sealed_questions import COLUMNS, sealed_questions, sealed_scopes
from generative.small_england import small_england
from support.engines import duckdb_engines, reference_engine

SEEDS = (1, 2)
LARGE = 3000 if os.environ.get("EPACT2_HYPOTHESIS") == "large" else 0
VARIANTS = ((), EVERY_REWRITE)
WHOLE = Scope(reason="published", sealed=True)


@pytest.fixture(scope="module")
def sealed_judges():
    return {number: reference_engine(small_england(number), COLUMNS) for number in SEEDS}


@pytest.fixture(scope="module")
def sealed_engines():
    return {number: duckdb_engines(small_england(number), VARIANTS, COLUMNS) for number in SEEDS}


def same(found, wanted) -> list[str]:
    """Where two outcomes differ in numbers, or in what they say is withheld."""
    told = differences(found, wanted)
    if not told and isinstance(found, Result) and found.marks != wanted.marks:
        told = [f"marks {found.marks} and not {wanted.marks} of {found.rows}"]
    return told


@settings(max_examples=LARGE or 120)
@given(query=sealed_questions(), scope=sealed_scopes(), number=st.sampled_from(SEEDS))
def test_engines_publish_the_same(sealed_judges, sealed_engines, query, scope, number):
    try:
        check(query)
    except Epact2Error:
        return
    note(repr(query))
    wanted = outcome(sealed_judges[number], query, scope)
    for without in VARIANTS:
        assert not same(outcome(sealed_engines[number][without], query, scope), wanted), without


@settings(max_examples=LARGE or 60)
@given(query=questions(), number=st.sampled_from(SEEDS))
def test_any_question_is_published_or_refused(sealed_judges, sealed_engines, query, number):
    """No question falls back to rows of items: what only these know is published, or the question refused."""
    check(query)
    note(repr(query))
    wanted = outcome(sealed_judges[number], query, WHOLE)
    found = outcome(sealed_engines[number][()], query, WHOLE)
    assert not same(found, wanted)
    if isinstance(found, Result):
        read = sealed_engines[number][()].explain(query, WHOLE).rollups
        assert not [source for source in read if "item" in source or "patient" in source]
    elif not needs_items(query):
        assert found == outcome(sealed_engines[number][()], query, replace(WHOLE, sealed=False))


def test_the_drawn_questions_are_answered(sealed_engines):
    """A test of the test: published numbers, zeros, withheld cells and refusals are all among them."""
    seen: Counter[str] = Counter()

    @seed(1)
    @settings(max_examples=400, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(query=sealed_questions())
    def draw(query):
        try:
            check(query)
        except Epact2Error:
            return
        found = outcome(sealed_engines[1][()], query, WHOLE)
        seen["answered" if isinstance(found, Result) else found[0]] += 1
        if isinstance(found, Result):
            seen.update(found.marks.values())
            seen["published"] += any(column.approximate for column in found.columns) and bool(found.rows)

    draw()
    for wanted in ("answered", "NotPublished", "published", *Mark):
        assert seen[wanted], f"{wanted}: {seen}"
