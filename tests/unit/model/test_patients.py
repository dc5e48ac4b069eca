"""Every branch of the age logic, and the bands and quintiles made from it."""

from __future__ import annotations

import pytest

from epact2.model import items
from epact2.model.months import DispensingMonth
from epact2.model.patients import (
    AGE_RULES,
    CAPTURED,
    EARLIER_ITEM,
    FROM_EPS,
    FROM_PDS,
    NOT_KNOWN,
    AgeEvidence,
    age_at_item,
    age_on_30_september,
    imd_quintile,
    reference_month,
    years_between,
)

JANUARY = DispensingMonth(2026, 1)


def age(**evidence):
    return tuple(age_at_item(AgeEvidence(JANUARY, **evidence)))


def test_sources_are_the_codes_of_the_field():
    assert (*(rule.source for rule in AGE_RULES), NOT_KNOWN) == items.AGE_SOURCE.codes
    assert [rule.source for rule in AGE_RULES] == [FROM_PDS, FROM_EPS, CAPTURED, EARLIER_ITEM]
    assert all(rule.meaning.endswith(".") for rule in AGE_RULES)


def test_the_first_source_that_is_known_decides():
    everything = {
        "pds_birth_month": 198001,
        "eps_birth_month": 197001,
        "captured": 66,
        "earlier_birth_month": 195001,
    }
    expected = [(46, FROM_PDS), (56, FROM_EPS), (66, CAPTURED), (76, EARLIER_ITEM), (-1, NOT_KNOWN)]
    for number, answer in enumerate(expected):
        assert age(**dict(list(everything.items())[number:])) == answer


@pytest.mark.parametrize("birth_month", [190001, 202602, 190501], ids=["126", "not born yet", "121"])
def test_an_age_that_cannot_be_is_passed_over(birth_month):
    kept = {"captured": 40}
    assert age(pds_birth_month=birth_month, prescribed=20260110, **kept) == (40, CAPTURED)
    assert age(eps_birth_month=birth_month, **kept) == (40, CAPTURED)
    assert age(pds_birth_month=birth_month, eps_birth_month=199001) == (36, FROM_EPS)
    assert age(earlier_birth_month=birth_month) == (-1, NOT_KNOWN)


@pytest.mark.parametrize("captured", [-1, 121, 199])
def test_a_captured_age_that_cannot_be_is_passed_over(captured):
    assert age(captured=captured, earlier_birth_month=200001) == (26, EARLIER_ITEM)


@pytest.mark.parametrize("captured", [0, 120])
def test_the_youngest_and_the_oldest(captured):
    assert age(captured=captured) == (captured, CAPTURED)
    assert age(pds_birth_month=(2026 - captured) * 100 + 1) == (captured, FROM_PDS)


def test_electronic_forms_count_to_the_month_of_prescribing_and_paper_to_the_dispensing_month():
    born = {"pds_birth_month": 200601}
    assert age(eps=True, prescribed=20251231, **born) == (19, FROM_PDS)
    assert age(eps=True, prescribed=20260101, **born) == (20, FROM_PDS)
    assert age(eps=False, prescribed=20251231, **born) == (20, FROM_PDS)
    assert age(eps=True, **born) == (20, FROM_PDS)
    assert reference_month(AgeEvidence(JANUARY, eps=True, prescribed=20251231)) == 202512


def test_a_birthday_falls_on_the_first_of_its_month():
    assert [years_between(198003, month) for month in (202002, 202003, 202102, 202103)] == [39, 40, 40, 41]
    assert years_between(202603, 202602) == -1
    assert years_between(202512, 202601) == 0


@pytest.mark.parametrize(
    ("month", "born", "expected"),
    [
        ((2025, 4), 200009, 25),  # September of the year in which the financial year begins
        ((2026, 3), 200009, 25),
        ((2026, 4), 200009, 26),
        ((2026, 3), 200010, 24),
        ((2026, 3), 202512, 0),  # born after that September, but already born
        ((2025, 12), 202512, 0),
        ((2025, 11), 202512, -1),
        ((2026, 3), 190509, 120),
        ((2026, 3), 190508, 120),
        ((2026, 3), 190409, -1),
        ((2026, 3), None, -1),
    ],
)
def test_age_on_30_september(month, born, expected):
    assert age_on_30_september(born, DispensingMonth(*month)) == expected


def test_bands():
    assert [items.age_band_5(one) for one in (-1, 0, 4, 5, 89, 90, 120)] == [
        "Unknown", "00-04", "00-04", "05-09", "85-89", "90+", "90+",
    ]  # fmt: skip
    assert [items.age_band_20(one) for one in (-1, 19, 20, 79, 80)] == [
        "Unknown", "00-19", "20-39", "60-79", "80+",
    ]  # fmt: skip
    assert [items.adult_or_child(one) for one in (-1, 17, 18)] == ["Unknown", "child", "adult"]
    for one in range(-1, 121):
        assert items.age_band_5(one) in items.AGE_BAND_5.codes
        assert items.age_band_20(one) in items.AGE_BAND_20.codes
        assert items.adult_or_child(one) in items.ADULT.codes


def test_quintiles():
    assert [imd_quintile(decile) for decile in range(1, 11)] == [
        "1", "1", "2", "2", "3", "3", "4", "4", "5", "5",
    ]  # fmt: skip
    assert imd_quintile(None) == "Unknown"
