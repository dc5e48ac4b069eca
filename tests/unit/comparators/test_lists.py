"""Lists of medicines: codes, brands of generics, other lists, and what is left out."""

import pytest

from epact2.comparators.files import BadDefinition
from epact2.comparators.lists import UnknownList, found_list, medicine_lists, read_lists
from epact2.comparators.read import comparators
from epact2.comparators.words import lists_in
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import GENERIC_EQUIVALENT
from epact2.query.nodes import AllOf, AnyOf, Not, OneOf, UnderMedicine

HEAD = "name: some\nsource: BNF\nreviewed: 2026-11-23\n"


def under(code):
    return UnderMedicine(BnfCode(code))


def selection(text, **others):
    return read_lists({"one": HEAD + text, **{key: HEAD + other for key, other in others.items()}})[
        "one"
    ].selection


def test_codes_of_any_level():
    assert selection("medicines: {100101: NSAIDs}") == under("100101")
    assert selection("medicines: {0501: A, 040201030: B}") == AnyOf((under("0501"), under("040201030")))


def test_codes_that_the_bnf_no_longer_has_are_kept():
    found = selection("medicines: {0501: A}\nwithdrawn: [0103010E0]")
    assert found == AnyOf((under("0501"), under("0103010E0")))


def test_a_generic_presentation_stands_for_its_brands():
    found = selection("equivalents: {0209000A0AAAJAJ: Aspirin 75mg tablets}")
    assert found == OneOf(GENERIC_EQUIVALENT, ("0209000A0AAAJAJ",))


def test_lists_of_lists_in_any_order():
    found = selection(
        "lists: [two]\nmedicines: {05: A}", two="lists: [three]", three="medicines: {01: A, 02: B}"
    )
    assert found == AnyOf((AnyOf((under("01"), under("02"))), under("05")))


def test_what_is_left_out():
    found = selection(
        "medicines: {0208020: A}\nexcept: {medicines: {0208020W0: B}, lists: [two]}",
        two="medicines: {0208020I0: C}",
    )
    assert found == AllOf((under("0208020"), Not(AnyOf((under("0208020I0"), under("0208020W0"))))))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "one.yaml: the list is empty. Give at least one of: medicines"),
        ("medicines: [0501]", "one.yaml: “medicines” is not codes with names"),
        ("medicines: {0501: [A]}", "one.yaml: “medicines” is not codes with names"),
        ("medicines: {05011: A}", "one.yaml: “05011” is not a BNF code"),
        ("medicine: {0501: A}", "one.yaml: “medicine” is unknown. Did you mean “medicines”"),
        ("withdrawn: {0501: A}", "one.yaml: “withdrawn” is not a list"),
        ("lists: [two]", "one.yaml: “two” is no list of medicines"),
        ("lists: [one]", "The lists one name each other in a circle"),
        ("medicines: {0501: A}\nexcept: [0501]", "one.yaml: “except” is not a mapping"),
        ("medicines: {0501: A}\nexcept: {medicine: {}}", "one.yaml, except: “medicine” is unknown"),
        ("equivalents: {0209000A0BFAAAK: Nu-Seals}", "“0209000A0BFAAAK” is no generic presentation"),
    ],
)
def test_a_bad_list_is_refused_with_its_name_and_the_reason(text, message):
    with pytest.raises(BadDefinition) as refused:
        read_lists({"one": HEAD + text})
    assert message in str(refused.value)


def test_an_unknown_list_gets_a_suggestion():
    with pytest.raises(UnknownList, match="Did you mean “valproate”"):
        found_list("valporate", medicine_lists())


def test_every_list_that_ships_is_used_and_has_a_source():
    for one in medicine_lists().values():
        assert all((one.name, one.source)), one.key
    used = {
        shared.key
        for one in comparators().values()
        for part in (one.numerator, one.denominator)
        for shared in lists_in(part.value)
    }
    within = {name for one in medicine_lists().values() for name in (*one.codes.lists, *one.left_out.lists)}
    assert set(medicine_lists()) == used | within


def test_the_anticholinergic_lists_are_those_of_the_source():
    lists = medicine_lists()
    sizes = [
        len(lists[f"acb-score-{n}"].codes.medicines) + len(lists[f"acb-score-{n}"].codes.withdrawn)
        for n in (1, 2, 3)
    ]
    assert sizes == [90, 11, 58]
