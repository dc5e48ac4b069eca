"""Comparator files are read strictly, and those that ship can be read."""

from decimal import Decimal

import pytest

from epact2.comparators.definition import Direction, NeedsMedicine
from epact2.comparators.lists import read_lists
from epact2.comparators.read import (
    BadDefinition,
    UnknownComparator,
    comparator_named,
    comparators,
    prepared_values,
    read_definition,
)
from epact2.model.bnf import BnfCode
from epact2.model.items import AGE, EPS, PATIENT
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, ITEMS, LIST_SIZE
from epact2.query.conditions import AllConditions, AtLeast, Before, Had, Last, NotCondition, Score
from epact2.query.named import IDENTIFIED_PATIENTS, UNIQUE_MEDICINES, patients_on
from epact2.query.nodes import Amount, Between, Distinct, Is, Patients, UnderMedicine

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
LISTS = read_lists(
    {
        "nsaids": "{name: NSAIDs, source: BNF, reviewed: 2026-11-23, medicines: {100101: NSAIDs}}",
        "protection": "{name: P, source: BNF, reviewed: 2026-11-23, medicines: {0103050: PPIs}}",
    }
)
NSAIDS, PROTECTION = UnderMedicine(BnfCode("100101")), UnderMedicine(BnfCode("0103050"))


def read(numerator="{name: Some, amount: items}", denominator="{name: All, amount: items}"):
    text = GOOD.replace("{name: Some, amount: items, where: {under: [bnf, 0501]}}", numerator)
    return read_definition("test", text.replace("{name: All, amount: items}", denominator), LISTS)


def test_the_comparators_that_ship():
    keys = set(comparators())
    assert {"antibacterial-items-per-star-pu", "dosulepin-share", "items-per-1000-patients"} <= keys
    assert {"gib01-nsaid-without-gastro-protection", "acb-score-of-6-or-more-at-65"} <= keys
    assert len(keys) == len({one.title for one in comparators().values()}) == 78
    for one in comparators().values():
        assert all((one.why, one.source, one.summary.endswith("."))), one.key
    assert not comparators()["dosulepin-share"].needs_items
    assert sum(one.needs_items for one in comparators().values()) == 72


def test_they_are_in_the_order_of_themes_and_then_as_people_count():
    titles = [one.title for one in comparators().values() if one.title.startswith("Anticholinergic")]
    assert [title.split()[3] for title in titles] == ["6", "6", "9", "9", "12", "12"]


def test_bnf_codes_stay_text():
    one = read_definition("test", GOOD)
    assert one.numerator.value.where == UnderMedicine(BnfCode("0501"))
    assert one.direction is Direction.LOWER
    # A code of digits alone without a leading nought would be a number anywhere else.
    assert read("{name: S, amount: items, where: {under: [bnf, 100101]}}").numerator.value.where == NSAIDS


def test_the_parts_of_a_ratio():
    assert read().numerator.value == Amount(ITEMS)
    assert read("{name: S, amount: identified patients}").numerator.value == IDENTIFIED_PATIENTS
    assert read("{name: S, value: identified patients}").numerator.value == IDENTIFIED_PATIENTS
    named = read("{name: S, value: identified patients, where: {between: [age, 65, 120]}}").numerator.value
    assert named == Distinct((PATIENT,), Between(AGE, "65", "120"))
    pairs = read("{name: S, distinct: [patient, chemical substance]}").numerator.value
    assert pairs == Distinct((PATIENT, CHEMICAL_SUBSTANCE))
    ten = read("{name: S, value: patients on 10 or more unique medicines}").numerator.value
    assert ten == patients_on(10)
    assert read(denominator="{name: A, amount: list size}").denominator.value == Amount(LIST_SIZE)
    assert read("{name: S, amount: items, where: {is: [EPS, Y]}}").numerator.value.where == Is(EPS, "Y")


def test_patients_who_fulfil_a_condition():
    found = read(
        "{name: S, patients: {all: [had: {list: nsaids}, not: {had: {list: protection}, before: 3}]},"
        " where: {between: [age, 65, 120]}}"
    ).numerator.value
    condition = AllConditions((Had(NSAIDS), NotCondition(Had(PROTECTION, Before(3)))))
    assert found == Patients(condition, Between(AGE, "65", "120"))
    scored = read("{name: S, patients: {score: [[{list: nsaids}, 2]], at least: 6}}").numerator.value
    assert scored == Patients(Score(((NSAIDS, 2),), 6))
    much = read("{name: S, patients: {at least: [{amount: total quantity}, 421], last: 12}}").numerator.value
    assert isinstance(much.condition, AtLeast)
    assert (much.condition.least, much.condition.window) == (Decimal(421), Last(12))


def test_a_part_knows_its_unit():
    patients = read("{name: S, patients: {had: {list: nsaids}}}", "{name: A, amount: list size}")
    assert (patients.numerator.unit, patients.numerator.scale, patients.numerator.is_population) == (
        "patients", 0, False,
    )  # fmt: skip
    assert patients.denominator.is_population
    assert patients.needs_items
    assert read("{name: S, amount: actual cost}").numerator.scale == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("title: Broad\n", ""), "test.yaml has no “title”"),
        (("summary", "sumary"), "test.yaml: “sumary” is unknown. Did you mean “summary”"),
        (
            ("lower is better", "down"),
            "“down” is no direction. It may be: lower is better, higher",
        ),
        (("amount: items, where", "amount: itmes, where"), "test.yaml: “itmes” is no measure. Did you mean"),
        (("0501", "05011"), "test.yaml: “05011” is not a BNF code"),
        (("per: 100", "per: many"), "test.yaml: “per” is not a whole number"),
        (("per: 100", "per: 0"), "test.yaml: A ratio per 0 has no meaning"),
        (("2026-11-23", "in autumn"), "test.yaml: “reviewed” is not a day"),
        (("title: Broad", "title: {a: b}"), "test.yaml: “title” is not a text"),
        (
            ("{name: All, amount: items}", "items"),
            "the denominator is not as expected. It has a name",
        ),
        (("{name: All, amount: items}", "{name: All}"), "one of amount, distinct, patients, value"),
        (("{name: All, amount: items}", "{name: All, amount: items, value: items}"), "is not as expected"),
        (("{name: All, amount: items}", "{name: All, amont: items}"), "is not as expected"),
        (("{name: All, amount: items}", "{name: All, value: EPS rate}"), "is a ratio or a change"),
        (
            (
                "{name: All, amount: items}",
                "{name: All, value: patients on 8 or more unique medicines, where: {is: [EPS, Y]}}",
            ),
            "",
        ),
        (("{under: [bnf, 0501]}", "{list: nsaid}"), "“nsaid” is no list of medicines. Did you mean “nsaids”"),
        (("{under: [bnf, 0501]}", "{undr: [bnf, 0501]}"), "test.yaml: “undr” is unknown in a selection"),
        (
            ("amount: items, where: {under: [bnf, 0501]}", "patients: {hat: {list: nsaids}}"),
            "test.yaml: “hat” is unknown in a condition",
        ),
        (
            ("{name: All, amount: items}", "{name: All, amount: list size, where: {list: nsaids}}"),
            "test.yaml: List size cannot be limited to a medicine",
        ),
        (("title: Broad", "title: [Broad"), "is not valid YAML"),
        (("title: Broad", "title: Broad\ntitle: Narrow"), "“title” stands there twice"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_the_reason(change, message):
    if not message:  # a named value that has no selection of its own may be limited
        assert read_definition("test", GOOD.replace(*change), LISTS).denominator.value.where == Is(EPS, "Y")
        return
    with pytest.raises(BadDefinition) as refused:
        read_definition("test", GOOD.replace(*change), LISTS)
    assert message in str(refused.value)


def test_prepared_values_are_all_that_the_comparators_consist_of():
    values = prepared_values()
    assert len(values) == len(set(values))
    for one in comparators().values():
        assert one.denominator.value in values
        assert (one.numerator.value in values) is not one.any_medicine
    assert Patients(AtLeast(UNIQUE_MEDICINES, Decimal(10))) in values


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
