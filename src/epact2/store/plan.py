"""The plan of an answer: which tables are read, for which months, limited how.

A plan is made without any optimisation (every row of every month, all conditions as text), and is then
rewritten by ``store.rewrites``. What is left is turned into SQL by ``store.sql``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from epact2.model.fields import NOT_OF_PEOPLE, Dimension, Field
from epact2.model.measures import Measure
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
    Query,
    Selection,
    UnderMedicine,
)
from epact2.query.periods import Lens
from epact2.store.catalogue import KeyRange


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
    POPULATION = "population"
    PRESCRIBERS = "prescriber_runs"  # from which month to which each practice prescribes
    LISTED_PRESCRIBERS = "listed_prescriber_runs"  # the same, among the months in which it has a list


ROLLUPS = frozenset({Source.BY_PRESENTATION, Source.BY_SECTION, Source.BY_PRACTICE})


@dataclass(frozen=True, slots=True)
class Slot:
    """A number that is added up, or counted, for each group: an amount or a distinct count with its own
    condition. What stands around it (ratios, lenses) is worked out from the sums.
    """

    of: Measure | tuple[Field, ...]
    where: Selection

    @property
    def is_population(self) -> bool:
        """Whether it counts people."""
        return isinstance(self.of, Measure) and self.of.is_population

    @property
    def is_count(self) -> bool:
        """Whether it counts different codes."""
        return not isinstance(self.of, Measure)


def slot_of(value: Amount | Distinct) -> Slot:
    """The slot that holds an amount or a distinct count."""
    return Slot(value.measure if isinstance(value, Amount) else value.fields, value.where)


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over a table: the columns that it gives, the rows that it selects, and where they lie.

    ``fields`` and ``counted`` are given as codes' numbers, ``slots`` as amounts. ``listing`` says that the
    rows prove their groups to be listed. ``databases`` with the months to read in each; ``of_month`` tells
    whether the rows of the result keep their month.
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
    presentation_ranges: tuple[KeyRange, ...] | None = None
    sections: tuple[int, ...] | None = None
    reasons: tuple[str, ...] = ()

    @property
    def fields_used(self) -> frozenset[Field | None]:
        """Every field that the scan groups by, counts or looks at; None for a BNF code of any level."""
        looked_at = (inner for condition in self.conditions for inner in fields_in(condition))
        return frozenset((*self.fields, *self.counted, *looked_at))

    @property
    def is_of_people(self) -> bool:
        """Whether it reads the lists of practices."""
        return self.source is Source.POPULATION


@dataclass(frozen=True, slots=True)
class Relation:
    """Scans whose rows stand under one another, with the same fields."""

    name: str
    fields: tuple[Field, ...]
    scans: tuple[Scan, ...]
    counted: tuple[Field, ...] = ()


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
    practices_where: tuple[Selection, ...] = ()
    rewrites: tuple[str, ...] = ()

    @property
    def scans(self) -> tuple[Scan, ...]:
        """The scans of all relations."""
        return tuple(scan for relation in self.relations for scan in relation.scans)


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
