"""Findings in words: each rule with its edges."""

import pytest

from epact2.web.presenters import headlines


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (102.1, 100, "spending is 2.1% higher than a year ago"),
        (80, 100, "spending is 20% lower than a year ago"),
        (100.02, 100, "spending is the same as a year ago"),
        (100, None, ""),
        (100, 0, ""),
        (None, 100, ""),
    ],
)
def test_spending(now, before, said):
    assert headlines.spending_finding(now, before) == said


def test_the_greeting_says_what_is_known():
    title = headlines.home_title
    assert title("Kent", 102.1, 100, "May 2025") == "Kent: spending is 2.1% higher than a year ago"
    assert title("Kent", 28_900_000, None, "May 2025") == "Kent spent £28.9m in May 2025"
    assert title("Kent", None, 100, "May 2025") == "Kent: nothing was prescribed in May 2025"


@pytest.mark.parametrize(
    ("rank", "compared", "said"),
    [
        (30, 42, "more per patient than 29 of the 41 other ICBs"),
        (42, 42, "more per patient than all 41 other ICBs"),
        (1, 42, "less per patient than any of the 41 other ICBs"),
        (None, 42, ""),
        (1, 1, ""),
    ],
)
def test_the_place_among_peers(rank, compared, said):
    assert headlines.more_than(rank, compared, "ICBs") == said


def test_what_was_spent():
    assert headlines.spent("Kent", 28_900_000, "May 2025", "") == "Kent spent £28.9m in May 2025."
    assert headlines.spent("Kent", 5, "May 2025", "more than most").endswith(", more than most.")
    assert headlines.spent("Kent", None, "May 2025", "") == "Kent prescribed nothing in May 2025."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["improved"] * 4 + ["worsened"], "Four comparators improved, one worsened."),
        (["improved", "no change"], "One comparator improved, none worsened."),
        (["worsened"] * 2, "Two comparators worsened, none improved."),
        (["no change", "no target", ""], ""),
    ],
)
def test_verdicts(words, said):
    assert headlines.verdicts(words) == said


def test_what_moved():
    assert headlines.moved_title(6, True) == "Six measures moved more than usual this year"
    assert headlines.moved_title(1, True) == "One measure moved more than usual this year"
    assert headlines.moved_title(0, True) == "No measure moved more than usual this year"
    assert headlines.moved_title(6, False) == "What changed most in a year"


def test_medicines():
    rose, fell = headlines.medicine_title("Apixaban", 12_300), headlines.medicine_title("Edoxaban", -340)
    assert rose == "Apixaban added most to spending: £12.3k more than a year ago"
    assert fell == "Edoxaban fell most: £340.00 less than a year ago"
    assert (
        headlines.largest_title("Apixaban", 0.042, "spending") == "Apixaban is the largest: 4.2% of spending"
    )


def test_trends():
    assert headlines.trend_title(0.032, -0.01) == "Items rose 3.2% in a year; spending fell 1.0%"
    assert headlines.trend_title(0.1, 0.1) == "Items and spending both rose 10% in a year"
    assert headlines.trend_title(0.0, 0.1) == "Items did not change in a year; spending rose 10%"
    assert headlines.trend_title(None, 0.1) == "Items and spending by month"
    assert headlines.trend_title(0.022, 0.057, per_patient=True) == (
        "Items per patient rose 2.2% in a year; spending per patient rose 5.7%"
    )


def test_comparators():
    title = headlines.comparators_title
    assert title(3, 5, "ICBs") == "Better than the median of ICBs on three of five comparators with a target"
    assert title(5, 5, "ICBs") == "Better than the median of ICBs on all five comparators with a target"
    assert title(0, 5, "ICBs") == "Not better than the median of ICBs on any of five comparators"
    assert title(0, 0, "ICBs") == "Comparators"


def test_what_lies_beneath():
    title = headlines.children_title
    assert title("Kent", 42, "ICB", "ICBs", True) == "Kent spends most per patient of the 42 ICBs"
    assert title("Kent", 42, "ICB", "ICBs", False) == "Kent spends most of the 42 ICBs"
    assert title("Kent", 1, "ICB", "ICBs", True) == "Kent is its only ICB"
    assert title(None, 0, "ICB", "ICBs", True) == "No ICBs prescribed in this month"


def test_peers_of_the_same_size():
    title = headlines.similar_title
    assert (
        title("Kent", 4, 6, "ICBs")
        == "Kent spends less per patient than four of the six ICBs nearest in size"
    )
    assert title("Kent", 6, 6, "ICBs") == "Kent spends less per patient than all six ICBs nearest in size"
    assert title("Kent", 0, 6, "ICBs") == "Kent spends more per patient than all six ICBs nearest in size"
    assert title("Kent", 0, 0, "ICBs") == "ICBs of a similar size"
