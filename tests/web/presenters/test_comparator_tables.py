"""Changes of comparators in numbers and in words."""

import pytest

from epact2.comparators.read import comparators
from epact2.query.words import value_unit
from epact2.web.presenters.comparator_tables import Standing, change_words, list_table

LOWER = comparators()["dosulepin-share"]
HIGHER = comparators()["first-choice-antidepressants-share"]
RATE = comparators()["antibacterial-items-per-star-pu"]


def year(before, now):
    return [before, *[0.0] * 11, now]


def standing(comparator, own):
    return Standing(comparator, value_unit(comparator.value), 8.0, own, rank=1, percentile=0.0, compared=42)


@pytest.mark.parametrize(
    ("comparator", "own", "word"),
    [
        (LOWER, year(10.0, 9.0), "improved"),
        (LOWER, year(10.0, 11.0), "worsened"),
        (HIGHER, year(60.0, 63.0), "improved"),
        (HIGHER, year(59.4, 58.4), "worsened"),
        (LOWER, year(10.0, 10.1), "worsened"),
        (LOWER, year(0.34, 0.31), "no change"),
        (RATE, year(0.0812, 0.0811), "no change"),
        (RATE, year(0.055, 0.053), "improved"),
        (LOWER, [10.0] * 12, ""),
        (LOWER, year(None, 9.0), ""),
    ],
)
def test_the_word_of_a_change_goes_by_the_change_as_it_is_shown(comparator, own, word):
    assert standing(comparator, own).verdict == word


def test_a_row_never_calls_no_change_an_improvement_nor_leaves_a_change_without_its_word():
    moved = [standing(LOWER, year(0.34, 0.31)), standing(HIGHER, year(59.4, 58.4))]
    _, rows = list_table(moved, "Kent and Medway", "ICBs", {}, is_england=False)
    changes = [row["cells"][3] for row in rows if row.get("kind") != "subtotal"]
    assert changes == [{"text": "", "change": "no change"}, {"text": "−1.0 points", "change": "worsened"}]


def test_percentages_change_by_points_and_rates_by_per_cent():
    assert change_words(year(8.8, 8.0), "%") == "−0.8"
    assert change_words(year(8.0, 8.01), "%") == "No change"
    assert change_words(year(20.0, 25.0), "items per unit") == "+25.0%"
    assert change_words([8.0] * 12, "%") == "No data"
    assert change_words(year(None, 8.0), "%") == "No data"
