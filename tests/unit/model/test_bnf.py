from __future__ import annotations

import pytest

from epact2.model import bnf
from epact2.model.bnf import BadBnfCode, BnfCode, code_at, generic_equivalent

TRIMETHOPRIM = "0501080W0AAAEAE"
APPLIANCE = "21010900105"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("05", bnf.CHAPTER),
        ("0501", bnf.SECTION),
        ("050108", bnf.PARAGRAPH),
        ("0501080", bnf.SUB_PARAGRAPH),
        ("0501080W0", bnf.CHEMICAL_SUBSTANCE),
        ("0501080W0AA", bnf.PRODUCT),
        (TRIMETHOPRIM, bnf.PRESENTATION),
        ("21", bnf.CHAPTER),
        ("2101", bnf.SECTION),
        (APPLIANCE, bnf.PRESENTATION),
    ],
)
def test_the_length_gives_the_level(text, level):
    assert BnfCode(text).level == level


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "050",
        "05010",
        "0501080W0A",
        "0501080W0AAAE",
        "0501080W0AAAEAE1",
        "05 1",
        "0501080W0AAAEA-",
        "210109001050000",
    ],
)
def test_what_is_no_code(text):
    with pytest.raises(BadBnfCode) as caught:
        BnfCode(text)
    assert caught.value.message == f"“{text}” is not a BNF code."
    assert "15 (presentation)" in caught.value.advice


def test_levels_above():
    assert [code.text for code in BnfCode(TRIMETHOPRIM).ancestors] == [
        "05", "0501", "050108", "0501080", "0501080W0", "0501080W0AA",
    ]  # fmt: skip
    assert [code.text for code in BnfCode(APPLIANCE).ancestors] == ["21", "2101"]
    assert BnfCode("05").parent is None


@pytest.mark.parametrize(
    ("level", "medicine", "appliance"),
    [
        (bnf.CHAPTER, "05", "21"),
        (bnf.SECTION, "0501", "2101"),
        (bnf.PARAGRAPH, "050108", "2101"),
        (bnf.SUB_PARAGRAPH, "0501080", "2101"),
        (bnf.CHEMICAL_SUBSTANCE, "0501080W0", "2101"),
        (bnf.PRODUCT, "0501080W0AA", APPLIANCE),
        (bnf.PRESENTATION, TRIMETHOPRIM, APPLIANCE),
    ],
)
def test_appliances_show_their_section_where_a_level_is_missing(level, medicine, appliance):
    assert code_at(TRIMETHOPRIM, level) == medicine
    assert BnfCode(TRIMETHOPRIM).at(level) == medicine
    assert code_at(APPLIANCE, level) == appliance


@pytest.mark.parametrize(
    ("code", "generic"),
    [
        ("0501080W0BBACAE", TRIMETHOPRIM),
        (TRIMETHOPRIM, TRIMETHOPRIM),
        ("0403010J0BBAAAA", "0403010J0AAAAAA"),
        (APPLIANCE, APPLIANCE),
    ],
)
def test_characters_14_and_15_point_at_the_generic(code, generic):
    assert generic_equivalent(code) == generic
    assert BnfCode(code).generic_equivalent == generic


def test_covers():
    assert BnfCode("0501").covers(TRIMETHOPRIM)
    assert BnfCode(TRIMETHOPRIM).covers(TRIMETHOPRIM)
    assert not BnfCode("0502").covers(TRIMETHOPRIM)
