"""Totals and subtotals"""

PRESCRIBING = {
    "prescribing": """
        practice | month   | items | NIC
        A        | 2021-04 | 1     | 2.00
        A        | 2021-05 | 10    | 5.00
        B        | 2021-04 | 100   | 300.00
        C        | 2021-04 | 1000  | 500.00
    """,
    "practices": """
        practice | ICB
        A        | QE1
        B        | QE1
        C        | QF2
    """,
}


def test_total(spec_test):
    """The whole comes last; no field stands where it was summed over."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "totals": True},
        {"A": 1 + 10, "B": 100, "C": 1000, None: 1 + 10 + 100 + 1000},
    )


def test_subtotals(spec_test):
    """Row fields are summed over from the right."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["ICB", "practice"], "totals": True},
        {
            ("QE1", "A"): 1 + 10,
            ("QE1", "B"): 100,
            ("QF2", "C"): 1000,
            ("QE1", None): 1 + 10 + 100,
            ("QF2", None): 1000,
            (None, None): 1 + 10 + 100 + 1000,
        },
    )


def test_columns(spec_test):
    """First the totals of each column, then those over all columns."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["ICB"], "columns": ["month"], "totals": True},
        {
            ("QE1", "2021-04"): 1 + 100,
            ("QE1", "2021-05"): 10,
            ("QF2", "2021-04"): 1000,
            (None, "2021-04"): 1 + 100 + 1000,
            (None, "2021-05"): 10,
            ("QE1", None): 1 + 10 + 100,
            ("QF2", None): 1000,
            (None, None): 1 + 10 + 100 + 1000,
        },
    )


def test_a_ratio_is_worked_out_again(spec_test):
    """A total of a ratio is the ratio of the totals, neither their sum nor their mean."""
    spec_test(
        PRESCRIBING,
        {"values": [{"ratio": ["NIC", "items"]}], "rows": ["ICB"], "totals": True},
        {
            "QE1": (2.0 + 5.0 + 300.0) / (1 + 10 + 100),
            "QF2": 500.0 / 1000,
            None: (2.0 + 5.0 + 300.0 + 500.0) / (1 + 10 + 100 + 1000),
        },
    )
