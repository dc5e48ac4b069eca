"""Questions as addresses: sorted another way, drilled into, widened again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote

from epact2.analysis.drill import drill, without
from epact2.errors import Epact2Error
from epact2.model.fields import Field
from epact2.model.prescribing import ITEMS
from epact2.query.check import check
from epact2.query.encode import dumps
from epact2.query.grains import conjuncts
from epact2.query.nodes import Amount, Is, Order, Query, Share, Value
from epact2.query.packed import LONGEST_PLAIN, packed_if_long
from epact2.query.words import Names, selection_words
from epact2.web.presenters.pivot_parts import Key


def query_string(query: Query, **more: str) -> str:
    """The question as the end of an address: ``?q=…``. Commas and colons stay readable."""
    ends = "".join(f"&{name}={quote(text)}" for name, text in more.items())
    return f"{_address_of(dumps(query))}{ends}"


def _address_of(text: str) -> str:
    return f"?q={quote(packed_if_long(text), safe=':,')}"


class QuestionLinks:
    """The links of one answer's table."""

    def __init__(self, query: Query, **more: str) -> None:
        """``more`` are parts of the page's address that a question sorted another way keeps."""
        self.query = query
        self.more = more
        # An address for each kind of cell, and the text that it was made from where that is too long for one.
        self._patterns: dict[tuple[bool, ...], tuple[str, str]] = {}

    @cached_property
    def _own_conditions(self) -> frozenset[Field]:
        return frozenset(part.field for part in conjuncts(self.query.where) if isinstance(part, Is))

    def beneath(self, key: Key) -> str:
        """Where a row or a cell leads; empty where nothing lies beneath.

        A table has thousands of cells and one question beneath them all but for the codes: the address is
        made once for each kind of cell, and the codes are put in. Into a long question they are put before it
        is pressed.
        """
        chosen = tuple(code is not None for code in key)
        if any(field in self._own_conditions for field in self.query.grain):
            text = self._text([None if code is None else str(code) for code in key])
            return _address_of(text) if text else ""
        if chosen not in self._patterns:
            text = self._text([f"~{place}~" if there else None for place, there in enumerate(chosen)])
            is_long = len(text) > LONGEST_PLAIN
            self._patterns[chosen] = ("", text) if is_long else (_address_of(text) if text else "", "")
        address, text = self._patterns[chosen]
        for place, code in enumerate(key):
            if code is not None:
                text_of_code = in_json(str(code))
                address = address.replace(f"~{place}~", quote(text_of_code, safe=""))
                text = text.replace(f"~{place}~", text_of_code)
        return _address_of(text) if text else address

    def _text(self, key: Sequence[str | None]) -> str:
        beneath = drill(self.query, key)
        return dumps(mended(beneath)) if beneath else ""

    def sort(self, by: Value | Field) -> str:
        """The same question sorted by something: highest first, or turned round if it is that already."""
        now = self.query.order[0] if self.query.order else None
        if isinstance(by, Field):
            turned = now is None or (now.by == by and not now.descending)
            order: tuple[Order, ...] = (Order(by, descending=True),) if turned else ()
        else:
            order = (Order(by, descending=not (now and now.by == by and now.descending)),)
        if self.query.percentiles:
            return ""
        return query_string(replace(self.query, order=order), **self.more)


def in_json(code: str) -> str:
    """A code as it stands within a text of JSON."""
    return code.replace("\\", "\\\\").replace('"', '\\"')


def mended(query: Query) -> Query:
    """The question without the values that it cannot hold: people cannot be split by medicine, and a share of
    a field that has gone becomes a share of what is left.
    """
    renamed = {value: _within(value, query.grain) for value in query.values}
    kept = tuple(dict.fromkeys(one for one in renamed.values() if _answerable(query, one)))
    kept = kept or (Amount(ITEMS),)
    order = [
        replace(one, by=one.by if isinstance(one.by, Field) else renamed.get(one.by, one.by))
        for one in query.order
    ]
    known = (*query.grain, *kept)
    return replace(query, values=kept, order=tuple(one for one in order if one.by in known))


def _within(value: Value, grain: tuple[Field, ...]) -> Value:
    if isinstance(value, Share):
        return replace(value, of=tuple(one for one in value.of if one in grain))
    return value


def _answerable(query: Query, value: Value) -> bool:
    try:
        check(replace(query, values=(value,), order=(), top=None))
    except Epact2Error:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """One condition of a question: its words, and the address of the question without it."""

    text: str
    href: str


def trail(query: Query, names: Names | None = None) -> tuple[Step, ...]:
    """The conditions of a question in the order in which they were made."""
    return tuple(
        Step(selection_words(part, names), query_string(replace(query, where=without(query.where, part))))
        for part in conjuncts(query.where)
    )
