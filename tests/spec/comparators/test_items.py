"""Items of patients"""

from support.comparator_questions import asked


def test_trimethoprim_at_70(spec_test):
    """Items, not patients, of trimethoprim and nitrofurantoin; an age that is not known does not count."""
    spec_test(
        {
            "items": """
                patient | age | presentation               | items
                ann     | 70  | Trimethoprim 200mg tablets | 2
                ann     | 70  | Nitrofurantoin 50mg capsules | 1
                bob     | 69  | Trimethoprim 200mg tablets | 4
                cat     |     | Trimethoprim 200mg tablets | 1
                dan     | 90  | Amoxicillin 250mg capsules | 1
            """
        },
        asked("trimethoprim-share-at-70"),
        (2, 3, 200 / 3),
    )


def test_children_with_antibiotics(spec_test):
    """Children of 0 to 14 for every 1,000 patients registered; a practice without any has a rate of 0."""
    spec_test(
        {
            "items": """
                practice | patient | age | presentation
                A        | ann     | 4   | Amoxicillin 250mg capsules
                A        | ann     | 4   | Clarithromycin 500mg tablets
                A        | bob     | 14  | Amoxicillin 250mg capsules
                A        | cat     | 15  | Amoxicillin 250mg capsules
                B        | dan     | 40  | Amoxicillin 250mg capsules
            """,
            "lists": """
                practice | list size
                A        | 1000
                B        | 500
            """,
        },
        asked("children-with-antibiotics-per-1000-patients", rows=["practice"], totals=True),
        {"A": (2, 1000, 2.0), "B": (0, 500, 0.0), None: (2, 1500, 4 / 3)},
    )


def test_electronic_prescriptions(spec_test):
    """Shares of items, and the capture rate that every count of patients rests on."""
    spec_test(
        {
            "items": """
                patient | patient identified | EPS | repeat dispensing | items
                ann     | Y                  | Y   | Y                 | 1
                ann     | Y                  | Y   | N                 | 2
                bob     | N                  | N   | N                 | 1
            """
        },
        asked("electronic-prescription-share", "electronic-repeat-dispensing-share", "capture-rate"),
        (3, 4, 75.0, 1, 4, 25.0, 3, 4, 75.0),
    )
