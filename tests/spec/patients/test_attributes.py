"""Age, gender and deprivation"""

ITEMS = """
    patient | age | age on 30 September | gender | IMD quintile | items
    ann     | 4   | 3                   | 2      | 1            | 1
    bob     | 17  | 17                  | 1      | 5            | 1
    cat     | 18  | 17                  | 2      | 5            | 2
    dan     | 93  | 93                  | 1      | Unknown      | 3
            | -1  | -1                  | 0      | 2            | 4
"""


def test_age_bands(spec_test):
    """Bands of five years from 00-04 to 90+, and not known, in this order."""
    spec_test(
        {"items": ITEMS},
        {"values": ["items", "identified patients"], "rows": ["5-year age band"]},
        {"00-04": (1, 1), "15-19": (3, 2), "90+": (3, 1), "Unknown": (4, 0)},
    )


def test_two_notions_of_age(spec_test):
    """Cat turned 18 after September: adult at the item, not on 30 September."""
    spec_test(
        {"items": ITEMS},
        {
            "values": ["items"],
            "rows": ["adult or child", "age on 30 September"],
        },
        {
            ("adult", "17"): 2,
            ("adult", "93"): 3,
            ("child", "3"): 1,
            ("child", "17"): 1,
            ("Unknown", "-1"): 4,
        },
    )


def test_from_age_to_age(spec_test):
    """Ages are numbers: from 9 to 17 holds neither 4 nor 93, and never who has no age."""
    spec_test(
        {"items": ITEMS},
        {"values": ["identified patients"], "rows": ["age"], "where": {"between": ["age", "9", "120"]}},
        {"17": 1, "18": 1, "93": 1},
    )


def test_gender(spec_test):
    """A code or its name selects; the answer has codes."""
    spec_test(
        {"items": ITEMS},
        {"values": ["items"], "rows": ["gender"], "where": {"in": ["gender", ["Female", "1"]]}},
        {"1": 4, "2": 3},
    )


def test_deprivation(spec_test):
    """Quintile 1 is the most deprived; what is not known comes last."""
    spec_test(
        {"items": ITEMS},
        {"values": ["items"], "rows": ["IMD quintile"]},
        {"1": 1, "2": 4, "5": 3, "Unknown": 3},
    )
