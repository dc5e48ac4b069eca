"""NHS numbers for the patients of a synthetic England: from the range that the NHS keeps for tests.

A patient's key decides the number, so that the same patient has the same number in every release. Neighbours
have numbers far apart: the order of numbers tells nothing of practices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from epact2.errors import Epact2Error
from epact2.model.nhs_number import numbers_of_tests

_STEP = 617_773  # a prime: every number is met once before one is met again


class NotSynthetic(Epact2Error):
    """Numbers were to be invented for patients who are not."""


def with_invented_numbers(patients: Iterable[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """Pseudonym and invented number of patients, who come with their keys."""
    numbers = list(numbers_of_tests())
    for key, pseudonym in patients:
        if key > len(numbers):
            raise NotSynthetic(
                f"There are more patients than the {len(numbers):,} NHS numbers that are kept for tests.",
                "Make a smaller synthetic England.",
            )
        yield pseudonym, numbers[key * _STEP % len(numbers)]


def require_synthetic(synthetic: bool) -> None:
    """Refuse a release of real data. Raises NotSynthetic."""
    if not synthetic:
        raise NotSynthetic(
            "The data of this store are not synthetic, so no NHS numbers are invented for its patients.",
            "Load the true ones: epact2 nhs-numbers load FILE.",
        )
