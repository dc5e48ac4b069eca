"""Order"""

PRESCRIBING = """
    practice | month   | items | NIC
    A        | 2021-04 | 5     | 1.00
    B        | 2021-04 | 9     | 3.00
    C        | 2021-04 | 5     | 2.00
    D        | 2021-04 | 0     | 4.00
    B        | 2021-05 | 1     | 1.00
"""


def test_by_a_value(spec_test):
    """The highest first. Equals stand in the order of their codes."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "order": [{"by": "items", "descending": True}]},
        {"B": 9 + 1, "A": 5, "C": 5, "D": 0},
    )


def test_by_two(spec_test):
    """By a second value where the first is equal."""
    spec_test(
        PRESCRIBING,
        {
            "values": ["items", "NIC"],
            "rows": ["practice"],
            "months": "2021-04",
            "order": [{"by": "items"}, {"by": "NIC", "descending": True}],
        },
        {"D": (0, 4), "C": (5, 2), "A": (5, 1), "B": (9, 3)},
    )


def test_by_a_field(spec_test):
    """By a field's code, backwards."""
    spec_test(
        PRESCRIBING,
        {
            "values": ["items"],
            "rows": ["month", "practice"],
            "order": [{"by": "month", "descending": True}],
        },
        {
            ("2021-05", "B"): 1,
            ("2021-04", "A"): 5,
            ("2021-04", "B"): 9,
            ("2021-04", "C"): 5,
            ("2021-04", "D"): 0,
        },
    )


def test_no_value_last(spec_test):
    """What has no value comes last, up or down."""
    question = {"values": [{"ratio": ["NIC", "items"]}], "rows": ["practice"], "months": "2021-04"}
    spec_test(
        PRESCRIBING,
        {**question, "order": [{"by": 1}]},
        {"A": 1 / 5, "B": 3 / 9, "C": 2 / 5, "D": None},
    )
    spec_test(
        PRESCRIBING,
        {**question, "order": [{"by": 1, "descending": True}]},
        {"C": 2 / 5, "B": 3 / 9, "A": 1 / 5, "D": None},
    )


def test_totals_stay_last(spec_test):
    """Totals stand after the rows, each kind in the same order."""
    spec_test(
        PRESCRIBING,
        {
            "values": ["items"],
            "rows": ["practice"],
            "months": "2021-04",
            "order": [{"by": "items"}],
            "totals": True,
        },
        {"D": 0, "A": 5, "C": 5, "B": 9, None: 5 + 9 + 5 + 0},
    )
