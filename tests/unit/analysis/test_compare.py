"""Ranks, percentiles and deciles, by the method whose published values they reproduce."""

import pytest

from epact2.analysis.compare import percentiles, quantile, ranks


def test_the_lowest_value_ranks_first_and_equal_values_share_the_lowest_rank():
    assert ranks([3.0, 1.0, 2.0, 2.0, None]) == [4, 1, 2, 2, None]


def test_a_percentile_is_the_lowest_rank_less_one_over_the_number_less_one():
    assert percentiles([10.0, 20.0, 20.0, 40.0, 50.0]) == [0.0, 25.0, 25.0, 75.0, 100.0]


def test_those_without_a_value_are_left_out():
    assert percentiles([10.0, None, 20.0]) == [0.0, None, 100.0]


def test_one_organisation_has_nobody_to_compare_with():
    assert percentiles([10.0]) == [None]


@pytest.mark.parametrize(
    ("percentile", "expected"),
    [(0, 1.0), (10, 1 + 0.4), (50, (2 + 4) / 2 + 0.0), (90, 8 + 0.6 * 8), (100, 16.0)],
)
def test_deciles_interpolate_between_neighbours(percentile, expected):
    # five values: the places are (5 − 1) × p ÷ 100
    values = [16.0, 1.0, 2.0, 4.0, 8.0]
    if percentile == 50:
        expected = 4.0
    assert quantile(values, percentile) == pytest.approx(expected)


def test_no_values_have_no_decile():
    assert quantile([], 50) is None
