"""The SQL of “others”: the rows that a top left out."""

from __future__ import annotations

from sqlglot import exp

from epact2.model.fields import Field
from epact2.query.nodes import Query
from epact2.store.plan import column_of
from epact2.store.sql_parts import all_of, column, named, number, table_of
from epact2.store.terms import ranked_fields

KEPT = "kept"  # the row groups that a top keeps


def left_out(
    query: Query, select: exp.Select, keys: dict[Field, exp.Expression]
) -> tuple[exp.Select, dict[Field, exp.Expression]]:
    """Only the rows that a top left out, for each group within which it chose."""
    assert query.top is not None
    chosen_within = query.top.within
    within = exp.select(*(column(column_of(field), KEPT) for field in chosen_within))
    within = (within if chosen_within else exp.select(named(number(1), "one"))).from_(table_of(KEPT))
    same = [
        exp.EQ(this=column(column_of(field), "g"), expression=keys[field])
        for field in chosen_within
        if field in keys
    ]
    groups = within.distinct(copy=False).subquery("g", copy=False)
    select = select.join(groups, on=all_of(same), copy=False)
    keys = {**{field: column(column_of(field), "g") for field in chosen_within}, **keys}
    kept = [
        exp.EQ(this=column(column_of(field), "k"), expression=column(column_of(field), "g"))
        for field in chosen_within
    ] + [
        exp.EQ(this=column(column_of(field), "k"), expression=column(column_of(field), "r"))
        for field in ranked_fields(query)
    ]
    return select.join(table_of(KEPT, alias="k"), on=all_of(kept), join_type="anti", copy=False), keys
