"""Questions as JSON: what is read, what is refused, and that writing is the inverse of reading."""

import json
from decimal import Decimal

import pytest

from epact2.errors import Epact2Error
from epact2.model.prescribing import ITEMS, MONTH, PRACTICE, TOTAL_QUANTITY
from epact2.query.codec import dumps, loads, query_from_json, query_to_json, wants_labels
from epact2.query.nodes import Amount, Is, MonthRange, Order, Ratio, Top, UnderMedicine

WHOLE = {
    "version": 1,
    "values": [
        "items",
        {"ratio": ["items", "list size"], "per": 1000},
        {"amount": "items", "where": {"under": ["bnf", "0501"]}},
        {"distinct": ["chemical substance"]},
        {"share": "items", "of": ["month"]},
        {"change": {"rolling": "NIC"}, "months": 24, "as": "difference"},
        {"year to date": "actual cost"},
    ],
    "rows": ["ICB", "practice"],
    "columns": ["month"],
    "where": {
        "all": [
            {"under": ["organisation", "QR1"]},
            {"not": {"in": ["chapter", ["20", "21"]]}},
            {
                "any": [
                    {"is": ["presentation", "0501013K0AAAJAJ"]},
                    {"between": ["quantity per item", "7", "28"]},
                ]
            },
        ]
    },
    "months": {"from": "2017-09", "to": "2017-10"},
    "order": [{"by": "items", "descending": True}],
    "top": {"count": 20, "within": ["ICB"], "others": True},
    "totals": True,
    "structure": "as at",
    "codes": "as published",
}


def test_a_question_survives_the_round_trip():
    question = loads(json.dumps(WHOLE))
    assert loads(dumps(question)) == question
    assert json.loads(dumps(question)) == WHOLE


def test_only_values_are_needed():
    assert loads('{"values": ["items"]}').values == (Amount(ITEMS),)


def test_case_and_underscores_do_not_matter():
    question = loads('{"values": ["Total_Quantity"], "rows": ["Practice"]}')
    assert question.values == (Amount(TOTAL_QUANTITY),)
    assert question.rows == (PRACTICE,)


def test_quantity_is_total_quantity_per_item_because_quantities_per_item_do_not_add_up():
    assert loads('{"values": ["quantity"]}').values == (Ratio(Amount(TOTAL_QUANTITY), Amount(ITEMS)),)


def test_codes_are_normalised_as_the_release_writes_them():
    where = loads('{"values": ["items"], "where": {"is": ["sub-ICB location", "11m00"]}}').where
    assert isinstance(where, Is)
    assert where.code == "11M"
    where = loads('{"values": ["items"], "where": {"under": ["bnf", "0501013k0"]}}').where
    assert isinstance(where, UnderMedicine)
    assert where.code.text == "0501013K0"
    where = loads('{"values": ["items"], "where": {"is": ["quantity per item", 28.50]}}').where
    assert where == loads('{"values": ["items"], "where": {"is": ["quantity per item", "28.5"]}}').where


def test_months_can_be_written_in_any_of_the_ways_of_nhs_files():
    months = loads('{"values": ["items"], "months": {"from": "201709", "to": "2017_10"}}').months
    assert isinstance(months, MonthRange)
    assert (months.first.code, months.last.code) == ("2017-09", "2017-10")


def test_a_share_without_of_is_a_share_of_its_column():
    question = loads('{"values": [{"share": "items"}], "rows": ["ICB"], "columns": ["month"]}')
    assert question.values[0].of == (MONTH,)


def test_order_names_a_field_a_value_or_the_number_of_a_value():
    by_number = loads('{"values": ["items", "NIC"], "rows": ["practice"], "order": [{"by": 2}]}')
    by_name = loads('{"values": ["items", "NIC"], "rows": ["practice"], "order": [{"by": "nic"}]}')
    assert by_number == by_name
    by_field = loads('{"values": ["items"], "rows": ["practice"], "order": [{"by": "practice"}]}')
    assert by_field.order == (Order(PRACTICE),)


def test_top_may_be_a_number():
    assert loads('{"values": ["items"], "rows": ["practice"], "top": 5}').top == Top(5)


def test_labels_are_no_part_of_the_question():
    data = {"values": ["items"], "labels": True}
    assert wants_labels(data)
    assert loads(json.dumps(data)) == loads('{"values": ["items"]}')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not valid JSON"),
        ('{"values": ["items"', "line 1, column"),
        ("[]", "A question is a JSON object"),
        ('{"values": []}', "asks for no value"),
        ('{"rows": ["practice"]}', "no “values”"),
        ('{"values": "items"}', "“values” is not a list"),
        ('{"version": 2, "values": ["items"]}', "version 2"),
        ('{"vals": ["items"], "values": ["items"]}', "Did you mean “values”"),
        ('{"values": ["itmes"]}', "Did you mean “items”"),
        ('{"values": ["items"], "rows": ["chemical"]}', "“chemical” is no field"),
        ('{"values": ["items"], "rows": ["practise"]}', "Did you mean “practice”"),
        ('{"values": ["items"], "rows": ["practice"], "columns": ["practice"]}', "used twice"),
        ('{"values": [null]}', "null where a text belongs"),
        ('{"values": [{"ratio": ["items"]}]}', "two parts, not 1"),
        ('{"values": [{"ratio": ["items", "NIC"], "per": 0}]}', "per 0"),
        ('{"values": [{"sum": "items"}]}', "is no value"),
        ('{"values": ["items"], "where": {"is": ["practice"]}}', "has 1 parts"),
        ('{"values": ["items"], "where": {"is": ["practice", "A"], "not": {}}}', "exactly one of"),
        ('{"values": ["items"], "where": {"under": ["bnf", "05011"]}}', "is not a BNF code"),
        ('{"values": ["items"], "where": {"under": ["colour", "red"]}}', "has nothing under it"),
        ('{"values": ["items"], "where": {"is": ["quantity per item", "many"]}}', "is no quantity per item"),
        ('{"values": ["items"], "months": {"from": "2017-13", "to": "2018-01"}}', "is not a month"),
        ('{"values": ["items"], "months": {"from": "2018-01", "to": "2017-01"}}', "run backwards"),
        ('{"values": ["items"], "months": {"from": "2018-01"}}', "no “from” or no “to”"),
        ('{"values": ["items"], "months": {"latest": 0}}', "at least the latest 1"),
        ('{"values": ["items"], "top": "5"}', "whole number"),
        ('{"values": ["items"], "top": 5}', "needs rows"),
        ('{"values": ["items"], "order": [{"by": "NIC"}]}', "does not show"),
        ('{"values": ["items"], "order": [{"by": 3}]}', "no value number 3"),
        ('{"values": ["items"], "totals": 1}', "neither true nor false"),
        ('{"values": ["items"], "structure": "tomorrow"}', "Choose current or as at"),
        ('{"values": ["items"], "percentiles": [50]}', "Percentiles need rows"),
        ('{"values": ["items"], "rows": ["practice"], "percentiles": [101]}', "from 0 to 100"),
        ('{"values": ["items"], "where": ' + '{"not": ' * 70 + "{}" + "}" * 70 + "}", "nested too deeply"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(text, message):
    with pytest.raises(Epact2Error) as refused:
        loads(text)
    assert message in str(refused.value)


def test_a_top_without_an_order_shows_the_first_one_first():
    asked = loads(
        '{"values": ["items"], "rows": ["ICB", "practice"], "top": {"count": 2, "within": ["ICB"]}}'
    )
    said = loads(dumps(asked))
    assert json.loads(dumps(asked))["order"] == [{"by": "ICB"}, {"by": "items", "descending": True}]
    assert said == asked
    across = loads('{"values": ["items"], "rows": ["practice"], "columns": ["month"], "top": 2}')
    assert across.order == ()


@pytest.mark.parametrize("number", ["12.5", "0.1", "0.000000000001", "123456789012.125", "0.3", "7"])
def test_an_amount_that_patients_had_may_have_decimals(number):
    """Whatever is written into an address is the same number again."""
    query = loads(f'{{"values": [{{"patients": {{"at least": ["NIC", {number}]}}}}]}}')
    assert query.values[0].condition.least == Decimal(number)
    assert loads(dumps(query)) == query
    assert query_from_json(query_to_json(query)) == query
