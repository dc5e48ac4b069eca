"""From a row or a cell of an answer to the question beneath it.

A drill is the same question, limited to the row that was chosen and one level finer. It ends in the other
hierarchy: beneath a practice lie its medicines, beneath a presentation the organisations that prescribe it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from epact2.model.fields import Dimension, Field
from epact2.model.prescribing import (
    BNF_FIELDS,
    CALENDAR_YEAR,
    CHAPTER,
    ENGLAND,
    FINANCIAL_YEAR,
    ICB,
    MONTH,
    PCN,
    PRACTICE,
    PRACTICE_SETTING,
    PRESENTATION,
    QUARTER,
    REGION,
    SUB_ICB_LOCATION,
)
from epact2.query.grains import conjuncts, dimensions_of
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Everything,
    Is,
    OneOf,
    Query,
    Selection,
    UnderMedicine,
)
from epact2.query.result import Cell

_NEXT: dict[Field, Field] = {
    ENGLAND: REGION,
    REGION: ICB,
    ICB: SUB_ICB_LOCATION,
    SUB_ICB_LOCATION: PRACTICE,
    PCN: PRACTICE,
    PRACTICE_SETTING: PRACTICE,
    CALENDAR_YEAR: MONTH,
    FINANCIAL_YEAR: QUARTER,
    QUARTER: MONTH,
    **dict(pairwise(BNF_FIELDS)),
}


def drill(query: Query, chosen: Sequence[Cell]) -> Query | None:
    """The question beneath a row: ``chosen`` are its cells for the rows' fields, then for the columns'.

    A None (a total) chooses nothing in its field. Gives None when there is nothing finer to ask.
    """
    picked = [
        (field, str(cell)) for field, cell in zip(query.grain, chosen, strict=False) if cell is not None
    ]
    if any(code == "others" for _, code in picked):
        return None
    where = query.where
    for field, code in picked:
        where = _narrowed(where, Is(field, code))
    finer = _finer(query, [field for field, _ in picked])
    if finer is None:
        return None
    columns = tuple(field for field in query.columns if field not in [one for one, _ in picked])
    columns = tuple(field for field in columns if field != finer)
    values = query.values
    kept = [order for order in query.order if order.by in (finer, *columns, *values)]
    return replace(
        query, rows=(finer,), columns=columns, where=where, order=tuple(kept), top=None, percentiles=()
    )


def _finer(query: Query, picked: Sequence[Field]) -> Field | None:
    """The field of the next question: one level below the last row that was chosen, else the other side."""
    rows = [field for field in query.rows if field in picked] or list(picked)
    for field in reversed(rows):
        if (finer := _NEXT.get(field)) is not None:
            return finer
    looked_at = {field.dimension for field in picked}
    for part in conjuncts(query.where):
        looked_at |= dimensions_of(part)
    if Dimension.MEDICINE not in looked_at:
        return CHAPTER
    last = rows[-1] if rows else None
    if last in (PRACTICE, MONTH, None) and not _is_one_presentation(query.where):
        return _below_medicine(query.where)
    if Dimension.ORGANISATION not in looked_at:
        return REGION
    return None


def _below_medicine(where: Selection) -> Field:
    """The level beneath the narrowest medicine that a selection already names."""
    depth = -1
    for part in conjuncts(where):
        if isinstance(part, UnderMedicine):
            depth = max(depth, [field.name for field in BNF_FIELDS].index(part.code.level))
        elif isinstance(part, (Is, OneOf)) and part.field in BNF_FIELDS:
            depth = max(depth, BNF_FIELDS.index(part.field))
    return BNF_FIELDS[min(depth + 1, len(BNF_FIELDS) - 1)]


def _is_one_presentation(where: Selection) -> bool:
    return any(isinstance(part, Is) and part.field == PRESENTATION for part in conjuncts(where))


def _narrowed(where: Selection, part: Selection) -> Selection:
    if isinstance(where, Everything):
        return part
    return AllOf((*conjuncts(where), part)) if part not in conjuncts(where) else where


def without(where: Selection, part: Selection) -> Selection:
    """A selection with one of its parts taken away, for links that widen a question again."""
    kept = tuple(one for one in conjuncts(where) if one != part)
    if not kept:
        return EVERYTHING
    return kept[0] if len(kept) == 1 else AllOf(kept)
