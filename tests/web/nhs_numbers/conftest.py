"""What tests of NHS-number requests share."""

from support.nhs_numbers import engine_of_numbers, store_of_numbers, world  # noqa: F401 - fixtures
