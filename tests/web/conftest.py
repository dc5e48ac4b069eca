"""What tests of pages share."""

import pytest

from support.signed_in import (
    example_engine,
    granted,
    items_engine,
    opened,
    over_example,
    over_items,
    reader,
    signed_in,
)

__all__ = [
    "example_engine",
    "granted",
    "items_engine",
    "opened",
    "over_example",
    "over_items",
    "reader",
    "signed_in",
]


@pytest.fixture(autouse=True)
def _granted(granted):
    """Pages are tested here, not who sees what."""
