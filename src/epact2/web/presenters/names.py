"""Names as people write them: "Kent and Medway", not "NHS KENT AND MEDWAY INTEGRATED CARE BOARD".

The files of the NHS shout most names. Nothing is looked up here: a name is only dressed, and the code always
stands beside it where two could be confused.
"""

from __future__ import annotations

import re
from functools import lru_cache

from epact2.model import bnf, organisations
from epact2.model.organisations import Organisation

_SMALL = frozenset({"and", "at", "by", "for", "in", "of", "on", "the", "to", "under", "upon", "with"})
_KEPT = frozenset({"NHS", "ICB", "PCN", "GP", "CCG", "UK", "II", "III", "IV", "HMP", "OOH", "A&E", "CIC"})
_BODY = re.compile(r"\b(?:INTEGRATED CARE BOARD|ICB)\b", re.IGNORECASE)
_SUB_ICB = re.compile(r"\s+-\s*(\w{3,5})\Z")  # the space keeps Stoke-on-Trent whole
_WORD = re.compile(r"[^\s\-/(]+")

YOURS = {
    organisations.ENGLAND: "England",
    organisations.REGION: "Your region",
    organisations.ICB: "Your ICB",
    organisations.SUB_ICB_LOCATION: "Your location",
    organisations.PCN: "Your PCN",
    organisations.PRACTICE: "Your practice",
}


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


def organisation_name(organisation: Organisation) -> str:
    """An organisation's name for titles and sentences."""
    return place_name(organisation.name)


def with_code(organisation: Organisation) -> str:
    """``Kent and Medway (QKS)``: for a search box, where the code tells two of one name apart."""
    name = place_name(organisation.name)
    if organisation.level == organisations.ENGLAND or organisation.code in name:
        return name
    return f"{name} ({organisation.code})"


def of(name: str) -> str:
    """The possessive: Kent and Medway’s, Eye Products’."""
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def peers_name(level: str, count: int | None = None) -> str:
    """``ICBs``, ``42 ICBs``, ``1 practice``."""
    plural = organisations.PLURALS[level]
    if count is None:
        return plural
    return f"{count:,} {level if count == 1 else plural}"


def medicine_name(name: str) -> str:
    """A medicine's name; those of the BNF's headings and of substances come in mixed case already."""
    return unshouted(" ".join(name.split()))


def is_plural(name: str) -> bool:
    """Whether a medicine's name asks for "are": Penicillins, Drugs used in diabetes, Amoxicillin capsules.

    By its first and last word; brands and substances in -is, -us and -ss (Eliquis) are singular.
    """
    words = name.split()
    ends = (words[0], words[-1]) if words else ()
    return any(word.endswith("s") and not word.endswith(("is", "us", "ss")) for word in ends)


def short_medicine(name: str) -> str:
    """A medicine's name without what stands in brackets: Co-amoxiclav (Amoxicillin/clavulanic acid)."""
    return medicine_name(name).partition(" (")[0]


def lower_first(name: str) -> str:
    """A substance's or a measure's name inside a sentence: ``apixaban``, ``oral item STAR-PU``.

    Abbreviations (``NSAIDs``) and headings in title case (``Eye Products``) stay as they are. Brand names
    cannot be told from substances by their letters: see ``in_sentence``, which knows by their codes.
    """
    first, *rest = name.split(" ")
    abbreviated = first[1:2].isupper()
    titled = any(word[:1].isupper() and not word.isupper() for word in rest)
    return name if abbreviated or titled else name[:1].lower() + name[1:]


def capital(text: str) -> str:
    """The text with a large first letter."""
    return text[:1].upper() + text[1:]


def in_sentence(name: str, code: str) -> str:
    """A medicine's name inside a sentence: ``apixaban 5mg tablets``, but ``Eliquis`` and ``K-Plus bandage``.

    Generics are known by AA at the tenth character; appliances, which have brands only, by their chapter.
    """
    branded = len(code) > bnf.LENGTH_OF_LEVEL[bnf.CHEMICAL_SUBSTANCE] and (
        code[:2] >= "20" or code[9:11] != "AA"
    )
    return name if branded else lower_first(name)
