"""The attack on splits: what published cells, open data and practices' figures say together of each cell.

The attacker knows the rules, all open items, who is registered where (so which cells are empty), the
published patients of practices, and what adds up: cells to their place, chapters to everything. He lacks the
offsets alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from attack.attacker import Found
from attack.rules import children, room
from attack.solver import Part, Problem, Span, explore
from attack.split_rules import SPLITS_NOW, SplitFigures, SplitRule, offset_message, room_of
from attack.split_worlds import KINDS, SplitCell, SplitTruth, practice_cells
from attack.truth import Cell
from attack.worlds import World
from epact2.query.sealing import BASE, Enters

MOST_OFFSET = BASE - 1
PATIENTS, ITEMS = "patients", "items"
_ANY = 1e6


@dataclass(frozen=True, slots=True)
class Count:
    """A count of a cell as a variable: of patients, or of items."""

    of: str
    cell: SplitCell


class SplitAttack:
    """One attack on the splits of one world; ``truth`` is used for open data, and to judge what was found."""

    def __init__(self, world: World, truth: SplitTruth) -> None:
        self.world = world
        self.truth = truth
        self.problem = Problem()
        for place, node, month in truth.opened:
            self._practices(place, node, month)
        for place, node, month in truth.opened:
            for kind in KINDS:
                self._cells(truth.cells(place, node, month, kind))
        for place, node, month in truth.opened:
            for kind in KINDS:
                self._relate(place, node, month, truth.cells(place, node, month, kind))
        self.before: dict[Hashable, Part] = {}

    def _practices(self, place: str, node: str, month: object) -> None:
        """Patients of practices: at most their open items; somebody where all are identified."""
        for cell in self._atoms(place, node, month):
            opened = self.truth.of_practices.open_items[cell]
            self.problem.variable(cell, int(self.world.all_identified), opened)

    def _atoms(self, place: str, node: str, month: object) -> list[Cell]:
        return practice_cells(self.truth, place, node, month)  # type: ignore[arg-type]

    def _cells(self, cells: list[SplitCell]) -> None:
        for cell in cells:
            opened = self.truth.opened[cell.place, cell.node, cell.month]
            patients, items = Count(PATIENTS, cell), Count(ITEMS, cell)
            identified = not cell.cell.endswith("gender 0") or self.world.all_identified
            self.problem.variable(items, 0, opened)
            self.problem.variable(patients, 0, opened if identified else 0)
            self.problem.between({patients: 1, items: -1}, -_ANY, 0)
            if self.world.all_identified:  # whoever has items is somebody
                self.problem.between({items: 1, patients: -opened}, -_ANY, 0)

    def _relate(self, place: str, node: str, month: object, cells: list[SplitCell]) -> None:
        """Cells add up to their place; chapters' items to everything's; patients are parts of everybody."""
        opened = self.truth.opened[place, node, cells[0].month]
        self.problem.between({Count(ITEMS, one): 1 for one in cells}, opened, opened)
        terms: dict[Hashable, int] = {Count(PATIENTS, one): 1 for one in cells}
        atoms = self._atoms(place, node, month)
        self.problem.between({**terms, **dict.fromkeys(atoms, -1)}, 0, 0)
        if node:
            for atom in atoms:
                self.problem.between({atom: 1, Cell(atom.practice, "", atom.month): -1}, -_ANY, 0)
            return
        chapters = self.truth.chapters(place, cells[0].month)
        for cell in cells:
            parts = [Count(ITEMS, cell.of(one)) for one in chapters]
            self.problem.between({Count(ITEMS, cell): 1, **dict.fromkeys(parts, -1)}, 0, 0)
            people = [Count(PATIENTS, cell.of(one)) for one in chapters]
            self.problem.between({Count(PATIENTS, cell): 1, **dict.fromkeys(people, -1)}, -_ANY, 0)
            for one in people:
                self.problem.between({one: 1, Count(PATIENTS, cell): -1}, -_ANY, 0)

    # --- What is published ------------------------------------------------------------------------------

    def see(self, told: SplitFigures, rule: SplitRule = SPLITS_NOW) -> None:
        """Take in practices' figures, then those of cells; what the former alone say is kept to compare."""
        for atom, published in told.of_practices.items():
            if published.enters is Enters.PRACTICE and atom in self.problem.ranges:
                least = published.number
                most = _ANY if least == self._limit(atom, told) else least + MOST_OFFSET
                self.problem.variable(atom, 0, self._top(atom, told))
                self._see(atom, ("chain", atom.practice, atom.month.financial_year), least, most)
        self.before = self.problem.copy().parts()
        for cell, (patients, items) in told.cells.items():
            self._see_patients(cell, patients, items, told, rule)
            if cell.node or not rule.adds_up:
                message = offset_message(cell, rule, of_items=True)
                self._see(Count(ITEMS, cell), message, items, items + MOST_OFFSET)
        for (places, node, month, kind, name), sums in told.pools.items():
            for of, number in zip((PATIENTS, ITEMS), sums, strict=True):
                cells = [SplitCell(place, node, month, kind, name) for place in sorted(places)]
                self._see_pool([Count(of, one) for one in cells], number)

    def _limit(self, atom: Cell, told: SplitFigures) -> int:
        """The most that a practice's patients would have been published as."""
        opened = self.truth.of_practices.open_items
        among = [one for one in opened if (one.practice, one.month) == (atom.practice, atom.month)]
        return min(BASE * (opened[atom] // BASE), room(atom, opened, told.of_practices, among))

    def _top(self, atom: Cell, told: SplitFigures) -> int:
        """The most patients that a practice can have of a node, as far as it and its parts are published."""
        opened, published = self.truth.of_practices.open_items, told.of_practices[atom]
        most = opened[atom]
        if published.enters is Enters.PRACTICE and published.number < self._limit(atom, told):
            most = min(most, published.number + MOST_OFFSET)
        parts = children(atom, opened)
        return min(most, sum(self._top(one, told) for one in parts)) if parts else most

    def see_naive(self, counts: Mapping[str, Mapping[SplitCell, int]]) -> None:
        """Take in what a naive system tells: 1 to 4 suppressed, all else exact.

        Of patients and of items, each cell, and all of its split but one ("not of this age").
        """
        self.before = self.problem.copy().parts()
        for of, exact in counts.items():
            splits: dict[object, list[SplitCell]] = defaultdict(list)
            for cell in exact:
                splits[cell.place, cell.node, cell.month, cell.kind].append(cell)
            for cells in splits.values():
                for cell in cells:
                    others = [one for one in cells if one != cell]
                    for asked in ([cell], others):
                        number = sum(exact[one] for one in asked)
                        low, high = (1, 4) if 1 <= number <= 4 else (number, number)
                        if asked:
                            self.problem.between({Count(of, one): 1 for one in asked}, low, high)

    def _see_patients(
        self, cell: SplitCell, patients: int, items: int, told: SplitFigures, rule: SplitRule
    ) -> None:
        most = patients + MOST_OFFSET
        if rule.at_most:
            chapters = [] if cell.node else self.truth.chapters(cell.place, cell.month)
            limit = items if cell.node else room_of(cell, self.truth, told, chapters)
            most = int(_ANY) if patients == limit else most
        message = offset_message(cell, rule, of_items=False)
        self._see(Count(PATIENTS, cell), message, patients, most)

    def _see(self, name: Hashable, offset: Hashable, least: float, most: float) -> None:
        """A count with its offset lies between two numbers."""
        self.problem.variable(offset, 0, MOST_OFFSET)
        self.problem.between({name: 1, offset: 1}, least, most)

    def _see_pool(self, counts: list[Count], number: int) -> None:
        """The sum of numbers that were rounded one by one, each with an offset that nothing else has."""
        fives: dict[Hashable, int] = {}
        for count in counts:
            offset, five = ("alone", count), ("five", count)
            self.problem.variable(offset, 0, MOST_OFFSET)
            self.problem.variable(five, 0, 100)
            if count not in self.problem.ranges:
                self.problem.variable(count, 0, 0)  # nobody is registered there
            self.problem.between({count: 1, offset: 1, five: -BASE}, 0, MOST_OFFSET)
            fives[five] = BASE
        self.problem.between(fives, number, number)

    # --- What follows -----------------------------------------------------------------------------------

    def protected(self) -> Iterator[tuple[Hashable, int]]:
        """Counts of 1 to 4: patients and items of cells, and patients of practices."""
        for cell in sorted(self.truth.patients):
            for of, exact in ((PATIENTS, self.truth.patients), (ITEMS, self.truth.items)):
                if 1 <= exact[cell] <= 4:
                    yield Count(of, cell), exact[cell]
        for atom, count in sorted(self.truth.of_practices.counts.items()):
            if atom in self.problem.ranges and 1 <= count <= 4:
                yield atom, count

    def results(self, *, enough: int, of: Hashable | None = None) -> list[Found]:
        """What is known of each protected count, or of one; left as soon as so many values are possible."""
        parts = self.problem.parts()
        found = []
        protected = [(name, count) for name, count in self.protected() if of in (None, name)]
        explore(parts, [name for name, _ in protected])
        for name, count in protected:
            part = parts[name]
            span = part.known_span(name)
            if span is None or span.values < enough or not span.least <= count <= span.greatest:
                span = part.span(name)
            before = Span(0, 10_000)
            if span.values < enough:
                before = self.before[name].span(name)
            found.append(Found(name, count, span, before, items=2))  # type: ignore[arg-type]
        return found
