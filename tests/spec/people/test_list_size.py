"""List sizes"""

TABLES = {
    "prescribing": """
        practice | month   | presentation    | items
        A        | 2021-04 | 0501013B0AAAAAA | 30
        A        | 2021-04 | 0403010J0AAAAAA | 10
        A        | 2021-05 | 0501013B0AAAAAA | 50
        B        | 2021-04 | 0501013B0AAAAAA | 20
        B        | 2021-05 | 0501013B0AAAAAA | 60
        X        | 2021-05 | 0501013B0AAAAAA | 5
    """,
    "lists": """
        practice | month   | list size
        A        | 2021-04 | 1000
        A        | 2021-05 | 1100
        B        | 2021-04 | 2000
        B        | 2021-05 | 2000
        D        | 2021-04 | 500
        D        | 2021-05 | 500
    """,
    "practices": """
        practice | ICB
        A        | QE1
        B        | QE1
        D        | QE1
        X        | QF2
    """,
}
RATE = {"ratio": ["items", "list size"], "per": 1000}


def test_one_month(spec_test):
    """In one month, the patients on the lists. A practice without a list has no value, not 0 patients."""
    spec_test(
        TABLES,
        {"values": ["list size", "items"], "rows": ["practice"], "months": "2021-05"},
        {"A": (1100, 50), "B": (2000, 60), "X": (None, 5)},
    )


def test_mean_over_months(spec_test):
    """Over several months patients are not added up: the mean of the months."""
    spec_test(
        TABLES,
        {"values": ["items", RATE], "rows": ["practice"]},
        {
            "A": (30 + 10 + 50, (30 + 10 + 50) * 1000 / ((1000 + 1100) / 2)),
            "B": (20 + 60, (20 + 60) * 1000 / 2000),
            "X": (5, None),
        },
    )


def test_dormant_practices_count_for_their_icb(spec_test):
    """A practice that prescribes nothing is not listed, yet its patients are patients of the ICB."""
    spec_test(
        TABLES,
        {"values": [RATE], "rows": ["ICB", "practice"], "months": "2021-04", "totals": True},
        {
            ("QE1", "A"): (30 + 10) * 1000 / 1000,
            ("QE1", "B"): 20 * 1000 / 2000,
            ("QE1", None): (30 + 10 + 20) * 1000 / (1000 + 2000 + 500),
            (None, None): (30 + 10 + 20) * 1000 / (1000 + 2000 + 500),
        },
    )


def test_medicines_do_not_reduce_the_list(spec_test):
    """A condition on a medicine reduces the items, never the patients."""
    spec_test(
        TABLES,
        {
            "values": [RATE],
            "rows": ["practice"],
            "where": {"under": ["bnf", "04"]},
            "months": "2021-04",
        },
        {"A": 10 * 1000 / 1000, "B": 0},
    )


def test_same_for_every_medicine(spec_test):
    """Below a ratio, the list is the same for every medicine in the rows."""
    spec_test(
        TABLES,
        {"values": [RATE], "rows": ["chapter"], "months": "2021-04"},
        {"04": 10 * 1000 / (1000 + 2000 + 500), "05": (30 + 20) * 1000 / (1000 + 2000 + 500)},
    )


def test_months_without_lists(spec_test):
    """A month without lists is left out of the mean."""
    spec_test(
        {
            "prescribing": """
                month   | items
                2021-04 | 4
                2021-05 | 8
            """,
            "lists": """
                month   | list size
                2021-04 | 1000
            """,
        },
        {"values": ["items", "list size"], "rows": ["month"], "totals": True},
        {"2021-04": (4, 1000), "2021-05": (8, None), None: (4 + 8, 1000)},
    )


def test_change(spec_test):
    """A list now compared with the list before."""
    spec_test(
        TABLES,
        {
            "values": [{"change": "list size", "months": 1, "as": "difference"}],
            "rows": ["practice"],
            "months": "2021-05",
        },
        {"A": 1100 - 1000, "B": 2000 - 2000, "D": 500 - 500, "X": None},
    )


def test_part_of_the_patients(spec_test):
    """A value's own condition may be on organisations."""
    spec_test(
        TABLES,
        {
            "values": [{"amount": "list size", "where": {"in": ["practice", ["A", "D"]]}}],
            "months": "2021-05",
        },
        1100 + 500,
    )
