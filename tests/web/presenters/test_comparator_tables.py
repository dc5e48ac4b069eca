"""Changes of comparators in numbers and in words."""

import pytest

from epact2.comparators.read import comparators
from epact2.web.presenters.comparator_tables import change_words, direction_of

LOWER = comparators()["dosulepin-share"]
HIGHER = comparators()["first-choice-antidepressants-share"]
NONE = comparators()["items-per-1000-patients"]


def year(before, now):
    return [before, *[0.0] * 11, now]


@pytest.mark.parametrize(
    ("comparator", "own", "word"),
    [
        (LOWER, year(10.0, 9.0), "improved"),
        (LOWER, year(10.0, 11.0), "worsened"),
        (HIGHER, year(60.0, 63.0), "improved"),
        (HIGHER, year(60.0, 57.0), "worsened"),
        (LOWER, year(10.0, 10.1), "no change"),
        (NONE, year(10.0, 12.0), "no target"),
        (LOWER, [10.0] * 12, ""),
        (LOWER, year(None, 9.0), ""),
        (LOWER, year(0.0, 9.0), ""),
    ],
)
def test_direction(comparator, own, word):
    assert direction_of(comparator, own) == word


def test_percentages_change_by_points_and_rates_by_per_cent():
    assert change_words(year(8.8, 8.0), "%") == "−0.8"
    assert change_words(year(8.0, 8.01), "%") == "No change"
    assert change_words(year(20.0, 25.0), "items per unit") == "+25.0%"
    assert change_words([8.0] * 12, "%") == "No data"
    assert change_words(year(None, 8.0), "%") == "No data"
