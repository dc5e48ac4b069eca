"""Reading sealed figures instead of rows: mandatory in a sealed scope, whatever rewrites are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from epact2.model.fields import Field
from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth
from epact2.query.level import needs_items
from epact2.query.nodes import EVERYTHING, Query, Selection
from epact2.query.periods import PLAIN, periods, through
from epact2.query.sealing import Enters
from epact2.store.catalogue import Catalogue
from epact2.store.plan import Scan, Slot, Source
from epact2.store.published import (
    ENTERS_AT,
    Nodes,
    check_months,
    check_one_month,
    check_published,
    is_sealed,
    is_split,
    level_for,
    nodes_for,
    split_level,
    split_nodes,
)
from epact2.store.terms import Cell, answer_parts

LISTING = "sealed_listing"  # what tells which groups of a split there are


@dataclass(frozen=True, slots=True)
class SealedGroups:
    """What the groups by some fields are summed from: which nodes, and how far an atom must enter.

    ``is_split``: from the cells of sub-ICB locations, by what patients are.
    """

    nodes: Nodes
    enters: Enters
    is_split: bool = False


@dataclass(frozen=True, slots=True)
class SealedRead:
    """A count that is read from atoms. ``groups`` by the fields of each grouping; ``organisations`` are the
    conditions on practices as they are today.
    """

    name: str
    slot: Slot
    scan: Scan
    groups: Mapping[tuple[Field, ...], SealedGroups]
    organisations: tuple[Selection, ...]


def sealed_reads(
    query: Query,
    cells: Sequence[Cell],
    months: Sequence[DispensingMonth],
    loaded: frozenset[DispensingMonth],
    organisations: tuple[Selection, ...],
    catalogue: Catalogue,
) -> tuple[SealedRead, ...]:
    """What a question reads of atoms. Raises NotPublished, with the nearest thing that is published."""
    if not needs_items(query):
        return ()
    check_published(query)
    of_slots: dict[Slot, list[Cell]] = {}
    for cell in cells:
        if is_sealed(cell.slot) or is_split(cell.grouping.fields):
            of_slots.setdefault(cell.slot, []).append(cell)
    reads = [
        _read(f"sealed_{number}", slot, query, mine, months, loaded, organisations, catalogue)
        for number, (slot, mine) in enumerate(of_slots.items())
    ]
    listed = {part.grouping for part in answer_parts(query) if is_split(part.grouping.fields)}
    if listed:
        everyone = Slot((PATIENT,), EVERYTHING)
        cells = [Cell(grouping, everyone, PLAIN) for grouping in listed]
        reads.append(_read(LISTING, everyone, query, cells, months, loaded, organisations, catalogue))
    return tuple(reads)


def sealed_groups(
    slot: Slot,
    fields: tuple[Field, ...],
    query: Query,
    organisations: tuple[Selection, ...],
    catalogue: Catalogue,
) -> SealedGroups:
    """What the groups of a slot by some fields are summed from. Raises NotPublished."""
    level = level_for(fields, organisations, catalogue.practices, catalogue.directory)
    if is_split(fields):
        return SealedGroups(split_nodes(slot, fields, query), ENTERS_AT[split_level(level)], is_split=True)
    return SealedGroups(nodes_for(slot, fields, query, catalogue.sealed_columns), ENTERS_AT[level])


def _read(
    name: str,
    slot: Slot,
    query: Query,
    cells: Sequence[Cell],
    months: Sequence[DispensingMonth],
    loaded: frozenset[DispensingMonth],
    organisations: tuple[Selection, ...],
    catalogue: Catalogue,
) -> SealedRead:
    groups: dict[tuple[Field, ...], SealedGroups] = {}
    read: set[DispensingMonth] = set()
    for cell in cells:
        fields = cell.grouping.fields
        groups[fields] = sealed_groups(slot, fields, query, organisations, catalogue)
        for members in periods(cell.grouping.time_fields, months).values():
            seen = through(cell.lens, members, loaded)
            check_one_month(seen)
            read.update(seen or ())
    check_months(read, catalogue.sealed)
    wanted = tuple(sorted(month.number for month in read))
    scan = Scan(
        source=Source.SEALED,
        fields=(),
        slots=(slot,),
        counted=(),
        conditions=(),
        months=wanted,
        of_month=True,
        databases=tuple((catalogue.sealed[month], (month,)) for month in wanted),
        reasons=("the scope is sealed: counts are atoms that were published at the load",),
    )
    return SealedRead(name, slot, scan, groups, organisations)
