"""The chart follows the shape of the answer, and says what it leaves out."""

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import answer
from epact2.query.codec import query_from_json
from epact2.web.presenters import answer_chart
from epact2.web.presenters.answer_chart import chart_of
from epact2.web.presenters.dressed import DressedNames
from support import example_explorer

ENGINE = example_explorer.engine()


def choice(which=0, **parts):
    query = query_from_json({"values": ["items"], "months": {"latest": 3}, **parts})
    result = answer(ENGINE, query, OPERATOR).result
    return chart_of(query, result, which, DressedNames(ENGINE.directory).name_of, "July to September 2025")


def test_months_across_are_lines():
    made = choice(rows=["ICB"], columns=["month"])
    assert made.chart.kind == "trend"
    assert list(made.chart.table.columns[1:]) == [
        "Birmingham and Solihull", "Kent and Medway", "Sussex",
    ]  # fmt: skip
    assert made.note == ""


def test_months_down_are_one_line():
    made = choice(rows=["month"])
    assert made.chart.table.columns[1:] == ("Items",)


def test_lines_are_the_first_five_in_the_order_of_the_table():
    order = [{"by": "items", "descending": True}]
    made = choice(rows=["practice"], columns=["month"], order=order, totals=True)
    assert made.chart.table.columns[1:] == (
        "Highgate Surgery",
        "Greenway Medical Practice",
        "Fairfield Practice",
        "Elm Tree Surgery",
        "Downs View",
    )
    assert made.note == "The lines are the first 5 of 8 practices, in the order of the table."


def test_one_field_is_bars_from_the_highest():
    made = choice(rows=["ICB"], totals=True)
    assert made.chart.kind == "bars"
    assert [row[0] for row in made.chart.table.rows] == [
        "Sussex",
        "Birmingham and Solihull",
        "Kent and Medway",
    ]


def test_many_bars_are_the_highest(monkeypatch):
    monkeypatch.setattr(answer_chart, "MOST_BARS", 2)
    made = choice(rows=["practice"])
    assert len(made.chart.table.rows) == 2
    assert made.note == "The bars are the 2 highest of 8 practices."


def test_several_fields_show_the_totals_of_the_first():
    made = choice(rows=["region", "ICB"], totals=True)
    assert [row[0] for row in made.chart.table.rows] == ["South East", "Midlands"]
    assert made.note == "The bars are the totals of each region."


def test_another_value_can_be_drawn():
    made = choice(1, values=["items", {"ratio": ["NIC", "items"]}], rows=["ICB"])
    assert made.chart.title == "NIC per item"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({}, "One number needs no chart"),
        ({"rows": ["region", "ICB"]}, "Add totals"),
        ({"rows": ["month"], "columns": ["quarter"]}, "more than one field of time"),
        ({"rows": ["ICB"], "values": [{"change": "items", "months": 24}]}, "no number to draw"),
    ],
)
def test_where_there_is_no_chart_the_reason_stands(parts, reason):
    made = choice(**parts)
    assert made.chart is None
    assert reason in made.note


def test_one_month_across_is_bars():
    assert choice(rows=["ICB"], columns=["month"], months={"latest": 1}).chart.kind == "bars"
