"""Several medicines together"""

from support.comparator_questions import asked


def test_average_unique_medicines(spec_test):
    """Chemical substances of chapters 1 to 4 and 6 to 10: an antibiotic and a dressing do not count.

    Two strengths of sertraline are one medicine. Who has nothing of these chapters is not averaged.
    """
    spec_test(
        {
            "items": """
                practice | patient | presentation
                A        | ann     | Sertraline 50mg tablets
                A        | ann     | Sertraline 100mg tablets
                A        | ann     | Ramipril 5mg capsules
                A        | ann     | Amoxicillin 250mg capsules
                A        | bob     | Metformin 500mg tablets
                A        | cat     | Amoxicillin 250mg capsules
                B        | ann     | Ramipril 5mg capsules
                B        | dan     | Tegaderm Film dressing 6cm x 7cm
            """
        },
        asked("average-unique-medicines", rows=["practice"], totals=True),
        {"A": (3, 2, 1.5), "B": (1, 1, 1.0), None: (3, 2, 1.5)},
    )


def test_ten_or_more_medicines(spec_test):
    """Ann has ten, Bob nine and an antibiotic. Without a verified number nobody counts."""
    ten = (
        "Amlodipine 5mg tablets",
        "Bisoprolol 2.5mg tablets",
        "Furosemide 40mg tablets",
        "Lansoprazole 30mg gastro-resistant capsules",
        "Levothyroxine sodium 100microgram tablets",
        "Metformin 500mg tablets",
        "Ramipril 5mg capsules",
        "Sertraline 50mg tablets",
        "Simvastatin 20mg tablets",
    )
    rows = [("ann", "Y", one) for one in (*ten, "Zopiclone 3.75mg tablets")]
    rows += [("bob", "Y", one) for one in (*ten, "Amoxicillin 250mg capsules")]
    rows += [("cat", "N", one) for one in (*ten, "Zopiclone 3.75mg tablets")]
    drawn = "\n".join(" | ".join(row) for row in rows)
    spec_test(
        {"items": f"patient | patient identified | presentation\n{drawn}"},
        asked("patients-on-10-or-more-medicines"),
        (1, 2, 50.0),
    )


def test_anticholinergic_burden(spec_test):
    """Three points each for amitriptyline, oxybutynin and solifenacin, one for warfarin (both strengths).

    Ann has 6 at 70, Bob 7 at 40, Cat 4; Dan has none of the medicines and does not count at all.
    """
    tables = {
        "items": """
            patient | age | presentation
            ann     | 70  | Amitriptyline 10mg tablets
            ann     | 70  | Oxybutynin 5mg tablets
            bob     | 40  | Amitriptyline 10mg tablets
            bob     | 40  | Solifenacin 5mg tablets
            bob     | 40  | Warfarin 1mg tablets
            bob     | 40  | Warfarin 3mg tablets
            cat     | 81  | Amitriptyline 10mg tablets
            cat     | 81  | Warfarin 1mg tablets
            dan     | 81  | Ramipril 5mg capsules
        """
    }
    spec_test(tables, asked("acb-score-of-6-or-more"), (2, 3, 200 / 3))
    spec_test(tables, asked("acb-score-of-6-or-more-at-65"), (1, 2, 50.0))
    spec_test(tables, asked("acb-score-of-9-or-more"), (0, 3, 0.0))


def test_damn_medicines(spec_test):
    """Two or more NSAIDs, ACE inhibitors, angiotensin antagonists and metformin; diuretics do not count."""
    spec_test(
        {
            "items": """
                patient | presentation
                ann     | Naproxen 250mg tablets
                ann     | Ramipril 5mg capsules
                bob     | Metformin 500mg tablets
                bob     | Ramipril 5mg capsules
                cat     | Ramipril 5mg capsules
                cat     | Furosemide 40mg tablets
                dan     | Furosemide 40mg tablets
            """
        },
        asked("two-or-more-damn-medicines", "nsaid-with-other-damn-medicine"),
        (2, 3, 200 / 3, 1, 1, 100.0),
    )


def test_three_anticoagulants_and_antiplatelets(spec_test):
    """Different substances: two products of aspirin are one."""
    spec_test(
        {
            "items": """
                patient | presentation
                ann     | Apixaban 5mg tablets
                ann     | Clopidogrel 75mg tablets
                ann     | Aspirin 75mg tablets
                bob     | Apixaban 5mg tablets
                bob     | Aspirin 75mg tablets
                bob     | Aspirin 75mg dispersible tablets
            """
        },
        asked("three-or-more-anticoagulants-and-antiplatelets"),
        (1, 2, 50.0),
    )


def test_dependence_forming_medicines(spec_test):
    """Two or more of five classes. Ann has two opioids, which is one class; Bob's pregabalin makes two."""
    spec_test(
        {
            "items": """
                patient | presentation
                ann     | Codeine 30mg tablets
                ann     | Tramadol 50mg capsules
                bob     | Codeine 30mg tablets
                bob     | Pregabalin 75mg capsules
                cat     | Zopiclone 3.75mg tablets
                cat     | Diazepam 5mg tablets
                cat     | Sertraline 50mg tablets
                dan     | Ramipril 5mg capsules
            """
        },
        asked("dependence-forming-medicines-of-two-or-more-classes"),
        (2, 3, 200 / 3),
    )


def test_two_antidepressants(spec_test):
    """Different substances, of patients with any; and of patients of 10 to 18 by themselves."""
    tables = {
        "items": """
            patient | age | presentation
            ann     | 16  | Sertraline 50mg tablets
            ann     | 16  | Amitriptyline 10mg tablets
            bob     | 45  | Sertraline 50mg tablets
            bob     | 45  | Sertraline 100mg tablets
            cat     | 18  | Sertraline 50mg tablets
            dan     | 19  | Sertraline 50mg tablets
            eve     | 12  | Amoxicillin 250mg capsules
        """,
        "lists": """
            practice | list size
            A        | 2000
        """,
    }
    spec_test(tables, asked("patients-on-antidepressants"), (4, 2000, 2.0))
    spec_test(tables, asked("patients-on-two-or-more-antidepressants"), (1, 4, 25.0))
    spec_test(tables, asked("patients-of-10-to-18-on-antidepressants"), (2, 3, 200 / 3))
    spec_test(tables, asked("patients-of-10-to-18-on-two-or-more-antidepressants"), (1, 2, 50.0))


def test_falls_risk_medicines(spec_test):
    """Three or more at 65 and over; mirabegron is left out, and a diuretic is not."""
    spec_test(
        {
            "items": """
                patient | age | presentation
                ann     | 80  | Sertraline 50mg tablets
                ann     | 80  | Furosemide 40mg tablets
                ann     | 80  | Ramipril 5mg capsules
                bob     | 80  | Sertraline 50mg tablets
                bob     | 80  | Furosemide 40mg tablets
                bob     | 80  | Mirabegron 25mg modified-release tablets
                cat     | 64  | Sertraline 50mg tablets
            """
        },
        asked("three-or-more-falls-risk-medicines-at-65"),
        (1, 2, 50.0),
    )
