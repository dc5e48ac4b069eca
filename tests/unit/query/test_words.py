"""Questions in English, and the names and units of values."""

import pytest

from epact2.query.codec import query_from_json, value_from_json
from epact2.query.words import question_words, value_name, value_scale, value_unit


class Names:
    def organisation_name(self, level, code):
        return {"L84073": "Acorn Practice"}.get(code, code)

    def list_name(self, selection):
        return ""

    def any_organisation_name(self, code):
        return {"QR1": "Gloucestershire ICB"}.get(code, code)

    def medicine_name(self, code):
        return {"0501": "Antibacterial drugs"}.get(code, code)


@pytest.mark.parametrize(
    ("value", "name", "unit", "scale"),
    [
        ("items", "items", "items", 0),
        ("actual cost", "actual cost", "£", 5),
        (
            {"ratio": ["items", "list size"], "per": 1000},
            "items per 1,000 patients",
            "items per 1,000 patients",
            None,
        ),
        ({"ratio": ["actual cost", "items"]}, "actual cost per item", "£ per item", None),
        (
            {"ratio": [{"amount": "items", "where": {"under": ["bnf", "0501"]}}, "items"], "per": 100},
            "items where BNF section is Antibacterial drugs (0501) as % of items",
            "%",
            None,
        ),
        ({"change": "items"}, "items, change on a year earlier", "relative change", None),
        (
            {"change": "items", "months": 1, "as": "difference"},
            "items, difference on the month before",
            "items",
            0,
        ),
        ({"rolling": "NIC"}, "NIC, rolling 12 months", "£", 2),
        ({"year to date": "NIC"}, "NIC, financial year to date", "£", 2),
        ({"share": "items", "of": []}, "share of all, items", "share", None),
        ({"distinct": "chemical substance"}, "number of chemical substances", "count", 0),
    ],
)
def test_values_have_a_name_a_unit_and_a_scale(value, name, unit, scale):
    read = value_from_json(value)
    assert (value_name(read, Names()), value_unit(read), value_scale(read)) == (name, unit, scale)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "Items, all months"),
        ({"rows": ["practice"], "months": {"latest": 12}}, "Items by practice, latest 12 months"),
        (
            {
                "rows": ["practice"],
                "columns": ["month"],
                "where": {"all": [{"under": ["organisation", "QR1"]}, {"not": {"under": ["bnf", "0501"]}}]},
                "months": {"from": "2017-09", "to": "2017-10"},
                "totals": True,
            },
            (
                "Items by practice and month (month across), where organisation is Gloucestershire ICB (QR1) "
                "and not (BNF section is Antibacterial drugs (0501)), September 2017 to October 2017, "
                "with totals"
            ),
        ),
        (
            {"rows": ["ICB", "practice"], "top": {"count": 3, "within": ["ICB"], "others": True}},
            (
                "Items by ICB and practice, all months, the top 3 of each ICB and all others together, "
                "ordered by ICB and items (highest first)"
            ),
        ),
        (
            {"rows": ["practice"], "columns": ["month"], "percentiles": [10, 90]},
            "Percentiles 10, 90 over practices of: Items, by month, all months",
        ),
        (
            {"structure": "as at", "codes": "as published"},
            "Items, all months, organisations as at the time, BNF codes as published",
        ),
        (
            {"where": {"is": ["practice", "L84073"]}, "months": "2017-09"},
            "Items, where practice is Acorn Practice (L84073), September 2017",
        ),
    ],
)
def test_a_question_reads_as_a_sentence(parts, words):
    assert question_words(query_from_json({"values": ["items"], **parts}), Names()) == words
