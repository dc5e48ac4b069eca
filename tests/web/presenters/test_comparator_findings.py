"""Findings of a comparator: numbers on either side of every edge."""

import pytest

from epact2.web.presenters import comparator_findings as findings

P = "Devon’s percentage is"


def year(before, now, months=24):
    """A series that is flat for a year and flat at another value in the next."""
    return [before] * (months - 12) + [now] * 12


# --- Movement ---


def test_a_movement_compares_the_same_three_months():
    values = [10.0] * 9 + [10.0, 20.0, 30.0] + [99.0] * 9 + [11.0, 22.0, 33.0]
    assert findings.movement(values) == pytest.approx(0.1)


def test_a_short_series_compares_one_month_and_a_shorter_one_says_nothing():
    assert findings.movement([10.0, *[0.0] * 11, 12.0]) == pytest.approx(0.2)
    assert findings.movement([10.0] * 12) is None


def test_a_missing_month_or_nothing_to_compare_with_says_nothing():
    assert findings.movement([*[5.0] * 14, None]) is None
    assert findings.movement([*[0.0] * 12, 1.0]) is None


# --- The title of the percentile chart ---


@pytest.mark.parametrize(
    ("own", "median", "title"),
    [
        (year(10.0, 8.0), year(7.6, 7.5), P + " falling while the median is steady, but is still above it"),
        (year(10.0, 8.0), year(8.0, 7.5), P + " falling faster than the median, but is still above it"),
        (year(10.0, 7.0), year(8.0, 7.5), P + " falling faster than the median, and is below it"),
        (year(10.0, 9.5), year(10.0, 8.0), P + " falling more slowly than the median, but is still above it"),
        (year(10.0, 9.0), year(8.0, 7.2), P + " falling in line with the median, but is still above it"),
        (year(5.0, 6.0), year(8.0, 7.0), P + " rising while the median falls, but is still below it"),
        (year(9.0, 9.1), year(8.0, 7.0), P + " steady and above the median"),
        (year(9.0, 8.0), year(9.0, 8.0), P + " falling in line with the median, and is at it"),
        ([9.0] * 6, [8.0] * 6, P + " above the median"),
        ([None] * 24, year(8.0, 7.0), "There is no data for Devon in this period"),
    ],
)  # fmt: skip
def test_title_over_time(own, median, title):
    assert findings.trend_title("Devon", own, median, "%") == title


def test_a_title_without_a_median():
    assert findings.trend_title("Devon", year(10.0, 8.0), [None] * 24, "items per unit") == (
        "Devon’s rate is falling"
    )


@pytest.mark.parametrize(
    ("own", "title"),
    [
        (year(10.0, 9.0), "England’s percentage has fallen over the past year"),
        (year(10.0, 11.0), "England’s percentage has risen over the past year"),
        (year(10.0, 10.1), "England’s percentage has been steady over the past year"),
        ([1.0, 2.0], "England’s percentage month by month"),
        ([None], "There is no data for England in this period"),
    ],
)
def test_title_of_england(own, title):
    assert findings.own_trend_title("England", own, "%") == title


def test_at_means_that_both_look_the_same():
    assert findings.place_words(7.54, 7.46, "%") == "at"
    assert findings.place_words(7.56, 7.44, "%") == "above"
    assert findings.place_words(7.3, 7.5, "%") == "below"
    assert findings.place_words(None, 7.5, "%") == ""


# --- Among peers ---


@pytest.mark.parametrize(
    ("value", "rank", "said"),
    [
        (8.0, 28, "At 8.0%, Devon is 28th of 42 ICBs from the lowest, above the median of 7.5%."),
        (5.0, 1, "At 5.0%, Devon has the lowest percentage of 42 ICBs, below the median of 7.5%."),
        (9.9, 42, "At 9.9%, Devon has the highest percentage of 42 ICBs, above the median of 7.5%."),
        (7.5, 21, "At 7.5%, Devon is 21st of 42 ICBs from the lowest, at the median."),
        (None, None, "Devon has no value in this month."),
    ],
)
def test_standing(value, rank, said):
    assert findings.standing("Devon", value, rank, 42, "ICBs", 7.5, "%") == said


def test_standing_alone():
    assert findings.standing("Devon", 8.0, 1, 1, "ICBs", 8.0, "%") == (
        "Devon has 8.0%; there is nobody to compare it with."
    )


@pytest.mark.parametrize(
    ("value", "others", "title"),
    [
        (8.0, [7.0, 7.5, 9.0], "2 of 3 other ICBs have a lower percentage"),
        (7.1, [7.0, 7.5, 9.0], "2 of 3 other ICBs have a higher percentage"),
        (9.5, [7.0, 7.5, 9.0], "All 3 other ICBs have a lower percentage"),
        (6.0, [7.0], "The other ICB has a higher percentage"),
        (7.0, [7.0, 7.0], "All 3 ICBs have the same percentage"),
        (7.0, [7.0, 6.0], "1 of 2 other ICBs has a lower percentage"),
        (7.0, [], "Devon is the only ICB with a percentage"),
        (None, [7.0], "Devon has no percentage in this month"),
    ],
)
def test_rank_title(value, others, title):
    assert findings.rank_title(value, others, "ICB", "ICBs", "%", "Devon") == title


@pytest.mark.parametrize(
    ("values", "title"),
    [
        ([7.0, 8.0, 9.0], "2 of 3 practices in Devon are above the England median"),
        ([7.0, 8.0], "1 of 2 practices in Devon is above the England median"),
        ([8.0, 9.0], "All 2 practices in Devon are above the England median"),
        ([6.0, 7.5], "None of the 2 practices in Devon is above the England median"),
        ([8.0], "Practices in Devon: the only one is above the England median"),
        ([7.5], "Practices in Devon: the only one is not above the England median"),
        ([], "There is no data for practices in Devon in this month"),
    ],
)
def test_above_title(values, title):
    assert findings.above_title(values, 7.5, "practices in Devon") == title


def test_middle_title():
    assert findings.middle_title(6.1, 9.4, "practices", "%") == "Half of practices lie between 6.1% and 9.4%"
    assert findings.middle_title(None, None, "practices", "%").startswith("There is no data")


# --- Words for differences ---


def test_surplus_is_the_difference_in_units_of_the_numerator():
    assert findings.surplus(8.0, 7.5, 56_400, 100) == 282
    assert findings.surplus(7.0, 7.5, 56_400, 100) == -282
    assert findings.surplus(None, 7.5, 56_400, 100) is None
    assert findings.surplus(8.0, None, 56_400, 100) is None


@pytest.mark.parametrize(
    ("now", "before", "unit", "said"),
    [
        (8.0, 11.0, "%", "3.0 percentage points lower than in October 2020"),
        (8.0, 7.0, "%", "1.0 percentage points higher than in October 2020"),
        (8.01, 8.0, "%", "The same as in October 2020"),
        (30.0, 28.0, "items per 1,000 patients", "7.1% higher than in October 2020"),
        (8.0, None, "%", ""),
    ],
)
def test_difference_words(now, before, unit, said):
    assert findings.difference_words(now, before, unit, "October 2020") == said


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "all"), (0.95, "nearly all"), (0.9, "nine in ten"), (0.8, "four fifths"),
        (0.75, "three quarters"),
        (0.66, "two thirds"), (0.55, "more than half"), (0.5, "half"),
        (0.45, "nearly half"), (0.4, "two in five"),
        (0.33, "a third"), (0.25, "a quarter"), (0.2, "one in five"), (0.143, "one in seven"),
        (0.1, "one in ten"),
        (0.05, "5.0%"), (0.0, "0.0%"), (None, ""),
    ],
)  # fmt: skip
def test_fraction(share, words):
    assert findings.fraction(share) == words
