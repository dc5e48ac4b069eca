"""The totals of all attempts, printed when all are done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attack.attempts import TOTALS


@pytest.fixture(scope="session", autouse=True)
def totals() -> Iterator[None]:
    """Print what attempts of each sort came to together."""
    yield
    for sort, total in TOTALS.items():
        print(f"\n{total.line(sort)}")
