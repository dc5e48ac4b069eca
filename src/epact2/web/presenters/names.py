"""Names as people write them: "Kent and Medway", not "NHS KENT AND MEDWAY INTEGRATED CARE BOARD".

The files of the NHS shout most names. Nothing is looked up here: a name is only dressed, and the code always
stands beside it where two could be confused.
"""

from __future__ import annotations

from epact2.model import bnf, organisations
from epact2.model.organisations import Organisation
from epact2.model.place_names import place_name, unshouted

YOURS = {
    organisations.ENGLAND: "England",
    organisations.REGION: "Your region",
    organisations.ICB: "Your ICB",
    organisations.SUB_ICB_LOCATION: "Your location",
    organisations.PCN: "Your PCN",
    organisations.PRACTICE: "Your practice",
}


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
