"""What a release holds, as far as planning a question needs to know: files, practices, medicines.

It is read once when a release is opened. With it the planner turns a selection of organisations into keys of
practices and a selection of medicines into ranges of presentation keys, without asking the database.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from epact2.model.bnf import code_at, generic_equivalent
from epact2.model.fields import Field
from epact2.model.organisations import ENGLAND_CODE
from epact2.model.prescribing import (
    ENGLAND,
    FIELD_BY_NAME,
    GENERIC_EQUIVALENT,
    ICB,
    PCN,
    PRACTICE,
    PRACTICE_SETTING,
    PRESENTATION,
    REGION,
    SUB_ICB_LOCATION,
)
from epact2.query.nodes import (
    AllOf,
    AnyOf,
    Between,
    Codes,
    Everything,
    Is,
    Not,
    OneOf,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)
from epact2.store.directory import Directory

KeyRange = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice's key and its codes today."""

    key: int
    code: str
    setting: str
    pcn: str
    sub_icb: str
    icb: str
    region: str


def organisation_test(selection: Selection, directory: Directory) -> Callable[[Practice], bool]:
    """A selection over organisations as a test of a practice as it is today. Raises UnknownCode."""
    match selection:
        case Everything():
            return lambda _: True
        case Is(field, code):
            return _code_test(field, frozenset({code}))
        case OneOf(field, codes):
            return _code_test(field, frozenset(codes))
        case Between(field, low, high):
            read = _CODE_OF[field]
            return lambda practice: low <= read(practice) <= high
        case UnderOrganisation(code):
            found = directory.organisation(code)
            return _code_test(FIELD_BY_NAME[found.level], frozenset({found.code}))
        case AllOf(parts):
            tests = [organisation_test(part, directory) for part in parts]
            return lambda practice: all(test(practice) for test in tests)
        case AnyOf(parts):
            tests = [organisation_test(part, directory) for part in parts]
            return lambda practice: any(test(practice) for test in tests)
        case Not(part):
            inner = organisation_test(part, directory)
            return lambda practice: not inner(practice)
        case UnderMedicine():
            raise AssertionError("only organisations reach this point")


_CODE_OF: Mapping[Field, Callable[[Practice], str]] = {
    ENGLAND: lambda _: ENGLAND_CODE,
    REGION: lambda practice: practice.region,
    ICB: lambda practice: practice.icb,
    SUB_ICB_LOCATION: lambda practice: practice.sub_icb,
    PCN: lambda practice: practice.pcn,
    PRACTICE: lambda practice: practice.code,
    PRACTICE_SETTING: lambda practice: practice.setting,
}


def code_of(field: Field) -> Callable[[Practice], str]:
    """How the code of a field of organisations is read from a practice as it is today."""
    return _CODE_OF[field]


def _code_test(field: Field, codes: frozenset[str]) -> Callable[[Practice], bool]:
    read = _CODE_OF[field]
    return lambda practice: read(practice) in codes


class Medicines:
    """The presentations of a release under one sort of codes (latest, or as published).

    ``keys`` are those of the published codes, in order; ``codes`` the code that each counts under.
    A set of medicines is a set of positions in these lists.
    """

    def __init__(self, keys: Sequence[int], codes: Sequence[str]) -> None:
        self.keys = tuple(keys)
        self.codes = tuple(codes)

    @cached_property
    def _by_code(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        ordered = sorted(range(len(self.codes)), key=self.codes.__getitem__)
        return tuple(self.codes[position] for position in ordered), tuple(ordered)

    def beneath(self, prefix: str) -> frozenset[int]:
        """The positions of the codes that begin with ``prefix``."""
        codes, positions = self._by_code
        # U+10FFFF follows every character that a code can have.
        return frozenset(positions[bisect_left(codes, prefix) : bisect_right(codes, f"{prefix}\U0010ffff")])

    def selected(self, selection: Selection) -> frozenset[int]:
        """The positions that a selection over medicines selects."""
        match selection:
            case Everything():
                return self._all
            case UnderMedicine(code):
                return self.beneath(code.text)
            case Is(field, code):
                return self._having(field, code)
            case OneOf(field, codes):
                return frozenset().union(*(self._having(field, code) for code in codes))
            case Between(field, low, high):
                read = _reader(field)
                return frozenset(
                    position for position, code in enumerate(self.codes) if low <= read(code) <= high
                )
            case AllOf(parts):
                return self._all.intersection(*(self.selected(part) for part in parts))
            case AnyOf(parts):
                return frozenset().union(*(self.selected(part) for part in parts))
            case Not(part):
                return self._all - self.selected(part)
            case UnderOrganisation():
                raise AssertionError("only medicines reach this point")

    @cached_property
    def _all(self) -> frozenset[int]:
        return frozenset(range(len(self.codes)))

    def _having(self, field: Field, code: str) -> frozenset[int]:
        # Every level's code begins the presentation's; a generic equivalent shares the substance with it.
        near = self.beneath(code[:9] if field == GENERIC_EQUIVALENT else code)
        read = _reader(field)
        return frozenset(position for position in near if read(self.codes[position]) == code)

    def key_ranges(self, positions: Iterable[int]) -> tuple[KeyRange, ...]:
        """The positions as ranges of keys, both ends included, in order."""
        ranges: list[list[int]] = []
        for position in sorted(positions):
            if ranges and ranges[-1][1] == position - 1:
                ranges[-1][1] = position
            else:
                ranges.append([position, position])
        return tuple((self.keys[first], self.keys[last]) for first, last in ranges)

    def sections(self, positions: Iterable[int]) -> tuple[int, ...]:
        """The sections of the positions, as the numbers stored in a rollup by section."""
        return tuple(sorted({int(self.codes[position][:4]) for position in positions}))


def _reader(field: Field) -> Callable[[str], str]:
    if field == PRESENTATION:
        return lambda code: code
    if field == GENERIC_EQUIVALENT:
        return generic_equivalent
    return lambda code: code_at(code, field.name)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The files, practices and medicines of one release.

    ``rows`` gives, for each month, the database in which its rows are; ``totals`` the same for each year's
    rollups; ``items`` and ``patients`` for single items and for what is derived from them.
    ``items_agree`` are the months whose items add up to their prescribing, to the penny.
    ``sections_are_numbers`` tells whether the rollup by section can tell all sections apart.
    ``highest_patient`` is the largest key of a patient. ``prepared`` gives the database of each month's
    prepared results, ``prepared_columns`` what stands in them; ``sealed`` and ``sealed_columns`` the same
    for the figures that are published of organisations not one's own.
    """

    directory: Directory
    rows: Mapping[int, str]
    totals: Mapping[int, str]
    practices: tuple[Practice, ...]
    latest: Medicines
    published: Medicines
    sections_are_numbers: bool = True
    items: Mapping[int, str] = field(default_factory=dict)
    patients: Mapping[int, str] = field(default_factory=dict)
    items_agree: frozenset[int] = frozenset()
    highest_patient: int = 0
    prepared: Mapping[int, str] = field(default_factory=dict)
    prepared_columns: frozenset[str] = frozenset()
    sealed: Mapping[int, str] = field(default_factory=dict)
    sealed_columns: frozenset[str] = frozenset()

    def medicines(self, codes: Codes) -> Medicines:
        """The presentations under one sort of codes."""
        return self.latest if codes is Codes.LATEST else self.published

    @property
    def years(self) -> Mapping[int, tuple[int, ...]]:
        """The months of each year that have prescribing."""
        found: dict[int, list[int]] = {}
        for month in sorted(self.rows):
            found.setdefault(month // 100, []).append(month)
        return {year: tuple(months) for year, months in found.items()}
