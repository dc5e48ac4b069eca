"""What a release to come holds of single items: which months are written, and what is derived from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from epact2.load import formats, item_prescribing, item_rows, keys, patient_tables
from epact2.load.database import attached, keep
from epact2.load.dimensions import Medicines
from epact2.load.fast import fetch_one, insert_rows
from epact2.load.history import Reference
from epact2.load.intake import Intake, read_item_file
from epact2.load.item_formats import INVENTED_AREAS
from epact2.load.item_rows import Deprivation, ItemKeys
from epact2.load.items import ItemMonth
from epact2.load.progress import Progress, Silence
from epact2.load.receive import Received, receive
from epact2.load.recognise import recognise
from epact2.load.refusals import FileRefused, LoadRefused, Refusal
from epact2.load.revise import revise
from epact2.load.verification import Verified, read_verification
from epact2.model.months import DispensingMonth
from epact2.store.item_tables import ITEM, ITEM_PRACTICE, KNOWN_PATIENT
from epact2.store.release import Dataset, Release, Store, StoreDamaged, StoredFile
from epact2.store.tables import ITEM_CODE


@dataclass(frozen=True, slots=True)
class ItemWork:
    """A month whose items file is written: from a new file, or again from what the store holds.

    ``received`` is the file that was received before, where no new one comes. ``only_verified`` says that
    nothing but the first verification of the month makes it necessary.
    """

    month: DispensingMonth
    folder: Path
    items: ItemMonth | None
    received: Dataset | None
    verified: Verified | None
    only_verified: bool
    intakes: tuple[Intake, ...]  # that made it necessary


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Of a month's items: their practices, the largest key of a patient, whether their areas are invented."""

    practices: frozenset[str]
    highest_patient: int
    invented: bool


class ItemBuild:
    """Writes the items files of one release, and what is derived from them."""

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
        self.files: dict[int, StoredFile] = dict(base.items) if base else {}

    # --- Which months are written ---------------------------------------------------------------------

    def works(self, intakes: Sequence[Intake], kept: Sequence[Dataset]) -> list[ItemWork]:
        """The months to write, in their order. Raises LoadRefused if patients of a month without items come.

        Besides new files these are the months of new verifications and, as the deprivation of an area is kept
        with each item, every month when areas or their deprivation are loaded.
        """
        new = {one.items.month.number: one for one in intakes if one.items}
        verifications = {one.verified.month.number: one for one in intakes if one.verified}
        everywhere = [one for one in intakes if one.kind in (formats.IMD, formats.PRACTICE_LSOA)]
        held = {one.month: one for one in kept if one.kind == formats.ITEMS and one.month}
        lacking = [one for month, one in verifications.items() if month not in new and month not in held]
        if lacking:
            raise LoadRefused([_refuse_verification(one) for one in lacking])
        before = self.base.datasets_of(formats.VERIFICATION) if self.base else ()
        verified_before = {one.month for one in before}
        found = []
        for month in sorted({*new, *verifications, *(held if everywhere else ())}):
            of_month = (new.get(month), verifications.get(month))
            found.append(
                ItemWork(
                    month=DispensingMonth.from_number(month),
                    folder=new[month].folder if month in new else self.folder(),
                    items=new[month].items if month in new else None,
                    received=held.get(month),
                    verified=verifications[month].verified
                    if month in verifications
                    else self._held(kept, month),
                    only_verified=month not in new and not everywhere and month not in verified_before,
                    intakes=tuple(one for one in (*of_month, *everywhere) if one),
                )
            )
        return found

    def _read_again(self, dataset: Dataset, folder: Path) -> ItemMonth:
        try:
            received = self._received(dataset, folder)
            assert dataset.month is not None
            month = DispensingMonth.from_number(dataset.month)
            items = read_item_file(self.connection, received, formats.ITEMS, month, folder)
        except FileRefused as refused:
            raise _damaged(self.store.received / dataset.received.name, refused) from refused
        return items

    def _received(self, dataset: Dataset, folder: Path) -> Received:
        path = self.store.received / dataset.received.name
        return replace(receive(path, folder, Silence(), copied=False), name=dataset.received_name)

    def _held(self, kept: Sequence[Dataset], month: int) -> Verified | None:
        """The verification of a month that the release before holds: it counts for corrected items too."""
        for dataset in kept:
            if dataset.kind == formats.VERIFICATION and dataset.month == month:
                try:
                    received = self._received(dataset, self.folder())
                    return read_verification(
                        received,
                        recognise(received, formats.VERIFICATION),
                        DispensingMonth.from_number(month),
                    )
                except FileRefused as refused:
                    raise _damaged(self.store.received / dataset.received.name, refused) from refused
        return None

    # --- Keys -----------------------------------------------------------------------------------------

    def codes(self, works: Sequence[ItemWork]) -> dict[str, dict[str, int]]:
        """The keys of codes by field: those that the release before gave, and new ones."""
        known: dict[str, dict[str, int]] = {}
        if self.base and self.base.items:
            for field, key, code in self.connection.execute(
                f"SELECT field, id, code FROM base.{ITEM_CODE.name}"  # noqa: S608 - a declared name
            ).fetchall():
                known.setdefault(field, {})[code] = key
        for work in works:
            for field, codes in (work.items.codes if work.items else {}).items():
                known[field] = keys.append(known.get(field, {}), codes)
        return known

    # --- Writing --------------------------------------------------------------------------------------

    def write(self, works: Sequence[ItemWork], item_keys: ItemKeys, reference: Reference) -> None:
        """Write the items files, oldest first, so that later months know what earlier ones say of patients.

        Raises LoadRefused with what is wrong in any of them.
        """
        refusals: list[Refusal] = []
        deprivation = deprivation_of(reference)
        for work in works:
            self.progress.step(f"Writing items of {work.month.name}")
            draft = work.folder / "items.duckdb"
            try:
                strangers = self._revise(work, draft)
                if strangers is None:
                    strangers = self._write_month(work, item_keys, deprivation, draft)
            except FileRefused as refused:
                refusals.extend(refused.refusals)
                continue
            verification = next((one for one in work.intakes if one.verified), None)
            if strangers and verification:
                # Reports are shown to everybody, so that no pseudonym stands in them.
                verification.warnings.append(
                    f"{strangers} verified patients have no item in {work.month.name}."
                )
            self.files[work.month.number] = keep(self.store, draft, f"items-{work.month.number}")
            self.progress.end()
        if refusals:
            raise LoadRefused(refusals)

    def _revise(self, work: ItemWork, draft: Path) -> int | None:
        """Write a month again from its stored file, if that is possible; else None."""
        if not work.only_verified or work.verified is None:
            return None
        paths = {month: self.store.file(stored) for month, stored in self.files.items()}
        return revise(self.connection, work.verified, paths, draft)

    def _write_month(self, work: ItemWork, item_keys: ItemKeys, deprivation: Deprivation, draft: Path) -> int:
        number = work.month.number
        items = work.items
        if items is None:
            assert work.received is not None, "a month is written from a new file or from one that is held"
            items = self._read_again(work.received, work.folder)
        old = self.files.get(number)
        return item_rows.write_items(
            self.connection,
            items,
            item_keys,
            deprivation,
            work.verified,
            {one: self.store.file(stored) for one, stored in self.files.items() if one != number},
            self.store.file(old) if old else None,
            draft,
        )

    def derive_rows(
        self, works: Sequence[ItemWork], epd_months: Collection[int], item_keys: ItemKeys
    ) -> dict[int, StoredFile]:
        """The rows by practice of new months that have no EPD file; patients do not change them."""
        found = {}
        for work in works:
            number = work.month.number
            if number in epd_months or work.items is None:
                continue
            self.progress.step(f"Adding up items of {work.month.name}")
            draft = work.folder / "rows.duckdb"
            item_prescribing.write_rows(
                self.connection,
                self.store.file(self.files[number]),
                item_keys.practices,
                item_keys.presentations,
                item_keys.codes["product"],
                draft,
            )
            found[number] = keep(self.store, draft, f"rows-{number}")
            self.progress.end()
        return found

    def agreement(
        self,
        intakes: Iterable[Intake],
        rows: Mapping[int, StoredFile],
        epd_months: Collection[int],
        item_keys: ItemKeys,
    ) -> dict[int, bool]:
        """Whether items add up to the rows of their month; intakes hear how they compare with EPD rows.

        Rows that were added up from items agree with them.
        """
        said = self._said_before()
        by_month = {
            month.number: one
            for kind in (formats.EPD, formats.ITEMS)
            for one in intakes
            if one.kind == kind
            for month in one.months
        }
        found = {}
        for month in sorted(self.files):
            if month not in epd_months:
                found[month] = True
                continue
            same = (
                self.base is not None
                and self.base.items.get(month) == self.files[month]
                and self.base.rows.get(month) == rows[month]
            )
            if same and month in said:
                found[month] = said[month]
                continue
            self.progress.step(f"Comparing items and EPD rows of {DispensingMonth.from_number(month).name}")
            comparison = item_prescribing.compare(
                self.connection,
                self.store.file(self.files[month]),
                self.store.file(rows[month]),
                item_keys.practices,
                item_keys.presentations,
            )
            found[month] = comparison.agree
            if month in by_month:
                by_month[month].warnings.append(comparison.words)
            self.progress.end()
        return found

    def _said_before(self) -> dict[int, bool]:
        if not (self.base and self.base.items):
            return {}
        found = self.connection.execute("SELECT month, items_agree FROM base.month WHERE items").fetchall()
        return dict(found)

    def patients(self, medicines: Medicines) -> dict[int, StoredFile]:
        """The derived tables of every month with items; those that would be as they were are kept."""
        old = {one.name: one for one in (self.base.patients.values() if self.base else ())}
        made = {}
        ready = False
        for month, stored in sorted(self.files.items()):
            identity = patient_tables.identity(stored, medicines)
            same = old.get(f"patients-{month}-{identity[:16]}.duckdb")
            if same is None:
                if not ready:
                    patient_tables.write_substances(self.connection, medicines)
                    ready = True
                self.progress.step(f"Preparing patients of {DispensingMonth.from_number(month).name}")
                draft = self.folder() / "patients.duckdb"
                patient_tables.write_patient_tables(self.connection, self.store.file(stored), draft)
                same = keep(self.store, draft, f"patients-{month}", identity)
                self.progress.end()
            made[month] = same
        return made

    # --- For the dimensions ---------------------------------------------------------------------------

    def facts(self, practice_keys: Mapping[str, int]) -> dict[int, ItemFacts]:
        """What the dimensions tell of each month's items."""
        codes = {key: code for code, key in practice_keys.items()}
        found = {}
        for month, stored in self.files.items():
            with attached(self.connection, self.store.file(stored), "items"):
                practices = self.connection.execute(f"FROM items.{ITEM_PRACTICE.name}").fetchall()
                highest, invented = fetch_one(
                    self.connection,
                    f"SELECT (SELECT max(patient) FROM items.{ITEM.name}), EXISTS "  # noqa: S608 - declared
                    f"(FROM items.{KNOWN_PATIENT.name} WHERE starts_with(lsoa, '{INVENTED_AREAS}'))",
                )
            of_month = frozenset(codes[key] for (key,) in practices)
            found[month] = ItemFacts(of_month, int(str(highest)), bool(invented))
        return found

    def provisional(self, datasets: Iterable[Dataset]) -> int | None:
        """The month whose patients may still be verified: the newest, until its verification is loaded."""
        newest = max(self.files, default=None)
        verified = {one.month for one in datasets if one.kind == formats.VERIFICATION}
        return None if newest in verified else newest


def write_codes(connection: duckdb.DuckDBPyConnection, codes: Mapping[str, Mapping[str, int]]) -> None:
    """Write item_code into the dimensions."""
    rows = [(field, key, code) for field, of_field in codes.items() for code, key in of_field.items()]
    insert_rows(connection, f"dimensions.{ITEM_CODE.name}", sorted(rows))


def deprivation_of(reference: Reference) -> Deprivation:
    """What the loaded files say of areas."""
    deciles = {row["code"]: int(row["decile"]) for _, file in reference.of(formats.IMD) for row in file.rows}
    areas = {row["code"]: row["lsoa"] for _, file in reference.of(formats.PRACTICE_LSOA) for row in file.rows}
    return Deprivation(deciles, areas)


def _refuse_verification(intake: Intake) -> Refusal:
    assert intake.verified is not None
    return Refusal(
        intake.received.name,
        f"no items of {intake.verified.month.name} are loaded, so there is nobody to verify.",
        "Load the items of the month before, or in the same command.",
    )


def _damaged(path: Path, refused: FileRefused) -> StoreDamaged:
    return StoreDamaged(
        f"{path}, received earlier, cannot be read any more: {refused}.",
        "Restore it from a copy of the store.",
    )
