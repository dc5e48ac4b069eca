"""The attacker: what figures, open data and the known rules say together of each hidden count.

He knows every open figure, where practices belong, how counts are rounded and pooled, and which counts are
parts of which. He does not know the offsets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from attack.gathering import NOT
from attack.rules import Atom, Figure, Rule, children, family_of, pools, room
from attack.solver import Part, Problem, Span, explore
from attack.truth import ADD_UP, COMPARATORS, CUTS, KNOWN_ITEMS, OPIOIDS, PAIRS, RESTS_ON, Cell, Truth
from attack.worlds import World
from epact2.query.sealing import BASE, SHOWN_FROM, Enters, Place, entries

MOST_OFFSET = BASE - 1
_LIKE_A_NODE = {OPIOIDS}  # comparators that count whom a BNF node counts
ENOUGH = 5  # values that must stay possible, unless open data leave fewer


@dataclass(frozen=True, slots=True)
class Found:
    """What the attack knows of one protected count, and what open data alone had told."""

    cell: Cell
    count: int
    span: Span
    before: Span
    items: int

    @property
    def is_sound(self) -> bool:
        """Whether the truth is among the values found."""
        return self.span.least <= self.count <= self.span.greatest

    @property
    def is_open_already(self) -> bool:
        """Whether open data alone tell the count. One item has one patient: no more than whether that
        patient's number was captured can be found out.
        """
        return self.before.values == 1 or self.items == 1

    @property
    def is_recovered(self) -> bool:
        """Whether the attack has found the count out, or could not be shown not to have."""
        return not self.is_open_already and (self.span.values == 1 or self.span.timed_out)

    def keeps(self, enough: int) -> bool:
        """Whether so many values stay possible, or as many as open data leave.

        That there is an identified patient at all is not counted as found out: an item has a patient.
        """
        least = self.before.least if self.span.least <= 1 else self.span.least
        left = self.span.greatest - least + 1
        return not self.span.timed_out and left >= min(enough, self.before.values)


class Attack:
    """One attack on one world: figures are gathered, then counts are solved for."""

    def __init__(self, world: World, truth: Truth, *, partitions: bool = True, pairs: bool = False) -> None:
        """``truth`` is used for open items, and at the end to judge what was found; never to find it.

        ``partitions``: whether counts are published that add up exactly to another; ``pairs``: whether
        medicines of all patients are published, which are the sum of the patients of all substances.
        """
        self.world = world
        self.truth = truth
        self.partitions = partitions
        self.pairs = pairs
        self.problem = Problem()
        self.cells = set(truth.open_items)
        for cell, opened in truth.open_items.items():
            self.problem.variable(cell, *self.open_range(cell, opened))
        self.by_month: dict[object, list[Cell]] = defaultdict(list)
        for cell in sorted(self.cells):
            self.by_month[cell.practice, cell.month].append(cell)
        for cell in sorted(self.cells):
            self._relate(cell)
        self.open_parts = self.problem.copy().parts()  # what open data alone say

    def open_range(self, cell: Cell, opened: int) -> tuple[int, int]:
        """What open data alone say of a count: at most the items, and somebody where all are identified."""
        if not self.world.all_identified:
            return 0, opened
        if cell.node == KNOWN_ITEMS:
            return opened, opened
        return (0 if cell.node in COMPARATORS and cell.node not in _LIKE_A_NODE else 1), opened

    def _relate(self, cell: Cell) -> None:
        """Parts are at most their whole, and the whole at most the sum of its parts."""
        node = cell.node
        if node == PAIRS and self.pairs:
            of_month = self.by_month[cell.practice, cell.month]
            substances = [
                one for one in of_month if one.node not in COMPARATORS and len(one.node) == CUTS[-1]
            ]
            self.problem.between({cell: 1, **dict.fromkeys(substances, -1)}, 0, 0)
        if node in (KNOWN_ITEMS, PAIRS):
            return
        if node in COMPARATORS:
            wholes: tuple[str, ...] = RESTS_ON[node]
        else:
            wholes = (node[: CUTS[CUTS.index(len(node)) - 1]],) if node else ()
        for whole in wholes:
            self._at_most(cell, Cell(cell.practice, whole, cell.month))
        if node in ADD_UP and self.partitions:
            parts = [
                one for name in ADD_UP[node] if (one := Cell(cell.practice, name, cell.month)) in self.cells
            ]
            self.problem.between({cell: 1, **dict.fromkeys(parts, -1)}, 0, 0)
        parts = children(cell, self.by_month[cell.practice, cell.month])
        if parts:
            self.problem.between({cell: 1, **dict.fromkeys(parts, -1)}, -1e6, 0)

    def _at_most(self, part: Cell, whole: Cell) -> None:
        if whole in self.cells and part != whole:
            self.problem.between({part: 1, whole: -1}, -1e6, 0)

    # --- What is published ------------------------------------------------------------------------------

    def see_exact(
        self, figures: Mapping[Figure, int | None], *, suppressed: tuple[int, int] = (1, 4)
    ) -> None:
        """Take in exact figures; None is a suppressed one."""
        for figure, number in figures.items():
            terms = self._terms(figure)
            if terms:
                low, high = suppressed if number is None else (number, number)
                self.problem.between(terms, low, high)

    def _terms(self, figure: Figure) -> dict[Cell, int]:
        """The counts of which a figure is the sum."""
        node = figure.node.removeprefix(NOT)
        of_node = [Cell(one, node, figure.month) for one in figure.practices]
        if node == figure.node:
            return {cell: 1 for cell in of_node if cell in self.cells}
        everybody = [Cell(one, "", figure.month) for one in figure.practices]
        return {cell: 1 for cell in everybody if cell in self.cells} | {
            cell: -1 for cell in of_node if cell in self.cells
        }

    def see_sealed(self, figures: Mapping[Figure, int | None], rule: Rule) -> None:
        """Take in published figures of organisations, from narrow to wide."""
        hidden: set[Cell] = set()
        shown = {
            Cell(next(iter(one.practices)), one.node, one.month): Atom(number, Enters.PRACTICE)
            for one, number in figures.items()
            if one.level is Enters.PRACTICE and number is not None
        }
        for figure, number in figures.items():
            if figure.level is Enters.PRACTICE:
                cell = Cell(next(iter(figure.practices)), figure.node, figure.month)
                if number is None:
                    hidden.add(cell)
                    self._see_withheld(cell, rule)
                elif cell in self.cells:
                    self._see_shown(cell, number, rule, shown)
        self._see_pools(figures, hidden, rule)

    def see_again(self, world: World, figures: Mapping[Figure, int | None], rule: Rule) -> None:
        """Take in a later release, in which practices may have moved; offsets are those of before."""
        before, self.world = self.world, world
        self.see_sealed(figures, rule)
        self.world = before

    def _see_shown(self, cell: Cell, number: int, rule: Rule, made: Mapping[Cell, Atom]) -> None:
        """A published number: the count with its offset is at least that, and no more than 4 above, unless
        a limit that is known was reached.
        """
        offset = self._offset(cell, rule)
        limits = [1_000_000]
        if rule.at_most_items:
            limits.append(BASE * (self.truth.open_items[cell] // BASE))
        if rule.at_most_parts and cell.node != KNOWN_ITEMS:
            limits.append(room(cell, self.truth.open_items, made, self.by_month[cell.practice, cell.month]))
        most = 1e6 if number == min(limits) else number + MOST_OFFSET
        self.problem.between({cell: 1, offset: 1}, number, most)

    def _see_withheld(self, cell: Cell, rule: Rule) -> None:
        """What is withheld beside an exact open total would have left too little room for it."""
        opened = self.truth.open_items[cell]
        if opened >= SHOWN_FROM:
            least = -(-(opened - MOST_OFFSET + 1) // BASE) * BASE
            self.problem.between({cell: 1, self._offset(cell, rule): 1}, least, 1e6)

    def _offset(self, cell: Cell, rule: Rule) -> tuple[str, str, str, str]:
        name = ("chain", cell.practice, family_of(cell.node, rule), cell.month.financial_year)
        self.problem.variable(name, 0, MOST_OFFSET)
        return name

    def _see_pools(self, figures: Mapping[Figure, int | None], hidden: set[Cell], rule: Rule) -> None:
        """What each level adds to the sums of the narrower ones is the sum of a pool."""
        by_level: dict[tuple[Enters, str, object], list[tuple[Figure, int | None]]] = defaultdict(list)
        for figure, number in figures.items():
            if figure.level is not None:
                by_level[figure.level, figure.node, figure.month].append((figure, number))
        for (level, node, month), those in by_level.items():
            if level is Enters.PRACTICE:
                continue
            narrower = by_level.get((Enters(level - 1), node, month), [])
            for figure, number in those:
                inside = sum(found or 0 for one, found in narrower if one.practices <= figure.practices)
                pool = self._pool(figure, hidden, rule)
                if number is None or not pool:
                    continue
                if rule.one_pool:
                    self._see_pool(pool, number - inside)
                else:
                    self._see_sum(pool, number - inside, rule)

    def _pool(self, figure: Figure, hidden: set[Cell], rule: Rule) -> list[Cell]:
        """Who enters at a level: those that stand together there with enough others, and not before."""
        of_node = [cell for cell in hidden if (cell.node, cell.month) == (figure.node, figure.month)]
        places = {
            cell.practice: Place(place.sub_icb_location, place.icb, place.region)
            for cell in of_node
            for place in [self.world.places[cell.practice]]
        }
        if not rule.one_pool:
            entering = entries(places)
            return [
                c for c in of_node if c.practice in figure.practices and entering[c.practice] is figure.level
            ]
        opened = {cell.practice: self.truth.open_items[cell] for cell in of_node}
        for level, members in pools(places, opened):
            if level is figure.level and set(members) <= figure.practices:
                return [Cell(one, figure.node, figure.month) for one in members]
        return []

    def _see_pool(self, pool: list[Cell], number: int) -> None:
        """A pool that was rounded as one."""
        offset = ("pool", tuple(cell.practice for cell in pool), pool[0].node, pool[0].month)
        self.problem.variable(offset, 0, MOST_OFFSET)
        items = sum(self.truth.open_items[cell] for cell in pool)
        most = 1e6 if number == BASE * (items // BASE) else number + MOST_OFFSET
        self.problem.between({**dict.fromkeys(pool, 1), offset: 1}, number, most)

    def _see_sum(self, pool: Iterable[Cell], number: int, rule: Rule) -> None:
        """A pool whose atoms were rounded one by one: the same draws, whatever pool they stand in."""
        fives: dict[object, int] = {}
        for cell in pool:
            offset, five = ("alone", cell), ("five", cell)
            self.problem.variable(offset, 0, MOST_OFFSET)
            self.problem.variable(five, 0, 1 if rule.zero_or_five else 100)
            self.problem.between({cell: 1, offset: 1, five: -BASE}, 0, 1e6)
            # No more than the five says; a five that is a limit says no more than “5 or more”.
            above = self.truth.open_items[cell] if rule.zero_or_five else BASE
            self.problem.between({cell: 1, offset: 1, five: -max(above, BASE)}, -1e6, MOST_OFFSET)
            fives[five] = BASE
        self.problem.between(fives, number, number)

    # --- What follows -----------------------------------------------------------------------------------

    def results(self, cells: Iterable[Cell] | None = None, *, enough: int | None = None) -> list[Found]:
        """What is known of each protected count. With ``enough``, a cell is left as soon as so many values
        are seen to be possible.
        """
        parts: dict[object, Part] = self.problem.parts()
        found = []
        wanted = self.truth.protected() if cells is None else list(cells)
        if enough:
            explore(parts, wanted)
        for cell in wanted:
            count = self.truth.counts[cell]
            before = Span(*self.open_range(cell, self.truth.open_items[cell]))
            part = parts[cell]
            span = part.known_span(cell) if enough else None
            if span is None or span.values < min(enough or 0, before.values) or not _holds(span, count):
                span = part.span(cell)
            if span.values < before.values:
                before = self.open_parts[cell].span(cell)
            found.append(Found(cell, count, span, before, self.truth.open_items[cell]))
        return found


def _holds(span: Span, count: int) -> bool:
    return span.least <= count <= span.greatest
