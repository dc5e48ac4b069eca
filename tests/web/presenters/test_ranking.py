"""Which rows of a ranking are shown."""

import pytest

from epact2.web.presenters.ranking import page_of, shown_places, shown_rows


def test_a_short_ranking_is_whole():
    assert shown_places(12, 3) == list(range(12))


def test_first_three_five_around_ones_own_and_the_last():
    assert shown_places(42, 27) == [0, 1, 2, None, 25, 26, 27, 28, 29, None, 41]


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        (0, [0, 1, 2, 3, 4, None, 41]),
        (4, [0, 1, 2, 3, 4, 5, 6, None, 41]),
        (6, [0, 1, 2, 3, 4, 5, 6, 7, 8, None, 41]),  # a gap for one row would take its room
        (41, [0, 1, 2, None, 37, 38, 39, 40, 41]),
        (None, [0, 1, 2, 3, 4, None, 37, 38, 39, 40, 41]),
    ],
)
def test_near_the_ends_and_without_an_own(own, shown):
    assert shown_places(42, own) == shown


def test_rows_and_pages():
    assert shown_rows("abc", 1) == ["a", "b", "c"]
    assert page_of(range(250), 3, 100) == (range(200, 250), 3, 3)
    assert page_of(range(250), 9, 100)[1] == 3
    assert page_of([], 1, 100) == ([], 1, 1)
