"""Actual cost: what an item is estimated to have cost the NHS, by the rule of its month.

Amounts are whole numbers of 1/100,000 pound, as the warehouse has them: nothing is rounded. Months before a
change of the rule were never worked out again, so a rule holds for its months for ever.

Source: NHSBSA, glossary of prescribing terms; NHSBSA, changes to the actual cost calculation (April 2024).
"""

from __future__ import annotations

from dataclasses import dataclass

from epact2.model.months import DispensingMonth

UNITS_IN_A_PENNY = 1000  # 1/100,000 pound


@dataclass(frozen=True, slots=True)
class CostParts:
    """NIC, what is deducted from it, and the payments that may be added to it, in 1/100,000 pound."""

    nic: int
    discount: int = 0
    consumables: int = 0
    containers: int = 0
    out_of_pocket: int = 0


@dataclass(frozen=True, slots=True)
class CostRule:
    """One rule and the months for which it holds: ``first`` and ``last`` are None where it has no bound.

    ``payments`` are the fields of CostParts (and stored columns) that are added; ``discount`` says in words
    what is deducted, and ``groups`` names the groups of products that each have a deduction of their own.
    """

    name: str
    first: DispensingMonth | None
    last: DispensingMonth | None
    discount: str
    payments: tuple[str, ...]
    source: str
    groups: tuple[str, ...] = ()

    def holds_in(self, month: DispensingMonth) -> bool:
        """Whether the rule is that of a month."""
        return (self.first is None or self.first <= month) and (self.last is None or month <= self.last)

    def actual_cost(self, parts: CostParts) -> int:
        """NIC less the deduction plus the payments of this rule; payments of other rules do not count."""
        paid = {
            "consumables": parts.consumables,
            "containers": parts.containers,
            "out_of_pocket": parts.out_of_pocket,
        }
        return parts.nic - parts.discount + sum(paid[name] for name in self.payments)


_GLOSSARY = "NHSBSA, glossary of prescribing terms"

COST_RULES = (
    CostRule(
        "with containers only",
        None,
        DispensingMonth(2012, 6),
        "NIC × the national average discount percentage of the month before",
        ("containers",),
        _GLOSSARY,
    ),
    CostRule(
        "with consumables and expenses",
        DispensingMonth(2012, 7),
        DispensingMonth(2024, 3),
        "NIC × the national average discount percentage of the month before",
        ("consumables", "containers", "out_of_pocket"),
        _GLOSSARY,
    ),
    CostRule(
        "with deductions by group",
        DispensingMonth(2024, 4),
        None,
        "NIC × the deduction of the product's group",
        ("consumables", "containers", "out_of_pocket"),
        "NHSBSA, changes to the actual cost calculation (pharmacies), April 2024",
        ("appliances", "generics", "brands", "zero discount"),
    ),
)


def cost_rule(month: DispensingMonth) -> CostRule:
    """The rule of a month; every month has exactly one."""
    return next(rule for rule in COST_RULES if rule.holds_in(month))


def actual_cost(month: DispensingMonth, parts: CostParts) -> int:
    """The actual cost of an item by the rule of its month, in 1/100,000 pound."""
    return cost_rule(month).actual_cost(parts)
