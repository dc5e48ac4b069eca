"""What people type, and what it finds."""

import pytest

from epact2.store.search import Entry, SearchIndex, distance, words_of

ENTRIES = [
    Entry("ICB", "QKS", "NHS KENT AND MEDWAY INTEGRATED CARE BOARD", 2),
    Entry("practice", "A81001", "THE DENSHAM SURGERY", 5, "TS18 1HU"),
    Entry("practice", "A81002", "QUEEN'S PARK MEDICAL CENTRE", 5, "TS18 2AW"),
    Entry("section", "0501", "Antibacterial drugs", 7),
    Entry("section", "0103", "Proton pump inhibitors", 7),
    Entry("section", "0212", "Lipid-regulating drugs", 7),
    Entry("chemical substance", "0501013B0", "Amoxicillin", 10),
    Entry("presentation", "0501013B0AAAAAA", "Amoxicillin 250mg capsules", 12),
    Entry("presentation", "0212000B0AAABAB", "Atorvastatin 20mg tablets", 12),
]


@pytest.fixture(scope="module")
def index():
    return SearchIndex(ENTRIES)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("   ", []),
        ("qks", ["QKS"]),
        ("kent", ["QKS"]),
        ("Kent & Medway ICB", ["QKS"]),
        ("NHS Kent and Medway", ["QKS"]),
        ("a8100", ["A81002", "A81001"]),
        ("queens park", ["A81002"]),
        ("queen’s", ["A81002"]),
        ("ts18 2aw", ["A81002"]),
        ("densham surgeries", ["A81001"]),
        ("amox", ["0501013B0", "0501013B0AAAAAA"]),
        ("amoxicillin 250", ["0501013B0AAAAAA"]),
        ("capsules amoxicillin", ["0501013B0AAAAAA"]),
        ("antibiotics", ["0501"]),
        ("PPIs", ["0103"]),
        ("statins", ["0212", "0212000B0AAABAB"]),
        ("vastatin", ["0212000B0AAABAB"]),
        ("0501", ["0501", "0501013B0", "0501013B0AAAAAA"]),
        ("zebra", []),
        ("kent zebra", []),
    ],
)
def test_find(index, text, codes):
    assert [one.code for one in index.find(text, 20)] == codes


def test_only_some_kinds_and_only_so_many(index):
    assert [one.code for one in index.find("a", 20, frozenset({"section"}))] == ["0501"]
    assert len(index.find("a", 2)) == 2


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("amoxicilin", "amoxicillin"),
        ("amoxiclilin 250", "amoxicillin 250"),
        ("atorvastatn tablets", "atorvastatin tablets"),
        ("kent", "kent"),
        ("zebra", "zebra"),
        ("xyz", "xyz"),
    ],
)
def test_slips_of_the_finger(index, typed, meant):
    assert index.corrected(typed) == meant


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("abc", "abc", 0),
        ("abc", "abd", 1),
        ("abc", "acb", 1),
        ("abc", "abcd", 1),
        ("abc", "xyz", 2),
        ("a", "abcd", 2),
    ],
)
def test_distance_stops_above_what_is_allowed(one, other, slips):
    assert distance(one, other, 1) == slips


def test_words():
    assert words_of("St John's & Co-op (Trent)") == ["st", "johns", "and", "co", "op", "trent"]
