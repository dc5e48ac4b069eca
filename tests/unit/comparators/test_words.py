"""Comparators in English, with shared lists by their names."""

from epact2.comparators.read import comparators
from epact2.comparators.words import lists_in, part_said, stated

GIB01 = comparators()["gib01-nsaid-without-gastro-protection"]


def test_patients_who_had_one_list_and_not_another():
    assert part_said(GIB01.numerator.value) == (
        "patients who had “NSAIDs” and not who had “gastro-protective medicines” where age is from 65 to 120"
    )
    assert part_said(GIB01.denominator.value) == (
        "identified patients where medicine is one of “NSAIDs” and age is from 65 to 120"
    )


def test_counts_scores_and_windows():
    found = comparators()
    assert part_said(found["two-or-more-damn-medicines"].numerator.value) == (
        "patients with 2 or more different chemical substances where medicine is one of “DAMN medicines”"
    )
    assert "3 for each of: “medicines with an anticholinergic burden of 3”" in part_said(
        found["acb-score-of-6-or-more"].numerator.value
    )
    assert part_said(found["vpa4-women-starting-valproate"].numerator.value).startswith(
        "patients who had “valproate” and not who had “valproate” in the 12 months before"
    )


def test_values_without_lists_are_said_as_in_any_question():
    assert part_said(comparators()["capture-rate"].numerator.value) == (
        "items where patient identified is Yes"
    )
    assert part_said(comparators()["items-per-1000-patients"].denominator.value) == "list size"


def test_the_lists_of_a_part():
    assert [one.key for one in lists_in(GIB01.numerator.value)] == ["nsaids", "gastro-protection"]
    # A list of lists is one list, by its own name.
    assert [one.key for one in lists_in(comparators()["two-or-more-damn-medicines"].numerator.value)] == [
        "damn-medicines"
    ]


def test_a_part_is_stated_as_in_its_file():
    assert stated(GIB01.numerator.value) == {
        "patients": {"all": [{"had": {"list": "nsaids"}}, {"not": {"had": {"list": "gastro-protection"}}}]},
        "where": {"between": ["age", "65", "120"]},
    }
