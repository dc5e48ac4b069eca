"""The declared fields, measures and levels fit together."""

from __future__ import annotations

import pytest

from epact2.model import bnf, organisations
from epact2.model.fields import Dimension
from epact2.model.organisations import Organisation, level_below
from epact2.model.prescribing import (
    BNF_FIELDS,
    FIELD_BY_NAME,
    FIELDS,
    LIST_SIZE,
    MEASURE_BY_NAME,
    MEASURES,
    NIC,
    ORGANISATION_FIELDS,
    POPULATION_MEASURES,
    PRESCRIBING_MEASURES,
    STAR_PUS,
)


def test_every_name_is_used_once():
    assert len(FIELD_BY_NAME) == len(FIELDS)
    assert len(MEASURE_BY_NAME) == len(MEASURES)
    assert len({measure.column for measure in MEASURES}) == len(MEASURES)
    assert not {name.casefold() for name in FIELD_BY_NAME} & {name.casefold() for name in MEASURE_BY_NAME}


def test_levels_have_fields():
    assert tuple(field.name for field in BNF_FIELDS) == bnf.LEVELS
    assert {field.name for field in ORGANISATION_FIELDS} == set(organisations.LEVELS)
    assert set(organisations.PLURALS) == set(organisations.LEVELS)


@pytest.mark.parametrize("measure", MEASURES, ids=str)
def test_every_measure_is_defined(measure):
    assert measure.meaning.endswith(".")
    assert measure.source
    assert measure.unit


def test_people_do_not_vary_by_medicine():
    assert len(STAR_PUS) == 25
    for measure in POPULATION_MEASURES:
        assert measure.is_population
        assert measure.varies_by == {Dimension.ORGANISATION, Dimension.TIME}
    assert not any(measure.is_population for measure in PRESCRIBING_MEASURES)
    assert NIC.is_money
    assert not LIST_SIZE.is_money


def test_star_pu_names_and_columns():
    nsaids = STAR_PUS["oral_nsaids_cost"]
    assert (nsaids.name, nsaids.column) == ("oral NSAIDs cost STAR-PU", "star_pu_oral_nsaids_cost")
    assert STAR_PUS["cox-2_inhibitors_cost"].column == "star_pu_cox_2_inhibitors_cost"
    assert STAR_PUS["hypnotics_adq"].name == "hypnotics ADQ STAR-PU"


@pytest.mark.parametrize(
    ("level", "below"),
    [
        ("England", "region"),
        ("region", "ICB"),
        ("ICB", "sub-ICB location"),
        ("sub-ICB location", "practice"),
        ("PCN", "practice"),
        ("practice", "practice"),
    ],
)
def test_level_below(level, below):
    assert level_below(level) == below


def test_unknown_parent():
    practice = Organisation("practice", "A81001", "The Surgery", (("ICB", "QHM"),))
    assert practice.parent("ICB") == "QHM"
    assert practice.parent("PCN") == "-"
