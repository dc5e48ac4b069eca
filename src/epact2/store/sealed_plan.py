"""Reading sealed figures instead of rows: mandatory in a sealed scope, whatever rewrites are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.query.level import needs_items
from epact2.query.nodes import Query, Selection
from epact2.query.periods import periods, through
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
    level_for,
    nodes_for,
)
from epact2.store.terms import Cell


@dataclass(frozen=True, slots=True)
class SealedGroups:
    """What the groups by some fields are summed from: which nodes, and how far an atom must enter."""

    nodes: Nodes
    enters: Enters


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
    slots = dict.fromkeys(cell.slot for cell in cells if is_sealed(cell.slot))
    return tuple(
        _read(f"sealed_{number}", slot, query, [cell for cell in cells if cell.slot == slot], months, loaded,
              organisations, catalogue)
        for number, slot in enumerate(slots)
    )  # fmt: skip


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
        nodes = nodes_for(slot, fields, query, catalogue.sealed_columns)
        level = level_for(fields, organisations, catalogue.practices, catalogue.directory)
        groups[fields] = SealedGroups(nodes, ENTERS_AT[level])
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
