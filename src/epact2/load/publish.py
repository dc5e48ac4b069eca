"""A load: files in, a new release out, or nothing at all.

Every file of the command is received, recognised, read and checked before anything is decided. If one is
refused, the command is refused. Otherwise the new files are written beside the old ones, synced, and the
release is switched in one rename. Killed at any moment, the store is as it was before or as it is after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb

from epact2.errors import Epact2Error
from epact2.load.build import Build, again
from epact2.load.database import connect
from epact2.load.intake import Desk, FileOutcome, Intake
from epact2.load.prepare import prepare
from epact2.load.progress import Progress, Silence
from epact2.load.refusals import LoadRefused
from epact2.load.seal import seal
from epact2.model.months import DispensingMonth
from epact2.query.nodes import Value
from epact2.store.release import (
    LoadInProgress,
    Store,
    current_number,
    list_releases,
    loader_lock,
    publish_release,
    read_release,
    remove_leftovers,
)

__all__ = [
    "FileOutcome",
    "LoadFailed",
    "LoadInProgress",
    "LoadOutcome",
    "LoadRefused",
    "Progress",
    "list_releases",
    "load_files",
]


class LoadFailed(Epact2Error):
    """The files are right, but the new release could not be written; the old one is in force."""


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What became of a command: the release now in force, whether it is new, and each file."""

    release: int
    changed: bool
    files: tuple[FileOutcome, ...]


def load_files(
    store: Path,
    files: Sequence[Path],
    *,
    kind: str | None = None,
    month: DispensingMonth | None = None,
    progress: Progress | None = None,
    prepared: Sequence[Value] = (),
) -> LoadOutcome:
    """Load files into a store as one new release.

    ``kind`` insists on what the files are, and ``month`` on their month. Files that the release already holds
    change nothing, unless an earlier version left the release without published figures. ``prepared`` are
    values whose numbers are worked out for every organisation. Raises LoadRefused, with nothing changed, if
    any file breaks its contract, LoadInProgress if another load is at work, SealKeyFault if the key of the
    published figures is missing or another, and LoadFailed if the disk or the memory does not suffice.
    """
    watcher = progress or Silence()
    with loader_lock(store) as opened:
        releases = list_releases(store)
        remove_leftovers(opened, releases)
        base = read_release(store) if current_number(store) is not None else None
        new_folder = _folders(opened)
        try:
            with connect(opened.temporary) as connection:
                intakes = Desk(base, connection, watcher, new_folder).take_in(files, kind, month)
                new = _new(intakes)
                if new:
                    release = Build(opened, base, connection, watcher, new_folder).release(new)
                    release = prepare(opened, release, base, prepared, connection, new_folder(), watcher)
                    release = seal(opened, release, base, prepared, connection, new_folder(), watcher)
                    publish_release(store, release)
                else:
                    assert base is not None, "files are held only by a release"
                    release = base
                    if base.items and not base.seal:
                        # An earlier version left it without published figures.
                        release = prepare(
                            opened, again(base), base, prepared, connection, new_folder(), watcher
                        )
                        release = seal(opened, release, base, prepared, connection, new_folder(), watcher)
                        publish_release(store, release)
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise LoadFailed(
                f"The release could not be written: {error}",
                "Make room on the disk, or allow more memory with EPACT2_LOAD_MEMORY (for example 8GB).",
            ) from error
        finally:
            remove_leftovers(opened, list_releases(store))
    changed = base is None or release.number != base.number
    return LoadOutcome(release.number, changed, tuple(intake.outcome for intake in intakes))


def _new(intakes: Sequence[Intake]) -> list[Intake]:
    """The files that the release in force does not hold, each content once for each place."""
    taken: dict[object, Intake] = {}
    for intake in intakes:
        if not intake.held:
            taken.setdefault(intake.places, intake)
    return list(taken.values())


def _folders(store: Store) -> Callable[[], Path]:
    """Makes folders for unfinished work, one after the other."""
    numbers = count(1)

    def new_folder() -> Path:
        folder = store.temporary / f"{next(numbers):04}"
        folder.mkdir()
        return folder

    return new_folder
