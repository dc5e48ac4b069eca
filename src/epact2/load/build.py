"""From files that keep to their contract to the files of a release."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from epact2.load import dimensions, formats, keys, month_rows, population, rekey, totals
from epact2.load.build_items import ItemBuild, ItemWork, write_codes
from epact2.load.database import attached, keep, sync_and_move
from epact2.load.dimensions import Medicines
from epact2.load.fast import insert_rows
from epact2.load.history import Reference
from epact2.load.intake import Intake
from epact2.load.item_rows import ItemKeys
from epact2.load.places import Places
from epact2.load.prescribing import UNIDENTIFIED, PublishedPractice
from epact2.load.progress import Progress, Silence
from epact2.load.read import MOST_FAULTS
from epact2.load.receive import receive
from epact2.load.recognise import recognise
from epact2.load.reference_files import read_reference_file
from epact2.load.refusals import FileRefused, LoadRefused, Refusal
from epact2.model import bnf
from epact2.store.item_tables import ITEM_TABLES
from epact2.store.release import Dataset, Release, Store, StoreDamaged, StoredFile
from epact2.store.tables import (
    DIMENSION_TABLES,
    LISTED_PRACTICE,
    POPULATION,
    POPULATION_AGE,
    ROWS_TABLES,
    Table,
)


def again(base: Release) -> Release:
    """The next release, of the same data."""
    return replace(
        base,
        number=base.number + 1,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        software=version("epact2"),
        base=base.number,
    )


class Build:
    """Writes the files of one release beside those of the release that it is based on."""

    def __init__(
        self,
        store: Store,
        base: Release | None,
        connection: duckdb.DuckDBPyConnection,
        progress: Progress,
        new_folder: Callable[[], Path],
    ) -> None:
        self.store = store
        self.base = base
        self.connection = connection
        self.progress = progress
        self.folder = new_folder

    def release(self, intakes: Sequence[Intake]) -> Release:
        """Write everything that the files change. Raises LoadRefused if rows of a month repeat."""
        taken = {place for intake in intakes for place in intake.places}
        kept = tuple(one for one in (self.base.datasets if self.base else ()) if one.place not in taken)
        reference = self._reference(kept, intakes)
        months = [intake for intake in intakes if intake.prescribing]
        items = ItemBuild(self.store, self.base, self.connection, self.progress, self.folder)
        works = items.works(intakes, kept)
        new_items = [work.items for work in works if work.items]
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
                        intake.lists.listed if intake.lists else {},
                    )
                    for code in read
                }.union(*(one.practices for one in new_items)),
            )
            published = {
                code for intake in months if intake.prescribing for code in intake.prescribing.presentations
            }.union(*(one.presentations for one in new_items))
            wanted = names[bnf.PRESENTATION].keys() | published
            known = self._known_keys("medicine", "presentation")
            wanted |= {latest.get(code, code) for code in published | known.keys()}
            rows = dict(self.base.rows) if self.base else {}
            try:
                presentation_keys = keys.spread(known, wanted)
            except keys.NoGap:
                presentation_keys = keys.spread({}, wanted | known.keys())
                rekey.write_new_keys(self.connection, known, presentation_keys)
                self._rekey(rows, {one.month.number for one in months if one.month}, "rows", ROWS_TABLES)
                self._rekey(items.files, {one.month.number for one in new_items}, "items", ITEM_TABLES)
            item_keys = ItemKeys(practice_keys, presentation_keys, items.codes(works))
            self._report_unknown_practices(months, works, intakes, reference)
            self._write_months(months, rows, practice_keys, presentation_keys, names[bnf.PRESENTATION])
            items.write(works, item_keys, reference)
            medicines = Medicines(presentation_keys, latest, names)
            datasets = (*kept, *(one for intake in intakes for one in intake.datasets))
            epd_months = {one.month for one in datasets if one.kind == formats.EPD and one.month}
            rows.update(items.derive_rows(works, epd_months, item_keys))
            agree = items.agreement(intakes, rows, epd_months, item_keys)
            yearly = self._totals(rows, medicines)
            patients = items.patients(medicines)
            stored = self._dimensions(
                intakes,
                kept,
                reference,
                rows,
                item_keys,
                medicines,
                items,
                agree,
                items.provisional(datasets),
            )
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
            items=items.files,
            patients=patients,
        )

    def _reference(self, kept: Sequence[Dataset], intakes: Sequence[Intake]) -> Reference:
        """The small files of the release to come: those kept, read again, and the new ones."""
        reference = Reference()
        for dataset in kept:
            if dataset.kind in formats.LARGE:
                continue
            path = self.store.received / dataset.received.name
            try:
                received = receive(path, self.folder(), Silence())
                received = replace(received, name=dataset.received_name)
                recognised = recognise(received, dataset.kind)
                reference.add(dataset.kind, dataset.month, read_reference_file(received, recognised))
            except FileRefused as refused:
                raise StoreDamaged(
                    f"{path}, received earlier, cannot be read any more: {refused}.",
                    "Restore it from a copy of the store.",
                ) from refused
        for intake in intakes:
            if intake.reference:
                month = intake.month.number if intake.month else None
                reference.add(intake.kind, month, intake.reference)
        return reference

    def _report_unknown_practices(
        self,
        months: Sequence[Intake],
        works: Sequence[ItemWork],
        intakes: Sequence[Intake],
        reference: Reference,
    ) -> None:
        """Practices that prescribe, but stand in no list and no register that is loaded."""
        known = {
            code
            for kind in (formats.PRACTICES, formats.ODS_PRACTICES)
            for _, rows in reference.by_code(kind)
            for code in rows
        }
        known |= {code for intake in intakes if intake.lists for code in intake.lists.listed}
        if self.base:
            found = self.connection.execute("SELECT DISTINCT code FROM base.listed_practice").fetchall()
            known |= {code for (code,) in found}
        read = [(one, one.prescribing.practices.keys()) for one in months if one.prescribing]
        told = [*read, *((work.intakes[0], work.items.practices) for work in works if work.items)]
        for intake, practices in told if known else ():
            unknown = sorted(code for code in practices - known if not code.startswith(UNIDENTIFIED))
            if unknown:
                intake.warnings.append(
                    f"{len(unknown)} practices or cost centres are in no list or register that is loaded "
                    f"(for example {unknown[0]}); their rows are kept."
                )

    def _known_keys(self, table: str, key: str) -> dict[str, int]:
        if not self.base:
            return {}
        found = self.connection.execute(f"SELECT code, {key} FROM base.{table}").fetchall()  # noqa: S608
        return dict(found)

    def _rekey(
        self, files: dict[int, StoredFile], replaced: Collection[int], name: str, tables: Sequence[Table]
    ) -> None:
        """Write the months' files again under new presentation keys, apart from those that are replaced."""
        for month in [one for one in files if one not in replaced]:
            draft = self.folder() / f"{name}.duckdb"
            rekey.write_rekeyed(self.connection, self.store.file(files[month]), draft, tables)
            files[month] = keep(self.store, draft, f"{name}-{month}")

    def _write_months(
        self,
        intakes: Sequence[Intake],
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
            month_rows.write_month(self.connection, month, practice_keys, presentation_keys, draft)
            unknown = sorted(set(month.presentations) - known.keys()) if known else []
            facts = month_rows.look_at_rows(
                self.connection, draft, MOST_FAULTS, [presentation_keys[code] for code in unknown]
            )
            try:
                month_rows.refuse_repeated(intake.received, intake.recognised, facts)
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
            same = old.get(totals.file_name(year, identity))
            if same is None:
                self.progress.step(f"Adding up {year}")
                draft = self.folder() / "totals.duckdb"
                paths = {month: self.store.file(stored) for month, stored in sorted(of_year.items())}
                before = self._totals_before(year, rows, sections, own)
                totals.write_totals(self.connection, paths, sections, draft, before)
                same = keep(self.store, draft, f"totals-{year}", identity)
                self.progress.end()
            made[year] = same
        return made

    def _totals_before(
        self, year: int, rows: Mapping[int, StoredFile], sections: Mapping[int, int], own: Mapping[int, int]
    ) -> totals.Before | None:
        """The year's totals in the release before, if they hold for the months that did not change.

        They do if they bear the name that they would be given now, for the codes that were known then.
        """
        stored = self.base.totals.get(year) if self.base else None
        if self.base is None or stored is None:
            return None
        known = self._known_keys("medicine", "presentation").values() & sections.keys()
        identity = totals.identity(
            {month: one for month, one in self.base.rows.items() if month // 100 == year},
            {key: sections[key] for key in known},
            {key: own[key] for key in known},
        )
        months = frozenset(
            month for month, one in self.base.rows.items() if month // 100 == year and rows.get(month) == one
        )
        if not months or stored.name != totals.file_name(year, identity):
            return None
        return totals.Before(self.store.file(stored), months)

    def _dimensions(
        self,
        intakes: Sequence[Intake],
        kept: Sequence[Dataset],
        reference: Reference,
        rows: dict[int, StoredFile],
        item_keys: ItemKeys,
        medicines: Medicines,
        items: ItemBuild,
        agree: Mapping[int, bool],
        provisional: int | None,
    ) -> StoredFile:
        self.progress.step("Writing organisations, medicines and lists")
        draft = self.folder() / "dimensions.duckdb"
        read = dimensions.read_published(
            self.connection, {month: self.store.file(stored) for month, stored in rows.items()}
        )
        lists = [intake.lists for intake in intakes if intake.lists]
        kept_months = [one.month for one in kept if one.kind == formats.LIST_SIZE and one.month]
        listed: dict[int, dict[str, PublishedPractice]] = {month: {} for month in kept_months}
        if kept_months:
            listed |= dimensions.read_practices(self.connection, "base.listed_practice", kept_months)
        listed.update((month.number, dict(one.listed)) for one in lists for month in one.months)
        unchanged = self._unchanged(kept_months, intakes, rows)
        carried = self._carried(kept_months, unchanged, [one.number for read in lists for one in read.months])
        if carried and self.base:
            shutil.copyfile(self.store.file(self.base.dimensions), draft)
        of_items = items.facts(item_keys.practices)
        with attached(self.connection, draft, "dimensions", new=DIMENSION_TABLES, carried=carried):
            dimensions.write_medicines(self.connection, medicines, read.presentation_names)
            months = {
                month: read.practices.get(month, {}).keys()
                | listed.get(month, {}).keys()
                | (of_items[month].practices if month in of_items else frozenset())
                for month in read.practices.keys() | listed.keys() | of_items.keys()
            }
            invented = {code for one in of_items.values() if one.invented for code in one.practices}
            places = Places(reference, read.practices, listed, invented)
            names = dimensions.organisation_names(reference, read.practices, listed)
            dimensions.write_practices(self.connection, places, item_keys.practices, months, names)
            population.write_population(
                self.connection,
                lists,
                item_keys.practices,
                kept_months,
                unchanged,
                read.practices,
                reference,
                carried,
            )
            dimensions.write_adq(self.connection, reference)
            write_codes(self.connection, item_keys.codes)
            insert_rows(
                self.connection,
                "dimensions.month",
                [
                    (
                        *(month, month in rows, month in listed, read.row_counts.get(month, 0)),
                        *(month in items.files, agree.get(month, False), month == provisional),
                        of_items[month].highest_patient if month in of_items else 0,
                    )
                    for month in sorted(months)
                ],
            )
        self.progress.end()
        return keep(self.store, draft, "dimensions")

    def _carried(
        self, kept_months: Sequence[int], unchanged: Sequence[int], new_months: Sequence[int]
    ) -> tuple[Table, ...]:
        """The large tables that are as they were, or go on where they ended: they keep their order."""
        if self.base is None or not kept_months or set(kept_months) != set(self.base.list_months):
            return ()
        if min(new_months, default=max(kept_months) + 1) <= max(kept_months):
            return ()
        same = (POPULATION,) if set(unchanged) == set(kept_months) else ()
        return POPULATION_AGE, LISTED_PRACTICE, *same

    def _unchanged(
        self, kept_months: Sequence[int], intakes: Sequence[Intake], rows: Mapping[int, StoredFile]
    ) -> list[int]:
        """The kept months whose population is as it was: same weights, same prescribing practices."""
        if self.base is None or any(one.kind in (formats.STAR_PU, formats.ASTRO_PU) for one in intakes):
            return []
        return [month for month in kept_months if self.base.rows.get(month) == rows.get(month)]
