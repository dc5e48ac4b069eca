"""Comparators in English, with shared lists by their names."""

from epact2.comparators.read import comparators
from epact2.comparators.words import WithLists, heading_of, lists_in, part_said, stated
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import ITEMS
from epact2.query.named import POLYPHARMACY
from epact2.query.nodes import Amount, Patients, UnderMedicine

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


def test_headings_of_comparators_of_items_are_the_names_that_people_give_them():
    assert heading_of(GIB01.value) == GIB01.title
    assert heading_of(GIB01.numerator.value) == GIB01.numerator.name
    assert heading_of(Amount(ITEMS)) == "items"
    assert heading_of(comparators()["dosulepin-share"].numerator.value) == (
        "items where BNF chemical substance is 0403010J0"
    )
    assert heading_of(comparators()["acb-score-of-6-or-more"].denominator.value) == (
        "identified patients where medicine is one of “medicines with an anticholinergic burden”"
    )


def test_no_two_headings_are_the_same():
    values = {
        value
        for one in comparators().values()
        if one.needs_items
        for value in (one.value, one.numerator.value, one.denominator.value)
        if value == one.value or isinstance(value, Patients)
    }
    assert len({heading_of(value) for value in values}) == len(values)


def test_a_list_of_one_code_keeps_the_name_of_the_code_in_any_other_question():
    antibacterials = UnderMedicine(BnfCode("0501"))
    assert WithLists().list_name(antibacterials) == ""
    assert WithLists(single=True).list_name(antibacterials) == "antibacterials"
    assert WithLists().list_name(POLYPHARMACY) == "medicines of BNF chapters 1 to 4 and 6 to 10"
    assert WithLists().medicine_name("0501") == "0501"
