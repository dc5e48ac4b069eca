"""How a comparator is calculated, in words and codes."""

from epact2.comparators.read import comparators
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import CHAPTER
from epact2.query.nodes import AllOf, AnyOf, Is, Not, UnderMedicine
from epact2.web.presenters.calculation import code_lists, counted, formula, part_words
from support.example_explorer import directory

NAMES = directory()


def under(code):
    return UnderMedicine(BnfCode(code))


def test_codes_with_names_and_levels():
    part = part_words(comparators()["broad-spectrum-antibiotic-share"].numerator, NAMES)
    assert [line.code for line in part.included] == ["0501013K0", "0501021", "050112"]
    assert part.included[1].name == "Cephalosporins"
    assert part.included[1].level == "sub-paragraph"
    assert (part.excluded, part.words, part.measure) == ((), "", "items")


def test_codes_left_out():
    part = part_words(comparators()["dosulepin-share"].denominator, NAMES)
    assert [line.code for line in part.included] == ["0403"]
    assert len(part.excluded) == 7


def test_a_measure_of_people_has_no_codes():
    part = part_words(comparators()["antibacterial-items-per-star-pu"].denominator, NAMES)
    assert (part.included, part.excluded, part.words) == ((), (), "")


def test_what_is_no_plain_list_is_said_in_words():
    assert code_lists(AllOf((under("05"), under("0501"))), NAMES) is None
    assert code_lists(AnyOf((under("05"), Is(CHAPTER, "02"))), NAMES) is None
    assert code_lists(Not(under("05")), NAMES) is None


def test_formula():
    found = comparators()
    assert formula(found["dosulepin-share"]) == "Dosulepin items × 100 ÷ Selected antidepressant items"
    assert formula(found["antibacterial-items-per-star-pu"]) == (
        "Antibacterial items ÷ Oral antibacterials item STAR-PU"
    )
    assert counted(found["dosulepin-share"]) == "Items"
