"""Two Englands of which the same is published: other patients behind the same numbers."""

from __future__ import annotations

import random
from dataclasses import replace

from attack.attempts import figures_of_rule
from attack.truth import truth_of
from attack.worlds import World


def twin_of(world: World, outside: frozenset[str], *, tries: int = 60) -> World:
    """The same England with items given to other patients of the same practice, so that counts of 1 to 4
    differ and nothing that is published does. Practices in ``outside`` keep their patients.
    """
    chance = random.Random(world.seed)
    wanted = figures_of_rule(world, truth_of(world))
    ages = {(one.practice, one.patient): one.age for one in world.items if one.patient}
    changed = world
    for _ in range(tries):
        number = chance.randrange(len(changed.items))
        one = changed.items[number]
        others = sorted({patient for practice, patient in ages if practice == one.practice})
        if one.practice in outside or not one.patient or len(others) < 2:
            continue
        other = chance.choice(others)
        items = list(changed.items)
        items[number] = replace(one, patient=other, age=ages[one.practice, other])
        candidate = changed.with_items(tuple(items))
        if figures_of_rule(candidate, truth_of(candidate)) == wanted:
            changed = candidate
    return changed


def changed_counts(one: World, other: World) -> int:
    """How many counts of 1 to 4 differ between two Englands."""
    first, second = truth_of(one), truth_of(other)
    return sum(first.counts[cell] != second.counts[cell] for cell in first.protected())
