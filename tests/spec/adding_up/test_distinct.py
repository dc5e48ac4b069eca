"""Distinct counts"""

PRESCRIBING = """
    practice | month   | presentation    | items
    A        | 2021-04 | 0501013B0AAAAAA | 1
    A        | 2021-05 | 0501013B0AAAAAA | 1
    A        | 2021-05 | 0501013B0BBAAAA | 1
    B        | 2021-04 | 0501013B0AAAAAA | 1
    B        | 2021-04 | 0403010J0AAAAAA | 0
"""


def test_presentations(spec_test):
    """How many different presentations. A row counts when it is there, even with 0 items."""
    spec_test(
        PRESCRIBING,
        {"values": [{"distinct": "presentation"}], "rows": ["practice"]},
        {"A": 2, "B": 2},
    )


def test_counted_again_for_a_total(spec_test):
    """A total counts again. It is no sum: practices A and B share a presentation."""
    spec_test(
        PRESCRIBING,
        {"values": [{"distinct": "presentation"}], "rows": ["practice"], "totals": True},
        {"A": 2, "B": 2, None: 3},
    )


def test_combinations(spec_test):
    """Of several fields: how many different combinations."""
    spec_test(
        PRESCRIBING,
        {"values": [{"distinct": ["practice", "chemical substance"]}]},
        len({("A", "0501013B0"), ("B", "0501013B0"), ("B", "0403010J0")}),
    )


def test_with_a_condition(spec_test):
    """How many practices prescribe dosulepin, of all that prescribe."""
    spec_test(
        PRESCRIBING,
        {
            "values": [
                {"distinct": "practice", "where": {"under": ["bnf", "0403010J0"]}},
                {"distinct": "practice"},
            ],
            "rows": ["month"],
        },
        {"2021-04": (1, 2), "2021-05": (0, 1)},
    )
