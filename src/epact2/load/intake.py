"""Taking files in: each is received, recognised, read and checked before anything is decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from epact2.load import formats, prescribing
from epact2.load.formats import KINDS, NEEDS_MONTH
from epact2.load.items import ItemMonth, read_items
from epact2.load.lists import Lists, read_lists
from epact2.load.parquet import recognise_parquet
from epact2.load.prescribing import Month
from epact2.load.progress import Progress
from epact2.load.receive import Received, receive
from epact2.load.recognise import Recognised, month_in_name, recognise, year_in_name
from epact2.load.reference_files import ReferenceFile, read_reference_file
from epact2.load.refusals import FileRefused, LoadRefused, Refusal
from epact2.load.verification import Verified, read_verification
from epact2.model.months import DispensingMonth
from epact2.store.release import Dataset, Release

Place = tuple[str, int | None, str]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file."""

    name: str
    kind: str
    months: tuple[DispensingMonth, ...]
    rows: int
    already_loaded: bool
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Intake:
    """One file on its way in, with what was read of it: a month's rows or items, lists, or a small file."""

    received: Received
    recognised: Recognised
    folder: Path
    month: DispensingMonth | None = None
    part: str = ""
    prescribing: Month | None = None
    lists: Lists | None = None
    items: ItemMonth | None = None
    verified: Verified | None = None
    reference: ReferenceFile | None = None
    warnings: list[str] = field(default_factory=list)
    held: tuple[Dataset, ...] = ()

    @property
    def kind(self) -> str:
        """What kind of file it is."""
        return self.recognised.kind

    @property
    def months(self) -> tuple[DispensingMonth, ...]:
        """The months for which it holds."""
        if self.held:
            return tuple(DispensingMonth.from_number(one.month) for one in self.held if one.month)
        if self.lists:
            return self.lists.months
        return (self.month,) if self.month else ()

    @property
    def rows(self) -> int:
        """How many rows it has."""
        if self.held:
            return self.held[0].rows
        if self.prescribing:
            return self.prescribing.rows
        if self.lists:
            return self.lists.rows
        if self.items:
            return self.items.rows
        if self.verified:
            return len(self.verified.patients)
        return self.reference.row_count if self.reference else 0

    @property
    def places(self) -> tuple[Place, ...]:
        """The places in a release that it takes."""
        by_month = tuple((self.kind, one.number, self.part) for one in self.months)
        return by_month or ((self.kind, None, self.part),)

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """Its entries in the manifest."""
        return tuple(
            Dataset(
                kind=kind,
                month=month,
                part=part,
                received=self.received.stored,
                received_name=self.received.name,
                content_sha256=self.received.content_sha256,
                rows=self.rows,
                report=tuple(self.warnings),
            )
            for kind, month, part in self.places
        )

    @property
    def outcome(self) -> FileOutcome:
        """What to tell of it."""
        return FileOutcome(
            self.received.name, self.kind, self.months, self.rows, bool(self.held), tuple(self.warnings)
        )


class Desk:
    """Where files are taken in."""

    def __init__(
        self,
        base: Release | None,
        connection: duckdb.DuckDBPyConnection,
        progress: Progress,
        new_folder: Callable[[], Path],
    ) -> None:
        self._base = base
        self._connection = connection
        self._progress = progress
        self._new_folder = new_folder

    def take_in(self, files: Sequence[Path], kind: str | None, month: DispensingMonth | None) -> list[Intake]:
        """Check every file, also after one was refused. Raises LoadRefused with all refusals."""
        refusals: list[Refusal] = []
        intakes: list[Intake] = []
        if not files:
            refusals.append(Refusal("load", "no file was named.", "Name the files: epact2 load FILE…"))
        for path in files:
            try:
                intake = self._take_one(path, kind, month)
                _refuse_rivals(intake, intakes)
            except FileRefused as refused:
                refusals.extend(refused.refusals)
            else:
                intakes.append(intake)
        if refusals:
            raise LoadRefused(refusals)
        return intakes

    def _take_one(self, path: Path, kind: str | None, month: DispensingMonth | None) -> Intake:
        folder = self._new_folder()
        with ThreadPoolExecutor(1) as copying:
            # Hashing and copying a month takes about as long as its first scan: they go side by side. The
            # scan reads the original, and counts only if that is unchanged when both are done.
            future = copying.submit(receive, path, folder, self._progress)
            scanned = prescribing.scan_ahead(self._connection, path, self._probably_held(path))
            received = future.result()
        recognised = _recognise(self._connection, received, kind)
        intake = Intake(received, recognised, folder, month or month_in_name(received.name))
        intake.held = self._held(intake, month)
        if not intake.held:
            self._read(intake, scanned)
        return intake

    def _probably_held(self, path: Path) -> bool:
        """Whether the release holds a file of that size: then it is worth waiting for its checksum."""
        size = path.stat().st_size if path.is_file() else -1
        return any(one.received.size == size for one in (self._base.datasets if self._base else ()))

    def _held(self, intake: Intake, month: DispensingMonth | None) -> tuple[Dataset, ...]:
        """The datasets of the release in force that came from the same content, for the same month."""
        found = tuple(
            one
            for one in (self._base.datasets if self._base else ())
            if one.content_sha256 == intake.received.content_sha256
            and one.kind == intake.kind
            # The year of a list of changes stands in its name alone: two years may be alike.
            and (one.kind != formats.BNF_CHANGES or one.part == year_in_name(intake.received.name))
        )
        months = {one.month for one in found if one.month}
        wanted = month or intake.month
        if months and wanted and wanted.number not in months:
            return ()
        return found

    def _read(self, intake: Intake, scanned: prescribing.ScanAhead | None) -> None:
        received, recognised = intake.received, intake.recognised
        self._progress.step(f"Checking {received.name}")
        if intake.kind == formats.EPD:
            intake.prescribing = prescribing.read_month(
                self._connection, received, recognised, intake.month, intake.folder, scanned
            )
            intake.month = intake.prescribing.month
            intake.warnings.extend(intake.prescribing.warnings)
        elif intake.kind == formats.LIST_SIZE:
            intake.lists = read_lists(self._connection, received, recognised, intake.month)
            intake.warnings.extend(intake.lists.warnings)
        elif intake.kind == formats.ITEMS:
            intake.items = read_items(self._connection, received, recognised, intake.month, intake.folder)
            intake.month = intake.items.month
            intake.warnings.extend(intake.items.warnings)
        elif intake.kind == formats.VERIFICATION:
            intake.verified = read_verification(received, recognised, intake.month)
            intake.month = intake.verified.month
        else:
            intake.reference = read_reference_file(received, recognised)
            intake.part = intake.reference.part
            intake.warnings.extend(intake.reference.warnings)
            if intake.kind not in NEEDS_MONTH:
                intake.month = None
            elif intake.month is None:
                raise FileRefused(
                    Refusal(
                        received.name,
                        "the month for which it holds is not known.",
                        "Put the month into its name, as in practice_202201.csv, or give --month.",
                    )
                )
        self._progress.end()


def _recognise(connection: duckdb.DuckDBPyConnection, received: Received, kind: str | None) -> Recognised:
    if received.is_parquet:
        return recognise_parquet(connection, received, kind)
    return recognise(received, kind)


def read_item_file(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    kind: str,
    month: DispensingMonth,
    folder: Path,
) -> ItemMonth:
    """Read a file of items, CSV or Parquet, that was received before. Raises FileRefused."""
    return read_items(connection, received, _recognise(connection, received, kind), month, folder)


def _refuse_rivals(intake: Intake, earlier: Sequence[Intake]) -> None:
    """Two different files for one place cannot both be right. Raises FileRefused."""
    for one in earlier:
        same_content = one.received.content_sha256 == intake.received.content_sha256
        if same_content or not set(one.places) & set(intake.places):
            continue
        what = KINDS[intake.kind] + (f", {intake.months[0].name}" if intake.months else "")
        raise FileRefused(
            Refusal(
                intake.received.name,
                f"{one.received.name} holds the same ({what}) with other content.",
                "Load the one that is right; load a correction after the file that it corrects.",
            )
        )
