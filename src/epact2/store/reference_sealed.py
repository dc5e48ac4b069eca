"""Sealed figures in the reference engine: atoms worked out by loops, with the secret given, and added up.

What may be asked is decided where both engines ask (``store.published``); what is published is worked out
here anew, from rows: exact patients, open items, offsets, pools.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from epact2.model.bnf import code_at
from epact2.model.fields import Dimension, Field
from epact2.model.items import IMD_QUINTILE
from epact2.model.months import DispensingMonth
from epact2.model.organisations import UNKNOWN_CODE
from epact2.model.prescribing import CHAPTER, ITEMS, MONTH, PRACTICE
from epact2.query.grains import conjuncts, split
from epact2.query.nodes import Amount, Distinct, Exclusions, Is, Patients, Query, Selection, Value
from epact2.query.open_bounds import Bound, bound_of, open_items
from epact2.query.periods import NoData, time_code
from epact2.query.scope import Scope
from epact2.query.sealing import (
    Enters,
    Place,
    at_most_items,
    chain_message,
    entries,
    is_shown,
    lone_message,
    offset,
    room,
    rounded,
    rounded_alone,
)
from epact2.store.catalogue import Catalogue, Medicines, Practice
from epact2.store.directory import Directory
from epact2.store.plan import Slot, slot_of
from epact2.store.prepared import column_name, slots_of, value_of
from epact2.store.published import NODE_FIELDS, Nodes, is_published_column, is_sealed, is_split
from epact2.store.reference_data import (
    NO_PARENTS,
    ReferenceData,
    Row,
    item_rows,
    organisation_codes,
    prescribing_rows,
    selects,
)
from epact2.store.reference_splits import SplitCell, code_of_cell, place_facts, split_cells
from epact2.store.sealed_plan import LISTING, SealedGroups, SealedRead, sealed_reads
from epact2.store.terms import answer_parts, cells_of, ranking_part

Counts = Mapping[str, int]  # by practice
# The plain answer to a value by practice in one month: how the exact counts of comparators are found.
Ask = Callable[[Query], Sequence[tuple[object, ...]]]
_NO_MEDICINES = Medicines((), ())


@dataclass(frozen=True, slots=True)
class Seal:
    """The secret, and the values whose counts are published as those of comparators are."""

    secret: bytes
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Atom:
    """A published multiple of five, and the level of organisation in whose sums it counts."""

    number: int
    enters: Enters


@dataclass(frozen=True, slots=True)
class Published:
    """A published sum, None where it is withheld; ``atoms`` says of how many atoms with open items."""

    number: int | None
    atoms: int


class Atoms:
    """The atoms of some data under a secret, worked out when they are first asked for."""

    def __init__(self, data: ReferenceData, directory: Directory, seal: Seal, ask: Ask) -> None:
        self.data = data
        self.directory = directory
        self.secret = seal.secret
        self.ask = ask
        self.practices = [_practice(data, code) for code in _codes(data)]
        self.open_rows = prescribing_rows(data, as_at=False, as_published=False)
        self.item_rows = item_rows(data, as_at=False, as_published=False, exclusions=Exclusions.STANDARD)
        self.values = {
            column_name(slot): value_of(slot) for slot in slots_of(seal.values) if is_published_column(slot)
        }
        self._splits: dict[tuple[DispensingMonth, str], list[SplitCell]] = {}
        self._made: dict[tuple[DispensingMonth, int, str], dict[tuple[str, str], Atom]] = {}

    def of(self, month: DispensingMonth, nodes: Nodes) -> dict[tuple[str, str], Atom]:
        """Every atom of a level of nodes in a month that has open items, by node and practice."""
        key = (month, nodes.level, nodes.column)
        if key not in self._made:
            made: dict[tuple[str, str], Atom] = {}
            if nodes.column:
                counted = self.of_comparator(nodes.column, month)
                if counted is not None:
                    made = self.published(nodes.column, *counted, month)
            else:
                for node, counts, opened in self.of_level(nodes.level, month):
                    rooms = self.rooms(nodes.level, node, month)
                    made |= self.published(node, counts, opened, rooms, month)
            self._made[key] = made
        return self._made[key]

    def split(self, month: DispensingMonth, chapter: str) -> list[SplitCell]:
        """The cells of all places in a month, of everything or of a chapter."""
        key = (month, chapter)
        if key not in self._splits:
            rows = [
                row for row in self.item_rows if row.month == month and chapter in ("", row.codes[CHAPTER])
            ]
            known = sorted({row.codes[CHAPTER] for row in self.open_rows}) if not chapter else []
            chapters = {one: self.split(month, one) for one in known}
            level = 1 if chapter else 0
            opened = {
                (node, practice): items
                for at in {level, 1}
                for node, _, items_of in self.of_level(at, month)
                for practice, items in items_of.items()
            }
            shown = {key: _shown(atom) for key, atom in self.of(month, Nodes(level)).items()}
            places = place_facts(self.practices, chapter, opened, shown)
            self._splits[key] = split_cells(rows, places, chapters, self.secret, month, chapter)
        return self._splits[key]

    def published(
        self, node: str, counts: Counts, opened: Counts, rooms: Counts, month: DispensingMonth
    ) -> dict[tuple[str, str], Atom]:
        """The atoms of one node: each rounded once, those that are not shown given to their pools."""
        made: dict[tuple[str, str], Atom] = {}
        hidden: dict[str, Place] = {}
        for practice, items in opened.items():
            if items <= 0:
                continue
            if is_shown(items):
                chain = offset(self.secret, chain_message(practice, month))
                number = at_most_items(rounded(counts.get(practice, 0), chain), items)
                made[node, practice] = Atom(min(number, rooms.get(practice, number)), Enters.PRACTICE)
            else:
                parents = self.data.parents_now.get(practice, NO_PARENTS)
                hidden[practice] = Place(parents.sub_icb_location, parents.icb, parents.region)
        for practice, enters in entries(hidden).items():
            lone = offset(self.secret, lone_message(practice, node, month))
            made[node, practice] = Atom(rounded_alone(counts.get(practice, 0), lone), enters)
        return made

    def rooms(self, level: int, node: str, month: DispensingMonth) -> Counts:
        """The room that its parts leave a BNF node, by practice; nothing for a substance."""
        if level == len(NODE_FIELDS):
            return {}
        parts: dict[str, list[tuple[int | None, int]]] = defaultdict(list)
        shown = self.of(month, Nodes(level + 1))
        for part, _, opened in self.of_level(level + 1, month):
            for practice, items in opened.items():
                if part.startswith(node) and items > 0:
                    parts[practice].append((_shown(shown.get((part, practice))), items))
        return {practice: room(found) for practice, found in parts.items()}

    def rooms_of(self, bound: Bound, month: DispensingMonth) -> Counts:
        """The room that the substances of its medicines leave a count of a comparator, by practice."""
        shown = self.of(month, Nodes(len(NODE_FIELDS)))

        def room_of(practice: str) -> Callable[[Selection], int]:
            def of_selection(selection: Selection) -> int:
                items: dict[str, int] = defaultdict(int)
                for row in self.rows_of(practice, month, selection):
                    items[row.codes[NODE_FIELDS[-1]]] += row.amounts[ITEMS] or 0
                return room(
                    (_shown(shown.get((part, practice))), max(count, 0)) for part, count in items.items()
                )

            return of_selection

        return {one.code: open_items(bound, room_of(one.code)) for one in self.practices}

    def rows_of(self, practice: str, month: DispensingMonth, selection: Selection) -> list[Row]:
        """The open rows of a practice in a month that a selection of medicines selects."""
        return [
            row
            for row in self.open_rows
            if row.month == month
            and row.codes[PRACTICE] == practice
            and selects(selection, row, self.directory)
        ]

    def of_level(self, level: int, month: DispensingMonth) -> list[tuple[str, Counts, Counts]]:
        """Every BNF node of a level: its exact identified patients and its open items, by practice."""
        patients: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        opened: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

        def node_of(row: Row) -> str:
            return row.codes[NODE_FIELDS[level - 1]] if level else ""

        for row in self.open_rows:
            if row.month == month:
                opened[node_of(row)][row.codes[PRACTICE]] += row.amounts[ITEMS] or 0
        for row in self.item_rows:
            if row.month == month and row.patient is not None:
                patients[node_of(row)][row.codes[PRACTICE]].add(row.patient)
        return [
            (node, {practice: len(had) for practice, had in patients[node].items()}, items)
            for node, items in opened.items()
        ]

    def of_comparator(self, column: str, month: DispensingMonth) -> tuple[Counts, Counts, Counts] | None:
        """The exact counts of a comparator, the open items that they rest on, and the room of patients; None
        where a window needs a month that is not loaded.
        """
        value = self.values[column]
        assert isinstance(value, (Amount, Distinct, Patients)), "columns hold amounts and counts"
        try:
            rows = self.ask(Query((value,), rows=(PRACTICE,), where=Is(MONTH, month.code)))
        except NoData:
            return None
        if any(count is None for _, count in rows):
            return None
        bound = bound_of(value)

        def items_of(practice: str) -> Callable[[Selection], int]:
            return lambda selection: sum(
                row.amounts[ITEMS] or 0 for row in self.rows_of(practice, month, selection)
            )

        opened = {one.code: open_items(bound, items_of(one.code)) for one in self.practices}
        rooms = {} if isinstance(value, Amount) else self.rooms_of(bound, month)
        return {str(practice): int(str(count)) for practice, count in rows}, opened, rooms


def _shown(atom: Atom | None) -> int | None:
    """The number of an atom that is published by itself."""
    return atom.number if atom is not None and atom.enters is Enters.PRACTICE else None


class Sealed:
    """The sealed figures that one question reads. Raises NotPublished for what is not published."""

    def __init__(
        self,
        atoms: Atoms,
        query: Query,
        scope: Scope,
        months: Sequence[DispensingMonth],
        loaded: Sequence[DispensingMonth],
    ) -> None:
        self.atoms = atoms
        self.data = atoms.data
        self.directory = atoms.directory
        ranking = ranking_part(query)
        parts = (*answer_parts(query), *((ranking[0],) if ranking else ()))
        cells = list(dict.fromkeys(cell for part in parts for term in part.terms for cell in cells_of(term)))
        _, organisation, _ = split(query.where)
        self.selections = (*conjuncts(organisation), *conjuncts(scope.organisations))
        catalogue = Catalogue(
            self.directory, {}, {}, tuple(atoms.practices), _NO_MEDICINES, _NO_MEDICINES,
            sealed={month.number: "" for month in self.directory.item_months},
            sealed_columns=frozenset(atoms.values),
        )  # fmt: skip
        reads = sealed_reads(query, cells, months, frozenset(loaded), self.selections, catalogue)
        self.sealed_reads = reads
        # The listing of a split comes last: a value's own read of the same slot is as good.
        self.reads: dict[Slot, SealedRead] = {read.slot: read for read in reversed(reads)}

    def holds(self, value: Value, fields: Sequence[Field]) -> bool:
        """Whether a value is a count that is published from atoms, for groups by some fields."""
        if not isinstance(value, (Amount, Distinct, Patients)):
            return False
        slot = slot_of(value)
        return is_sealed(slot) or (is_split(fields) and not slot.is_population)

    def number(
        self, value: Amount | Distinct | Patients, fields: Sequence[Field], codes: Sequence[str],
        month: DispensingMonth,
    ) -> Published:  # fmt: skip
        """The published sum of a group in a month."""
        group = dict(zip(fields, codes, strict=True))
        read = self.reads[slot_of(value)]
        groups = read.groups[tuple(fields)]
        if groups.is_split:
            return self._of_split(value, groups, group, month)
        inside = {one.code for one in self.atoms.practices if self._is_in(one, group)}
        found = [
            atom
            for (node, practice), atom in self.atoms.of(month, groups.nodes).items()
            if practice in inside and groups.nodes.holds(node) and _is_of_medicines(node, group)
        ]
        entering = [atom.number for atom in found if atom.enters <= groups.enters]
        if found and not entering:
            return Published(None, len(found))
        return Published(sum(entering), len(found))

    def _of_split(
        self,
        value: Amount | Distinct | Patients,
        groups: SealedGroups,
        group: Mapping[Field, str],
        month: DispensingMonth,
    ) -> Published:
        found = [
            cell
            for node, cell in self.cells(groups.nodes, month)
            if self._is_of_cell(cell, group) and _is_of_medicines(node, group)
        ]
        numbers = [
            cell.items if isinstance(value, Amount) else cell.patients
            for cell in found
            if cell.enters <= groups.enters
        ]
        return Published(None if found and not numbers else sum(numbers), len(found))

    def cells(self, nodes: Nodes, month: DispensingMonth) -> list[tuple[str, SplitCell]]:
        """The cells of some nodes in a month, with their nodes."""
        chapters = sorted({row.codes[CHAPTER] for row in self.atoms.open_rows}) if nodes.level else [""]
        return [
            (chapter, cell)
            for chapter in chapters
            if nodes.holds(chapter)
            for cell in self.atoms.split(month, chapter)
        ]

    def _is_of_cell(self, cell: SplitCell, group: Mapping[Field, str]) -> bool:
        told = {field: code_of_cell(cell.codes, field) for field in group if field.of_items}
        kinds = {IMD_QUINTILE in cell.codes} == {IMD_QUINTILE in group}
        member = next(one for one in self.atoms.practices if self._lies_in(one, cell.place))
        return (
            kinds and all(group[field] == code for field, code in told.items()) and self._is_in(member, group)
        )

    @staticmethod
    def _lies_in(practice: Practice, place: Place) -> bool:
        return (practice.sub_icb, practice.icb, practice.region) == (
            place.sub_icb_location,
            place.icb,
            place.region,
        )

    def split_keys(self, fields: Sequence[Field], months: Sequence[DispensingMonth]) -> set[tuple[str, ...]]:
        """The groups of a split that there are: every cell of every selected place with open items."""
        read = next(one for one in self.sealed_reads if one.name == LISTING)
        nodes = read.groups[tuple(fields)].nodes
        keys: set[tuple[str, ...]] = set()
        for month in months:
            for node, cell in self.cells(nodes, month):
                member = next(one for one in self.atoms.practices if self._lies_in(one, cell.place))
                codes = organisation_codes(self.data, month, member.code, as_at=False)
                row = Row(month, codes, {})
                if (IMD_QUINTILE in cell.codes) is not (IMD_QUINTILE in fields):
                    continue
                if not all(selects(one, row, self.directory) for one in self.selections):
                    continue
                keys.add(tuple(_code(field, row, node, cell) for field in fields))
        return keys

    def _is_in(self, practice: Practice, group: Mapping[Field, str]) -> bool:
        """Whether a practice is of a group, and selected, as it is today."""
        month = self.directory.item_months[0]
        codes = organisation_codes(self.data, month, practice.code, as_at=False)
        mine = all(codes[field] == code for field, code in group.items() if field in codes)
        return mine and all(selects(one, Row(month, codes, {}), self.directory) for one in self.selections)


def _code(field: Field, row: Row, node: str, cell: SplitCell) -> str:
    if field.dimension is Dimension.TIME:
        return time_code(field, row.month)
    if field in row.codes:
        return row.codes[field]
    return node if field in NODE_FIELDS else code_of_cell(cell.codes, field) or ""


def _is_of_medicines(node: str, group: Mapping[Field, str]) -> bool:
    return all(code_at(node, field.name) == code for field, code in group.items() if field in NODE_FIELDS)


def _codes(data: ReferenceData) -> list[str]:
    """Every practice that the data name."""
    of_rows = (row.practice for rows in (data.prescribing, data.population, data.items) for row in rows)
    return sorted({*of_rows, *data.parents_now})


def _practice(data: ReferenceData, code: str) -> Practice:
    now = data.parents_now.get(code, NO_PARENTS)
    setting = data.settings.get(code, UNKNOWN_CODE)
    return Practice(0, code, setting, now.pcn, now.sub_icb_location, now.icb, now.region)
