"""The question in one sentence, with the reader's own choices marked.

It says what ``query.words`` says, word for word (a test holds it to that), so that the page, the exports and
the audit never tell different stories. Quiet words hold the sentence together; strong ones were chosen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from epact2.model.organisations import PLURALS
from epact2.query.encode import Json, query_to_json
from epact2.query.nodes import Query
from epact2.query.words import (
    Names,
    joined,
    months_words,
    question_words,
    selection_words,
    value_name,
)


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of the sentence; ``strong`` ones are the reader's choices."""

    text: str
    strong: bool = False


def sentence(query: Query, names: Names | None = None) -> tuple[Part, ...]:
    """The whole sentence, with its full stop."""
    whole = question_words(query, names)
    parts: list[Part] = []
    at = 0
    for choice in _choices(query, names):
        found = whole.casefold().find(choice.casefold(), at) if choice else -1
        if found < 0:
            continue  # words said another way: they stay quiet, and none is lost
        if found > at:
            parts.append(Part(whole[at:found]))
        parts.append(Part(whole[found : found + len(choice)], strong=True))
        at = found + len(choice)
    return (*parts, Part(f"{whole[at:]}."))


def _choices(query: Query, names: Names | None) -> Iterator[str]:
    """The reader's choices in the order in which the sentence says them."""
    if query.percentiles:
        yield ", ".join(str(one) for one in query.percentiles)
    yield from (value_name(value, names) for value in query.values)
    yield from (field.name for field in (query.columns if query.percentiles else query.grain))
    yield selection_words(query.where, names)
    yield months_words(query.months)
    if query.top:
        yield f"top {query.top.count}"


def heading(query: Query, names: Names | None = None) -> str:
    """The page's title: values and fields, without the conditions."""
    said = joined([value_name(value, names) for value in query.values[:3]])
    if len(query.values) > 3:
        said = f"{', '.join(value_name(value, names) for value in query.values[:2])} and more"
    if query.percentiles:
        over = joined([PLURALS.get(field.name, field.name) for field in query.rows])
        said = f"percentiles of {said} over {over}"
        if query.columns:
            said += f" by {joined([field.name for field in query.columns])}"
    elif query.grain:
        said += f" by {joined([field.name for field in query.grain])}"
    return said[:1].upper() + said[1:]


def as_json(data: Json) -> str:
    """A piece of a question as its shortest JSON text."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def question_json(query: Query) -> str:
    """The question as JSON that people read: one part a line."""
    parts = [f"  {json.dumps(key)}: {json.dumps(part, ensure_ascii=False)}" for key, part in _parts(query)]
    return "{\n" + ",\n".join(parts) + "\n}"


def _parts(query: Query) -> Iterator[tuple[str, Json]]:
    yield from query_to_json(query).items()
