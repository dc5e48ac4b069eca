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
from epact2.query.nodes import Query, Selection
from epact2.query.periods import loaded_for
from epact2.store.search import Entry, SearchIndex


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


@dataclass(frozen=True, slots=True)
class EarlierPlace:
    """Where a practice belonged in months with single items, if that is not where it belongs today.

    ``parents`` are its codes then, by level.
    """

    practice: str
    first: DispensingMonth
    last: DispensingMonth
    parents: tuple[tuple[str, str], ...]


ENGLAND_ORGANISATION = Organisation(ENGLAND, ENGLAND_CODE, "England")


class Directory:
    """The directory of one release. Built once, then only read."""

    def __init__(
        self,
        *,
        release: int,
        months: Sequence[DispensingMonth],
        list_months: Iterable[DispensingMonth],
        item_months: Iterable[DispensingMonth] = (),
        provisional_months: Iterable[DispensingMonth] = (),
        organisations: Iterable[Organisation],
        medicines: Iterable[Medicine],
        latest_codes: Mapping[str, str] | None = None,
        earlier_places: Iterable[EarlierPlace] = (),
        synthetic: bool = False,
        made: str = "",
    ) -> None:
        """Take the names of a release.

        ``months`` are those with prescribing, in order; ``list_months`` those with list sizes,
        ``item_months`` those with single items; of these, ``provisional_months`` wait for PDS to verify new
        patients.
        ``latest_codes`` maps a replaced presentation code to its latest; codes not in it are their own.
        """
        self.release = release
        self.made = made
        self.synthetic = synthetic
        self.months = tuple(sorted(months))
        self.list_months = frozenset(list_months)
        self.item_months = tuple(sorted(item_months))
        self.provisional_months = frozenset(provisional_months)
        self.latest_codes = dict(latest_codes or {})
        self.earlier_places = tuple(earlier_places)
        self._organisations = {(found.level, found.code): found for found in organisations}
        self._organisations[ENGLAND, ENGLAND_CODE] = ENGLAND_ORGANISATION
        self._medicines = {found.code: found for found in medicines}

    def months_for(self, query: Query) -> tuple[DispensingMonth, ...]:
        """The months for which the release can answer a question, in order: see ``query.periods``."""
        return loaded_for(query, self.months, self.list_months, self.item_months)

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

    @property
    def practices(self) -> tuple[Organisation, ...]:
        """Every practice and cost centre, by name."""
        return self.organisations_at(organisations.PRACTICE)

    def practices_of(self, organisation: Organisation) -> frozenset[str]:
        """The codes of all practices and cost centres that belong to an organisation today."""
        if organisation.level == organisations.PRACTICE:
            return frozenset({organisation.code})
        return frozenset(one.code for one in self.children(organisation, organisations.PRACTICE))

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

    def list_name(self, selection: Selection) -> str:
        """A release knows no lists of medicines; see ``comparators.words``."""
        del selection
        return ""

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

    def find(self, text: str, limit: int = 20, kinds: Iterable[str] | None = None) -> tuple[Found, ...]:
        """Organisations and medicines (or only those of some levels) that fit what was typed, best first.

        A whole code, then a whole name, a name that begins so, one that holds the words, and among equals
        wider levels before narrower ones. Plurals, ``NHS``, ``ICB`` and what people say for the BNF's own
        words (PPI, statins) are understood; for slips of the finger see ``corrected``.
        """
        found = self.index.find(text, limit, None if kinds is None else frozenset(kinds))
        return tuple(Found(one.kind, one.code, one.name) for one in found)

    def corrected(self, text: str) -> str:
        """What was probably meant by a text that nothing fits: unknown words give way to near ones."""
        return self.index.corrected(text)

    @cached_property
    def index(self) -> SearchIndex:
        """The index of names, codes and postcodes; made at the first search (a second for England)."""
        entries = [
            Entry(level, one.code, one.name, weight, one.postcode)
            for weight, level in enumerate(organisations.LEVELS)
            for one in self.organisations_at(level)
        ]
        entries += [
            Entry(level, one.code, one.name, weight)
            for weight, level in enumerate(bnf.LEVELS, start=len(organisations.LEVELS))
            for one in self._medicines_by_level[level]
            if one.name
        ]
        return SearchIndex(entries)
