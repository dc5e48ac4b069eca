"""Change"""

PRESCRIBING = """
    practice | month   | items | NIC
    A        | 2020-04 | 10    | 4.00
    A        | 2020-05 | 20    | 4.00
    B        | 2020-04 | 5     | 1.00
    A        | 2021-04 | 12    | 3.00
    A        | 2021-05 | 15    | 3.00
    C        | 2021-05 | 1     | 1.00
"""


def test_on_a_year_earlier(spec_test):
    """Now ÷ a year earlier − 1. There is no value where the earlier months are not loaded, or had nothing."""
    spec_test(
        PRESCRIBING,
        {"values": [{"change": "items"}], "rows": ["month", "practice"]},
        {
            ("2020-04", "A"): None,
            ("2020-04", "B"): None,
            ("2020-05", "A"): None,
            ("2021-04", "A"): 12 / 10 - 1,
            ("2021-05", "A"): 15 / 20 - 1,
            ("2021-05", "C"): None,
        },
    )


def test_difference(spec_test):
    """Now − before, exactly and in the value's own unit. Nothing before is 0 before."""
    spec_test(
        PRESCRIBING,
        {
            "values": [{"change": "items", "as": "difference"}, {"change": "NIC", "as": "difference"}],
            "rows": ["practice"],
            "months": "2021-05",
        },
        {"A": (15 - 20, 3.00 - 4.00), "C": (1 - 0, 1.00 - 0)},
    )


def test_several_months(spec_test):
    """The months of a group together are compared with the same months a year earlier, all of them."""
    spec_test(
        PRESCRIBING,
        {"values": [{"change": "items"}], "months": {"from": "2021-04", "to": "2021-05"}},
        (12 + 15 + 1) / (10 + 20 + 5) - 1,
    )


def test_on_the_month_before(spec_test):
    """On any number of months earlier."""
    spec_test(
        PRESCRIBING,
        {"values": [{"change": "items", "months": 1}], "rows": ["month"]},
        {
            "2020-04": None,
            "2020-05": 20 / (10 + 5) - 1,
            "2021-04": None,
            "2021-05": (15 + 1) / 12 - 1,
        },
    )


def test_of_a_ratio(spec_test):
    """The change of a ratio compares two ratios."""
    spec_test(
        PRESCRIBING,
        {"values": [{"change": {"ratio": ["NIC", "items"]}}], "months": "2021-04"},
        (3 / 12) / ((4 + 1) / (10 + 5)) - 1,
    )
