"""How many questions are drawn, and the small Englands that they are asked of, each made once."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from generative.small_england import small_england
from support.engines import ENGINES

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


@pytest.fixture(scope="session")
def engines():
    """For each seed the engines by name, all made from the same rows."""
    return {seed: {name: make(small_england(seed)) for name, make in ENGINES.items()} for seed in SEEDS}


@pytest.fixture(params=list(ENGINES))
def england(request, engines):
    """One engine of one small England: every engine keeps the laws."""
    return engines[SEEDS[0]][request.param]
