"""Counting patients"""

ITEMS = """
    practice | patient | patient identified | presentation    | items
    A        | ann     | Y                  | 0501013B0AAAAAA | 1
    A        | ann     | Y                  | 0501080W0AAAEAE | 1
    A        | bob     | Y                  | 0501013B0AAAAAA | 2
    A        | cat     | N                  | 0501013B0AAAAAA | 1
    B        | ann     | Y                  | 0501013B0AAAAAA | 1
    B        |         | N                  | 0501013B0AAAAAA | 5
"""


def test_identified_patients(spec_test):
    """A patient counts once in each row of the table, however many items; without a verified number, never.

    Rows do not add up: Ann was at both practices.
    """
    spec_test(
        {"items": ITEMS},
        {"values": ["items", "identified patients"], "rows": ["practice"], "totals": True},
        {"A": (5, 2), "B": (6, 1), None: (11, 2)},
    )


def test_items_side_by_side(spec_test):
    """Items of identified patients and of others are told apart by a field."""
    spec_test(
        {"items": ITEMS},
        {
            "values": ["items", "identified patients", "capture rate"],
            "rows": ["patient identified"],
            "totals": True,
        },
        {"N": (6, 0, 0.0), "Y": (5, 2, 100.0), None: (11, 2, 500 / 11)},
    )


def test_patients_of_a_medicine(spec_test):
    """A condition on the value selects the items whose patients count."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [{"amount": "identified patients", "where": {"under": ["bnf", "0501080"]}}],
            "rows": ["practice"],
        },
        {"A": 1, "B": 0},
    )


def test_medicines_of_patients(spec_test):
    """Pairs of a patient and a medicine, divided by the patients: different medicines for each patient."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {"distinct": ["patient", "chemical substance"]},
                {"ratio": [{"distinct": ["patient", "chemical substance"]}, "identified patients"]},
            ],
        },
        (3, 1.5),
    )


def test_items_per_patient(spec_test):
    """Items of identified patients only, divided by those patients."""
    spec_test({"items": ITEMS}, {"values": ["items per patient"], "rows": ["practice"]}, {"A": 2.0, "B": 1.0})


def test_practice_without_patients(spec_test):
    """A practice that prescribes, but not what is asked for, has no patients: a number, and it counts."""
    spec_test(
        {
            "items": ITEMS,
            "lists": """
                practice | list size
                A        | 1000
                B        | 2000
                C        | 3000
            """,
        },
        {
            "values": [{"ratio": ["identified patients", "list size"], "per": 1000}],
            "rows": ["practice"],
            "where": {"under": ["bnf", "0501080"]},
        },
        {"A": 1.0, "B": 0.0},
    )


def test_months(spec_test):
    """A patient of two months counts in each, and once in both together."""
    spec_test(
        {
            "items": """
                month   | patient | items
                2021-04 | ann     | 1
                2021-05 | ann     | 1
                2021-05 | bob     | 1
            """
        },
        {
            "values": ["identified patients", {"rolling": "identified patients", "months": 2}],
            "rows": ["month"],
        },
        {"2021-04": (1, None), "2021-05": (2, 2)},
    )
