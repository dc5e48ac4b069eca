"""What moved most: changes held against a measure's own usual ups and downs."""

import math

import pytest

from epact2.analysis.movement import Movement, movement, verdict
from epact2.comparators.definition import Direction

STEADY = [100.0 + number for number in range(30)]  # a rise of 12 in every year


def test_without_a_year_there_is_no_movement():
    assert movement([]) is None
    assert movement([1.0] * 12) is None
    assert movement([1.0, *[2.0] * 11, None]) is None
    assert movement([None, *[2.0] * 12]) is None


def test_a_steady_rise_is_as_usual():
    found = movement(STEADY)
    assert (found.change, found.usual, found.from_history) == (12.0, 12.0, True)
    assert found.size == pytest.approx(1)


def test_a_break_with_the_past_is_large():
    quiet = [100.0, 102.0] * 14
    broken = movement([*quiet, 130.0])
    assert broken.change == 30.0
    assert broken.size > 3
    assert broken.more_than_usual


def test_the_usual_movement_is_the_root_mean_square_of_the_changes_in_a_year():
    values = [0.0] * 12 + [3.0, 4.0] * 3
    assert movement(values).usual == pytest.approx(math.sqrt((3 * 9 + 3 * 16) / 6))


def test_a_measure_that_hardly_varies_does_not_lead_by_a_trifle():
    found = movement([8.0] * 29 + [8.02])
    assert found.usual == pytest.approx(0.08)
    assert found.size < 1


def test_before_there_is_a_history_a_twentieth_stands_in_and_nothing_is_called_unusual():
    short = movement([100.0] * 12 + [150.0])
    assert (short.usual, short.size) == (5.0, 10.0)
    assert not short.from_history
    assert not short.more_than_usual


def test_months_without_a_value_are_left_out_of_the_history():
    values = [*STEADY]
    values[3] = None
    assert movement(values).usual == pytest.approx(12.0)


def test_nothing_to_hold_a_change_against_is_no_movement():
    assert Movement(now=5.0, before=0.0, usual=0.0, from_history=False).size == 0.0


@pytest.mark.parametrize(
    ("change", "direction", "word"),
    [
        (-1, Direction.LOWER, "improved"),
        (1, Direction.LOWER, "worsened"),
        (1, Direction.HIGHER, "improved"),
        (-1, Direction.HIGHER, "worsened"),
        (1, Direction.NONE, "no target"),
        (0, Direction.LOWER, "no change"),
        (0, Direction.NONE, "no change"),
    ],
)
def test_verdict(change, direction, word):
    assert verdict(change, direction) == word
