"""The number rules: what people see for what an engine gives."""

from decimal import Decimal

import pytest

from epact2.web.presenters import numbers


@pytest.mark.parametrize(
    ("value", "unit", "scale", "expected"),
    [
        (12345, "items", 0, "12,345"),
        (0, "items", 0, "0"),
        (431, "£", 2, "£4.31"),
        (15419012, "£", 2, "£154,190"),
        (99950, "£", 2, "£999.50"),
        (-688, "£", 2, "−£6.88"),
        (8.0, "%", None, "8.0%"),
        (7.96, "%", None, "8.0%"),
        (0.0, "%", None, "0.0%"),
        (-0.01, "%", None, "0.0%"),
        (34.21, "items per 1,000 patients", None, "34.2"),
        (1702.4, "items per 1,000 patients", None, "1,702"),
        (0.0432, "", None, "0.043"),
        (0.25, "", None, "0.25"),
        (0.064, "relative change", None, "6.4%"),
        (123456789, "units", 9, "0.12"),
        (None, "items", 0, "No data"),
        (float("nan"), "%", None, "No data"),
        (Decimal("12.5"), "£ per item", None, "£12.50"),
    ],
)
def test_full_numbers_for_tables(value, unit, scale, expected):
    assert numbers.full(value, unit, scale) == expected


@pytest.mark.parametrize(
    ("value", "unit", "scale", "expected"),
    [
        (61240, "items", 0, "61,240"),
        (1_331_693, "items", 0, "1.3m"),
        (105_000_000, "items", 0, "105m"),
        (120_000_000, "£", 2, "£1.2m"),
        (34_000_000, "£", 2, "£340k"),
        (73_730_000, "£", 2, "£737k"),
        (1_480_000, "£", 2, "£14.8k"),
        (99_996_000, "£", 2, "£1m"),
        (289_000_000_000, "£", 2, "£2.9bn"),
        (1204, "£", 2, "£12.04"),
        (-3_400_000, "£", 2, "−£34k"),
        (8.04, "%", None, "8.0%"),
        (None, "£", 2, "No data"),
    ],
)
def test_short_numbers_for_key_figures(value, unit, scale, expected):
    assert numbers.short(value, unit, scale) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (80_000, "items", "80k"),
        (1.2e6, "£", "£1.2m"),
        (12.5, "%", "12.5%"),
        (10.0, "%", "10%"),
        (0.5, "£", "£0.5"),
    ],
)
def test_axis_labels_have_no_digit_too_many(value, unit, expected):
    assert numbers.axis(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (6.4, "%", "+6.4%"),
        (-0.8, "", "−0.80"),
        (0.04, "%", "No change"),
        (3800, "£", "+£3,800"),
        (None, "%", "No data"),
    ],
)
def test_differences_have_a_sign(value, unit, expected):
    assert numbers.signed(value, unit) == expected


def test_a_minus_is_a_true_minus():
    assert "-" not in numbers.full(-5, "items") + numbers.signed(-5.5, "%") + numbers.axis(-10, "%")


def test_changes_in_words():
    assert numbers.more_or_less(106.4, 100, "September 2024") == "6.4% more than September 2024"
    assert numbers.more_or_less(68, 100, "September 2024") == "32% less than September 2024"
    assert numbers.more_or_less(100, 100, "last year") == "the same as last year"
    assert numbers.more_or_less(100, 0, "last year") == ""
    assert numbers.more_or_less(None, 3, "last year") == ""


def test_ordinals_and_counted_things():
    assert [numbers.ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 102, 1113)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "1,113th",
    ]  # fmt: skip
    assert numbers.counted(1, "practice") == "1 practice"
    assert numbers.counted(6253, "practice") == "6,253 practices"
    assert numbers.counted(2, "primary care network") == "2 primary care networks"


def test_one_column_keeps_one_number_of_decimals():
    assert numbers.column_places([431, 15419012], "£", 2) == 0
    assert numbers.column_places([431, 1204], "£", 2) == 2
    assert numbers.column_places([3.25, 0.04], "items per 1,000 patients") == 3
    assert numbers.column_places([], "items") == 0
    assert numbers.full(431, "£", 2, places=0) == "£4"
