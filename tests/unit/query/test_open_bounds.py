"""How many open items a count could rest on: what open data can tell of a condition on patients."""

from __future__ import annotations

import pytest

from epact2.query.codec import value_from_json
from epact2.query.open_bounds import bound_of, open_items
from epact2.query.selection_words import selection_words

# The open items of one practice.
ITEMS = {"": 1000, "05": 100, "0501": 60, "0501013B0": 9, "10": 40, "1001": 30}


def under(code):
    return {"under": ["bnf", code]}


def items_of(selection) -> int:
    """A drawn practice: it knows single codes, and what they add up to."""
    return _KNOWN[selection_words(selection)]


_KNOWN = {"": 1000} | {
    selection_words(value_from_json({"amount": "items", "where": under(code)}).where): items
    for code, items in ITEMS.items()
    if code
}
HAD_05, HAD_10 = {"had": under("05")}, {"had": under("1001")}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("identified patients", 1000, id="all items"),
        pytest.param({"distinct": "patient", "where": under("0501013B0")}, 9, id="items of the substance"),
        pytest.param(
            {"distinct": "patient", "where": {"all": [under("0501"), {"is": ["gender", "2"]}]}},
            60,
            id="open data know no gender",
        ),
        pytest.param(
            {"amount": "items", "where": {"is": ["EPS", "Y"]}}, 1000, id="open data know nothing of EPS"
        ),
        pytest.param({"patients": {"all": [HAD_05, HAD_10]}}, 30, id="and: the least"),
        pytest.param({"patients": {"any": [HAD_05, HAD_10]}}, 130, id="or: the sum"),
        pytest.param({"patients": {"all": [HAD_05, {"not": HAD_10}]}}, 100, id="without: nothing"),
        pytest.param({"patients": {"not": HAD_10}}, 1000, id="only without: all items"),
        pytest.param(
            {"patients": {"any": [HAD_05, {"not": HAD_10}]}}, 1000, id="or without: all items again"
        ),
        pytest.param(
            {"patients": {"all": [HAD_05, {"had": under("1001"), "before": 12}]}},
            30,
            id="a window is taken in the month",
        ),
        pytest.param(
            {"patients": {"at least": [{"amount": "items", "where": under("0501")}, 0]}},
            1000,
            id="at least none: everybody",
        ),
        pytest.param(
            {"patients": {"at least": [{"amount": "items", "where": under("0501")}, 2]}}, 60, id="at least 2"
        ),
    ],
)
def test_bounds(value, expected):
    assert open_items(bound_of(value_from_json(value)), items_of) == expected
