"""NHS numbers: which ten digits can be one, and which cannot."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epact2.model.nhs_number import (
    BadNhsNumber,
    check_digit,
    is_nhs_number,
    nhs_number,
    numbers_in,
    numbers_of_tests,
    spaced,
)

# The NHS Data Dictionary's own example, and numbers of public test patients.
KNOWN = ("9434765919", "9434765870", "9990000018", "4010232137")
NINE = st.integers(min_value=0, max_value=999_999_999)


@pytest.mark.parametrize("digits", KNOWN)
def test_known_numbers_are_numbers(digits):
    assert is_nhs_number(digits)
    assert nhs_number(digits) == digits


def test_the_check_digit_is_worked_out_as_the_nhs_data_dictionary_says():
    # 9×10 + 4×9 + 3×8 + 4×7 + 7×6 + 6×5 + 5×4 + 9×3 + 1×2 = 299; 299 = 27×11 + 2; 11 − 2 = 9
    assert check_digit(943476591) == 9
    assert check_digit(0) == 0, "11 is written as 0"


def test_some_nine_digits_have_no_number():
    without = next(nine for nine in range(1000) if check_digit(nine) is None)
    assert not any(is_nhs_number(f"{without:09}{last}") for last in range(10))


@given(NINE, st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(nine, place, more):
    last = check_digit(nine)
    if last is None:
        return
    digits = [int(digit) for digit in f"{nine:09}{last}"]
    digits[place] = (digits[place] + more) % 10
    assert not is_nhs_number("".join(map(str, digits)))


@given(NINE, st.integers(0, 8))
def test_two_neighbours_exchanged_are_always_found(nine, place):
    last = check_digit(nine)
    if last is None:
        return
    digits = list(f"{nine:09}{last}")
    if digits[place] == digits[place + 1]:
        return
    digits[place], digits[place + 1] = digits[place + 1], digits[place]
    assert not is_nhs_number("".join(digits))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "something else than digits"),
        ("999000001X", "something else than digits"),
        ("٩٩٩٠٠٠٠٠١٨", "something else than digits"),  # digits of another script
        ("999000001", "9 digits"),
        ("99900000180", "11 digits"),
        ("9990000019", "last digit does not fit"),
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(text, said):
    with pytest.raises(BadNhsNumber, match=said) as caught:
        nhs_number(text)
    assert not text or text not in str(caught.value)


def test_numbers_are_read_as_people_write_them():
    assert nhs_number(" 999 000 0018 ") == nhs_number("999-000-0018") == "9990000018"
    assert spaced("9990000018") == "999 000 0018"


def test_numbers_are_found_in_a_text_however_they_are_written():
    text = "see 9990000018, 999 000 0026 and 943-476-5919; not 9990000019, nor 19990000018"
    assert numbers_in(text) == ["9990000018", "9990000026", "9434765919"]
    assert numbers_in("no number at all, 12 3456") == []


def test_numbers_for_tests_are_those_that_the_nhs_keeps_for_tests():
    first = list(islice(numbers_of_tests(), 1000))
    assert all(is_nhs_number(one) and "9990000000" <= one <= "9999999999" for one in first)
    assert len(set(first)) == 1000
