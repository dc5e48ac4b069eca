"""What each release holds, for the page that tells where the numbers come from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from epact2.model.months import DispensingMonth, each_month
from epact2.store.release import Dataset, Release, list_releases

# From what questions are about to what explains it.
KINDS = (
    "epd", "items", "verification", "list-size", "imd", "practice-lsoa",
    "bnf", "bnf-changes", "practices", "pcns", "commissioners", "ods-practices",
    "ods-commissioners", "successors", "adq", "adq-per-quantity", "star-pu", "astro-pu",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """A note that a load left: about the file named, and about ``others`` more in the same words."""

    file: str
    text: str
    others: int


@dataclass(frozen=True, slots=True)
class HeldFile:
    """One received file: its name, its month if it has one, its rows, its bytes as received."""

    name: str
    month: DispensingMonth | None
    rows: int
    size: int


@dataclass(frozen=True, slots=True)
class HeldKind:
    """Everything of one kind that a release holds."""

    kind: str
    files: tuple[HeldFile, ...]
    notes: tuple[Note, ...]

    @property
    def rows(self) -> int:
        """The rows of all its files."""
        return sum(one.rows for one in self.files)

    @property
    def months(self) -> tuple[DispensingMonth, ...]:
        """The months that it covers, in order; none for what holds at all times."""
        return tuple(sorted({one.month for one in self.files if one.month}))


@dataclass(frozen=True, slots=True)
class HeldRelease:
    """One release. ``is_current`` marks the one that questions are answered from."""

    number: int
    made: datetime
    software: str
    is_current: bool
    months: tuple[DispensingMonth, ...]
    list_months: tuple[DispensingMonth, ...]
    item_months: tuple[DispensingMonth, ...]
    kinds: tuple[HeldKind, ...]
    added: tuple[str, ...]

    @property
    def files(self) -> int:
        """How many received files it is made of."""
        return sum(len(one.files) for one in self.kinds)


def releases_of(store: Path) -> tuple[HeldRelease, ...]:
    """Every release of a store, newest first; none for an empty store. Raises StoreDamaged."""
    found = list_releases(store)
    before: frozenset[str] = frozenset()
    held = []
    for release in found:
        contents = frozenset(one.content_sha256 for one in release.datasets)
        added = tuple(one.received_name for one in release.datasets if one.content_sha256 not in before)
        held.append(_held(release, added, is_current=release is found[-1]))
        before = contents
    return tuple(reversed(held))


def _held(release: Release, added: tuple[str, ...], *, is_current: bool) -> HeldRelease:
    kinds = sorted({one.kind for one in release.datasets}, key=_kind_order)
    return HeldRelease(
        number=release.number,
        made=datetime.fromisoformat(release.made),
        software=release.software,
        is_current=is_current,
        months=tuple(each_month(release.months)),
        list_months=tuple(each_month(release.list_months)),
        item_months=tuple(each_month(release.item_months)),
        kinds=tuple(_kind(kind, release.datasets_of(kind)) for kind in kinds),
        added=added,
    )


def _kind_order(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def _kind(kind: str, datasets: tuple[Dataset, ...]) -> HeldKind:
    return HeldKind(
        kind=kind,
        files=tuple(
            HeldFile(
                one.received_name,
                DispensingMonth.from_number(one.month) if one.month else None,
                one.rows,
                one.received.size,
            )
            for one in datasets
        ),
        notes=gathered((one.received_name, line) for one in datasets for line in one.report),
    )


def gathered(lines: Iterable[tuple[str, str]]) -> tuple[Note, ...]:
    """Notes that differ in their numbers and codes alone become one: the last, with how many others."""
    found: dict[str, list[tuple[str, str]]] = {}
    for file, text in lines:
        found.setdefault(re.sub(r"\b\w*\d\w*\b", "#", text), []).append((file, text))
    return tuple(Note(*same[-1], others=len(same) - 1) for same in found.values())
