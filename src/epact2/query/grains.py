"""The grains of an answer: the grain that was asked for and those of its totals.

Totals are not added up from the rows above them. Each is the same question at a coarser grain, so ratios
and distinct counts are right at every level.
"""

from __future__ import annotations

from collections.abc import Iterator

from epact2.model.fields import Dimension, Field
from epact2.query.nodes import (
    AllOf,
    AnyOf,
    Between,
    Everything,
    Is,
    Not,
    OneOf,
    Query,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)

Grain = tuple[Field, ...]


def grains(query: Query) -> tuple[Grain, ...]:
    """The finest grain first, then every total: each prefix of the rows with each prefix of the columns.

    Ordered from fine to coarse: rows give way first, then columns.
    """
    if not query.totals:
        return (query.grain,)
    return tuple(
        (*query.rows[:row_count], *query.columns[:column_count])
        for column_count in range(len(query.columns), -1, -1)
        for row_count in range(len(query.rows), -1, -1)
    )


def fields_of(selection: Selection) -> Iterator[Dimension]:
    """The dimension of every field that a selection looks at."""
    match selection:
        case Everything():
            return
        case Is(field) | OneOf(field) | Between(field):
            yield field.dimension
        case UnderMedicine():
            yield Dimension.MEDICINE
        case UnderOrganisation():
            yield Dimension.ORGANISATION
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from fields_of(part)
        case Not(part):
            yield from fields_of(part)


def conjuncts(selection: Selection) -> tuple[Selection, ...]:
    """The parts that must all hold: nested AllOf are opened, everything else stands for itself."""
    if isinstance(selection, AllOf):
        return tuple(inner for part in selection.parts for inner in conjuncts(part))
    return () if isinstance(selection, Everything) else (selection,)


def dimensions_of(selection: Selection) -> frozenset[Dimension]:
    """The dimensions that a selection looks at."""
    return frozenset(fields_of(selection))


def split(selection: Selection) -> tuple[Selection, Selection, Selection]:
    """A question's selection in three: time; organisation; and all the rest (medicines, lines, mixtures).

    All three must hold. ``query.check`` has made sure that time stands by itself.
    """
    time: list[Selection] = []
    organisation: list[Selection] = []
    rest: list[Selection] = []
    for part in conjuncts(selection):
        looked_at = dimensions_of(part)
        if looked_at == {Dimension.TIME}:
            time.append(part)
        elif looked_at <= {Dimension.ORGANISATION}:
            organisation.append(part)
        else:
            rest.append(part)
    return AllOf(tuple(time)), AllOf(tuple(organisation)), AllOf(tuple(rest))
