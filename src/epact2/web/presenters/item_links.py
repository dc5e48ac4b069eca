"""Links from the numbers of an answer to the items, or the patients, that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from epact2.analysis.items_beneath import items_beneath
from epact2.model.months import DispensingMonth
from epact2.query.grains import conjuncts
from epact2.query.nodes import Is, Query, Value
from epact2.web.listing_state import address, names_a_person
from epact2.web.presenters.pivot_parts import Key
from epact2.web.presenters.question_links import in_json


class ItemLinks:
    """The addresses beneath one answer. ``months`` are those of the answer."""

    def __init__(self, query: Query, months: Sequence[DispensingMonth]) -> None:
        self.query = query
        self.months = months
        self._patterns: dict[tuple[tuple[bool, ...], Value | None], str] = {}
        own = {part.field for part in conjuncts(query.where) if isinstance(part, Is)}
        self._each_by_itself = any(field in own for field in query.grain)

    def beneath(self, key: Key, value: Value | None = None) -> str:
        """Where the items of a cell (or of a whole row, without a value) stand; empty where there are none.

        As with questions, the address is made once for each kind of cell, and the codes are put in.
        """
        if "others" in key:
            return ""
        if self._each_by_itself:
            return self._address([None if code is None else str(code) for code in key], value)
        chosen = tuple(code is not None for code in key)
        if (chosen, value) not in self._patterns:
            places = [f"~{place}~" if there else None for place, there in enumerate(chosen)]
            self._patterns[chosen, value] = self._address(places, value)
        made = self._patterns[chosen, value]
        for place, code in enumerate(key):
            if code is not None:
                made = made.replace(f"~{place}~", quote(in_json(str(code)), safe=""))
        return made

    def _address(self, key: Sequence[str | None], value: Value | None) -> str:
        listing = items_beneath(self.query, key, value, self.months)
        return "" if listing is None or names_a_person(listing.where) else address(listing)
