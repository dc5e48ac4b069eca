"""What tests of pages share."""

from support.signed_in import (
    example_engine,
    items_engine,
    opened,
    over_example,
    over_items,
    reader,
    signed_in,
)

__all__ = [
    "example_engine",
    "items_engine",
    "opened",
    "over_example",
    "over_items",
    "reader",
    "signed_in",
]
