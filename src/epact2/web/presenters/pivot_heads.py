"""The headings of a pivot: the values on the first line, the members of the column fields beneath them."""

from __future__ import annotations

from collections.abc import Sequence

from epact2.model.fields import Dimension, Field
from epact2.model.months import MONTH_NAMES
from epact2.model.prescribing import MONTH
from epact2.query.nodes import Query, Value
from epact2.query.result import Cell, Column
from epact2.web.presenters import dates
from epact2.web.presenters.pivot_parts import Head, Key, Links, NameOf


def corner(query: Query, links: Links) -> tuple[Head, ...]:
    heads = []
    for place, one in enumerate(query.rows):
        first = place == 0
        heads.append(
            Head(
                one.name[:1].upper() + one.name[1:] if first else one.name,
                sort=links.sort(one) if first else "",
                sorted=_direction(query, one) if first else "",
            )
        )
    return tuple(heads)


def _direction(query: Query, by: Value | Field) -> str:
    """How the answer is sorted by something, in the words of ``aria-sort``; empty if it is not."""
    if not query.order:
        return "ascending" if query.rows and by == query.rows[0] else ""
    first = query.order[0]
    if first.by != by:
        return ""
    return "descending" if first.descending else "ascending"


def headings(
    query: Query, columns: Sequence[Column], keys: Sequence[Key], name_of: NameOf, links: Links
) -> tuple[tuple[Head, ...], ...]:
    """The values on the first line; beneath them, for each column field, its members."""
    top = tuple(
        Head(
            column.name[:1].upper() + column.name[1:],
            span=len(keys),
            edge=bool(query.columns),
            sort=links.sort(value),
            sorted=_direction(query, value),
            note=unit_note(column.unit) or ("approximate" if column.approximate else ""),
        )
        for column, value in zip(columns, query.values, strict=True)
    )
    if not query.columns:
        return (top,)
    under = []
    for level, one in enumerate(query.columns):
        heads: list[Head] = []
        for _ in columns:
            heads += _spans(keys, level, one, name_of)
        under.append(tuple(heads))
    return (top, *under)


def _spans(keys: Sequence[Key], level: int, one: Field, name_of: NameOf) -> list[Head]:
    """The headings of one column field, neighbours of one member under one heading."""
    heads: list[Head] = []
    before: Key | None = None
    for key in keys:
        upper = key[: level + 1]
        if upper == before:
            heads[-1] = Head(heads[-1].text, heads[-1].span + 1, heads[-1].edge)
        else:
            heads.append(Head(member_name(one, key[level], name_of), edge=before is None))
        before = upper
    return heads


def member_name(one: Field, code: Cell, name_of: NameOf) -> str:
    """A member of a column or row as people read it: a month in words, a name, or Total."""
    if code is None:
        return "Total"
    if one.dimension is Dimension.TIME:
        return dates.short_month(str(code)) if one == MONTH else _short(dates.period_name(str(code)))
    return name_of(one, code)


def _short(period: str) -> str:
    """``Apr to Jun 2025``: columns are narrow."""
    return " ".join(word[:3] if word in MONTH_NAMES else word for word in period.split())


def unit_note(unit: str) -> str:
    """What stands under a value's heading, where its name does not say it already."""
    known = ("items", "count", "share", "relative change", "patients", "£", "%")
    return "" if unit in known or " per " in unit else unit
