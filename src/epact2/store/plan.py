"""The plan of an answer: which tables are read, for which months, limited how.

A plan is made without any optimisation (every row of every month, all conditions as text), and is then
rewritten by ``store.rewrites``. What is left is turned into SQL by ``store.sql``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from epact2.model.fields import NOT_OF_PEOPLE, Dimension, Field
from epact2.model.items import PATIENT
from epact2.model.measures import Measure
from epact2.query.conditions import Condition
from epact2.query.grains import dimensions_of
from epact2.query.nodes import (
    AllOf,
    Amount,
    AnyOf,
    Between,
    Distinct,
    Is,
    Not,
    OneOf,
    Patients,
    Query,
    Selection,
    UnderMedicine,
)
from epact2.query.periods import Lens
from epact2.store.catalogue import KeyRange

if TYPE_CHECKING:
    from epact2.store.sealed_plan import SealedRead


def is_of_people(field: Field) -> bool:
    """Whether people differ by the field too: organisations and time, not medicines."""
    return field.dimension not in NOT_OF_PEOPLE


def column_of(field: Field) -> str:
    """The name of a field's column within a statement."""
    return field.name.lower().replace(" ", "_").replace("-", "_")


class Source(Enum):
    """A table that a scan may read; the value is its name."""

    ROWS = "prescribing"
    BY_PRESENTATION = "by_presentation"
    BY_SECTION = "by_section"
    BY_PRACTICE = "by_practice"
    ITEMS = "item"
    ITEMS_BY_PRESENTATION = "item_by_presentation"
    PATIENT_MONTH = "patient_month"  # what is known of each patient who is in one place all the month
    MIXED_ITEMS = "mixed_item"  # the rows of the other patients
    ITEMS_BY_ATTRIBUTES = "item_by_attributes"
    ITEMS_BY_KIND = "item_by_kind"
    PREPARED = "prepared"  # of a level: see Scan.table
    SEALED = "sealed figures"  # see store.sealed_plan
    POPULATION = "population"
    PRESCRIBERS = "prescriber_runs"  # from which month to which each practice prescribes
    LISTED_PRESCRIBERS = "listed_prescriber_runs"  # the same, among the months in which it has a list


ITEM_SOURCES = frozenset(
    {
        Source.ITEMS,
        Source.ITEMS_BY_PRESENTATION,
        Source.PATIENT_MONTH,
        Source.MIXED_ITEMS,
        Source.ITEMS_BY_ATTRIBUTES,
        Source.ITEMS_BY_KIND,
    }
)
ROLLUPS = frozenset({Source.BY_PRESENTATION, Source.BY_SECTION, Source.BY_PRACTICE})


@dataclass(frozen=True, slots=True)
class Slot:
    """A number that is added up, or counted, for each group: an amount, a distinct count or the patients who
    fulfil a condition, with its own selection. What stands around it (ratios, lenses) is worked out from the
    sums.
    """

    of: Measure | tuple[Field, ...] | Condition
    where: Selection

    @property
    def is_population(self) -> bool:
        """Whether it counts people."""
        return isinstance(self.of, Measure) and self.of.is_population

    @property
    def is_count(self) -> bool:
        """Whether it counts and does not add up."""
        return not isinstance(self.of, Measure)

    @property
    def condition(self) -> Condition | None:
        """The condition, where it counts the patients who fulfil one."""
        return None if isinstance(self.of, (Measure, tuple)) else self.of


def slot_of(value: Amount | Distinct | Patients) -> Slot:
    """The slot that holds an amount or a count."""
    match value:
        case Amount(measure, where):
            return Slot(measure, where)
        case Distinct(fields, where):
            return Slot(fields, where)
        case Patients(condition, where):
            return Slot(condition, where)


@dataclass(frozen=True, slots=True)
class MedicineTests:
    """Tests of a scan that look at medicines alone, by presentation: for the keys that any of them selects,
    whether each does. ``places`` are those of the tests in the scan.

    ``substances``, if not empty, has for each test a bit for each key: that of its chemical substance among
    those that the test selects, 0 where it is not selected. Different substances are then counted as bits.
    """

    places: tuple[int, ...]
    keys: tuple[int, ...]
    selected: tuple[tuple[bool, ...], ...]
    substances: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over a table: the columns that it gives, the rows that it selects, and where they lie.

    ``fields`` and ``counted`` are given as codes' numbers, ``slots`` as amounts. ``listing`` says that the
    rows prove their groups to be listed. ``databases`` with the months to read in each; ``of_month`` tells
    whether the rows of the result keep their month.

    For the conditions of patients, ``tested`` are given as true or false and ``amounts`` as they are;
    ``only_tested`` leaves out rows for which none is true, and ``medicine_tests`` are those that are known by
    presentation. ``patients_at`` are the practices where the patients that a condition names have rows.
    ``absences`` are keys of practices with the first and last month in which their rows are left out.
    ``included_only``: without what the standard exclusions leave out. ``chapters`` are those whose medicines
    a row of patient_month counts. ``prepared_at`` is the level of prepared results,
    ``prepared_codes`` the organisations wanted of it.
    """

    source: Source
    fields: tuple[Field, ...]
    slots: tuple[Slot, ...]
    counted: tuple[Field, ...]
    conditions: tuple[Selection, ...]
    months: tuple[int, ...]
    of_month: bool
    listing: bool = False
    prescribers_only: bool = False
    databases: tuple[tuple[str, tuple[int, ...] | None], ...] = ()
    practice_keys: tuple[int, ...] | None = None
    patients_at: tuple[int, ...] | None = None
    absences: tuple[tuple[int, int, int], ...] = ()
    presentation_ranges: tuple[KeyRange, ...] | None = None
    sections: tuple[int, ...] | None = None
    tested: tuple[Selection, ...] = ()
    amounts: tuple[Measure, ...] = ()
    only_tested: bool = False
    medicine_tests: MedicineTests | None = None
    included_only: bool = False
    prepared_at: Field | None = None
    prepared_codes: tuple[str, ...] | None = None
    chapters: tuple[str, ...] | None = None
    reasons: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """The name of the table that is read."""
        if self.prepared_at is None:
            return self.source.value
        return f"prepared_{column_of(self.prepared_at)}"

    @property
    def fields_used(self) -> frozenset[Field | None]:
        """Every field that the scan groups by, counts or looks at; None for a BNF code of any level."""
        selections = (*self.conditions, *self.tested)
        looked_at = (inner for selection in selections for inner in fields_in(selection))
        return frozenset((*self.fields, *self.counted, *looked_at))

    @property
    def is_of_people(self) -> bool:
        """Whether it reads the lists of practices."""
        return self.source is Source.POPULATION

    @property
    def of_patients(self) -> bool:
        """Whether only rows of identified patients are wanted."""
        return PATIENT in self.counted


@dataclass(frozen=True, slots=True)
class Relation:
    """Scans whose rows stand under one another, with the same fields.

    Of patients that are counted: ``one_a_month`` says that the first scan has one row for each patient of a
    month and the others have no row of these; ``by_bits`` that they are counted by setting bits.
    """

    name: str
    fields: tuple[Field, ...]
    scans: tuple[Scan, ...]
    counted: tuple[Field, ...] = ()
    one_a_month: bool = False
    by_bits: bool = False


@dataclass(frozen=True, slots=True)
class PatientsRead:
    """What is read for the patients who fulfil a condition.

    The rows of the groups themselves, and for each leaf with a window (by its place among the leaves) the
    rows of the window. ``prepared`` reads the patients of patient_month; then ``scan`` reads the rows of the
    others. ``required`` are the windows without which no patient fulfils the condition: only rows of the
    patients who fulfil these are brought together.
    """

    name: str
    slot: Slot
    scan: Scan
    windows: tuple[tuple[int, Scan], ...] = ()
    prepared: Scan | None = None
    required: tuple[int, ...] = ()

    @property
    def scans(self) -> tuple[Scan, ...]:
        """Its scans."""
        prepared = () if self.prepared is None else (self.prepared,)
        return (*prepared, self.scan, *(scan for _, scan in self.windows))


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is read for a question. ``lenses`` holds those in use, PLAIN first.

    ``practices_where`` are conditions on practices as they are today that the scans leave to the end.
    ``rewrites`` names the rewrites that changed something.
    """

    query: Query
    months: tuple[int, ...]
    lenses: tuple[Lens, ...]
    relations: tuple[Relation, ...]
    patients: tuple[PatientsRead, ...] = ()
    sealed: tuple[SealedRead, ...] = ()
    practices_where: tuple[Selection, ...] = ()
    rewrites: tuple[str, ...] = ()

    @property
    def scans(self) -> tuple[Scan, ...]:
        """All scans."""
        reads: tuple[Relation | PatientsRead, ...] = (*self.relations, *self.patients)
        of_rows = (scan for read in reads for scan in read.scans)
        return (*of_rows, *(read.scan for read in self.sealed))


def each_scan(plan: Plan, change: Callable[[Scan], Scan]) -> Plan:
    """The plan with every scan changed."""
    relations = tuple(
        replace(relation, scans=tuple(change(scan) for scan in relation.scans)) for relation in plan.relations
    )
    patients = tuple(
        replace(
            read,
            scan=change(read.scan),
            prepared=None if read.prepared is None else change(read.prepared),
            windows=tuple((place, change(scan)) for place, scan in read.windows),
        )
        for read in plan.patients
    )
    return replace(plan, relations=relations, patients=patients)


def fields_in(selection: Selection) -> frozenset[Field | None]:
    """The fields that a selection looks at; None stands for a BNF code of any level."""
    match selection:
        case Is(field) | OneOf(field) | Between(field):
            return frozenset({field})
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(fields_in(part) for part in parts))
        case Not(part):
            return fields_in(part)
        case UnderMedicine():
            return frozenset({None})
        case _:
            return frozenset()


def prefixes_in(selection: Selection) -> frozenset[str]:
    """The BNF codes under which a selection looks."""
    match selection:
        case UnderMedicine(code):
            return frozenset({code.text})
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(prefixes_in(part) for part in parts))
        case Not(part):
            return prefixes_in(part)
        case _:
            return frozenset()


def looks_only_at(selection: Selection, *dimensions: Dimension) -> bool:
    """Whether a selection looks at nothing but these dimensions (and at something)."""
    looked_at = dimensions_of(selection)
    return bool(looked_at) and looked_at <= set(dimensions)
