"""Names of organisations as people write them: Kent and Medway, not NHS KENT AND MEDWAY INTEGRATED CARE …

The files of the NHS shout most names. Nothing is looked up here: a name is only dressed, and the code always
stands beside it where two could be confused.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SMALL = frozenset({"and", "at", "by", "for", "in", "of", "on", "the", "to", "under", "upon", "with"})
_KEPT = frozenset({"NHS", "ICB", "PCN", "GP", "CCG", "UK", "II", "III", "IV", "HMP", "OOH", "A&E", "CIC"})
_BODY = re.compile(r"\b(?:INTEGRATED CARE BOARD|ICB)\b", re.IGNORECASE)
_SUB_ICB = re.compile(r"\s+-\s*(\w{3,5})\Z")  # the space keeps Stoke-on-Trent whole
_WORD = re.compile(r"[^\s\-/(]+")


@lru_cache(maxsize=20_000)
def place_name(name: str) -> str:
    """An organisation's name, short and unshouted.

    ``NHS KENT AND MEDWAY INTEGRATED CARE BOARD`` is Kent and Medway, ``NHS DEVON ICB - 15N`` is Devon (15N),
    ``THE OLD SURGERY (SYNTHETIC)`` is The Old Surgery (synthetic).
    """
    text = " ".join(name.split())
    if _BODY.search(text):
        text = _BODY.sub("", text).removeprefix("NHS ").strip()
        text = _SUB_ICB.sub(r" (\1)", " ".join(text.split()))
    return unshouted(text) or name


def unshouted(text: str) -> str:
    """A text in capitals with capitals only where a name has them; any other text as it is."""
    letters = [one for one in text if one.isalpha()]
    if not letters or sum(one.isupper() for one in letters) < 0.8 * len(letters):
        return text
    return _WORD.sub(lambda found: _word(found[0], first=found.start() == 0), text)


def _word(word: str, *, first: bool) -> str:
    bare = word.strip(".,()'")
    if bare == "SYNTHETIC":
        return word.lower()
    if bare in _KEPT or any(one.isdigit() for one in bare):
        return word
    if bare.lower() in _SMALL and not first:
        return word.lower()
    made = word[:1] + word[1:].lower()
    # O'Brien and D'Arcy keep their second capital, St Mary's does not get one.
    return re.sub(r"^([OD]['’])([a-z])", lambda found: found[1] + found[2].upper(), made)
