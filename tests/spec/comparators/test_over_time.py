"""Starting, resuming, switching, too much"""

from support.comparator_questions import asked

# Thirteen months and one more, so that a year can be looked back over.
MONTHS = ("2024-05", "2024-06", "2024-07", "2024-08", "2024-09", "2024-10", "2024-11", "2024-12", "2025-01",
          "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")  # fmt: skip


def drawn(columns: str, nobody: str, rows: dict[str, tuple[str, ...]]) -> str:
    """A table with the rows of each month, and in every month an item of somebody who does not matter."""
    lines = [f"month   | {columns}"]
    for month in MONTHS:
        lines += [f"{month} | {row}" for row in (nobody, *rows.get(month, ()))]
    return "\n".join(lines)


VALPROATE = "Sodium valproate 500mg gastro-resistant tablets"
WOMEN = drawn(
    "patient | gender | age | presentation",
    "zoe | 1 | 99 | Ramipril 5mg capsules",
    {
        "2024-06": (f"bea | 2 | 30 | {VALPROATE}",),
        "2025-05": (f"cat | 2 | 40 | {VALPROATE}",),
        "2025-06": (
            f"ann | 2 | 20 | {VALPROATE}",
            f"bea | 2 | 30 | {VALPROATE}",
            f"cat | 2 | 40 | {VALPROATE}",
            f"dan | 1 | 20 | {VALPROATE}",
            f"eve | 2 | 55 | {VALPROATE}",
            f"fay | 2 | 12 | {VALPROATE}",
        ),
    },
)


def test_valproate_starting(spec_test):
    """VPA4: now, and not in the twelve months before. Cat starts in May, Ann in June; Bea does not.

    For April there is no value: the twelve months before it are not all loaded.
    """
    spec_test(
        {"items": WOMEN},
        asked("vpa4-women-starting-valproate", rows=["month"], months={"from": "2025-04", "to": "2025-06"}),
        {"2025-04": (None, 0, None), "2025-05": (1, 1, 100.0), "2025-06": (1, 3, 100 / 3)},
    )


def test_valproate_resuming(spec_test):
    """VPA5: now, not in the three months before, but once in the twelve before: Bea, after a year."""
    spec_test(
        {"items": WOMEN},
        asked("vpa5-women-resuming-valproate", rows=["month"], months="2025-06"),
        {"2025-06": (1, 3, 100 / 3)},
    )


def test_valproate_share(spec_test):
    """VPA2: women of 13 to 54 are three of six; a girl of 12 is one, and a woman of 55 is neither."""
    spec_test(
        {"items": WOMEN},
        asked(
            "vpa2-women-share-of-valproate-patients",
            "vpa2-girls-share-of-valproate-patients",
            months="2025-06",
        ),
        (3, 6, 50.0, 1, 6, 100 / 6),
    )


def test_oversupply_of_aspirin(spec_test):
    """More than 420 tablets in twelve months, whatever the brand; who has no item in the month is not seen.

    Ann has 421 and Bob 420. Cat's 500 tablets came earlier, and this month she had something else.
    """
    spec_test(
        {
            "items": drawn(
                "patient | presentation | total quantity",
                "zoe | Ramipril 5mg capsules | 28",
                {
                    "2024-07": (
                        "ann | Aspirin 75mg tablets | 200",
                        "bob | Aspirin 75mg tablets | 392",
                        "cat | Aspirin 75mg dispersible tablets | 500",
                        "dan | Aspirin 75mg tablets | 1000",
                    ),
                    "2025-06": (
                        "ann | Nu-Seals 75 gastro-resistant tablets | 221",
                        "bob | Aspirin 75mg tablets | 28",
                        "cat | Ramipril 5mg capsules | 28",
                    ),
                },
            )
        },
        asked("oversupply-of-aspirin-75mg", rows=["month"], months="2025-06"),
        {"2025-06": (2, 3, 200 / 3)},
    )


def test_switched_to_dapagliflozin(spec_test):
    """Of those who had another SGLT2 inhibitor in April to June 2025 and have one now.

    Ann has switched, Bob has not, Cat was on dapagliflozin already, Dan began later.
    """
    spec_test(
        {
            "items": """
                month   | patient | presentation
                2025-04 | ann     | Empagliflozin 10mg tablets
                2025-05 | bob     | Empagliflozin 10mg tablets
                2025-06 | cat     | Empagliflozin 10mg tablets
                2025-06 | cat     | Dapagliflozin 10mg tablets
                2025-07 | ann     | Dapagliflozin 10mg tablets
                2025-07 | bob     | Empagliflozin 10mg tablets
                2025-07 | cat     | Dapagliflozin 10mg tablets
                2025-07 | dan     | Dapagliflozin 10mg tablets
            """
        },
        asked("sglt2-inhibitor-switched-to-dapagliflozin", rows=["month"], months="2025-07"),
        {"2025-07": (1, 2, 50.0)},
    )
