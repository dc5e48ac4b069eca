"""Finding organisations and medicines by what people type: parts of names, codes, plurals, slips.

An index of words, made once for a release. A search looks up each word by its beginning (two bisections in a
sorted list), keeps the entries that hold all of them, and ranks only those, so that it stays far below a
keystroke on a directory of all England (some 10,000 organisations and 60,000 medicines).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import accumulate

# Words that names carry and people leave out, or the other way round: they never exclude a result.
FILLERS = frozenset({"a", "and", "for", "in", "nhs", "of", "on", "the", "with", "icb", "pcn", "ccg", "gp"})
# What people say for what the BNF says. Each stands for the beginnings of words.
SAID_FOR = {
    "antibiotic": ("antibacterial",),
    "antibiotics": ("antibacterial",),
    "painkiller": ("analgesics",),
    "painkillers": ("analgesics",),
    "ppi": ("proton", "pump"),
    "ppis": ("proton", "pump"),
    "ssri": ("serotonin", "uptake"),
    "ssris": ("serotonin", "uptake"),
    "nsaid": ("non", "steroidal", "inflammatory"),
    "nsaids": ("non", "steroidal", "inflammatory"),
    "statin": ("lipid", "regulating"),
    "statins": ("lipid", "regulating"),
}
_WORD = re.compile(r"[a-z0-9]+")
MOST_CANDIDATES = 2000  # of one search: more would take longer than a keystroke, and nobody reads them
LEAST_INSIDE = 4
LEAST_TYPO = 4  # letters: a shorter word with a slip could be anything


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found: ``kind`` is a level of organisation or of the BNF; ``weight`` puts wider
    levels first. ``extra`` are words that lead to it and are not in its name, such as a postcode.
    """

    kind: str
    code: str
    name: str
    weight: int
    extra: str = ""


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: small letters, ``&`` as ``and``, no apostrophes."""
    plain = text.casefold().replace("&", " and ").replace("'", "").replace("’", "")
    return _WORD.findall(plain)


def _without_fillers(name: str) -> str:
    return " ".join(word for word in name.split() if word not in FILLERS)


class SearchIndex:
    """An index over entries. Built once, then only read."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        # In the order in which equals are shown: a place in this order is then all that a sort needs.
        self._entries = tuple(sorted(entries, key=lambda one: (one.weight, one.name, one.code)))
        self._names = [" ".join(words_of(one.name)) for one in self._entries]
        self._bare = [_without_fillers(name) for name in self._names]
        self._codes: dict[str, list[int]] = {}
        places: dict[str, list[int]] = {}
        for place, entry in enumerate(self._entries):
            self._codes.setdefault(entry.code.casefold(), []).append(place)
            words = (*self._names[place].split(), *words_of(entry.extra), entry.code.casefold())
            for word in dict.fromkeys(words):
                places.setdefault(word, []).append(place)
        self._words = sorted(places)
        self._places = [places[word] for word in self._words]
        self._text = "\n".join(self._words)
        self._starts = list(accumulate((len(word) + 1 for word in self._words[:-1]), initial=0))
        self._pairs: dict[str, list[int]] | None = None

    def find(self, text: str, limit: int, kinds: frozenset[str] | None = None) -> list[Entry]:
        """The entries (of some kinds) that hold every word of a text, best first."""
        words = words_of(text)
        if not words:
            return []
        wanted = [one for one in words if one not in FILLERS] or words
        found = self._holding(wanted) or set()
        found.update(self._codes.get(text.strip().casefold(), ()))
        if kinds is not None:
            found = {place for place in found if self._entries[place].kind in kinds}
        if len(found) > MOST_CANDIDATES:
            found = set(nsmallest(MOST_CANDIDATES, found))
        rank = self._ranker(text.strip().casefold(), words, wanted)
        ranked = sorted((rank(place), place) for place in found)
        return [self._entries[place] for _, place in ranked[:limit]]

    def corrected(self, text: str) -> str:
        """The text with each unknown word replaced by the nearest known one, if one is near."""
        made = []
        for word in words_of(text):
            known = word in FILLERS or self._of_word(word)
            made.append(word if known else self._nearest(word) or word)
        return " ".join(made)

    # --- Looking up -----------------------------------------------------------------------------------

    def _beginning(self, word: str) -> range:
        first = bisect_left(self._words, word)
        return range(first, bisect_left(self._words, word + "\uffff", lo=first))

    def _variants(self, word: str) -> tuple[tuple[str, ...], ...]:
        """Other ways to say a word that are in the index: what the BNF calls it, and its singular."""
        found = []
        if word in SAID_FOR:
            found.append(SAID_FOR[word])
        for ending, instead in (("ies", "y"), ("es", ""), ("s", "")):
            if word.endswith(ending) and len(word) > len(ending) + 2:
                found.append((word.removesuffix(ending) + instead,))
        return tuple(one for one in found if all(self._beginning(part) for part in one))

    def _holding(self, words: Sequence[str]) -> set[int] | None:
        """The entries that hold every word; None when one of the words is nowhere."""
        found: set[int] | None = None
        # Long words first: they leave the fewest entries for the others to be looked up among.
        for word in sorted(words, key=len, reverse=True):
            holding = self._of_word(word)
            if not holding:
                return None
            found = holding if found is None else found & holding
            if not found:
                return found
        return found

    def _of_word(self, word: str) -> set[int]:
        holding: set[int] = set()
        for at in self._beginning(word):
            holding.update(self._places[at])
            if len(holding) > 5 * MOST_CANDIDATES and len(word) < 3:
                break
        for variant in self._variants(word):
            parts = [self._of_word_alone(part) for part in variant]
            holding |= set.intersection(*parts)
        if not self._beginning(word):
            inside = (*self._inside(word), *self._inside(word.removesuffix("s")))
            holding.update(place for at in inside for place in self._places[at])
        return holding

    def _inside(self, word: str) -> list[int]:
        """The words that hold this one in their middle: a last resort, for ``urham`` and ``cillin``."""
        if len(word) < LEAST_INSIDE:
            return []
        found: list[int] = []
        at = self._text.find(word)
        while at >= 0 and len(found) < MOST_CANDIDATES:
            place = bisect_right(self._starts, at) - 1
            found.append(place)
            at = self._text.find(word, self._starts[place] + len(self._words[place]))
        return found

    def _of_word_alone(self, word: str) -> set[int]:
        return {place for at in self._beginning(word) for place in self._places[at]}

    def _ranker(self, code: str, words: Sequence[str], wanted: Sequence[str]) -> Callable[[int], int]:
        """How well an entry fits. 0: this very code; 1: the whole name; 2: a name that begins so, or as the
        BNF would say it; 3: a name that holds these as whole words; 4: a code that begins so; 5: the rest.
        """
        joined, bare, whole = " ".join(words), " ".join(wanted), frozenset(wanted)
        said = [" ".join(variant) for word in wanted for variant in self._variants(word)]
        beginnings = (bare, *said) if len(wanted) == 1 else (bare,)

        def rank(place: int) -> int:
            entry, name, short = self._entries[place], self._names[place], self._bare[place]
            if entry.code.casefold() == code:
                return 0
            if name == joined or short in beginnings:
                return 1
            if name.startswith(joined) or short.startswith(beginnings):
                return 2
            if whole <= set(name.split()):
                return 3
            return 4 if entry.code.casefold().startswith(code) else 5

        return rank

    # --- Slips of the finger --------------------------------------------------------------------------------

    def _nearest(self, word: str) -> str:
        """The known word with the fewest slips from this one; empty when none is near.

        Candidates share pairs of letters with it; only the likeliest are compared letter by letter.
        """
        if len(word) < LEAST_TYPO or not word.isalpha():
            return ""
        if self._pairs is None:
            self._pairs = self._index_pairs()
        shared: Counter[int] = Counter()
        for pair in pairs_of(word):
            shared.update(self._pairs.get(pair, ()))
        allowed = 1 if len(word) < 8 else 2
        best = (allowed + 1, 0, "")
        for at, _ in shared.most_common(40):
            known = self._words[at]
            slips = distance(word, known, allowed)
            if slips <= allowed:
                best = min(best, (slips, -len(self._places[at]), known))
        return best[2]

    def _index_pairs(self) -> dict[str, list[int]]:
        pairs: dict[str, list[int]] = {}
        for at, word in enumerate(self._words):
            if len(word) >= LEAST_TYPO and word.isalpha():
                for pair in pairs_of(word):
                    pairs.setdefault(pair, []).append(at)
        return pairs


def pairs_of(word: str) -> set[str]:
    """The pairs of neighbouring letters of a word, its ends marked."""
    marked = f"^{word}$"
    return {marked[at : at + 2] for at in range(len(marked) - 1)}


def distance(one: str, other: str, most: int) -> int:
    """How many slips (a letter too many, too few, wrong, or two swapped) lie between two words.

    Stops counting above ``most`` and gives ``most + 1``.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for column, known in enumerate(other, start=1):
            cost = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != known))
            swapped = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == known
            now.append(min(cost, before[column - 2] + 1) if swapped else cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return min(last[-1], most + 1)
