"""What stands in a trail for one patient or one prescription form: a keyed hash.

The same patient always gives the same hash, so "who looked at this patient" has an answer for whoever holds
the pseudonym and the key, and the trail by itself tells of nobody.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from epact2.model.fields import Field
from epact2.model.items import FORM, PATIENT
from epact2.query.encode import Json, query_to_json
from epact2.query.listing import Listing
from epact2.query.listing_json import listing_to_json, listing_words
from epact2.query.nodes import AllOf, AnyOf, Between, Is, Not, OneOf, Query, Selection
from epact2.query.selection_words import Names

IDENTIFYING = (PATIENT, FORM)
_NAMES = frozenset(one.name for one in IDENTIFYING)
_WITH_CODES = ("is", "in", "between")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A question as a trail may keep it, and the keyed hashes of the patients whom it named."""

    question: Json
    words: str
    patients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hiding:
    """Replaces what tells of one person by a hash with a key of at least 32 bytes."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < 32:
            raise ValueError("The key of the hashes of patients needs at least 32 bytes.")

    def of(self, identity: str, kind: Field = PATIENT) -> str:
        """The hash of a pseudonym or a form's number: 32 hexadecimal digits."""
        said = f"{kind.name}\n{identity}".encode()
        return hmac.new(self.key, said, hashlib.sha256).hexdigest()[:32]

    def query(self, query: Query, words: str) -> Hidden:
        """A question. ``words`` never hold a pseudonym: see ``query.selection_words``."""
        found: dict[str, None] = {}
        return Hidden(self._hidden(query_to_json(query), found), words, tuple(found))

    def listing(self, listing: Listing, names: Names | None = None) -> Hidden:
        """A listing. The place where a later page begins holds a row's own values and is left out."""
        found: dict[str, None] = {}
        data = self._hidden(listing_to_json(replace(listing, after=())), found)
        words = listing_words(replace(listing, where=_nameless(listing.where)), names)
        if listing.after:
            words += ", a later page"
        return Hidden(data, words, tuple(found))

    def _hidden(self, data: Json, found: dict[str, None]) -> Json:
        """The same JSON with hashes for the codes of identifying fields, wherever in it they stand."""
        if isinstance(data, list):
            return [self._hidden(one, found) for one in data]
        if not isinstance(data, Mapping):
            return data
        return {
            name: self._codes(part, found)
            if name in _WITH_CODES and _is_of_identities(part)
            else self._hidden(part, found)
            for name, part in data.items()
        }

    def _codes(self, part: Json, found: dict[str, None]) -> Json:
        assert isinstance(part, list)
        name, *codes = part
        kind = next(one for one in IDENTIFYING if one.name == name)

        def hashed(code: Json) -> Json:
            if isinstance(code, list):
                return [hashed(one) for one in code]
            made = self.of(str(code), kind)
            if kind == PATIENT:
                found[made] = None
            return made

        return [name, *(hashed(code) for code in codes)]


def _is_of_identities(part: Json) -> bool:
    return isinstance(part, list) and bool(part) and isinstance(part[0], str) and part[0] in _NAMES


def _nameless(selection: Selection) -> Selection:
    """The same selection without the codes that tell of one patient or form, for its words."""
    match selection:
        case Is(kind, _) | Between(kind, _, _) if kind in IDENTIFYING:
            return Is(kind, "one that was named")
        case OneOf(kind, codes) if kind in IDENTIFYING:
            return Is(kind, f"one of {len(codes)}")
        case AllOf(parts):
            return AllOf(tuple(map(_nameless, parts)))
        case AnyOf(parts):
            return AnyOf(tuple(map(_nameless, parts)))
        case Not(part):
            return Not(_nameless(part))
        case _:
            return selection
