"""A profile's questions and what is read from their answers, against numbers worked out by hand."""

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis import profile
from epact2.analysis.answer import answer
from epact2.analysis.compare import percentiles, ranks
from epact2.analysis.standing import (
    Peers,
    Series,
    chapter_series,
    medicine_changes,
    nearest_in_size,
    standing,
)
from epact2.model.prescribing import CHEMICAL_SUBSTANCE
from support import example_england as example

NIA = OPERATOR


@pytest.fixture(scope="module")
def engine():
    return example.engine()


def place(engine, code):
    return engine.directory.organisation(code)


def test_every_question_of_a_profile_is_accepted(engine):
    figures = (*profile.BASIC, *profile.comparator_figures())
    for code in ("ENG", "Y59", "QKS", "91Q", "U00001", "G82001", "Y00001"):
        one = place(engine, code)
        level = profile.level_field(one)
        for query in (
            profile.series_question(one, figures),
            profile.peers_question(level, figures, example.LATEST),
            profile.medians_question(level, profile.BASIC, 12),
            profile.chapters_question(one),
            profile.medicines_question(one, CHEMICAL_SUBSTANCE, example.LATEST),
            profile.children_question(one, level, example.LATEST),
        ):
            assert answer(engine, query, NIA).result.rows


def test_a_series_has_a_place_for_every_month(engine):
    one = place(engine, "G82001")
    query = profile.series_question(one, profile.BASIC)
    series = Series(answer(engine, query, NIA).result, profile.BASIC, example.LATEST)
    assert series.months == example.MONTHS
    items = series.values(profile.PRESCRIBED)
    rates = sum(example.ITEMS.values())
    assert (items[0], items[-1]) == (rates * 5, (rates + 25) * 5)
    assert series.now(profile.ITEMS_PER_PATIENT) == pytest.approx(rates + 25)
    assert series.before(profile.ITEMS_PER_PATIENT) == pytest.approx(rates + 13)


def test_the_standing_is_that_of_a_ranking(engine):
    query = profile.peers_question(
        profile.level_field(place(engine, "G82001")), profile.BASIC, example.LATEST
    )
    peers = Peers(answer(engine, query, NIA).result, profile.BASIC)
    assert set(peers.codes) == {"G81001", "G81002", "G82001", "G82002"}, "no place for other cost centres"
    values = peers.values(profile.COST_PER_PATIENT)
    for code, rank, percentile in zip(
        values, ranks(list(values.values())), percentiles(list(values.values())), strict=True
    ):
        found = peers.standing(profile.COST_PER_PATIENT, code)
        assert (found.rank, found.percentile, found.compared) == (rank, percentile, 4)


def test_equal_values_share_a_rank_and_strangers_have_none():
    values = {"a": 1.0, "b": 2.0, "c": 2.0, "d": 5.0}
    assert (standing(values, "b").rank, standing(values, "c").rank, standing(values, "d").rank) == (2, 2, 4)
    assert standing(values, "x").rank is None
    assert standing(values, "x").median == 2.0
    assert standing({"a": 1.0}, "a").percentile is None
    assert standing({}, "a").median is None


def test_a_medicine_that_is_gone_is_seen(engine):
    query = profile.medicines_question(place(engine, "QKS"), CHEMICAL_SUBSTANCE, example.LATEST)
    result = answer(engine, query, NIA).result
    without = [row for row in result.rows if (row[0], row[1]) != ("0501013B0", example.LATEST.code)]
    changes = {
        one.code: one
        for one in medicine_changes(type(result)(result.columns, tuple(without)), example.LATEST)
    }
    assert changes["0501013B0"].cost == 0
    assert changes["0501013B0"].cost_change < 0
    assert changes["0403030Q0"].items > changes["0403030Q0"].items_before


def test_chapters_add_up_to_all_spending_for_every_1000_patients(engine):
    one = place(engine, "QNX")
    series = Series(
        answer(engine, profile.series_question(one, profile.BASIC), NIA).result, profile.BASIC, example.LATEST
    )
    chapters = chapter_series(
        answer(engine, profile.chapters_question(one), NIA).result,
        series.months,
        series.values(profile.LIST),
    )
    assert set(chapters) == {"04", "05", "10"}
    whole = sum(values[-1] for values in chapters.values())
    assert whole == pytest.approx(series.now(profile.COST_PER_PATIENT))


def test_the_nearest_in_size_are_nearest_by_ratio():
    sizes = {"own": 100.0, "half": 50.0, "double": 200.0, "near": 110.0, "none": 0.0, "far": 1000.0}
    assert nearest_in_size(sizes, "own", 3) == ["near", "double", "half"]
    assert nearest_in_size(sizes, "unknown") == []
