"""What a cell may hold: two readings, a pattern and a parser, that must agree."""

from __future__ import annotations

import re
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epact2.load.columns import CODE, COUNT, DATE, MONTH, BadCell, choice, number

MONEY = number(2)
QUANTITY = number(5)
ITEMS = number(0, 9)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("4", "4.00000"),
        ("4.", "4.00000"),
        (".5", "0.50000"),
        ("-.5", "-0.50000"),
        ("+7.25", "7.25000"),
        ("0", "0.00000"),
        ("-0", "0.00000"),
        ("1.500000000", "1.50000"),
        ("1.5E+2", "150.00000"),
        ("5e-5", "0.00005"),
        ("007", "7.00000"),
        ("123456789012.00001", "123456789012.00001"),
        ("0e999", "0.00000"),
    ],
)
def test_numbers_are_read_exactly(text: str, canonical: str) -> None:
    assert QUANTITY.canonical(text) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "1,5",
        "1 000",
        " 1",
        "1 ",
        "1_000",
        "0x1F",
        "NaN",
        "inf",
        "Infinity",
        "1e",
        "e5",
        "--1",
        "1e999",
        "1e-6",
        "0.000001",
        "1234567890123",
        "１２",
        "1\n",
        "½",
        "null",
    ],
)
def test_what_is_no_number_of_five_decimals_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        QUANTITY.canonical(text)


@pytest.mark.parametrize("text", ["1.005", "0.001", "1e-3"])
def test_a_part_of_a_penny_is_refused(text: str) -> None:
    with pytest.raises(BadCell, match="at most 2 decimals"):
        MONEY.canonical(text)


@pytest.mark.parametrize("text", ["1.5", "1e10", "1e-1"])
def test_a_part_of_an_item_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        ITEMS.canonical(text)


@given(st.text(alphabet="0123456789.-+eE _,", max_size=12))
def test_what_the_pattern_calls_plain_the_parser_reads_to_the_same_number(text: str) -> None:
    for cell in (MONEY, QUANTITY, ITEMS):
        if re.fullmatch(cell.plain, text):
            assert Decimal(cell.canonical(text)) == Decimal(text)


@given(st.decimals(-(10**9), 10**9, places=5))
def test_the_canonical_form_is_plain(value: Decimal) -> None:
    for form in (str(value), f"{value:E}", f"{value:f}000"):
        canonical = QUANTITY.canonical(form)
        assert re.fullmatch(QUANTITY.plain, canonical)
        assert Decimal(canonical) == value


@given(st.text(alphabet="0123456789.-+eE_ ", min_size=1, max_size=20))
def test_duckdb_and_python_call_the_same_texts_plain(text: str) -> None:
    connection = duckdb.connect()
    for cell in (MONEY, ITEMS, CODE, COUNT, DATE, MONTH):
        (found,) = connection.execute("SELECT regexp_full_match(?, ?)", [text, cell.plain]).fetchall()[0]
        assert found == bool(re.fullmatch(cell.plain, text))


def test_codes_have_no_blanks_and_are_never_empty() -> None:
    assert CODE.canonical("-") == "-"
    for text in ("", " ", "A 1", "A\t1", "é"):
        with pytest.raises(BadCell):
            CODE.canonical(text)


def test_choices_and_dates() -> None:
    assert choice("Y", "N").canonical("Y") == "Y"
    with pytest.raises(BadCell, match="Y, N"):
        choice("Y", "N").canonical("y")
    assert DATE.canonical("") == ""
    assert DATE.canonical("20170901") == "20170901"
    with pytest.raises(BadCell):
        DATE.canonical("2017-09-01")


def test_months_come_in_five_ways() -> None:
    for text in ("201709", "2017_09", "2017-09", "01SEP2017", "01-Sep-17", "2017-09-01"):
        assert MONTH.canonical(text) == text
        assert re.fullmatch(MONTH.plain, text)
    with pytest.raises(BadCell):
        MONTH.canonical("201713")
