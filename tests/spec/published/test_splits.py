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
    01A      | items of 05: 65-69, gender 1   | 0
    01A      | patients: 65-69, gender 2      | 2
    01A      | items of 05: 65-69, gender 2   | 1
    01A      | patients: 30-34, gender 2      | 1
    01A      | items of 05: 30-34, gender 2   | 3
    01A      | items of 05: quintile 1        | 1
    01A      | items of 05: quintile 5        | 3
    A        | shown                          | 3
    B        | shown                          | 3
    C        | shown                          | 1
"""
TOO_FEW = "withheld: too few items to split"


def test_by_gender(spec_test):
    """A sub-ICB location is split by 5-year band and gender, and each cell rounded once: patients, and items.

    01A: two men of 65 to 69 and 3 make 5, their 32 items stay 32, so 30. One woman of each band makes 0, 12
    items and 1 make 13, so 10, 13 and 3 make 16, so 15. 02B has fewer than 20 open items: it is not split.
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
    """Beside the exact total of 57 items, 25 and 35 items would leave too little room: 25 and 1 make 25, 32
    and 3 make 35, and all parts together are 57. So the split by deprivation is withheld as a whole.
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


CHAPTERS = {
    **TABLES,
    "items": """
        practice | patient | patient identified | gender | age | IMD quintile | presentation    | items
        A        | ann     | Y                  | 2      | 66  | 1            | 0501013B0AAAAAA | 12
        B        | bea     | Y                  | 2      | 34  | 1            | 0501013B0AAAAAA | 13
        B        | cid     | Y                  | 1      | 67  | 5            | 0501013B0AAAAAA | 10
        B        | dan     | Y                  | 1      | 68  | 5            | 0501013B0AAAAAA | 10
        A        | ann     | Y                  | 2      | 66  | 1            | 0601022B0AAASAS | 14
        B        | bea     | Y                  | 2      | 34  | 1            | 0601022B0AAASAS | 14
        B        | cid     | Y                  | 1      | 67  | 5            | 0601022B0AAASAS | 12
        B        | dan     | Y                  | 1      | 68  | 5            | 0601022B0AAASAS | 12
        A        | ann     | Y                  | 2      | 66  | 1            | 0701011AAAAABAB | 15
    """,
}
TWO_CHAPTERS = """
    practice | keyed by                       | offset
    01A      | patients: 65-69, gender 1      | 3
    01A      | patients: 65-69, gender 2      | 2
    01A      | patients: 30-34, gender 2      | 1
    01A      | items of 05: 65-69, gender 1   | 0
    01A      | items of 05: 65-69, gender 2   | 1
    01A      | items of 05: 30-34, gender 2   | 3
    01A      | items of 06: 65-69, gender 1   | 1
    01A      | items of 06: 65-69, gender 2   | 3
    01A      | items of 06: 30-34, gender 2   | 4
"""
OF_01A = {"under": ["organisation", "01A"]}


def test_everything_adds_chapters_up(spec_test):
    """Items of everything are those of the chapters that are split, added up: no second draw of them.

    Chapter 05: men 20, women 10 and 15. Chapter 06: 24 and 1 make 25; 14 and 3 make 17, so 15; 14 and 4 make
    18, so 15. Chapter 07 has fewer than 20 open items: it is not split, and counts nowhere. Patients have one
    offset in every chapter, and are as many in each as altogether.
    """
    spec_test(
        CHAPTERS,
        {"values": ["identified patients", "items"], "rows": ["chapter", "gender"], "where": OF_01A},
        {
            ("05", "0"): (0, 0), ("05", "1"): (5, 20), ("05", "2"): (0, 25), ("05", "9"): (0, 0),
            ("06", "0"): (0, 0), ("06", "1"): (5, 25), ("06", "2"): (0, 30), ("06", "9"): (0, 0),
            **{("07", gender): (TOO_FEW, TOO_FEW) for gender in ("0", "1", "2", "9")},
        },
        offsets=TWO_CHAPTERS,
    )  # fmt: skip
    spec_test(
        CHAPTERS,
        {"values": ["identified patients", "items"], "rows": ["gender"], "where": OF_01A},
        {"0": (0, 0), "1": (5, 45), "2": (0, 55), "9": (0, 0)},
        offsets=TWO_CHAPTERS,
    )


ONE_PRACTICE = {
    **TABLES,
    "items": """
        practice | patient | patient identified | gender | age | IMD quintile | items
        A        | ann     | Y                  | 1      | 66  | 1            | 10
        A        | bob     | Y                  | 1      | 67  | 1            | 20
        A        | cat     | Y                  | 2      | 66  | 5            | 5
        A        | dee     | Y                  | 2      | 67  | 5            | 5
        A        | eve     | Y                  | 2      | 68  | 5            | 5
    """,
}
ONE = """
    practice | keyed by                       | offset
    A        | shown                          | 3
    01A      | patients: 65-69, gender 1      | 3
    01A      | patients: 65-69, gender 2      | 2
    01A      | items of 05: 65-69, gender 1   | 0
    01A      | items of 05: 65-69, gender 2   | 1
"""


def test_parts_that_would_tell_of_a_practice(spec_test):
    """The one practice of 01A has 5 patients, published as 5: 1 to 9. Men of 5 and women of 5 would say that
    it has 2 at least. So the split is withheld, though 30 and 15 items would leave room beside 45.
    """
    spec_test(
        ONE_PRACTICE,
        {"values": ["identified patients"], "rows": ["practice"]},
        {"A": 5},
        offsets=ONE,
    )
    spec_test(
        ONE_PRACTICE,
        {"values": ["identified patients"], "rows": ["gender"], "where": OF_01A},
        {"0": TOO_FEW, "1": TOO_FEW, "2": TOO_FEW, "9": TOO_FEW},
        offsets=ONE,
    )
