"""The sentence above the answer says what the exports say."""

import pytest

from epact2.query.codec import query_from_json
from epact2.query.words import question_words
from epact2.web.presenters.sentence import heading, sentence
from support import example_explorer

NAMES = example_explorer.directory()


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"values": ["items", "actual cost"], "rows": ["ICB"], "columns": ["month"], "totals": True},
        {
            "values": ["items"],
            "where": {"is": ["ICB", "QKS"]},
            "months": {"latest": 12},
            "top": 5,
            "rows": ["practice"],
        },
        {"rows": ["practice"], "percentiles": [10, 50, 90], "columns": ["month"]},
        {
            "rows": ["items"[:0] or "ICB"],
            "order": [{"by": "items", "descending": True}],
            "structure": "as at",
        },
        {"values": [{"change": {"ratio": ["items", "list size"], "per": 1000}}], "codes": "as published"},
    ],
)
def test_the_parts_put_together_are_the_words(parts):
    query = query_from_json({"values": ["items"], **parts})
    assert "".join(part.text for part in sentence(query, NAMES)) == f"{question_words(query, NAMES)}."


def test_the_choices_are_strong():
    query = query_from_json(
        {"values": ["items"], "rows": ["ICB"], "where": {"under": ["bnf", "0501"]}, "months": {"latest": 3}}
    )
    strong = [part.text for part in sentence(query, NAMES) if part.strong]
    assert strong == ["Items", "ICB", "BNF section is Antibacterial drugs (0501)", "latest 3 months"]


def test_the_heading_has_values_and_fields_only():
    query = query_from_json(
        {"values": ["items", "actual cost"], "rows": ["ICB"], "where": {"under": ["bnf", "05"]}}
    )
    assert heading(query, NAMES) == "Items and actual cost by ICB"


def test_the_heading_of_percentiles_says_over_what():
    query = query_from_json(
        {"values": ["items"], "rows": ["practice"], "columns": ["month"], "percentiles": [50]}
    )
    assert heading(query, NAMES) == "Percentiles of items over practices by month"
