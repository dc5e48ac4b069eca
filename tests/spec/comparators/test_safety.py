"""Medication safety"""

from support.comparator_questions import asked


def test_nsaid_without_gastro_protection(spec_test):
    """GIB01. Bob has famotidine, Cat an NSAID with misoprostol in it: both are protected. Dan is 64.

    Eve gets her NSAID at one practice and lansoprazole at another: the first sees her unprotected, and
    England does not.
    """
    spec_test(
        {
            "items": """
                practice | patient | age | presentation
                A        | ann     | 70  | Naproxen 250mg tablets
                A        | bob     | 80  | Naproxen 250mg tablets
                A        | bob     | 80  | Famotidine 20mg tablets
                A        | cat     | 65  | Arthrotec 50 gastro-resistant tablets
                A        | dan     | 64  | Naproxen 250mg tablets
                A        | eve     | 90  | Naproxen 250mg tablets
                B        | eve     | 90  | Lansoprazole 30mg gastro-resistant capsules
            """
        },
        asked("gib01-nsaid-without-gastro-protection", rows=["practice"], totals=True),
        {"A": (2, 4, 50.0), "B": (0, 0, None), None: (1, 4, 25.0)},
    )


def test_nsaid_with_anticoagulant(spec_test):
    """GIB02, of patients with an oral anticoagulant: two strengths of warfarin are one patient."""
    spec_test(
        {
            "items": """
                patient | presentation
                ann     | Warfarin 1mg tablets
                ann     | Warfarin 3mg tablets
                ann     | Naproxen 250mg tablets
                bob     | Apixaban 5mg tablets
                cat     | Naproxen 250mg tablets
            """
        },
        asked("gib02-nsaid-with-anticoagulant"),
        (1, 2, 50.0),
    )


def test_anticoagulant_and_antiplatelet_without_gastro_protection(spec_test):
    """GIB03, of patients with both. Aspirin 300 mg is for pain, and no antiplatelet."""
    spec_test(
        {
            "items": """
                patient | presentation
                ann     | Apixaban 5mg tablets
                ann     | Aspirin 75mg tablets
                bob     | Apixaban 5mg tablets
                bob     | Clopidogrel 75mg tablets
                bob     | Lansoprazole 30mg gastro-resistant capsules
                cat     | Apixaban 5mg tablets
                cat     | Aspirin 300mg tablets
                dan     | Apixaban 5mg tablets
            """
        },
        asked("gib03-anticoagulant-and-antiplatelet-without-gastro-protection"),
        (1, 2, 50.0),
    )


def test_aspirin_and_antiplatelet_without_gastro_protection(spec_test):
    """GIB04. Two products of aspirin are not aspirin with another antiplatelet."""
    spec_test(
        {
            "items": """
                patient | presentation
                ann     | Aspirin 75mg tablets
                ann     | Clopidogrel 75mg tablets
                bob     | Aspirin 75mg tablets
                bob     | Aspirin 75mg dispersible tablets
                cat     | Clopidogrel 75mg tablets
            """
        },
        asked("gib04-aspirin-and-antiplatelet-without-gastro-protection"),
        (1, 1, 100.0),
    )


def test_nsaid_with_ras_drug_and_diuretic(spec_test):
    """AKI01. Cat's one tablet holds an ACE inhibitor and a diuretic. Dan is a child; Eve's age not known."""
    spec_test(
        {
            "items": """
                patient | age | presentation
                ann     | 70  | Ramipril 5mg capsules
                ann     | 70  | Furosemide 40mg tablets
                ann     | 70  | Naproxen 250mg tablets
                bob     | 70  | Ramipril 5mg capsules
                bob     | 70  | Bendroflumethiazide 2.5mg tablets
                cat     | 55  | Lisinopril 20mg / Hydrochlorothiazide 12.5mg tablets
                cat     | 55  | Naproxen 250mg tablets
                dan     | 17  | Lisinopril 20mg / Hydrochlorothiazide 12.5mg tablets
                eve     |     | Lisinopril 20mg / Hydrochlorothiazide 12.5mg tablets
            """
        },
        asked("aki01-nsaid-with-ras-drug-and-diuretic"),
        (2, 3, 200 / 3),
    )


def test_strong_opioid_without_laxative(spec_test):
    """PAIN01. Codeine is no strong opioid."""
    spec_test(
        {
            "items": """
                practice | patient | presentation
                A        | ann     | Morphine sulfate 10mg/5ml oral solution
                A        | bob     | Oxycodone 5mg capsules
                A        | bob     | Lactulose 3.1-3.7g/5ml oral solution
                A        | cat     | Codeine 30mg tablets
                B        | dan     | Codeine 30mg tablets
            """
        },
        asked("pain01-strong-opioid-without-laxative", rows=["practice"]),
        {"A": (1, 2, 50.0), "B": (0, 0, None)},
    )


def test_domperidone_under_12(spec_test):
    """For every 10,000 children under 12 with any item: Bob is 12 today, and counts as neither."""
    spec_test(
        {
            "items": """
                patient | age | presentation
                ann     | 11  | Domperidone 10mg tablets
                bob     | 12  | Domperidone 10mg tablets
                cat     | 3   | Amoxicillin 250mg capsules
            """
        },
        asked("domperidone-under-12"),
        (1, 2, 5000.0),
    )


def test_lithium_with_nephrotoxic_medicine(spec_test):
    """Amlodipine does not raise lithium; a diuretic does."""
    spec_test(
        {
            "items": """
                patient | presentation
                ann     | Lithium carbonate 400mg modified-release tablets
                ann     | Bendroflumethiazide 2.5mg tablets
                bob     | Lithium carbonate 400mg modified-release tablets
                bob     | Amlodipine 5mg tablets
            """
        },
        asked("lithium-with-nephrotoxic-medicine"),
        (1, 2, 50.0),
    )
