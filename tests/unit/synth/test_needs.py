"""What medicines are for, and how they are supplied."""

import pytest

from epact2.synth.england import make_england, months_until
from epact2.synth.formulary import read_formulary
from epact2.synth.items import batches
from epact2.synth.needs import NEEDS, need_of, schedule_of, unit_of
from epact2.synth.surroundings import areas_of


@pytest.mark.parametrize(
    ("code", "need"),
    [
        ("0212000B0AAABAB", "heart"),
        ("0208020Z0AAABAB", "clots"),
        ("0403030Q0AAAAAA", "mood"),
        ("0408010W0AAAJAJ", "valproate"),
        ("0408010G0AAABAB", "nerve pain"),
        ("0407010H0AAAMAM", "pain"),
        ("0407041T0AAADAD", "migraine"),
        ("1001010P0AAADAD", "NSAID"),
        ("1003020P0AAABAB", "joints"),
        ("21480000101", "diabetes"),
        ("22600000101", "stoma and continence"),
    ],
)
def test_the_longest_beginning_decides_the_need(code, need):
    assert NEEDS[need_of(code)].name == need


def test_every_presentation_has_a_need_that_somebody_has():
    for each in read_formulary().presentations:
        shape = [NEEDS[need_of(each.code)].shape(sex) for sex in (0, 1)]
        assert sum(map(sum, shape)) > 0


def test_one_statin_at_a_time_but_several_strengths_of_warfarin():
    assert unit_of("0212000B0AAABAB") == unit_of("0212000Y0AAADAD") == "statin"
    assert unit_of("0208020V0AAABAB") != unit_of("0208020V0AAADAD")
    assert unit_of("0208020Z0AAABAB") == unit_of("0208020Y0AAACAC") == "anticoagulant"
    assert unit_of("0209000A0AAAFAF") == "0209000A0"


@pytest.mark.parametrize(
    ("code", "schedule"),
    [
        ("0407020Q0AAAFAF", 2),
        ("040702040AAABAB", 3),
        ("0408010AEAAADAD", 3),
        ("0401010T0AAAFAF", 3),
        ("0401020K0AAAHAH", 4),
        ("0401010Z0AAAAAA", 4),
        ("0407010F0AAAEAE", 5),
        ("0212000B0AAABAB", 0),
    ],
)
def test_schedules_of_controlled_drugs(code, schedule):
    assert schedule_of(code) == schedule


@pytest.mark.parametrize("size", ["tiny", "small", "demo"])
def test_batches_hold_whole_places_and_every_practice_once(size):
    england = make_england(size, months_until(202603, 2), 3, items=True)
    made = batches(england, 60_000)
    held = [
        [each for each in england.practices if batch.first <= each.number <= batch.last] for batch in made
    ]
    assert [each.number for part in held for each in part if each.kind == "practice"] == [
        each.number for each in england.practices if each.kind == "practice"
    ]
    places = [{each.place for each in part} for part in held]
    assert sum(map(len, places)) == len(set.union(*places))
    others = [number for batch in made for number in batch.others]
    assert sorted(others) == [each.number for each in england.practices if each.kind != "practice"]


def test_deciles_hold_as_many_people_each_and_follow_deprivation():
    england = make_england("demo", months_until(202603, 2), 3, items=True)
    areas = areas_of(england)
    assert len({area.code for area in areas}) == len(areas)
    by_decile = {decile: [a.deprivation for a in areas if a.decile == decile] for decile in range(1, 11)}
    assert all(min(by_decile[d]) >= max(by_decile[d + 1]) for d in range(1, 10))
    assert max(map(len, by_decile.values())) < 1.4 * min(map(len, by_decile.values()))


def test_tiny_has_two_icbs_and_demo_every_place():
    tiny = make_england("tiny", months_until(202603, 2), 3)
    practices = [each for each in tiny.practices if each.kind == "practice"]
    assert len(practices) == 3
    assert tiny.patients == pytest.approx(4500)
    assert len({tiny.places[each.place].icb for each in practices}) == len(tiny.pcns) == 2
    demo = make_england("demo", months_until(202603, 2), 3)
    practices = [each for each in demo.practices if each.kind == "practice"]
    assert len(practices) == 212
    assert len({each.place for each in practices}) == 106
