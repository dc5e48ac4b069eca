"""What tests of pages share."""

from support.signed_in import example_engine, over_example, signed_in

__all__ = ["example_engine", "over_example", "signed_in"]
