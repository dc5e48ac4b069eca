"""A9: the same patients published again, after a practice has moved, and after a correction.

The attacker reads both releases. What is rounded once stays so: the new release gives no second draw.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from attack.attacker import Attack
from attack.attempts import LARGE, figures_of_rule
from attack.loading import moved
from attack.rules import NOW, Cell, atoms
from attack.truth import truth_of
from attack.worlds import Item, draw_world
from epact2.query.sealing import Enters
from epact2.store.reference_data import Parents

SEEDS = range(1, 9) if LARGE else (1, 2)


@pytest.mark.parametrize("kind", ["mixed", "sparse"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_practice_that_moves_between_icbs_takes_its_patients_unseen(seed, kind):
    """Pools before and after differ by one practice. Its own number is then known, and is 0 or 5."""
    before = draw_world(seed, name=kind, practices=8, months=1)
    after = moved(before, "SY0002", Parents("SP0003", "01F", "QYG", "Y62"))
    truth = truth_of(before)
    attack = Attack(before, truth, partitions=False)
    attack.see_sealed(figures_of_rule(before, truth), NOW)
    attack.see_again(after, figures_of_rule(after, truth), NOW)
    found = attack.results(enough=4)
    hidden = [one for one in found if not one.is_open_already]
    assert len(hidden) > 20
    assert all(one.is_sound for one in found)
    assert not [one for one in hidden if one.is_recovered]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_correction_of_one_practice_changes_no_number_of_another(seed):
    """What is shown of a practice hangs on its own items alone; the same counts give the same numbers."""
    world = draw_world(seed, practices=5, months=1)
    more = tuple(replace(one, patient=f"{one.patient}N") for one in world.items if one.practice == "SY0001")
    corrected = world.with_items((*world.items, *more))
    before = atoms(truth_of(world), world.places, NOW)
    after = atoms(truth_of(corrected), world.places, NOW)
    of_others = [cell for cell in before if cell.practice != "SY0001"]
    assert [before[cell].number for cell in of_others] == [after[cell].number for cell in of_others]
    assert any(after[cell] != before[cell] for cell in before if cell.practice == "SY0001")


def test_a_correction_that_brings_a_count_to_ten_items_shows_another_draw():
    """With ten items an atom is shown, rounded by the practice's offset; in the pool it had its own."""
    world = draw_world(1, name="sparse", practices=6, months=1)
    truth = truth_of(world)
    before = atoms(truth, world.places, NOW)
    cell = next(
        cell
        for cell, opened in sorted(truth.open_items.items())
        if 2 <= opened <= 9 and len(cell.node) == 9 and before[cell].enters is not Enters.PRACTICE
    )
    one = next(
        one
        for one in world.items
        if (one.practice, one.month) == (cell.practice, cell.month) and one.presentation.startswith(cell.node)
    )
    repeated: list[Item] = [one] * (10 - truth.open_items[cell])
    corrected = world.with_items((*world.items, *repeated))
    later = truth_of(corrected)
    assert later.counts[cell] == truth.counts[cell]
    assert atoms(later, world.places, NOW)[cell].enters is Enters.PRACTICE
    attack = Attack(corrected, later, partitions=False)
    attack.see_sealed(figures_of_rule(corrected, later), NOW)
    found = attack.results([Cell(cell.practice, cell.node, cell.month)])
    assert found[0].is_sound
    assert found[0].span.values >= 4
