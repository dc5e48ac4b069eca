"""From a question to the plan of reading, before any rewrite.

The unrewritten plan reads every month's rows, with all conditions on codes as they were asked: right, and
slow. ``store.rewrites`` makes it fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from epact2.model.fields import Dimension, Field
from epact2.model.items import PATIENT
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import CHEMICAL_SUBSTANCE
from epact2.query.conditions import AtLeast, Here, Leaf, Score, leaves, selections
from epact2.query.grains import conjuncts, split
from epact2.query.level import needs_items, selections_of_value
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Amount,
    AnyOf,
    Distinct,
    Exclusions,
    Not,
    Query,
    Selection,
    UnderOrganisation,
)
from epact2.query.periods import (
    PLAIN,
    Lens,
    is_about_people,
    months_of,
    periods,
    through,
    window_months,
)
from epact2.query.scope import Absence, Scope
from epact2.store.catalogue import Catalogue
from epact2.store.directory import Directory
from epact2.store.plan import PatientsRead, Plan, Relation, Scan, Slot, Source, each_scan, is_of_people
from epact2.store.sealed_plan import sealed_reads
from epact2.store.terms import Cell, Part, answer_parts, cells_of, needs_rows, ranking_part

MAIN = "facts"
PEOPLE = "people"
COLUMNS = "column_groups"


def absences_by_key(absences: Iterable[Absence], catalogue: Catalogue) -> tuple[tuple[int, int, int], ...]:
    """Absences with the keys of practices and the numbers of months."""
    keys = {practice.code: practice.key for practice in catalogue.practices}
    return tuple(
        (keys[one.practice], one.first.number, one.last.number) for one in absences if one.practice in keys
    )


def make_plan(query: Query, scope: Scope, catalogue: Catalogue) -> Plan:
    """The plan of a question. Raises NoData or UnknownCode."""
    return _Planner(query, scope, catalogue).plan()


class _Planner:
    def __init__(self, query: Query, scope: Scope, catalogue: Catalogue) -> None:
        self.query = query
        self.catalogue = catalogue
        directory = catalogue.directory
        loaded = directory.months_for(query)
        self.loaded = frozenset(loaded)
        # In a sealed scope nothing is read of items: what only they know comes from published figures.
        self.of_items = needs_items(query) and not scope.sealed
        self.base = Source.ITEMS if self.of_items else Source.ROWS
        self.months = months_of(query, loaded)
        _, organisation, self.rest = split(query.where)
        self.organisation = (*conjuncts(organisation), *conjuncts(scope.organisations))
        self.parts = answer_parts(query)
        ranking = ranking_part(query)
        self.all_parts: tuple[Part, ...] = (*self.parts, *([ranking[0]] if ranking else []))
        self.cells = tuple(
            dict.fromkeys(cell for part in self.all_parts for term in part.terms for cell in cells_of(term))
        )
        self.scope = conjuncts(scope.organisations)
        self.absences = scope.absences
        asked = (where for value in query.values for where in selections_of_value(value))
        look_up((query.where, scope.organisations, *asked), directory)
        self.lenses = (PLAIN, *dict.fromkeys(cell.lens for cell in self.cells if cell.lens != PLAIN))
        self.fields = tuple(
            field
            for field in query.grain
            if field.dimension is not Dimension.TIME and not (scope.sealed and field.of_items)
        )
        self.of_month = any(one.dimension is Dimension.TIME for one in query.grain) or len(self.lenses) > 1
        self.sealed = (
            sealed_reads(query, self.cells, self.months, self.loaded, self.organisation, catalogue)
            if scope.sealed
            else ()
        )
        # Items by what patients are come from atoms, the same items without from open rows.
        open_cells = [
            cell
            for cell in self.cells
            if not any(cell.slot == read.slot and cell.grouping.fields in read.groups for read in self.sealed)
        ]
        self.slots = tuple(dict.fromkeys(cell.slot for cell in open_cells))

    def plan(self) -> Plan:
        plan = Plan(
            query=self.query,
            months=tuple(month.number for month in self.months),
            lenses=self.lenses,
            relations=tuple(self.relations()),
            patients=tuple(self.patients()),
            sealed=self.sealed,
        )
        absences = absences_by_key(self.absences, self.catalogue)
        return each_scan(plan, lambda scan: replace(scan, absences=absences)) if absences else plan

    @property
    def lists_columns_apart(self) -> bool:
        """Whether the listing of row groups makes no difference, so that only column groups are listed: in
        percentiles of values that groups without rows do not have. Something must be added up all the same,
        since what is only counted brings no row groups of its own.
        """
        (part, *others) = self.parts
        return (
            bool(self.query.percentiles)
            and not self.sealed
            and any(not slot.is_count and not slot.is_population for slot in self.slots)
            and not others
            and self.lenses == (PLAIN,)
            and all(needs_rows(term, part.grouping) for term in part.terms)
        )

    def relations(self) -> Iterator[Relation]:
        prescribing = self.amount_scans(population=False, fields=self.fields)
        if self.needs_listing and not any(scan.listing for scan in prescribing):
            prescribing.append(self.scan(self.base, self.fields, (), EVERYTHING, listing=True))
        if self.lists_columns_apart:
            columns = tuple(one for one in self.query.columns if one.dimension is not Dimension.TIME)
            listing = self.scan(self.base, columns, (), EVERYTHING, listing=True)
            yield Relation(COLUMNS, columns, (listing, *self.listing_by_people(columns)))
        fields_of_people = tuple(field for field in self.fields if is_of_people(field))
        people = self.amount_scans(population=True, fields=fields_of_people)
        people += self.listing_by_people(fields_of_people) if self.needs_listing else []
        if fields_of_people == self.fields:
            # The same fields: they stand under one another and are brought together in one go.
            prescribing += people
            people = []
        if prescribing:
            yield Relation(MAIN, self.fields, tuple(prescribing))
        if people:
            yield Relation(PEOPLE, fields_of_people, tuple(people))
        for number, slot in enumerate(slot for slot in self.slots if isinstance(slot.of, tuple)):
            assert isinstance(slot.of, tuple)
            scan = self.scan(self.base, self.fields, (slot,), slot.where, counted=slot.of)
            yield Relation(f"counted_{number}", self.fields, (scan,), slot.of)

    def patients(self) -> Iterator[PatientsRead]:
        """What is read for patients who fulfil a condition."""
        for number, slot in enumerate(slot for slot in self.slots if slot.condition is not None):
            assert slot.condition is not None
            found = tuple(leaves(slot.condition))
            here = [leaf for leaf in found if isinstance(leaf.window, Here)]
            scan = self.scan(
                self.base, self.fields, (slot,), slot.where, counted=(PATIENT, *counted_by(here))
            )
            yield PatientsRead(
                f"patients_{number}",
                slot,
                replace(scan, tested=tested_by(here), amounts=amounts_of(here)),
                tuple(
                    (place, self.window_scan(slot, leaf))
                    for place, leaf in enumerate(found)
                    if not isinstance(leaf.window, Here)
                ),
            )

    def window_scan(self, slot: Slot, leaf: Leaf) -> Scan:
        """The rows of a window: of whatever group, within the scope, that the leaf selects."""
        months = {
            month.number
            for cell in self.cells
            if cell.slot == slot
            for seen in periods(cell.grouping.time_fields, self.months).values()
            for month in window_months_of(leaf, through(cell.lens, seen, self.loaded), self.loaded) or ()
        }
        return Scan(
            source=self.base,
            fields=(),
            slots=(),
            counted=(PATIENT, *counted_by([leaf])),
            conditions=tuple(dict.fromkeys(self.scope)),
            months=tuple(sorted(months)),
            of_month=True,
            databases=self.databases(self.base),
            tested=tested_by([leaf]),
            amounts=amounts_of([leaf]),
            included_only=self.query.exclusions is Exclusions.STANDARD,
        )

    @property
    def needs_listing(self) -> bool:
        """Whether any grain has groups to list; the whole is always listed."""
        return bool(self.query.grain) and not self.lists_columns_apart

    def amount_scans(self, *, population: bool, fields: tuple[Field, ...]) -> list[Scan]:
        """One scan for each condition: each can then be read from the rollup that suits it."""
        by_where: dict[Selection, list[Slot]] = {}
        for slot in self.slots:
            if not slot.is_count and slot.is_population is population:
                by_where.setdefault(AllOf(conjuncts(slot.where)), []).append(slot)
        source = Source.POPULATION if population else self.base
        return [
            self.scan(
                source,
                fields,
                tuple(slots),
                where,
                listing=not population and self.needs_listing and not conjuncts(where),
            )
            for where, slots in by_where.items()
        ]

    def listing_by_people(self, fields: tuple[Field, ...]) -> list[Scan]:
        """Practices with a list are listed if they prescribe anything at all; for a question about people
        alone, all are. Without a condition on medicines the prescribing rows themselves list them.
        """
        about_people_alone = all(is_about_people(value) for value in self.query.values)
        has_grain_of_people = any(
            part.grouping.fields and part.grouping.is_of_people and not part.grouping.others
            for part in self.all_parts
        )
        # Practices prescribe by their prescribing rows: one without single items of its own is still listed.
        redundant = not conjuncts(self.rest) and not about_people_alone and not self.of_items
        if not has_grain_of_people or redundant:
            return []
        scan = self.scan(
            Source.POPULATION,
            fields,
            (),
            EVERYTHING,
            listing=True,
            prescribers_only=not about_people_alone,
        )
        return [scan]

    def scan(
        self,
        source: Source,
        fields: tuple[Field, ...],
        slots: tuple[Slot, ...],
        where: Selection,
        *,
        counted: tuple[Field, ...] = (),
        listing: bool = False,
        prescribers_only: bool = False,
    ) -> Scan:
        rest = () if source is Source.POPULATION else conjuncts(self.rest)
        return Scan(
            source=source,
            fields=fields,
            slots=slots,
            counted=counted,
            conditions=tuple(dict.fromkeys((*self.organisation, *rest, *conjuncts(where)))),
            months=self.months_read(slots, listing=listing),
            of_month=self.of_month,
            listing=listing,
            prescribers_only=prescribers_only,
            databases=self.databases(source),
            included_only=source is Source.ITEMS and self.query.exclusions is Exclusions.STANDARD,
        )

    def databases(self, source: Source) -> tuple[tuple[str, tuple[int, ...] | None], ...]:
        if source is Source.POPULATION:
            return (("dimensions", None),)
        if source is Source.ITEMS:
            return tuple((database, (month,)) for month, database in sorted(self.catalogue.items.items()))
        return tuple((database, (month,)) for month, database in sorted(self.catalogue.rows.items()))

    def months_read(self, slots: Sequence[Slot], *, listing: bool) -> tuple[int, ...]:
        wanted = {cell for cell in self.cells if cell.slot in slots}
        months = {month for cell in wanted for month in self.months_seen(cell)}
        return tuple(sorted(month.number for month in months | (set(self.months) if listing else set())))

    def months_seen(self, cell: Cell) -> Iterator[DispensingMonth]:
        for months in periods(cell.grouping.time_fields, self.months).values():
            yield from through(cell.lens, months, self.loaded) or ()


def counted_by(found: Iterable[Leaf]) -> tuple[Field, ...]:
    """The fields whose codes leaves count, apart from patients."""
    fields: list[Field] = []
    for leaf in found:
        if isinstance(leaf, Score):
            fields.append(CHEMICAL_SUBSTANCE)
        if isinstance(leaf, AtLeast) and isinstance(leaf.value, Distinct):
            fields += leaf.value.fields
    return tuple(field for field in dict.fromkeys(fields) if field != PATIENT)


def tested_by(found: Iterable[Leaf]) -> tuple[Selection, ...]:
    """What leaves select, each once."""
    return tuple(dict.fromkeys(AllOf(conjuncts(one)) for leaf in found for one in selections(leaf)))


def amounts_of(found: Iterable[Leaf]) -> tuple[Measure, ...]:
    """The measures that leaves add up."""
    wanted = (leaf.value for leaf in found if isinstance(leaf, AtLeast))
    return tuple(dict.fromkeys(value.measure for value in wanted if isinstance(value, Amount)))


def window_months_of(
    leaf: Leaf, seen: Sequence[DispensingMonth] | None, loaded: frozenset[DispensingMonth]
) -> tuple[DispensingMonth, ...] | None:
    """The months in which a leaf looks for a period; None where one of them is not loaded."""
    if not seen:
        return None
    months = window_months(leaf.window, seen)
    return months if loaded.issuperset(months) else None


def lens_months(
    lens: Lens, time_fields: Iterable[Field], plan: Plan, directory: Directory
) -> dict[tuple[str, ...], tuple[int, ...] | None]:
    """For each period of a grouping, the months that a lens leads to; None where one is not loaded."""
    months = tuple(DispensingMonth.from_number(number) for number in plan.months)
    loaded = frozenset(directory.months_for(plan.query))
    found = {}
    for key, members in periods(time_fields, months).items():
        seen = through(lens, members, loaded)
        found[key] = None if seen is None else tuple(month.number for month in seen)
    return found


def look_up(selections: Iterable[Selection], directory: Directory) -> None:
    """Raise UnknownCode for an unknown organisation, even where the condition would never be looked at."""
    for selection in selections:
        match selection:
            case UnderOrganisation(code):
                directory.organisation(code)
            case AllOf(parts) | AnyOf(parts):
                look_up(parts, directory)
            case Not(part):
                look_up((part,), directory)
            case _:
                pass
