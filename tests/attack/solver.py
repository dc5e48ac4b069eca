"""The attacker's integer program: which values can a hidden count have, given all that was seen.

Whole-number variables for the true counts and for every offset that is not known; an equality for each exact
figure, a range for each published one. SciPy's ``milp`` (HiGHS) finds the least and the greatest value that a
count can have. What belongs together in no way is solved apart.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_matrix

Name = Hashable
SECONDS = 10.0  # for one least or greatest value; a solve that needs longer counts as a success of the attack
EXPLORING = 2.0  # seconds for a solution that is only looked at
EXPLORED = 5  # pairs of solutions that are looked at, before each count is solved for


class Impossible(AssertionError):
    """No truth fits what was seen: then the program knows the rules wrongly."""


@dataclass(frozen=True, slots=True)
class Span:
    """The least and the greatest value; ``timed_out`` where the program did not finish."""

    least: int
    greatest: int
    timed_out: bool = False

    @property
    def values(self) -> int:
        """How many values are possible, as far as the two ends tell."""
        return self.greatest - self.least + 1


@dataclass
class Problem:
    """Variables with their ranges, and linear conditions on them."""

    ranges: dict[Name, tuple[int, int]] = field(default_factory=dict)
    conditions: list[tuple[Mapping[Name, int], float, float]] = field(default_factory=list)

    def variable(self, name: Name, least: int, greatest: int) -> None:
        """A whole number; named again, its range can only become narrower."""
        low, high = self.ranges.get(name, (least, greatest))
        self.ranges[name] = max(low, least), min(high, greatest)

    def between(self, terms: Mapping[Name, int], least: float, greatest: float) -> None:
        """The sum of number × variable lies between two numbers."""
        self.conditions.append((terms, least, greatest))

    def copy(self) -> Problem:
        """The same, to which nothing more is added."""
        return Problem(dict(self.ranges), list(self.conditions))

    def parts(self) -> dict[Name, Part]:
        """The part of the problem to which each variable belongs."""
        parent: dict[Name, Name] = {name: name for name in self.ranges}

        def root(name: Name) -> Name:
            while parent[name] != name:
                parent[name] = parent[parent[name]]
                name = parent[name]
            return name

        for terms, _, _ in self.conditions:
            first, *others = terms
            for other in others:
                parent[root(other)] = root(first)
        members: dict[Name, list[Name]] = defaultdict(list)
        for name in self.ranges:
            members[root(name)].append(name)
        rows: dict[Name, list[tuple[Mapping[Name, int], float, float]]] = defaultdict(list)
        for condition in self.conditions:
            rows[root(next(iter(condition[0])))].append(condition)
        made = {key: Part(self.ranges, names, rows[key]) for key, names in members.items()}
        return {name: made[key] for key, names in members.items() for name in names}


class Part:
    """Variables that hang together, as one integer program."""

    def __init__(
        self,
        ranges: Mapping[Name, tuple[int, int]],
        names: list[Name],
        conditions: list[tuple[Mapping[Name, int], float, float]],
    ) -> None:
        self.place = {name: number for number, name in enumerate(names)}
        self.bounds = Bounds([ranges[name][0] for name in names], [ranges[name][1] for name in names])
        self.conditions = []
        if conditions:
            entries = [
                (row, self.place[name], weight)
                for row, (terms, _, _) in enumerate(conditions)
                for name, weight in terms.items()
            ]
            rows, columns, weights = zip(*entries, strict=True)
            matrix = csr_matrix((weights, (rows, columns)), shape=(len(conditions), len(names)))
            lows, highs = [one[1] for one in conditions], [one[2] for one in conditions]
            self.conditions = [LinearConstraint(matrix, lows, highs)]
        self.solutions: list[numpy.ndarray] = []

    def span(self, name: Name) -> Span:
        """The least and the greatest value of a variable."""
        least, early = self._end(name, 1)
        greatest, late = self._end(name, -1)
        return Span(least, greatest, early or late)

    def explore(self, names: Sequence[Name]) -> None:
        """Look for solutions that differ in many variables at once, so that few need to be solved for alone.

        Some are pushed up and some down, by chance; each push, and its opposite.
        """
        chance = random.Random(len(self.place))
        for _ in range(EXPLORED):
            aim = numpy.zeros(len(self.place))
            for name in names:
                aim[self.place[name]] = chance.choice((-1, 1))
            for sign in (1, -1):
                found = self._solve(sign * aim, EXPLORING)
                if found.x is not None:
                    self.solutions.append(found.x)

    def known_span(self, name: Name) -> Span | None:
        """What solutions found before already show to be possible."""
        seen = [round(one[self.place[name]]) for one in self.solutions]
        return Span(min(seen), max(seen)) if seen else None

    def _end(self, name: Name, sign: int) -> tuple[int, bool]:
        aim = numpy.zeros(len(self.place))
        aim[self.place[name]] = sign
        found = self._solve(aim, SECONDS)
        if found.status == 2:
            raise Impossible(f"nothing fits what was seen of {name}")
        if found.x is None:
            return 0, True
        self.solutions.append(found.x)
        return round(found.x[self.place[name]]), found.status != 0

    def _solve(self, aim: numpy.ndarray, seconds: float) -> OptimizeResult:
        return milp(
            aim,
            integrality=numpy.ones(len(self.place)),
            bounds=self.bounds,
            constraints=self.conditions,
            options={"time_limit": seconds},
        )


def explore(parts: Mapping[Name, Part], names: Iterable[Name]) -> None:
    """Look for many solutions of each part in which some of the names lie."""
    of_part: dict[int, tuple[Part, list[Name]]] = {}
    for name in names:
        of_part.setdefault(id(parts[name]), (parts[name], []))[1].append(name)
    for part, those in of_part.values():
        if len(those) > EXPLORED:
            part.explore(those)
