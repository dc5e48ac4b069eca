"""Actual cost by the three rules, each in its months."""

from __future__ import annotations

import pytest

from epact2.model.costs import COST_RULES, CostParts, actual_cost, cost_rule
from epact2.model.months import DispensingMonth, month_span

PARTS = CostParts(nic=1_000_000, discount=98_670, consumables=1_240, containers=10_000, out_of_pocket=500)


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        ((2012, 6), 1_000_000 - 98_670 + 10_000),
        ((2012, 7), 1_000_000 - 98_670 + 1_240 + 10_000 + 500),
        ((2024, 3), 1_000_000 - 98_670 + 1_240 + 10_000 + 500),
        ((2024, 4), 1_000_000 - 98_670 + 1_240 + 10_000 + 500),
    ],
)
def test_each_rule_in_its_months(month, expected):
    assert actual_cost(DispensingMonth(*month), PARTS) == expected


def test_every_month_has_one_rule():
    for month in month_span(DispensingMonth(1990, 1), DispensingMonth(2040, 12)):
        assert sum(rule.holds_in(month) for rule in COST_RULES) == 1
    assert [cost_rule(DispensingMonth(*one)) for one in ((2012, 6), (2024, 3), (2024, 4))] == list(COST_RULES)


def test_payments_are_parts():
    for rule in COST_RULES:
        assert all(isinstance(getattr(PARTS, name), int) for name in rule.payments)
    assert COST_RULES[-1].groups == ("appliances", "generics", "brands", "zero discount")


def test_a_published_row():
    """January 2026 of the open data: NIC £4.44, deducted 9.867 %, 1.24 p for consumables."""
    nic = 444_000
    parts = CostParts(nic, discount=nic * 9_867 // 100_000, consumables=1_240)
    assert actual_cost(DispensingMonth(2026, 1), parts) == 401_431
