"""What all attacks share: totals that are printed when all are done."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from attack.attempts import TOTALS


@pytest.fixture(scope="session", autouse=True)
def quiet_refusals() -> None:
    """Thousands of questions are refused on purpose: a line for each would bury the tables."""
    logging.getLogger("django.request").setLevel(logging.ERROR)


@pytest.fixture(scope="session", autouse=True)
def totals() -> Iterator[None]:
    """Print what attempts of each sort came to together."""
    yield
    for sort, total in TOTALS.items():
        print(f"\n{total.line(sort)}")
