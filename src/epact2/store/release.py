"""Releases: numbered, immutable states of all data, and the directory that holds them.

A release is a manifest that names files; the files never change after they were written. The text file
``current`` holds the number of the release in force, and replacing it (write, fsync, rename) is the one
moment at which a load takes effect. Whoever opened an older release can go on reading it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from epact2.errors import Epact2Error

FORMAT = 1


class NoRelease(Epact2Error):
    """The store is empty, or does not hold the release that was asked for."""


class StoreDamaged(Epact2Error):
    """Something in the store is not as it was written."""


class LoadInProgress(Epact2Error):
    """Another load holds the store."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One immutable file of the store: its name within its folder, its size and its checksum."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """What one received file contributes: a kind of data, for a month or a part, or for all time.

    ``part`` tells apart files of one kind that stand beside each other (the levels of the BNF hierarchy, the
    years of code changes). ``content_sha256`` is that of the bytes after decompression, so that a file and
    its ``.gz`` are recognised as the same.
    """

    kind: str
    month: int | None
    part: str
    received: StoredFile
    received_name: str
    content_sha256: str
    rows: int
    report: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, int | None, str]:
        """A release holds one dataset in each place; a newer file takes it over."""
        return self.kind, self.month, self.part


@dataclass(frozen=True, slots=True)
class Release:
    """One release: what was loaded, and the files that answer questions from it."""

    number: int
    made: str
    software: str
    base: int | None
    datasets: tuple[Dataset, ...]
    dimensions: StoredFile
    rows: Mapping[int, StoredFile] = field(default_factory=dict)
    totals: Mapping[int, StoredFile] = field(default_factory=dict)
    items: Mapping[int, StoredFile] = field(default_factory=dict)
    patients: Mapping[int, StoredFile] = field(default_factory=dict)
    prepared: Mapping[int, StoredFile] = field(default_factory=dict)
    prepared_columns: tuple[str, ...] = ()
    sealed: Mapping[int, StoredFile] = field(default_factory=dict)
    sealed_columns: tuple[str, ...] = ()
    seal: str = ""  # tells which key sealed it, without telling the key

    @property
    def months(self) -> tuple[int, ...]:
        """The months with prescribing, in order."""
        return tuple(sorted(self.rows))

    @property
    def item_months(self) -> tuple[int, ...]:
        """The months with single items, in order."""
        return tuple(sorted(self.items))

    @property
    def list_months(self) -> tuple[int, ...]:
        """The months with list sizes, in order."""
        return tuple(sorted({one.month for one in self.datasets if one.kind == "list-size" and one.month}))

    def datasets_of(self, kind: str) -> tuple[Dataset, ...]:
        """The datasets of one kind, by month and part."""
        found = (one for one in self.datasets if one.kind == kind)
        return tuple(sorted(found, key=lambda one: (one.month or 0, one.part)))

    @property
    def file_names(self) -> frozenset[str]:
        """The names, within ``files``, of everything that this release reads."""
        by_period = (self.rows, self.totals, self.items, self.patients, self.prepared, self.sealed)
        stored = (self.dimensions, *(one for files in by_period for one in files.values()))
        return frozenset(one.name for one in stored)


@dataclass(frozen=True, slots=True)
class Store:
    """The paths of a store. Nothing is created before a load begins."""

    root: Path

    @property
    def current(self) -> Path:
        """The file with the number of the release in force."""
        return self.root / "current"

    @property
    def releases(self) -> Path:
        """The folder of manifests."""
        return self.root / "releases"

    @property
    def received(self) -> Path:
        """The folder of files as they were received."""
        return self.root / "received"

    @property
    def files(self) -> Path:
        """The folder of database files."""
        return self.root / "files"

    @property
    def temporary(self) -> Path:
        """The folder of unfinished work; on the store's own file system, so that a rename is atomic."""
        return self.root / "tmp"

    def manifest(self, number: int) -> Path:
        """The manifest of a release."""
        return self.releases / f"{number:06}.json"

    def file(self, stored: StoredFile) -> Path:
        """Where a database file of a release lies."""
        return self.files / stored.name


def current_number(root: Path) -> int | None:
    """The number of the release in force; None for a store without one. Raises StoreDamaged."""
    path = Store(root).current
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StoreDamaged(f"{path} cannot be read: {error}.", "Restore it from a copy.") from error
    if not text.isdigit():
        raise StoreDamaged(
            f"{path} holds “{text[:40]}” and not the number of a release.",
            "Write the number of the newest release into it.",
        )
    return int(text)


def read_release(root: Path, number: int | None = None) -> Release:
    """The release of that number, or the one in force. Raises NoRelease or StoreDamaged."""
    newest = current_number(root)
    if newest is None:
        raise NoRelease(f"{root} holds no release.", "Load a file first: epact2 load FILE…")
    wanted = newest if number is None else number
    path = Store(root).manifest(wanted)
    # A manifest above the current number was left by a load that was killed; it was never published.
    if not 1 <= wanted <= newest or not path.exists():
        raise NoRelease(
            f"{root} holds no release {wanted}; the newest is {newest}.", "See them with: epact2 releases"
        )
    return _read_manifest(path)


def list_releases(root: Path) -> tuple[Release, ...]:
    """Every release of a store, oldest first; none for an empty store."""
    newest = current_number(root)
    if newest is None:
        return ()
    store = Store(root)
    return tuple(
        _read_manifest(store.manifest(number))
        for number in range(1, newest + 1)
        if store.manifest(number).exists()
    )


def _read_manifest(path: Path) -> Release:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise StoreDamaged(
                f"{path} was written by epact2 {found['software']}, in a format that cannot be read here.",
                "Use that version, or load the received files into a new store.",
            )
        return Release(
            number=found["number"],
            made=found["made"],
            software=found["software"],
            base=found["base"],
            datasets=tuple(
                Dataset(
                    **{
                        **one,
                        "received": StoredFile(**one["received"]),
                        "report": tuple(one["report"]),
                    }
                )
                for one in found["datasets"]
            ),
            dimensions=StoredFile(**found["dimensions"]),
            rows=_stored_files(found["rows"]),
            totals=_stored_files(found["totals"]),
            # Manifests of before there were items do not have these.
            items=_stored_files(found.get("items", {})),
            patients=_stored_files(found.get("patients", {})),
            prepared=_stored_files(found.get("prepared", {})),
            prepared_columns=tuple(found.get("prepared_columns", ())),
            sealed=_stored_files(found.get("sealed", {})),
            sealed_columns=tuple(found.get("sealed_columns", ())),
            seal=found.get("seal", ""),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(
            f"The manifest {path} cannot be read: {error}.", "Restore it from a copy of the store."
        ) from error


def _stored_files(found: Mapping[str, Any]) -> dict[int, StoredFile]:
    return {int(period): StoredFile(**one) for period, one in found.items()}


def publish_release(root: Path, release: Release) -> None:
    """Write the manifest and make the release the one in force. The caller holds the lock.

    The files that it names must be in place and synced before.
    """
    store = Store(root)
    manifest = {"format": FORMAT, **asdict(release)}
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    _write_and_rename(store.temporary, store.manifest(release.number), text)
    _write_and_rename(store.temporary, store.current, f"{release.number}\n")


def _write_and_rename(temporary: Path, target: Path, text: str) -> None:
    draft = temporary / f"{target.name}.draft"
    with draft.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(draft, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make renames within a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def loader_lock(root: Path) -> Iterator[Store]:
    """Hold the store for one load; the store's folders exist within. Raises LoadInProgress.

    The operating system drops the lock when its holder ends, however it ends: no stale lock can remain.
    """
    store = Store(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise Epact2Error(
            f"The store {root} cannot be used: {error.strerror}.", "Choose a directory that you may write to."
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LoadInProgress(
                f"Another load is at work in {root}; nothing was changed by this one.",
                "Wait until it has finished, then load again.",
            ) from None
        for folder in (store.releases, store.received, store.files, store.temporary):
            folder.mkdir(exist_ok=True)
        yield store
    finally:
        os.close(handle)


def remove_leftovers(store: Store, releases: Sequence[Release]) -> None:
    """Remove what killed loads left: unfinished work, unpublished manifests, files that no release names.

    Safe only under the lock. Files of every published release stay, however old.
    """
    for path in store.temporary.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    named = {name for one in releases for name in one.file_names}
    received = {dataset.received.name for one in releases for dataset in one.datasets}
    published = {store.manifest(one.number).name for one in releases}
    for folder, wanted in ((store.files, named), (store.received, received), (store.releases, published)):
        for path in folder.iterdir():
            if path.name not in wanted:
                path.unlink()
