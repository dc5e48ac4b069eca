"""The attack on splits: no count of 1 to 4 patients or items of an age, a gender or a fifth is found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from attack.attacker import ENOUGH, Found
from attack.attempts import LARGE, Outcome, enough_in, report, share_recovered
from attack.loading import load_world
from attack.split_attack import ITEMS, PATIENTS, Count, SplitAttack
from attack.split_gathering import (
    VALUES,
    as_told,
    ask_splits,
    questions,
    wanted_of,
)
from attack.split_rules import SPLITS_NOW, SPLITS_OLD, SplitRule, split_figures
from attack.split_worlds import (
    AGE,
    DEPRIVATION,
    HABITS,
    SplitCell,
    SplitTruth,
    draw_split_world,
    split_truth_of,
)
from attack.worlds import FIRST, Item, World, presentation_of
from epact2.model.items import AGE_BAND_5, GENDER, IMD_QUINTILE
from epact2.model.prescribing import SUB_ICB_LOCATION
from epact2.query import sealing
from epact2.query.sealing import cell_of_age
from epact2.store.duckdb import DuckDBEngine
from epact2.store.reference_data import Parents

SEEDS = range(1, 5) if LARGE else (1,)
KINDS = HABITS if LARGE else ("one chapter", "repeating")


def attack(world: World, truth: SplitTruth, rule: SplitRule = SPLITS_NOW) -> Outcome:
    """Attack every figure that a rule publishes."""
    told = split_figures(world, truth, rule)
    one = SplitAttack(world, truth)
    one.see(told, rule)
    return Outcome(world, tuple(one.results(enough=enough_in(world))), responses=2 * len(told.cells))


def check(outcome: Outcome, sort: str) -> None:
    """None is found out, and nearly all keep five values (four where everybody knows of one)."""
    report(outcome, sort)
    assert len(outcome.hidden) > 30
    assert not outcome.recovered
    assert all(one.is_sound for one in outcome.found)
    assert len(outcome.narrowed) <= 0.02 * len(outcome.hidden)


@pytest.mark.parametrize("all_identified", [True, False], ids=["all identified", "some not"])
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_cell_of_a_split_is_found_out(seed, name, all_identified):
    """Both splits, everything and chapters, three months of a year that share their offsets, all at once."""
    world = draw_split_world(seed, name, months=3 if LARGE else 2, all_identified=all_identified)
    truth = split_truth_of(world)
    outcome = attack(world, truth)
    check(outcome, "splits")
    assert outcome.responses > 50, "places are split, else nothing was attacked"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_naive_rule_falls(seed):
    """The control: 1 to 4 suppressed, all else exact, the same program. It must find out nine of ten."""
    world = draw_split_world(seed, "ordinary" if LARGE else "one chapter", months=1)
    truth = split_truth_of(world)
    one = SplitAttack(world, truth)
    one.see_naive({PATIENTS: truth.patients, ITEMS: truth.items})
    outcome = Outcome(world, tuple(one.results(enough=2)))
    report(outcome, "splits, naive rule", share_recovered(outcome))
    assert all(found.is_sound for found in outcome.found)
    assert share_recovered(outcome) > 0.9


# --- A loaded store -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """A world in a real store."""

    world: World
    truth: SplitTruth
    engine: DuckDBEngine


@pytest.fixture(
    scope="module",
    params=[(seed, name) for seed in SEEDS for name in (("ordinary", "steady") if LARGE else ("ordinary",))],
)
def loaded(request, tmp_path_factory):
    seed, name = request.param
    world = draw_split_world(seed, name, months=2, all_identified=seed % 2 == 0)
    engine = DuckDBEngine(load_world(tmp_path_factory.mktemp("split"), world, prepared=()), threads=1)
    yield Loaded(world, split_truth_of(world), engine)
    engine.close()


def test_the_store_splits_as_the_rules_say(loaded):
    """At every level, by 5 years, 20 years, gender and deprivation: the sums of the cells of places."""
    told = split_figures(loaded.world, loaded.truth)
    seen = 0
    for asked in questions():
        answers = ask_splits(loaded.engine, asked)
        wanted = wanted_of(asked, loaded.world, told)
        seen += len(answers)
        assert wanted
        assert {answer: answers[answer] for answer in wanted} == wanted
        rest = {numbers for answer, numbers in answers.items() if answer not in wanted}
        assert rest <= {(0, 0), (None, None)}
    assert seen > 1000
    assert len(told.withheld) > 0


def test_no_cell_that_a_store_told_is_found_out(loaded):
    """The attack on what the store answered, and not on what the rules say."""
    told = split_figures(loaded.world, loaded.truth)
    of_places = [one for one in questions() if one.level == SUB_ICB_LOCATION]
    answers = {
        (one.by, one.chapters): ask_splits(loaded.engine, one)
        for one in of_places
        if one.by in ((AGE_BAND_5, GENDER), (IMD_QUINTILE,))
    }
    cells: dict[SplitCell, tuple[int, int]] = {}
    for chapters in (False, True):
        by_age, by_area = answers[(AGE_BAND_5, GENDER), chapters], answers[(IMD_QUINTILE,), chapters]
        cells |= as_told(by_age, by_area, loaded.truth)
    attacked = SplitAttack(loaded.world, loaded.truth)
    attacked.see(replace(told, cells=cells))
    found = tuple(attacked.results(enough=enough_in(loaded.world)))
    responses = len(VALUES) * sum(map(len, answers.values()))
    check(Outcome(loaded.world, found, len(answers), responses), "splits, loaded")


# --- The smallest Englands in which the replaced rule fell --------------------------------------------------


def with_offsets(monkeypatch: pytest.MonkeyPatch, of: Callable[[str], int]) -> None:
    """Offsets by what they are keyed by; by chance, some place has them."""
    monkeypatch.setattr(sealing, "offset", lambda secret, message: of(message))


def drug(chapter: str) -> str:
    """The one medicine of a chapter."""
    return presentation_of(f"{chapter}01010A0")


def england(places: int, *counts: tuple[int, str, str, int, int, int]) -> World:
    """An England of a practice in each place: place, chapter, patient, age, quintile, items."""
    codes = ("00T", "00V", "01F")[:places]
    items = tuple(
        Item(FIRST, f"SY000{place}", f"{place} {patient}", drug(chapter), age, "2", fifth)
        for place, chapter, patient, age, fifth, count in counts
        for _ in range(count)
    )  # fmt: skip
    parents = {f"SY000{at}": Parents("SP0001", code, "QOP", "Y62") for at, code in enumerate(codes)}
    return World("drawn", 0, parents, items, months=(FIRST,))


def found(world: World, rule: SplitRule, of: str, cell: SplitCell) -> Found:
    """What the program finds of one count."""
    truth = split_truth_of(world)
    attacked = SplitAttack(world, truth)
    attacked.see(split_figures(world, truth, rule), rule)
    return attacked.results(enough=ENOUGH, of=Count(of, cell))[0]


def aged(node: str, age: int, place: str = "00T") -> SplitCell:
    """The women of a band of five years."""
    return SplitCell(place, node, FIRST, AGE, cell_of_age(age // 5, GENDER.codes.index("2")))


def test_three_places_of_one_item_each_that_stand_together(monkeypatch):
    """Each item became 5, together 15: so each place has its one item there, and one patient of that age."""
    with_offsets(monkeypatch, lambda message: 4)
    others = [(place, "05", "other", 40, 1, 1) for place in range(3)]
    world = england(3, *((place, "04", "ann", 80, 1, 1) for place in range(3)), *others)
    told = found(world, SPLITS_OLD, ITEMS, aged("04", 80))
    assert told.is_recovered
    assert found(world, SPLITS_NOW, ITEMS, aged("04", 80)).before.values > 1
    assert not split_figures(world, split_truth_of(world)).cells


def test_nine_chapters_of_one_item_each(monkeypatch):
    """Nine chapters in which a woman of 80 has one item: each 5, and 5 together. So each has exactly one."""
    with_offsets(monkeypatch, lambda message: 0 if "|items||" in message else 4)
    world = england(
        1,
        *((0, f"{chapter:02}", "ann", 80, 5, 1) for chapter in range(1, 10)),
        *(
            (0, f"{chapter:02}", f"bea {age}", age, 1 + age % 4, 9)
            for chapter in range(1, 10)
            for age in (20, 31, 42, 53)
        ),
    )
    assert found(world, SPLITS_OLD, ITEMS, aged("03", 80)).is_recovered
    assert found(world, SPLITS_NOW, ITEMS, aged("03", 80)).span.values >= 4


def test_nine_ages_of_one_patient_each(monkeypatch):
    """One practice, 9 patients published as 5, each of another age and published as 5: one of each."""
    with_offsets(monkeypatch, lambda message: 0 if "age" not in message else 4)
    world = england(1, *((0, "04", f"ann {age}", age, 1 + age % 5, 10) for age in range(5, 95, 10)))
    cell = aged("04", 25)
    assert found(world, SPLITS_OLD, PATIENTS, cell).is_recovered
    assert found(world, SPLITS_NOW, PATIENTS, cell).span.values >= 4


def test_the_patients_of_the_one_chapter_are_all_patients(monkeypatch):
    """Two offsets were two draws: 2 patients are published as 0 and as 5, so the second offset is at least 1.

    In the next month 1 patient is published as 0 and 0: so 3 at most.
    """
    offsets = {
        "chain|00T|deprivation 0|patients|04|2025/26": 0,
        "chain|00T|deprivation 0|patients||2025/26": 3,
    }
    with_offsets(monkeypatch, lambda message: offsets.get(message, 2))
    more = [(0, "04", f"bea {number}", 40, 2 + number % 4, 6) for number in range(24)]
    first = england(1, (0, "04", "ann", 40, 1, 6), (0, "04", "cat", 40, 1, 6), *more)
    later = [replace(one, month=FIRST.plus(1)) for one in first.items if not one.patient.endswith("cat")]
    world = replace(first.with_items((*first.items, *later)), months=(FIRST, FIRST.plus(1)))
    cell = SplitCell("00T", "04", FIRST.plus(1), DEPRIVATION, sealing.cell_of_deprivation(0))
    told, kept = found(world, SPLITS_OLD, PATIENTS, cell), found(world, SPLITS_NOW, PATIENTS, cell)
    assert (told.span.least, told.span.greatest) == (1, 3)
    assert kept.span.values >= 4
