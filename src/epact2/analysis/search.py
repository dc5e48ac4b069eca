"""One search over everything that has a page: organisations, medicines, comparators, words of the dictionary.

Each group is ranked by itself, since no rule can say whether a practice or a medicine was meant.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from epact2.comparators.definition import Comparator
from epact2.comparators.read import comparators
from epact2.model import bnf, organisations
from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.model.prescribing import FIELDS, MEASURES
from epact2.store.directory import Directory, Found
from epact2.store.search import FILLERS, words_of

ORGANISATION_KINDS = organisations.LEVELS
MEDICINE_KINDS = bnf.LEVELS


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What a text finds. ``corrected`` is what was searched for instead, when the text finds nothing."""

    text: str
    organisations: tuple[Found, ...]
    medicines: tuple[Found, ...]
    comparators: tuple[Comparator, ...]
    terms: tuple[Field | Measure, ...]
    corrected: str = ""

    @property
    def count(self) -> int:
        """How many were found in all groups."""
        return len(self.organisations) + len(self.medicines) + len(self.comparators) + len(self.terms)


def search(directory: Directory, text: str, limit: int = 20, *, kind: str = "") -> SearchResults:
    """The best of each group; when nothing fits, the best for the nearest words.

    ``kind`` limits the search to ``organisation`` or ``medicine``.
    """
    found = _search(directory, text, limit, kind, "")
    if found.count:
        return found
    nearest = directory.corrected(text)
    if nearest in ("", " ".join(words_of(text))):
        return found
    instead = _search(directory, nearest, limit, kind, nearest)
    return instead if instead.count else found


def _search(directory: Directory, text: str, limit: int, kind: str, corrected: str) -> SearchResults:
    everything = kind not in ("organisation", "medicine")
    return SearchResults(
        text=text,
        organisations=directory.find(text, limit, ORGANISATION_KINDS) if kind != "medicine" else (),
        medicines=_without_echoes(directory.find(text, 2 * limit, MEDICINE_KINDS), limit)
        if kind != "organisation"
        else (),
        comparators=tuple(_comparators(text)) if everything else (),
        terms=tuple(terms(text)) if everything else (),
        corrected=corrected,
    )


def _without_echoes(found: Iterable[Found], limit: int) -> tuple[Found, ...]:
    """Without those that repeat the name of one above them: the BNF gives one name to several levels."""
    kept: list[Found] = []
    for one in found:
        echo = any(one.name == wider.name and one.code.startswith(wider.code) for wider in kept)
        if not echo:
            kept.append(one)
    return tuple(kept[:limit])


def _comparators(text: str) -> Iterable[Comparator]:
    """Comparators whose title, summary or theme hold the beginnings of all words; titles first."""
    in_title, elsewhere = [], []
    for one in comparators().values():
        if holds(text, one.title):
            in_title.append(one)
        elif holds(text, f"{one.title} {one.summary} {one.theme}"):
            elsewhere.append(one)
    return (*in_title, *elsewhere)


def terms(text: str) -> Iterable[Field | Measure]:
    """Fields and measures whose name holds the beginnings of all words."""
    every: tuple[Field | Measure, ...] = (*MEASURES, *FIELDS)
    return (one for one in every if holds(text, one.name))


def holds(text: str, sentence: str) -> bool:
    """Whether every word of a text begins some word of a sentence, whatever its plural."""
    known = words_of(sentence)
    wanted = [word for word in words_of(text) if word not in FILLERS]
    return bool(wanted) and all(
        any(one.startswith((word, word.removesuffix("s"))) for one in known) for word in wanted
    )
