"""A test of the tests: whatever the model and the question can say has been drawn.

A new node, field, measure or setting without a strategy fails here.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import get_args

from hypothesis import HealthCheck, given, seed, settings

from epact2.model.fields import Field
from epact2.model.items import ITEM_MEASURES, PATIENT
from epact2.model.measures import Measure
from epact2.model.prescribing import FIELDS, PRESCRIBING_MEASURES
from epact2.query import conditions, nodes
from epact2.query.check import check
from epact2.query.nodes import Query
from generative.questions import questions
from generative.small_england import PEOPLE_MEASURES

_NODES = (
    *get_args(conditions.Condition),
    *get_args(conditions.Window),
    *get_args(nodes.Selection),
    *get_args(nodes.Value),
    *get_args(nodes.Months),
    nodes.Order,
    nodes.Top,
)


def _parts(thing: object) -> Iterator[object]:
    yield thing
    if isinstance(thing, (Field, Measure, Enum)):
        return
    if dataclasses.is_dataclass(thing):
        for one in dataclasses.fields(thing):
            yield from _parts(getattr(thing, one.name))
    elif isinstance(thing, tuple):
        for one in thing:
            yield from _parts(one)


def test_everything_is_drawn():
    seen: Counter[object] = Counter()

    @seed(1)
    @settings(max_examples=1200, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(query=questions())
    def draw(query: Query) -> None:
        check(query)
        for part in _parts(query):
            if isinstance(part, (Field, Measure, Enum)):
                seen[part] += 1
            seen[type(part)] += 1
        seen["totals"] += query.totals
        seen["percentiles"] += bool(query.percentiles)
        seen["others"] += bool(query.top and query.top.others)
        seen["within"] += bool(query.top and query.top.within)

    draw()
    wanted = [
        *_NODES,
        *(field for field in FIELDS if field.groups),
        PATIENT,
        *ITEM_MEASURES,
        *nodes.Exclusions,
        *PRESCRIBING_MEASURES,
        *PEOPLE_MEASURES,
        *nodes.Structure,
        *nodes.Codes,
        "totals",
        "percentiles",
        "others",
        "within",
    ]
    assert [one for one in wanted if not seen[one]] == []
