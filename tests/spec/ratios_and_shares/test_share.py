"""Shares"""

PRESCRIBING = {
    "prescribing": """
        practice | month   | items
        A        | 2021-04 | 1
        A        | 2021-05 | 2
        B        | 2021-04 | 3
        C        | 2021-04 | 4
        C        | 2021-05 | -2
    """,
    "practices": """
        practice | ICB
        A        | QE1
        B        | QE1
        C        | QF2
    """,
}


def test_share_of_everything(spec_test):
    """A group's part of all that the question covers. Negative numbers are taken as they are."""
    spec_test(
        PRESCRIBING,
        {"values": [{"share": "items"}], "rows": ["practice"]},
        {"A": (1 + 2) / 8, "B": 3 / 8, "C": (4 - 2) / 8},
    )


def test_share_of_its_icb(spec_test):
    """A group's part of the wider group that keeps only some of its fields."""
    spec_test(
        PRESCRIBING,
        {"values": [{"share": "items", "of": ["ICB"]}], "rows": ["ICB", "practice"]},
        {("QE1", "A"): 3 / 6, ("QE1", "B"): 3 / 6, ("QF2", "C"): 2 / 2},
    )


def test_share_of_its_column(spec_test):
    """Without “of”, a share is of the whole column."""
    spec_test(
        PRESCRIBING,
        {"values": [{"share": "items"}], "rows": ["practice"], "columns": ["month"]},
        {
            ("A", "2021-04"): 1 / 8,
            ("A", "2021-05"): None,
            ("B", "2021-04"): 3 / 8,
            ("C", "2021-04"): 4 / 8,
            ("C", "2021-05"): None,
        },
    )


def test_share_in_totals(spec_test):
    """In a total, a share is of what is left of the wider group's fields."""
    spec_test(
        PRESCRIBING,
        {
            "values": [{"share": "items", "of": ["ICB"]}],
            "rows": ["ICB", "practice"],
            "totals": True,
            "where": {"under": ["organisation", "QE1"]},
        },
        {
            ("QE1", "A"): 3 / 6,
            ("QE1", "B"): 3 / 6,
            ("QE1", None): 6 / 6,
            (None, None): 6 / 6,
        },
    )
