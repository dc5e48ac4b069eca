"""Listings as JSON, both ways, and in English; what a condition on patients adds to them."""

import json

import pytest

from epact2.model.months import DispensingMonth
from epact2.query.conditions import HERE, AllConditions, Before, Had, NotCondition
from epact2.query.listing_check import check_listing
from epact2.query.listing_json import (
    listing_from_json,
    listing_from_text,
    listing_to_json,
    listing_words,
)
from epact2.query.periods import NoData, months_of_listing

NSAID, PPI = {"under": ["bnf", "1001"]}, {"under": ["bnf", "0103"]}
UNPROTECTED = {"all": [{"had": NSAID}, {"not": {"had": PPI, "before": 12}}]}
MONTHS = tuple(DispensingMonth(2025, 1).plus(step) for step in range(12))


def listing(**parts):
    return listing_from_json({"columns": ["patient", "items"], **parts})


def test_a_condition_is_that_of_a_question_s_value():
    read = listing(patients=UNPROTECTED)
    match read.condition:
        case AllConditions((Had(_, window), NotCondition(Had(_, before)))):
            assert (window, before) == (HERE, Before(12))
        case _:
            pytest.fail(str(read.condition))
    assert listing().condition is None


@pytest.mark.parametrize(
    "condition",
    [
        UNPROTECTED,
        {"any": []},
        {"at least": [{"distinct": ["chemical substance"]}, 10]},
        {"at least": ["NIC", 12.5], "from": "2025-04", "to": "2025-06"},
        {"score": [[NSAID, 1], [PPI, 2]], "at least": 3, "last": 3},
    ],
)
def test_json_both_ways(condition):
    read = listing(patients=condition, rows="patients", months={"latest": 1})
    written = listing_to_json(read)
    assert written["patients"] == condition
    assert listing_from_text(json.dumps(written)) == read


def test_json_leaves_out_what_is_not_asked_for():
    assert "patients" not in listing_to_json(listing())


def test_words():
    parts = {"patients": UNPROTECTED, "where": {"is": ["gender", "female"]}, "months": {"latest": 1}}
    had = "who had BNF section is 1001 and not who had BNF section is 0103 in the 12 months before"
    assert listing_words(listing(**parts)) == (
        f"Items: patient and items, of patients {had}, where gender is Female, latest month"
    )
    assert listing_words(listing(**parts, rows="patients")) == (
        f"Patients: patient and items, those {had}, where gender is Female, latest month"
    )


def test_a_note_says_over_what_the_condition_is_judged():
    assert any("judged by what each had" in note for note in check_listing(listing(patients=UNPROTECTED)))
    assert not any("judged" in note for note in check_listing(listing()))


def test_a_window_needs_its_months():
    """The year before January 2025 is not loaded: nobody can be said to have had nothing in it."""
    asked = listing(patients=UNPROTECTED, months="2025-12")
    with pytest.raises(NoData, match="looks at a month that has no single items") as refused:
        months_of_listing(asked, MONTHS)
    assert "Loaded with items: January 2025 to December 2025" in refused.value.advice
    loaded = (DispensingMonth(2024, 12), *MONTHS)
    assert months_of_listing(asked, loaded) == (DispensingMonth(2025, 12),)
    endless = {"had": NSAID, "last": 120}
    with pytest.raises(NoData, match="looks at a month"):
        months_of_listing(listing(patients=endless), [DispensingMonth(1990, 1)])
