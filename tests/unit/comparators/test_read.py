"""Comparator files are read strictly, and those that ship can be read."""

import pytest

from epact2.comparators.definition import Direction, NeedsMedicine
from epact2.comparators.read import (
    BadDefinition,
    UnknownComparator,
    comparator_named,
    comparators,
    read_definition,
)
from epact2.model.bnf import BnfCode
from epact2.query.nodes import UnderMedicine

GOOD = """
title: Broad
summary: A share.
theme: Test
direction: lower is better
numerator: {name: Some, amount: items, where: {under: [bnf, 0501]}}
denominator: {name: All, amount: items}
per: 100
why: Because.
source: Here
reviewed: 2026-11-23
version: 1
"""


def test_the_six_comparators_ship():
    assert set(comparators()) == {
        "antibacterial-items-per-star-pu",
        "broad-spectrum-antibiotic-share",
        "dosulepin-share",
        "first-choice-antidepressants-share",
        "items-per-1000-patients",
        "non-preferred-nsaids-share",
    }
    assert all(one.why and one.source and one.summary for one in comparators().values())


def test_bnf_codes_stay_text():
    one = read_definition("test", GOOD)
    assert one.numerator.amount.where == UnderMedicine(BnfCode("0501"))
    assert one.direction is Direction.LOWER


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("title: Broad\n", ""), "test.yaml has no “title”"),
        (("summary", "sumary"), "“sumary” is unknown"),
        (("lower is better", "down"), "not a valid Direction"),
        (("amount: items, where", "amount: itmes, where"), "Did you mean “items”"),
        (("0501", "05011"), "is not a BNF code"),
        (("per: 100", "per: many"), "test.yaml"),
        (("{name: All, amount: items}", "items"), "the denominator is not as expected"),
        (("title: Broad", "title: [Broad"), "is not valid YAML"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_reason(change, message):
    with pytest.raises(BadDefinition) as refused:
        read_definition("test", GOOD.replace(*change))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "name", ["Items per 1,000 patients", "items_per_1000_patients", "ITEMS-PER-1000-PATIENTS"]
)
def test_a_comparator_is_found_however_it_is_written(name):
    assert comparator_named(name).key == "items-per-1000-patients"


def test_an_unknown_comparator_gets_a_suggestion():
    with pytest.raises(UnknownComparator, match="Did you mean “dosulepin-share”"):
        comparator_named("dosulepine share")


def test_a_comparator_of_any_medicine_needs_one():
    one = comparator_named("items-per-1000-patients")
    with pytest.raises(NeedsMedicine):
        _ = one.value
    filled = one.for_medicine(BnfCode("0501"), "Antibacterial drugs")
    assert filled.title == "Antibacterial drugs: items per 1,000 patients"
    assert filled.value.top.where == UnderMedicine(BnfCode("0501"))
    with pytest.raises(NeedsMedicine):
        comparator_named("dosulepin-share").for_medicine(BnfCode("0501"), "Antibacterial drugs")
