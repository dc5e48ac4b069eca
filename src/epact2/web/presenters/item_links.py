"""Links from the numbers of an answer to the items, or the patients, that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from django.urls import reverse

from epact2.analysis.items_beneath import items_beneath
from epact2.model.months import DispensingMonth
from epact2.query.grains import conjuncts
from epact2.query.nodes import Is, Query, Value
from epact2.query.packed import LONGEST_PLAIN
from epact2.web.listing_state import is_of_one_person, query_string_of, text_of
from epact2.web.presenters.pivot_parts import Key
from epact2.web.presenters.question_links import in_json


class ItemLinks:
    """The addresses beneath one answer. ``months`` are those of the answer."""

    def __init__(self, query: Query, months: Sequence[DispensingMonth]) -> None:
        self.query = query
        self.months = months
        # An address for each kind of cell, and the text that it was made from where that is too long for one.
        self._patterns: dict[tuple[tuple[bool, ...], Value | None], tuple[str, str]] = {}
        self._page = reverse("items")
        own = {part.field for part in conjuncts(query.where) if isinstance(part, Is)}
        self._each_by_itself = any(field in own for field in query.grain)

    def beneath(self, key: Key, value: Value | None = None) -> str:
        """Where the items of a cell (or of a whole row, without a value) stand; empty where there are none.

        As with questions, the address is made once for each kind of cell, and the codes are put in; into a
        long listing before it is pressed.
        """
        if "others" in key:
            return ""
        if self._each_by_itself:
            return self._address(self._text([None if code is None else str(code) for code in key], value))
        chosen = tuple(code is not None for code in key)
        if (chosen, value) not in self._patterns:
            places = [f"~{place}~" if there else None for place, there in enumerate(chosen)]
            text = self._text(places, value)
            is_long = len(text) > LONGEST_PLAIN
            self._patterns[chosen, value] = ("", text) if is_long else (self._address(text), "")
        address, text = self._patterns[chosen, value]
        for place, code in enumerate(key):
            if code is not None:
                text_of_code = in_json(str(code))
                address = address.replace(f"~{place}~", quote(text_of_code, safe=""))
                text = text.replace(f"~{place}~", text_of_code)
        return self._address(text) if text else address

    def _address(self, text: str) -> str:
        return self._page + query_string_of(text) if text else ""

    def _text(self, key: Sequence[str | None], value: Value | None) -> str:
        listing = items_beneath(self.query, key, value, self.months)
        return "" if listing is None or is_of_one_person(listing) else text_of(listing)
