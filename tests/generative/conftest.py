"""How many questions are drawn, and the small Englands that they are asked of, each made once."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from epact2.store.rewrites import rewrite_names
from generative.questions import PREPARED
from generative.small_england import small_england
from support.engines import duckdb_engines, reference_engine

# By default few questions and always the same ones, so that a change that breaks nothing never fails;
# EPACT2_HYPOTHESIS=large draws thousands of new ones.
_COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
}
settings.register_profile("small", max_examples=100, derandomize=True, database=None, **_COMMON)
settings.register_profile("large", max_examples=3000, print_blob=True, **_COMMON)


def pytest_configure() -> None:
    settings.load_profile(os.environ.get("EPACT2_HYPOTHESIS", "small"))


SEEDS = (1, 2, 3)
EVERY_REWRITE = tuple(rewrite_names())
# The fast engine with all of its rewrites, with none, and without each in turn.
VARIANTS: tuple[tuple[str, ...], ...] = ((), EVERY_REWRITE, *((name,) for name in EVERY_REWRITE))


@pytest.fixture(scope="session")
def judges():
    """For each seed the reference engine."""
    return {seed: reference_engine(small_england(seed), PREPARED) for seed in SEEDS}


@pytest.fixture(scope="session")
def judged():
    """For each seed the fast engine, by the rewrites that it goes without."""
    return {seed: duckdb_engines(small_england(seed), VARIANTS, PREPARED) for seed in SEEDS}


@pytest.fixture(params=("reference", "duckdb"))
def england(request):
    """One engine of one small England: every engine keeps the laws."""
    of_kind = request.getfixturevalue("judges" if request.param == "reference" else "judged")[SEEDS[0]]
    return of_kind if request.param == "reference" else of_kind[()]
