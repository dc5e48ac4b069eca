"""The names and codes of one release: its organisations, medicines and months.

Small enough to live in memory (England: some 10,000 organisations and 60,000 medicines), so that pages,
searches and drills need no query for a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from epact2.errors import Epact2Error, did_you_mean
from epact2.model import bnf, organisations
from epact2.model.bnf import BnfCode
from epact2.model.months import DispensingMonth
from epact2.model.organisations import ENGLAND, ENGLAND_CODE, UNKNOWN_CODE, Organisation


class UnknownCode(Epact2Error):
    """A code that the release does not know."""


@dataclass(frozen=True, slots=True)
class Medicine:
    """A BNF code of any level with its name, in the release's latest codes."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class Found:
    """One result of a search: ``kind`` is a level of organisation or of the BNF."""

    kind: str
    code: str
    name: str


ENGLAND_ORGANISATION = Organisation(ENGLAND, ENGLAND_CODE, "England")


class Directory:
    """The directory of one release. Built once, then only read."""

    def __init__(
        self,
        *,
        release: int,
        months: Sequence[DispensingMonth],
        list_months: Iterable[DispensingMonth],
        organisations: Iterable[Organisation],
        medicines: Iterable[Medicine],
        latest_codes: Mapping[str, str] | None = None,
        synthetic: bool = False,
        made: str = "",
    ) -> None:
        """Take the names of a release.

        ``months`` are those with prescribing, in order; ``list_months`` those with list sizes.
        ``latest_codes`` maps a replaced presentation code to its latest; codes not in it are their own.
        """
        self.release = release
        self.made = made
        self.synthetic = synthetic
        self.months = tuple(sorted(months))
        self.list_months = frozenset(list_months)
        self.latest_codes = dict(latest_codes or {})
        self._organisations = {(found.level, found.code): found for found in organisations}
        self._organisations[ENGLAND, ENGLAND_CODE] = ENGLAND_ORGANISATION
        self._medicines = {found.code: found for found in medicines}

    # --- Organisations --------------------------------------------------------------------------------

    def organisation(self, code: str, level: str | None = None) -> Organisation:
        """The organisation of a code, at any level or at the one given.

        A sub-ICB location may be written with the ``00`` that NHS files append. Raises UnknownCode.
        """
        wanted = code.strip().upper()
        for candidate in (wanted, wanted.removesuffix("00")):
            for known_level in organisations.LEVELS if level is None else (level,):
                if found := self._organisations.get((known_level, candidate)):
                    return found
        near = did_you_mean(wanted, (known for _, known in self._organisations))
        kind = level or "organisation"
        raise UnknownCode(
            f"No {kind} with the code “{code}” is in release {self.release}.",
            near or "Search for it by name, or load the month in which it prescribes.",
        )

    def organisations_at(self, level: str) -> tuple[Organisation, ...]:
        """Every organisation of a level, by name; unknown parents are not organisations."""
        return self._by_level.get(level, ())

    @cached_property
    def _by_level(self) -> dict[str, tuple[Organisation, ...]]:
        levels: dict[str, list[Organisation]] = {}
        for found in self._organisations.values():
            if found.code != UNKNOWN_CODE:
                levels.setdefault(found.level, []).append(found)
        return {
            level: tuple(sorted(members, key=lambda one: (one.name, one.code)))
            for level, members in levels.items()
        }

    def children(self, parent: Organisation, level: str | None = None) -> tuple[Organisation, ...]:
        """The organisations of the level below (or of ``level``) that belong to ``parent`` today, by name."""
        below = level or organisations.level_below(parent.level)
        if parent.level == ENGLAND:
            return self.organisations_at(below)
        return tuple(one for one in self.organisations_at(below) if one.parent(parent.level) == parent.code)

    def organisation_name(self, level: str, code: str) -> str:
        """The name for a code in an answer; an unknown parent is called so."""
        found = self._organisations.get((level, code))
        if found:
            return found.name
        return "Unknown" if code == UNKNOWN_CODE else code

    def any_organisation_name(self, code: str) -> str:
        """The name of a code of whatever level, the widest first; the code itself when it has none."""
        found = (self._organisations.get((level, code)) for level in organisations.LEVELS)
        return next((one.name for one in found if one), code)

    # --- Medicines ------------------------------------------------------------------------------------

    def medicine(self, code: str) -> Medicine:
        """The medicine of a BNF code of any level. Raises BadBnfCode or UnknownCode."""
        wanted = BnfCode(code.strip().upper())
        found = self._medicines.get(wanted.text) or self._medicines.get(
            self.latest_codes.get(wanted.text, "")
        )
        if found is None:
            near = did_you_mean(wanted.text, self._medicines)
            raise UnknownCode(
                f"No medicine with the BNF code “{wanted.text}” is in release {self.release}.",
                near or "Search for it by name.",
            )
        return found

    def medicine_name(self, code: str) -> str:
        """The name for a BNF code in an answer; the code itself when it has none."""
        found = self._medicines.get(code)
        return found.name if found and found.name else code

    def medicines_under(self, parent: str, level: str) -> tuple[Medicine, ...]:
        """The medicines of a level at or beneath a code, in the order of their codes."""
        members = self._medicines_by_level.get(level, ())
        return tuple(one for one in members if one.code.startswith(parent))

    @cached_property
    def _medicines_by_level(self) -> dict[str, tuple[Medicine, ...]]:
        levels: dict[str, list[Medicine]] = {level: [] for level in bnf.LEVELS}
        for found in sorted(self._medicines.values(), key=lambda one: one.code):
            levels[found.level].append(found)
        return {level: tuple(members) for level, members in levels.items()}

    def latest_code(self, published: str) -> str:
        """The latest code of a presentation code as published."""
        return self.latest_codes.get(published, published)

    # --- Searching ------------------------------------------------------------------------------------

    def find(self, text: str, limit: int = 20) -> tuple[Found, ...]:
        """Organisations and medicines whose code begins with the text or whose name holds all its words.

        Best first: a whole code, a name that begins with the text, wider levels before narrower ones.
        """
        words = text.casefold().split()
        if not words:
            return ()
        joined = " ".join(words)
        ranked = []
        for position, (haystack, found) in enumerate(self._index):
            name = found.name.casefold()
            code = found.code.casefold()
            if code == joined:
                rank = 0
            elif name.startswith(joined):
                rank = 1
            elif all(f" {word}" in haystack for word in words):
                rank = 2
            elif code.startswith(joined):
                rank = 3
            elif all(word in haystack for word in words):
                rank = 4
            else:
                continue
            ranked.append((rank, position, found))
        ranked.sort(key=lambda one: one[:2])
        return tuple(found for _, _, found in ranked[:limit])

    @cached_property
    def _index(self) -> tuple[tuple[str, Found], ...]:
        entries = [
            Found(level, one.code, one.name)
            for level in organisations.LEVELS
            for one in self.organisations_at(level)
        ]
        entries += [
            Found(level, one.code, one.name)
            for level in bnf.LEVELS
            for one in self._medicines_by_level[level]
            if one.name
        ]
        return tuple((f" {entry.name.casefold()} {entry.code.casefold()}", entry) for entry in entries)
