"""Ratios"""

PRESCRIBING = """
    practice | presentation    | items | NIC
    A        | 0501013B0AAAAAA | 3     | 6.00
    A        | 0501080W0AAAEAE | 1     | 5.00
    B        | 0501080W0AAAEAE | 2     | 9.00
    C        | 0501013B0AAAAAA | 1     | 2.00
    C        | 0501013B0AAAAAA | -1    | -2.00
"""
AMOXICILLIN = {"amount": "items", "where": {"under": ["bnf", "0501013B0"]}}


def test_cost_per_item(spec_test):
    """Pounds per item. There is no value where there are no items."""
    spec_test(
        PRESCRIBING,
        {"values": [{"ratio": ["NIC", "items"]}], "rows": ["practice"]},
        {"A": (6.0 + 5.0) / (3 + 1), "B": 9.0 / 2, "C": None},
    )


def test_per_hundred(spec_test):
    """Items of amoxicillin as a percentage of all items. A top of 0 is a value: 0 %."""
    spec_test(
        PRESCRIBING,
        {"values": [{"ratio": [AMOXICILLIN, "items"], "per": 100}], "rows": ["practice"]},
        {"A": 3 * 100 / (3 + 1), "B": 0, "C": None},
    )


def test_ratio_of_ratios(spec_test):
    """The parts of a ratio may be ratios."""
    spec_test(
        PRESCRIBING,
        {"values": [{"ratio": [{"ratio": ["NIC", "items"]}, AMOXICILLIN]}]},
        ((6 + 5 + 9 + 2 - 2) / (3 + 1 + 2 + 1 - 1)) / (3 + 1 - 1),
    )
