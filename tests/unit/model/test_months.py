from __future__ import annotations

import pytest

from epact2.model.months import BadMonth, DispensingMonth, each_month, month_span, span_name

SEPTEMBER = DispensingMonth(2017, 9)


@pytest.mark.parametrize(
    "text", ["2017-09", "2017_09", "201709", "2017/09", "2017-09-01", "01SEP2017", "01-Sep-17", " 2017-09 "]
)
def test_every_way_of_writing_a_month(text):
    assert DispensingMonth.parse(text) == SEPTEMBER


@pytest.mark.parametrize(
    "text",
    ["", "2017", "2017-13", "2017-00", "1066-01", "2017-9", "2017-09-02", "01XYZ2017", "Sep 2017"],
)
def test_what_is_no_month(text):
    with pytest.raises(BadMonth):
        DispensingMonth.parse(text)


def test_the_message_says_what_to_write():
    with pytest.raises(BadMonth) as caught:
        DispensingMonth.parse("Sept.")
    assert str(caught.value) == "“Sept.” is not a month. Write it like 2017-09."
    with pytest.raises(BadMonth) as caught:
        DispensingMonth(2017, 13)
    assert str(caught.value) == (
        "“2017-13” is not a month. Write the year and the number of the month, for example 2017-09."
    )


def test_texts():
    assert (SEPTEMBER.code, str(SEPTEMBER), SEPTEMBER.name) == ("2017-09", "2017-09", "September 2017")
    assert SEPTEMBER.number == 201709
    assert DispensingMonth.from_number(201709) == SEPTEMBER
    assert list(each_month([201712, 201801])) == [DispensingMonth(2017, 12), DispensingMonth(2018, 1)]


@pytest.mark.parametrize(
    ("months", "code"),
    [(0, "2017-09"), (3, "2017-12"), (4, "2018-01"), (-9, "2016-12"), (-21, "2015-12"), (24, "2019-09")],
)
def test_plus(months, code):
    later = SEPTEMBER.plus(months)
    assert later.code == code
    assert later.months_since(SEPTEMBER) == months


@pytest.mark.parametrize(
    ("month", "year", "quarter"),
    [
        ((2017, 3), "2016/17", "2016/17 Q4"),
        ((2017, 4), "2017/18", "2017/18 Q1"),
        ((2017, 6), "2017/18", "2017/18 Q1"),
        ((2017, 7), "2017/18", "2017/18 Q2"),
        ((2017, 12), "2017/18", "2017/18 Q3"),
        ((2018, 1), "2017/18", "2017/18 Q4"),
        ((1999, 12), "1999/00", "1999/00 Q3"),
    ],
)
def test_the_financial_year_begins_in_april(month, year, quarter):
    found = DispensingMonth(*month)
    assert (found.financial_year, found.quarter) == (year, quarter)
    assert found.financial_year_start.month == 4
    assert found.calendar_year == str(month[0])


def test_spans():
    november, february = DispensingMonth(2017, 11), DispensingMonth(2018, 2)
    assert [month.code for month in month_span(november, february)] == [
        "2017-11",
        "2017-12",
        "2018-01",
        "2018-02",
    ]
    assert month_span(february, november) == ()
    assert span_name([]) == "no months"
    assert span_name([november]) == "November 2017"
    assert span_name([february, november]) == "November 2017 to February 2018"
