"""Splits by what patients are"""

from __future__ import annotations

TABLES = {
    "items": """
        practice | patient | patient identified | gender | age | IMD quintile | items
        A        | ann     | Y                  | 2      | 66  | 1            | 12
        B        | bea     | Y                  | 2      | 34  | 1            | 13
        B        | cid     | Y                  | 1      | 67  | 5            | 20
        B        | dan     | Y                  | 1      | 68  | 5            | 12
        C        | eve     | Y                  | 2      | 66  | 1            | 12
    """,
    "practices": """
        practice | sub-ICB location | ICB | region
        A        | 01A              | QA1 | Y1
        B        | 01A              | QA1 | Y1
        C        | 02B              | QA1 | Y1
    """,
}
OFFSETS = """
    practice | keyed by                       | offset
    01A      | patients: 65-69, gender 1      | 3
    01A      | items: 65-69, gender 1         | 2
    01A      | patients: 65-69, gender 2      | 2
    01A      | items: 65-69, gender 2         | 2
    01A      | patients: 30-34, gender 2      | 1
    01A      | items: 30-34, gender 2         | 3
    01A      | items: quintile 1              | 2
    01A      | items: quintile 5              | 4
    A        | shown                          | 3
    B        | shown                          | 3
    C        | shown                          | 1
"""
TOO_FEW = "withheld: too few items to split"


def test_by_gender(spec_test):
    """A sub-ICB location is split by 5-year band and gender, and each cell rounded once: patients, and items.

    01A: two men of 65 to 69 and 3 make 5, their 32 items and 2 make 34, so 30. One woman of each band makes
    0, 12 items and 2 make 14, so 10, 13 and 3 make 16, so 15. 02B has fewer than 20 open items: it is not
    split.
    """
    spec_test(
        TABLES,
        {"values": ["identified patients", "items"], "rows": ["sub-ICB location", "gender"]},
        {
            ("01A", "0"): (0, 0),
            ("01A", "1"): (5, 30),
            ("01A", "2"): (0, 10 + 15),
            ("01A", "9"): (0, 0),
            **{("02B", gender): (TOO_FEW, TOO_FEW) for gender in ("0", "1", "2", "9")},
        },
        offsets=OFFSETS,
    )


def test_totals(spec_test):
    """Without gender the total is that of practices, as if asked by itself; items are open and exact.

    A: 1 patient and 3 make 4, so 0. B: 3 and 3 make 6, so 5. C: 1 and 1 make 2, so 0.
    """
    spec_test(
        TABLES,
        {"values": ["identified patients", "items"], "rows": ["gender"], "totals": True},
        {"0": (0, 0), "1": (5, 30), "2": (0, 25), "9": (0, 0), None: (5, 69)},
        offsets=OFFSETS,
    )


def test_bands_of_twenty_years(spec_test):
    """A band of twenty years is the sum of its four bands of five."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["20-year age band"], "where": {"under": ["organisation", "01A"]}},
        {"00-19": 0, "20-39": 15, "40-59": 0, "60-79": 40, "80+": 0, "Unknown": 0},
        offsets=OFFSETS,
    )


def test_parts_that_would_tell_too_much(spec_test):
    """Beside the exact total of 57 items, 25 and 35 items would leave too little room: 25 and 2 make 25, 32
    and 4 make 35, and all parts together are 57. So the split by deprivation is withheld as a whole.
    """
    spec_test(
        TABLES,
        {
            "values": ["items"],
            "rows": ["IMD quintile"],
            "where": {"under": ["organisation", "01A"]},
        },
        dict.fromkeys(("1", "2", "3", "4", "5", "Unknown"), TOO_FEW),
        offsets=OFFSETS,
    )
