"""The answer's title is made from its numbers, by rule."""

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import answer
from epact2.query.codec import query_from_json
from epact2.web.presenters.dressed import DressedNames
from epact2.web.presenters.finding import finding
from support import example_explorer

ENGINE = example_explorer.engine()


def said(**parts):
    query = query_from_json({"values": ["items"], "months": {"latest": 1}, **parts})
    return finding(query, answer(ENGINE, query, OPERATOR).result, DressedNames(ENGINE.directory).name_of)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({}, "Items: 2,808 items"),
        ({"rows": ["ICB"]}, "Sussex is the highest of 3 ICBs: 1,143 items"),
        (
            {"rows": ["ICB"], "totals": True},
            "Sussex is the highest of 3 ICBs: 1,143 items, 40.7% of the total",
        ),
        (
            {"rows": ["region", "ICB"], "totals": True},
            "South East is the highest of 2 regions: 1,746 items, 62.2% of the total",
        ),
        ({"rows": ["month"], "months": {"latest": 3}}, "Items rose by 1.7% from Jul 2025 to Sep 2025"),
        (
            {"rows": ["ICB"], "columns": ["month"], "months": {"latest": 3}, "totals": True},
            "Items rose by 1.7% from Jul 2025 to Sep 2025",
        ),
        (
            {"rows": ["quarter"], "months": {"latest": 6}},
            "Items rose by 2.7% between Apr to Jun 2025 and Jul to Sep 2025",
        ),
        (
            {"rows": ["ICB"], "values": [{"ratio": ["NIC", "items"]}]},
            "Kent and Medway is the highest of 3 ICBs: £1.92 per item",
        ),
        (
            {
                "rows": ["ICB"],
                "values": [{"ratio": ["items", "list size"], "per": 1000}],
                "months": {"latest": 1},
            },
            "Birmingham and Solihull is the highest of 3 ICBs: 49.4 items per 1,000 patients",
        ),
        ({"rows": ["ICB"], "columns": ["month"], "months": {"latest": 3}}, ""),
        ({"rows": ["practice"], "percentiles": [50]}, ""),
    ],
)
def test_findings(parts, sentence):
    assert said(**parts) == sentence
