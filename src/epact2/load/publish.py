"""A load: files in, a new release out, or nothing at all.

Every file of the command is received, recognised, read and checked before anything is decided. If one is
refused, the command is refused. Otherwise the new files are written beside the old ones, synced, and the
release is switched in one rename. Killed at any moment, the store is as it was before or as it is after.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from epact2.load import dimensions, formats, keys, population, prescribing, totals
from epact2.load.database import attached, connect, keep, sync_and_move
from epact2.load.dimensions import Medicines
from epact2.load.fast import insert_rows
from epact2.load.formats import KINDS, NEEDS_MONTH
from epact2.load.history import Reference
from epact2.load.lists import Lists, read_lists
from epact2.load.places import Places
from epact2.load.prescribing import Month, PublishedPractice
from epact2.load.progress import Progress, Silence
from epact2.load.read import MOST_FAULTS
from epact2.load.receive import Received, receive
from epact2.load.recognise import Recognised, month_in_name, recognise
from epact2.load.reference_files import ReferenceFile, read_reference_file
from epact2.load.refusals import FileRefused, LoadRefused, Refusal
from epact2.model import bnf
from epact2.model.months import DispensingMonth
from epact2.store.release import (
    Dataset,
    Release,
    Store,
    StoredFile,
    current_number,
    list_releases,
    loader_lock,
    publish_release,
    read_release,
    remove_leftovers,
)
from epact2.store.tables import DIMENSION_TABLES, ROWS_TABLES

__all__ = ["FileOutcome", "LoadOutcome", "list_releases", "load_files"]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file."""

    name: str
    kind: str
    months: tuple[DispensingMonth, ...]
    rows: int
    already_loaded: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What became of a command: the release now in force, and each file."""

    release: int
    changed: bool
    files: tuple[FileOutcome, ...]


@dataclass(slots=True)
class _Intake:
    """One file on its way in."""

    received: Received
    recognised: Recognised
    folder: Path
    month: DispensingMonth | None = None
    part: str = ""
    prescribing: Month | None = None
    lists: Lists | None = None
    reference: ReferenceFile | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.recognised.kind

    @property
    def months(self) -> tuple[DispensingMonth, ...]:
        if self.lists:
            return self.lists.months
        return (self.month,) if self.month else ()

    @property
    def rows(self) -> int:
        for read in (self.prescribing, self.lists):
            if read:
                return read.rows
        return self.reference.row_count if self.reference else 0

    @property
    def places(self) -> tuple[tuple[str, int | None, str], ...]:
        """The places in a release that the file takes."""
        return tuple((self.kind, one.number, self.part) for one in self.months) or (
            (self.kind, None, self.part),
        )

    @property
    def datasets(self) -> tuple[Dataset, ...]:
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


def load_files(
    store: Path,
    files: Sequence[Path],
    *,
    kind: str | None = None,
    month: DispensingMonth | None = None,
    progress: Progress | None = None,
) -> LoadOutcome:
    """Load files into a store as one new release.

    ``kind`` insists on what the files are, and ``month`` on their month. Files that the release already holds
    change nothing. Raises LoadRefused, with nothing changed, if any file breaks its contract, and
    LoadInProgress if another load is at work.
    """
    watcher = progress or Silence()
    with loader_lock(store) as opened:
        remove_leftovers(opened, list_releases(store))
        base = read_release(store) if current_number(store) is not None else None
        try:
            with connect(opened.temporary) as connection:
                return _Load(opened, base, connection, watcher).run(files, kind, month)
        finally:
            remove_leftovers(opened, list_releases(store))


class _Load:
    """One command at work."""

    def __init__(
        self,
        store: Store,
        base: Release | None,
        connection: duckdb.DuckDBPyConnection,
        progress: Progress,
    ) -> None:
        self.store = store
        self.base = base
        self.connection = connection
        self.progress = progress
        self.folders = 0

    def folder(self) -> Path:
        """A new folder for unfinished work."""
        self.folders += 1
        folder = self.store.temporary / f"{self.folders:04}"
        folder.mkdir()
        return folder

    def run(self, files: Sequence[Path], kind: str | None, month: DispensingMonth | None) -> LoadOutcome:
        intakes, outcomes = self._take_in(files, kind, month)
        if not intakes:
            assert self.base is not None, "files are already loaded only if there is a release"
            return LoadOutcome(self.base.number, False, tuple(outcomes))
        release = self._build(intakes)
        publish_release(self.store.root, release)
        made = {
            intake.received.name: FileOutcome(
                intake.received.name, intake.kind, intake.months, intake.rows, False, tuple(intake.warnings)
            )
            for intake in intakes
        }
        return LoadOutcome(release.number, True, tuple(made.get(one.name, one) for one in outcomes))

    # --- In -------------------------------------------------------------------------------------------

    def _take_in(
        self, files: Sequence[Path], kind: str | None, month: DispensingMonth | None
    ) -> tuple[list[_Intake], list[FileOutcome]]:
        """Receive, recognise and check every file. Raises LoadRefused with all refusals."""
        refusals: list[Refusal] = []
        intakes: list[_Intake] = []
        outcomes: list[FileOutcome] = []
        if not files:
            refusals.append(Refusal("load", "no file was named.", "Name the files: epact2 load FILE…"))
        for path in files:
            try:
                intake, known = self._take_one(path, kind, month)
                self._refuse_rivals(intake, intakes)
            except FileRefused as refused:
                refusals.extend(refused.refusals)
                continue
            twice = any(one.received.content_sha256 == intake.received.content_sha256 for one in intakes)
            outcomes.append(
                FileOutcome(
                    intake.received.name,
                    intake.kind,
                    known[0] if known else intake.months,
                    known[1] if known else intake.rows,
                    already_loaded=True,
                )
            )
            if not known and not twice:
                intakes.append(intake)
        if refusals:
            raise LoadRefused(refusals)
        return intakes, outcomes

    def _take_one(
        self, path: Path, kind: str | None, month: DispensingMonth | None
    ) -> tuple[_Intake, tuple[tuple[DispensingMonth, ...], int] | None]:
        folder = self.folder()
        received = receive(path, folder, self.progress)
        recognised = recognise(received, kind)
        intake = _Intake(received, recognised, folder, month or month_in_name(received.name))
        known = self._already_loaded(intake, month)
        if known is None:
            self._read(intake)
        return intake, known

    def _already_loaded(
        self, intake: _Intake, month: DispensingMonth | None
    ) -> tuple[tuple[DispensingMonth, ...], int] | None:
        """The months and rows of a file that the release holds with the same content, kind and month."""
        found = [
            one
            for one in (self.base.datasets if self.base else ())
            if one.content_sha256 == intake.received.content_sha256 and one.kind == intake.kind
        ]
        months = tuple(DispensingMonth.from_number(one.month) for one in found if one.month)
        if not found or (month and month not in months) or (months and intake.month not in (None, *months)):
            return None
        return months, found[0].rows

    def _read(self, intake: _Intake) -> None:
        received, recognised = intake.received, intake.recognised
        self.progress.step(f"Checking {received.name}")
        if intake.kind == formats.EPD:
            intake.prescribing = prescribing.read_month(
                self.connection, received, recognised, intake.month, intake.folder
            )
            intake.month = intake.prescribing.month
            intake.warnings.extend(intake.prescribing.warnings)
        elif intake.kind == formats.LIST_SIZE:
            intake.lists = read_lists(received, recognised, intake.month)
            intake.warnings.extend(intake.lists.warnings)
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
        self.progress.end()

    def _refuse_rivals(self, intake: _Intake, earlier: Sequence[_Intake]) -> None:
        """Two different files in one place cannot both be right."""
        for one in earlier:
            if set(one.places) & set(intake.places) and (
                one.received.content_sha256 != intake.received.content_sha256
            ):
                what = KINDS[intake.kind] + (f", {intake.months[0].name}" if intake.months else "")
                raise FileRefused(
                    Refusal(
                        intake.received.name,
                        f"{one.received.name} holds the same ({what}) with other content.",
                        "Load the one that is right; load a correction after the file that it corrects.",
                    )
                )

    # --- Through ----------------------------------------------------------------------------------------

    def _build(self, intakes: list[_Intake]) -> Release:
        taken = {place for intake in intakes for place in intake.places}
        kept = tuple(one for one in (self.base.datasets if self.base else ()) if one.place not in taken)
        reference = self._reference(kept, intakes)
        months = [intake for intake in intakes if intake.prescribing]
        names = reference.bnf_names
        latest = reference.latest_codes()
        with ExitStack() as stack:
            if self.base:
                path = self.store.file(self.base.dimensions)
                stack.enter_context(attached(self.connection, path, "base"))
            practice_keys = keys.append(
                self._known_keys("practice", "practice"),
                {
                    code
                    for intake in intakes
                    for read in (
                        intake.prescribing.practices if intake.prescribing else {},
                        intake.lists.cells if intake.lists else {},
                    )
                    for code in read
                },
            )
            published = {
                code for intake in months if intake.prescribing for code in intake.prescribing.presentations
            }
            wanted = names[bnf.PRESENTATION].keys() | published
            wanted |= {latest.get(code, code) for code in published}
            known = self._known_keys("medicine", "presentation")
            stale: dict[int, Path] = {}
            try:
                presentation_keys = keys.spread(known, wanted)
            except keys.NoGap:
                presentation_keys = keys.spread({}, wanted | known.keys())
                replaced = {intake.month.number for intake in months if intake.month}
                stale = {
                    month: self.store.file(stored)
                    for month, stored in (self.base.rows if self.base else {}).items()
                    if month not in replaced
                }
            rows = dict(self.base.rows) if self.base else {}
            for month, path in stale.items():
                rows[month] = self._rekey(month, path, presentation_keys)
            self._write_months(months, rows, practice_keys, presentation_keys, names[bnf.PRESENTATION])
            medicines = Medicines(presentation_keys, latest, names)
            yearly = self._totals(rows, medicines)
            stored = self._dimensions(intakes, kept, reference, rows, practice_keys, medicines)
        for intake in intakes:
            sync_and_move(intake.received.copy, self.store.received / intake.received.stored.name)
        return Release(
            number=self.base.number + 1 if self.base else 1,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            software=version("epact2"),
            base=self.base.number if self.base else None,
            datasets=tuple(
                sorted(
                    (*kept, *(one for intake in intakes for one in intake.datasets)),
                    key=lambda one: (one.kind, one.month or 0, one.part),
                )
            ),
            dimensions=stored,
            rows=rows,
            totals=yearly,
        )

    def _reference(self, kept: Sequence[Dataset], intakes: Sequence[_Intake]) -> Reference:
        """The small files of the release to come: those kept, read again, and the new ones."""
        reference = Reference()
        for dataset in kept:
            if dataset.kind in (formats.EPD, formats.LIST_SIZE):
                continue
            received = receive(self.store.received / dataset.received.name, self.folder(), Silence())
            received = replace(received, name=dataset.received_name)
            recognised = recognise(received, dataset.kind)
            reference.add(dataset.kind, dataset.month, read_reference_file(received, recognised))
        for intake in intakes:
            if intake.reference:
                month = intake.month.number if intake.month else None
                reference.add(intake.kind, month, intake.reference)
        return reference

    def _known_keys(self, table: str, key: str) -> dict[str, int]:
        if not self.base:
            return {}
        found = self.connection.execute(f"SELECT code, {key} FROM base.{table}").fetchall()  # noqa: S608
        return dict(found)

    def _rekey(self, month: int, path: Path, presentation_keys: dict[str, int]) -> StoredFile:
        """Write a month's rows again under new presentation keys."""
        draft = self.folder() / "rows.duckdb"
        self.connection.execute("CREATE OR REPLACE TEMP TABLE new_key (code VARCHAR, key INTEGER)")
        insert_rows(self.connection, "new_key", sorted(presentation_keys.items()))
        with (
            attached(self.connection, path, "old"),
            attached(self.connection, draft, "target", new=ROWS_TABLES),
        ):
            for table in ROWS_TABLES:
                columns = ", ".join(
                    "new_key.key AS presentation" if name == "presentation" else f"old_table.{name}"
                    for name in table.column_names
                )
                joins = ""
                if "presentation" in table.column_names:
                    joins = (
                        "JOIN old.published_presentation AS named USING (presentation) "
                        "JOIN new_key ON new_key.code = named.code"
                    )
                self.connection.execute(
                    f"INSERT INTO target.{table.name} SELECT {columns} "  # noqa: S608 - declared names
                    f"FROM old.{table.name} AS old_table {joins} ORDER BY {', '.join(table.order)}"
                )
        return keep(self.store, draft, f"rows-{month}")

    def _write_months(
        self,
        intakes: Sequence[_Intake],
        rows: dict[int, StoredFile],
        practice_keys: dict[str, int],
        presentation_keys: dict[str, int],
        known: dict[str, str],
    ) -> None:
        """Write the rows of the new months. Raises LoadRefused if rows repeat."""
        refusals: list[Refusal] = []
        for intake in intakes:
            month = intake.prescribing
            assert month is not None
            self.progress.step(f"Writing {month.month.name}")
            draft = intake.folder / "rows.duckdb"
            prescribing.write_month(self.connection, month, practice_keys, presentation_keys, draft)
            unknown = sorted(set(month.presentations) - known.keys()) if known else []
            facts = prescribing.look_at_rows(
                self.connection, draft, MOST_FAULTS, [presentation_keys[code] for code in unknown]
            )
            try:
                prescribing.refuse_repeated(intake.received, intake.recognised, facts)
            except FileRefused as refused:
                refusals.extend(refused.refusals)
                continue
            intake.warnings.extend(facts.warnings(unknown))
            rows[month.month.number] = keep(self.store, draft, f"rows-{month.month.number}")
            self.progress.end()
        if refusals:
            raise LoadRefused(refusals)

    def _totals(self, rows: dict[int, StoredFile], medicines: Medicines) -> dict[int, StoredFile]:
        sections = {
            key: totals.section_number(medicines.latest_of(code)) for code, key in medicines.keys.items()
        }
        own = {key: totals.section_number(code) for code, key in medicines.keys.items()}
        old = {one.name: one for one in (self.base.totals.values() if self.base else ())}
        made: dict[int, StoredFile] = {}
        for year in sorted({month // 100 for month in rows}):
            of_year = {month: stored for month, stored in rows.items() if month // 100 == year}
            identity = totals.identity(of_year, sections, own)
            same = old.get(f"totals-{year}-{identity[:16]}.duckdb")
            if same is None:
                self.progress.step(f"Adding up {year}")
                draft = self.folder() / "totals.duckdb"
                paths = {month: self.store.file(stored) for month, stored in sorted(of_year.items())}
                totals.write_totals(self.connection, paths, sections, draft)
                same = keep(self.store, draft, f"totals-{year}", identity)
                self.progress.end()
            made[year] = same
        return made

    def _dimensions(
        self,
        intakes: Sequence[_Intake],
        kept: Sequence[Dataset],
        reference: Reference,
        rows: dict[int, StoredFile],
        practice_keys: dict[str, int],
        medicines: Medicines,
    ) -> StoredFile:
        self.progress.step("Writing organisations, medicines and lists")
        draft = self.folder() / "dimensions.duckdb"
        read = dimensions.read_published(
            self.connection, {month: self.store.file(stored) for month, stored in rows.items()}
        )
        lists = [intake.lists for intake in intakes if intake.lists]
        kept_months = [one.month for one in kept if one.kind == formats.LIST_SIZE and one.month]
        listed: dict[int, dict[str, PublishedPractice]] = {
            month: dimensions.read_practices(
                self.connection, f"(FROM base.listed_practice WHERE month = {int(month)})"
            )
            for month in kept_months
        }
        listed.update((month.number, dict(one.listed)) for one in lists for month in one.months)
        with attached(self.connection, draft, "dimensions", new=DIMENSION_TABLES):
            dimensions.write_medicines(self.connection, medicines, read.presentation_names)
            months = {
                month: read.practices.get(month, {}).keys() | listed.get(month, {}).keys()
                for month in read.practices.keys() | listed.keys()
            }
            places = Places(reference, read.practices, listed)
            names = dimensions.organisation_names(reference, read.practices, listed)
            dimensions.write_practices(self.connection, places, practice_keys, months, names)
            population.write_population(
                self.connection, lists, practice_keys, kept_months, read.practices, reference
            )
            dimensions.write_adq(self.connection, reference)
            insert_rows(
                self.connection,
                "dimensions.month",
                [
                    (month, month in rows, month in listed, read.row_counts.get(month, 0))
                    for month in sorted(months)
                ],
            )
        self.progress.end()
        return keep(self.store, draft, "dimensions")
