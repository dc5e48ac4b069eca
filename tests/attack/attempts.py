"""One attempt: a world, what was seen of it, and what followed; as large as the environment says."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from attack.attacker import ENOUGH, Attack, Found
from attack.rules import NOW, Figure, Rule, atoms, published
from attack.truth import PAIRS, Truth, truth_of
from attack.worlds import World

LARGE = os.environ.get("EPACT2_ATTACK") == "large"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to. Shares are of the counts of 1 to 4 that open data alone do not tell."""

    world: World
    found: tuple[Found, ...]
    questions: int = 0
    responses: int = 0

    @property
    def hidden(self) -> list[Found]:
        """The counts of 1 to 4 that there was something to find out about."""
        return [one for one in self.found if not one.is_open_already]

    @property
    def recovered(self) -> list[Found]:
        """Those that were found out exactly, or that the program could not settle in time."""
        return [one for one in self.hidden if one.is_recovered]

    @property
    def narrowed(self) -> list[Found]:
        """Those that do not keep five values, or as many as open data leave."""
        return [one for one in self.hidden if not one.keeps(enough_in(self.world))]

    @property
    def fewest(self) -> int:
        """The fewest values that any of them keeps, of those of which open data leave five at least."""
        return min((one.span.values for one in self.hidden if one.before.values >= ENOUGH), default=ENOUGH)

    def line(self, control: float | None = None) -> str:
        """One line of the table that ``make test-attack`` prints."""
        told = f"{control:.1%}" if control is not None else "-"
        asked = f"{self.world.name:<16} {self.questions:>9,} {self.responses:>9,}"
        came_to = f"{len(self.hidden):>6} {len(self.recovered):>9} {len(self.narrowed):>8} {self.fewest:>6}"
        return f"{asked} {came_to} {told:>8}"


HEADINGS = "world            questions responses counts recovered narrowed fewest  control"


@dataclass
class Total:
    """What the attempts of one sort came to together."""

    worlds: int = 0
    questions: int = 0
    responses: int = 0
    counts: int = 0
    recovered: int = 0
    narrowed: int = 0
    controls: list[float] = field(default_factory=list)

    def add(self, outcome: Outcome, control: float | None) -> None:
        """Count one more."""
        self.worlds += 1
        self.questions += outcome.questions
        self.responses += outcome.responses
        self.counts += len(outcome.hidden)
        self.recovered += len(outcome.recovered)
        self.narrowed += len(outcome.narrowed)
        if control is not None:
            self.controls.append(control)

    def line(self, sort: str) -> str:
        """One line of the totals."""
        least = f"{min(self.controls):.1%} at least" if self.controls else "-"
        return (
            f"{sort}: {self.worlds} worlds, {self.questions:,} questions, {self.responses:,} responses, "
            f"{self.counts:,} counts, {self.recovered} recovered, {self.narrowed} narrowed, control {least}"
        )


TOTALS: dict[str, Total] = defaultdict(Total)


def report(outcome: Outcome, sort: str, control: float | None = None) -> None:
    """A line of the table, for who reads along; and for the totals at the end."""
    TOTALS[sort].add(outcome, control)
    print(f"\n{HEADINGS}\n{outcome.line(control)}", flush=True)


def enough_in(world: World) -> int:
    """Where everybody knows that an item has a patient, a count that is told as “0 or more” is 1 to 4."""
    return ENOUGH - 1 if world.all_identified else ENOUGH


def attack_sealed(
    world: World,
    truth: Truth,
    figures: Mapping[Figure, int | None],
    rule: Rule = NOW,
    *,
    questions: int = 0,
    responses: int = 0,
    partitions: bool = True,
    pairs: bool = False,
) -> Outcome:
    """Attack published figures."""
    attack = Attack(world, truth, partitions=partitions, pairs=pairs)
    attack.see_sealed(figures, rule)
    return Outcome(world, tuple(attack.results(enough=enough_in(world))), questions, responses)


def attack_rules(world: World, rule: Rule = NOW, *, partitions: bool = True, pairs: bool = False) -> Outcome:
    """Attack what a rule would publish of a world, with every figure that there is."""
    truth = truth_of(world)
    figures = figures_of_rule(world, truth, rule)
    return attack_sealed(
        world, truth, figures, rule, responses=len(figures), partitions=partitions, pairs=pairs
    )


def figures_of_rule(world: World, truth: Truth, rule: Rule = NOW) -> dict[Figure, int | None]:
    """Every figure that a rule publishes."""
    told = [cell for cell in truth.open_items if cell.node != PAIRS or rule.pairs]
    nodes = sorted({(cell.node, cell.month) for cell in told})
    return published(atoms(truth, world.places, rule), world.places, nodes)


def share_recovered(outcome: Outcome) -> float:
    """The share of hidden counts that were found out."""
    return len(outcome.recovered) / len(outcome.hidden)
