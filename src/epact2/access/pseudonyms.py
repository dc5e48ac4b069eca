"""What stands in a trail for one patient or one prescription form: a keyed hash.

The same patient always gives the same hash, so "who looked at this patient" has an answer for whoever holds
the pseudonym and the key, and the trail by itself tells of nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from epact2.model.fields import Field
from epact2.model.items import FORM, PATIENT
from epact2.query.encode import Json, query_to_json
from epact2.query.listing import Listing
from epact2.query.listing_json import listing_to_json, listing_words
from epact2.query.nodes import Query
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
        """A question, with its words."""
        return self._all(query_to_json(query), words)

    def listing(self, listing: Listing, names: Names | None = None) -> Hidden:
        """A listing. The place where a later page begins holds a row's own values and is left out."""
        words = listing_words(listing, names)
        if listing.after:
            words += ", a later page"
        return self._all(listing_to_json(replace(listing, after=())), words)

    def _all(self, data: Json, words: str) -> Hidden:
        found = _Found(self)
        hidden = found.hidden(data)
        return Hidden(hidden, found.masked(words), tuple(found.patients))


@dataclass(slots=True)
class _Found:
    """What tells of one person in one question: hashes of patients, and the codes as they were written."""

    hiding: Hiding
    patients: dict[str, None] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def hidden(self, data: Json) -> Json:
        """The same JSON with hashes for the codes of identifying fields, wherever in it they stand."""
        if isinstance(data, list):
            return [self.hidden(one) for one in data]
        if not isinstance(data, Mapping):
            return data
        return {
            name: self._hashed(part) if name in _WITH_CODES and _is_of_identities(part) else self.hidden(part)
            for name, part in data.items()
        }

    def _hashed(self, part: Json) -> Json:
        assert isinstance(part, list)
        name, *codes = part
        kind = next(one for one in IDENTIFYING if one.name == name)

        def hashed(code: Json) -> Json:
            if isinstance(code, list):
                return [hashed(one) for one in code]
            made = self.hiding.of(str(code), kind)
            self.codes.add(str(code))
            if kind == PATIENT:
                self.patients[made] = None
            return made

        return [name, *(hashed(code) for code in codes)]

    def masked(self, words: str) -> str:
        """Words without the codes. A pseudonym never stands in them (``query.selection_words``), but the
        number of a form does.
        """
        for code in sorted(self.codes, key=len, reverse=True):
            words = re.sub(rf"(?<!\w){re.escape(code)}(?!\w)", "one that was named", words)
        return words


def _is_of_identities(part: Json) -> bool:
    return isinstance(part, list) and bool(part) and isinstance(part[0], str) and part[0] in _NAMES
