"""Sealed figures"""

from __future__ import annotations

TABLES = {
    "items": """
        practice | patient | patient identified | presentation    | items
        A        | ann     | Y                  | 0501013B0AAAAAA | 6
        A        | bob     | Y                  | 0501013B0AAAAAA | 4
        B        | cat     | Y                  | 0501013B0AAAAAA | 12
        C        | dan     | Y                  | 0501013B0AAAAAA | 1
        C        | eve     | Y                  | 0501013B0AAAAAA | 1
        D        | fay     | Y                  | 0501013B0AAAAAA | 4
        D        | gus     | Y                  | 0501013B0AAAAAA | 1
        E        | hal     | Y                  | 0501013B0AAAAAA | 9
        F        | ian     | Y                  | 0501013B0AAAAAA | 2
        G        | ivy     | Y                  | 0601022B0AAASAS | 30
    """,
    "practices": """
        practice | PCN | sub-ICB location | ICB | region
        A        | U1  | 01A              | QA1 | Y1
        B        | U1  | 02B              | QA1 | Y1
        C        | U2  | 01A              | QA1 | Y1
        D        | U2  | 01A              | QA1 | Y1
        E        | U2  | 01A              | QA1 | Y1
        F        | U1  | 02B              | QA1 | Y1
        G        | U3  | 03C              | QB2 | Y2
    """,
}
# One number for all that a practice shows in a year, and one for each atom that is not shown. Nobody but
# the loader knows them.
OFFSETS = """
    practice | keyed by    | offset
    A        | shown       | 3
    B        | shown       | 3
    C        | alone: 0501 | 3
    D        | alone: 0501 | 2
    E        | alone: 0501 | 1
    F        | alone: 0501 | 1
"""
ANTIBIOTICS = {"amount": "identified patients", "where": {"under": ["bnf", "0501"]}}
ITEMS = {"amount": "items", "where": {"under": ["bnf", "0501"]}}
FEW, WITHHELD = "fewer than 5", "withheld: fewer than 10 items"


def test_practices(spec_test):
    """Each practice's patients are rounded once: 5 × floor((patients + offset) ÷ 5). Open figures are exact.

    A: 2 patients and 3 make 5. B: 1 and 3 make 4, so 0. C to F have fewer than ten open items and are not
    shown. G has no items of the section: an exact 0.
    """
    spec_test(
        TABLES,
        {"values": [ITEMS, ANTIBIOTICS], "rows": ["practice"]},
        {
            "A": (10, 5), "B": (12, FEW), "C": (2, WITHHELD), "D": (5, WITHHELD), "E": (9, WITHHELD),
            "F": (2, WITHHELD), "G": (0, 0),
        },
        offsets=OFFSETS,
    )  # fmt: skip


def test_wider_organisations(spec_test):
    """Higher up published numbers are added. What is not shown counts where three can be added together.

    01A: 5 of A, and C, D and E together: 2 + 3 makes 5, 2 + 2 makes 0, 1 + 1 makes 0. 02B: 0 of B; F is alone
    there, in its ICB, its region and England, so it counts nowhere.
    """
    spec_test(
        TABLES,
        {"values": [ANTIBIOTICS], "rows": ["sub-ICB location"]},
        {"01A": 10, "02B": 0, "03C": 0},
        offsets=OFFSETS,
    )
    spec_test(
        TABLES,
        {"values": [ANTIBIOTICS], "rows": ["ICB"], "totals": True},
        {"QA1": 10, "QB2": 0, None: 10},
        offsets=OFFSETS,
    )


def test_networks(spec_test):
    """A PCN may lie across sub-ICB locations: only what is shown of its practices counts."""
    spec_test(
        TABLES,
        {"values": [ANTIBIOTICS], "rows": ["PCN"]},
        {"U1": 5, "U2": WITHHELD, "U3": 0},
        offsets=OFFSETS,
    )


def test_ratios(spec_test):
    """Ratios are of published numbers, and there is none with fewer than 20 patients below the line.

    Below the line of the second value are open figures, so it stays: 5 patients of 10 items.
    """
    spec_test(
        TABLES,
        {
            "values": [
                {"ratio": [ITEMS, ANTIBIOTICS]},
                {"ratio": [ANTIBIOTICS, ITEMS]},
            ],
            "where": {"in": ["practice", ["A", "C"]]},
            "rows": ["practice"],
        },
        {"A": ("withheld: fewer than 20 patients", 0.5), "C": (WITHHELD, WITHHELD)},
        offsets=OFFSETS,
    )


def test_order(spec_test):
    """The order is that of published numbers: equals stand by their codes, withheld ones last."""
    spec_test(
        TABLES,
        {
            "values": [ANTIBIOTICS],
            "rows": ["practice"],
            "order": [{"by": ANTIBIOTICS, "descending": True}],
            "top": {"count": 4},
        },
        {"A": 5, "B": FEW, "G": 0, "C": WITHHELD},
        offsets=OFFSETS,
    )
