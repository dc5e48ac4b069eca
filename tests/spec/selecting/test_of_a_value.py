"""A value's own condition"""

PRESCRIBING = """
    practice | presentation    | items
    A        | 0501013B0AAAAAA | 1
    A        | 0403010J0AAAAAA | 10
    B        | 0501013B0AAAAAA | 100
"""


def test_one_value_narrower_than_another(spec_test):
    """A value may count fewer rows than the question. A group in which it counts none shows 0."""
    spec_test(
        PRESCRIBING,
        {"values": ["items", {"amount": "items", "where": {"under": ["bnf", "04"]}}], "rows": ["practice"]},
        {"A": (1 + 10, 10), "B": (100, 0)},
    )


def test_both_hold(spec_test):
    """The question's condition holds too."""
    spec_test(
        PRESCRIBING,
        {
            "values": [{"amount": "items", "where": {"under": ["bnf", "05"]}}],
            "where": {"is": ["practice", "A"]},
        },
        1,
    )
