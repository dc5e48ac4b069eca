"""The attacker's program against what is published: it must find no count of 1 to 4.

Small in ``make test``. ``make test-attack`` tries many worlds with thousands of questions and prints a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from attack.attacker import Attack
from attack.attempts import (
    LARGE,
    Outcome,
    attack_rules,
    attack_sealed,
    figures_of_rule,
    report,
    share_recovered,
)
from attack.gathering import Gathered, ask_naively, ask_sealed
from attack.loading import load_world
from attack.questions import by_chance, complements, dashboards, overlapping
from attack.rules import OLD
from attack.truth import Truth, truth_of
from attack.worlds import HABITS, World, draw_world
from epact2.store.duckdb import DuckDBEngine

WORLDS = range(1, 51) if LARGE else (1,)  # loaded into a store
SEEDS = range(1, 5) if LARGE else (1,)  # of each peculiar sort
LARGER = 7 if LARGE else 0  # worlds of more practices, and of more months
CONTROLLED = 5  # one world in so many is attacked under the naive rule, too
QUESTIONS = 200 if LARGE else 60
OVERLAPPING = (250, 500) if LARGE else (5, 5)  # for larger worlds, and for others
MONTHS = 3 if LARGE else 2
KINDS = ("mixed", *HABITS) if LARGE else ("parted", "clinic", "sparse")
LEAST_OF_CONTROL = 0.9
ONE_FAMILY = 6  # counts that one practice's adding up can narrow


@dataclass(frozen=True)
class Loaded:
    """A world in a real store."""

    world: World
    truth: Truth
    engine: DuckDBEngine


@pytest.fixture(scope="module", params=WORLDS)
def loaded(request, tmp_path_factory):
    larger = request.param <= LARGER
    world = draw_world(request.param, practices=8 if larger else 5, months=3 if larger else 2)
    folder: Path = tmp_path_factory.mktemp("attacked")
    engine = DuckDBEngine(load_world(folder, world), threads=1)
    yield Loaded(world, truth_of(world), engine)
    engine.close()


@pytest.fixture(scope="module")
def gathered(loaded) -> Gathered:
    """All that the dashboards and many questions told of the organisations of others."""
    seen = Gathered()
    ask_sealed(loaded.engine, loaded.world, dashboards(loaded.world), seen)
    ask_sealed(loaded.engine, loaded.world, by_chance(loaded.world, QUESTIONS, loaded.world.seed), seen)
    more = overlapping(loaded.world, OVERLAPPING[loaded.world.seed > LARGER], loaded.world.seed)
    ask_sealed(loaded.engine, loaded.world, more, seen)
    return seen


@pytest.fixture(scope="module")
def control(loaded) -> float | None:
    """The share that the same program recovers where 1 to 4 are suppressed and all else is exact."""
    if loaded.world.seed % CONTROLLED != 1:
        return None
    seen = Gathered()
    ask_naively(loaded.engine, loaded.world, dashboards(loaded.world), seen)
    ask_naively(loaded.engine, loaded.world, complements(loaded.world), seen)
    attack = Attack(loaded.world, loaded.truth)
    attack.see_exact(seen.figures)
    outcome = Outcome(loaded.world, tuple(attack.results()))
    assert all(one.is_sound for one in outcome.found)
    return share_recovered(outcome)


def test_the_store_publishes_what_the_rules_say(loaded, gathered):
    """So that worlds may be attacked without loading each: the rules in plain Python give every figure."""
    wanted = figures_of_rule(loaded.world, loaded.truth)
    assert len(wanted) > 200
    assert {figure: gathered.figures.get(figure, "not told") for figure in wanted} == wanted


def test_questions_are_answered_and_refused(gathered):
    assert gathered.questions > QUESTIONS
    assert 0.1 < sum(gathered.refusals.values()) / QUESTIONS < 0.9
    assert len(gathered.refusals) > 3


def test_a_ratio_is_that_of_published_figures(loaded, gathered):
    """A ratio tells nothing that its parts do not."""
    known = [one for one in gathered.ratios if one[0] in gathered.figures and one[1] in gathered.figures]
    for top, bottom, per, ratio in known:
        above, below = gathered.figures[top], gathered.figures[bottom]
        assert above is not None
        assert below is not None
        assert below >= 20
        assert ratio == pytest.approx(per * above / below)


def test_no_count_is_found_out(loaded, gathered, control):
    """P1 to P3: no count is recovered, the truth is always possible, and the naive rule falls."""
    outcome = attack_sealed(
        loaded.world,
        loaded.truth,
        gathered.figures,
        questions=gathered.questions,
        responses=gathered.responses,
    )
    report(outcome, "loaded", control)
    assert control is None or control > LEAST_OF_CONTROL, (
        f"the program is too weak to prove anything: {control:.1%}"
    )
    assert len(outcome.hidden) > 30
    assert not outcome.recovered
    assert all(one.is_sound for one in outcome.found)
    # Comparators that add up narrow one another, a family of a practice at a time, to three values at least.
    assert len(outcome.narrowed) <= max(ONE_FAMILY, 0.05 * len(outcome.hidden))
    assert all(one.span.values >= 3 for one in outcome.narrowed)


@pytest.mark.parametrize("all_identified", [True, False], ids=["all identified", "some not"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_no_count_of_a_peculiar_england_is_found_out(kind, seed, all_identified):
    """Practices with one habit each, where the rules are most strained; every figure that there is is seen.

    No comparators are published that add up to another: none that we have do.
    """
    world = draw_world(seed, name=kind, practices=6, months=MONTHS, all_identified=all_identified)
    outcome = attack_rules(world, partitions=False)
    report(outcome, "peculiar")
    assert not outcome.recovered
    assert all(one.is_sound for one in outcome.found)
    # Five values (four where everybody knows of one): nearly always.
    assert len(outcome.narrowed) <= 0.06 * len(outcome.hidden)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rule_that_was_replaced_fell(seed):
    """An offset for each section, and no room for parts: the program found counts out."""
    found = [
        attack_rules(draw_world(one, name="parted", practices=6, months=MONTHS), OLD, partitions=False)
        for one in range(seed, seed + 4)
    ]
    report(found[0], "the rule that was replaced")
    assert sum(len(outcome.recovered) for outcome in found) > 0
