"""A release written straight into its files, without loading: for tests of questions, not of loading.

The tables are those of ``epact2.store.tables``. Everything is worked out here a second time, in plain Python,
so that a mistake of the loader cannot hide one of an engine.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from epact2.model import bnf, organisations
from epact2.model.bnf import code_at, generic_equivalent
from epact2.model.months import DispensingMonth
from epact2.model.organisations import UNKNOWN_CODE
from epact2.model.prescribing import POPULATION_MEASURES
from epact2.query.nodes import Value
from epact2.store import tables
from epact2.store.item_tables import ITEM_TABLES, PATIENT_TABLES
from epact2.store.reference_data import NO_PARENTS, PrescribingRow, ReferenceData
from epact2.store.release import Dataset, Release, Store, StoredFile, publish_release
from epact2.store.tables import Table
from support.item_files import Codes as _Codes
from support.item_files import item_files
from support.prepared_files import prepared_columns, prepared_files
from support.small_data import (
    medicines_of,
    organisations_of,
    practices_of,
    prescribing_of,
    presentations_of,
)

Cells = tuple[object, ...]
_STRIDE = 1024  # keys of presentations leave gaps, as the loader's do
_NOTHING = StoredFile("received", 0, "0" * 64)


def build_release(root: Path, data: ReferenceData, prepared: Sequence[Value] = ()) -> Release:
    """Write a store with one release of the data and make it the one in force.

    ``prepared`` are values whose results are worked out for every organisation.
    """
    store = Store(root)
    for folder in (store.releases, store.received, store.files, store.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    practice_keys = {code: key for key, code in enumerate(practices_of(data))}
    presentation_keys = {code: (place + 1) * _STRIDE for place, code in enumerate(presentations_of(data))}
    by_month = defaultdict(list)
    by_year = defaultdict(list)
    for row in data.prescribing:
        by_month[row.month.number].append(row)
        by_year[row.month.year].append(row)
    writer = _Writer(store.files)
    rows_files = {
        month: writer.write(
            f"rows-{month}",
            {tables.PRESCRIBING: [_stored(row, practice_keys, presentation_keys) for row in rows]},
            tables.ROWS_TABLES,
        )
        for month, rows in sorted(by_month.items())
    }
    totals_files = {
        year: writer.write(
            f"totals-{year}",
            _rollups(data, rows, practice_keys, presentation_keys),
            tables.TOTALS_TABLES,
        )
        for year, rows in sorted(by_year.items())
    }
    coded = _Codes()
    pseudonyms = {name: key for key, name in enumerate(sorted({row.patient for row in data.items} - {""}), 1)}
    stored_items = item_files(data, practice_keys, presentation_keys, pseudonyms, coded)
    items_files = {
        month: writer.write(f"items-{month}", contents, ITEM_TABLES)
        for month, (contents, _) in stored_items.items()
    }
    patients_files = {
        month: writer.write(f"patients-{month}", contents, PATIENT_TABLES)
        for month, (_, contents) in stored_items.items()
    }
    dimensions = writer.write(
        "dimensions",
        _dimensions(data, practice_keys, presentation_keys)
        | {tables.ITEM_CODE: coded.rows, tables.MONTHS: _months(data, len(pseudonyms))},
        tables.DIMENSION_TABLES,
    )
    list_months = sorted({row.month.number for row in data.population})
    datasets = [
        Dataset("epd", month, "", _NOTHING, f"EPD_{month}.csv", "0" * 64, len(rows))
        for month, rows in sorted(by_month.items())
    ]
    datasets += [Dataset("list-size", month, "", _NOTHING, "list.csv", "0" * 64, 1) for month in list_months]
    release = Release(
        number=1,
        made="2021-01-01T00:00:00+00:00",
        software="tests",
        base=None,
        datasets=tuple(datasets),
        dimensions=dimensions,
        rows=rows_files,
        totals=totals_files,
        items=items_files,
        patients=patients_files,
        prepared={
            month: writer.write(f"prepared-{month}", contents, tuple(contents))
            for month, contents in prepared_files(data, practice_keys, prepared).items()
        },
        prepared_columns=prepared_columns(prepared),
    )
    publish_release(root, release)
    return release


class _Writer:
    """Writes database files, named by what is in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = duckdb.connect(config={"threads": 1})

    def write(self, name: str, contents: dict[Table, list[Cells]], wanted: Iterable[Table]) -> StoredFile:
        checksum = hashlib.sha256(repr(sorted((one.name, rows) for one, rows in contents.items())).encode())
        file_name = f"{name}-{checksum.hexdigest()[:16]}.duckdb"
        path = self.folder / file_name
        statements = [f"ATTACH '{path}' AS written", "BEGIN"]
        for table in wanted:
            statements.append(f"CREATE TABLE written.{table.name} ({table.definition})")
            rows = contents.get(table, [])
            places = [table.column_names.index(column) for column in table.order]
            rows.sort(key=lambda row, places=places: [row[place] for place in places])
            if rows:
                literals = ",".join(f"({','.join(map(_literal, row))})" for row in rows)
                statements.append(f"INSERT INTO written.{table.name} VALUES {literals}")
        self.connection.execute(";".join([*statements, "COMMIT", "DETACH written"]))
        return StoredFile(file_name, path.stat().st_size, checksum.hexdigest())


def _literal(cell: object) -> str:
    if cell is None:
        return "NULL"
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int):
        return str(cell)
    return "'" + str(cell).replace("'", "''") + "'"


def _amounts(row: PrescribingRow) -> tuple[int, ...]:
    return (row.items, row.total_quantity, row.nic, row.actual_cost, row.adq_usage)


def _stored(row: PrescribingRow, practices: dict[str, int], presentations: dict[str, int]) -> Cells:
    return (
        row.month.number,
        practices[row.practice],
        presentations[row.presentation],
        row.snomed,
        row.quantity,
        *_amounts(row),
    )


def _rollups(
    data: ReferenceData,
    rows: list[PrescribingRow],
    practices: dict[str, int],
    presentations: dict[str, int],
) -> dict[Table, list[Cells]]:
    def section(row: PrescribingRow) -> int:
        code = code_at(data.latest_codes.get(row.presentation, row.presentation), bnf.SECTION)
        return int(code) if code.isdigit() else -1

    keys = {
        tables.BY_PRESENTATION: lambda row: (
            presentations[row.presentation],
            row.month.number,
            practices[row.practice],
        ),
        tables.BY_SECTION: lambda row: (section(row), row.month.number, practices[row.practice]),
        tables.BY_PRACTICE: lambda row: (row.month.number, practices[row.practice]),
    }
    rollups: dict[Table, list[Cells]] = {}
    for table, key_of in keys.items():
        sums: dict[tuple[int, ...], tuple[int, ...]] = {}
        for row in rows:
            key = key_of(row)
            before = sums.get(key, (0, 0, 0, 0, 0))
            sums[key] = tuple(a + b for a, b in zip(before, _amounts(row), strict=True))
        rollups[table] = [(*key, *amounts) for key, amounts in sums.items()]
    return rollups


def _dimensions(
    data: ReferenceData, practices: dict[str, int], presentations: dict[str, int]
) -> dict[Table, list[Cells]]:
    prescribing_pairs = {(row.month, row.practice) for row in data.prescribing}
    return {
        tables.PRACTICE: [_practice(data, code, key) for code, key in practices.items()],
        tables.PRACTICE_MONTH: [
            _practice_month(data, month, practice, practices)
            for month, practice in prescribing_pairs | set(data.parents_then)
        ],
        tables.ORGANISATION: _organisations(data),
        tables.MEDICINE: [_medicine(data, code, key) for code, key in presentations.items()],
        tables.BNF_NAME: [(one.level, one.code, one.name) for one in medicines_of(data)],
        tables.POPULATION: [
            (
                one.month.number,
                practices[one.practice],
                (one.month, one.practice) in prescribing_pairs,
                *(one.amounts.get(measure) for measure in POPULATION_MEASURES),
            )
            for one in data.population
        ],
    }


def _months(data: ReferenceData, highest_patient: int) -> list[Cells]:
    months = {row.month for row in data.prescribing}
    list_months = {row.month for row in data.population}
    item_months = {row.month for row in data.items}
    return [
        (
            month.number,
            month in months,
            month in list_months,
            sum(row.month == month for row in data.prescribing),
            month in item_months,
            month in item_months and _agree(data, month),
            bool(item_months) and month == max(item_months),
            highest_patient if month in item_months else 0,
        )
        for month in months | list_months | item_months
    ]


def _agree(data: ReferenceData, month: DispensingMonth) -> bool:
    """Whether the month's items add up to its prescribing."""
    derived = prescribing_of(row for row in data.items if row.month == month)
    return sorted(map(repr, derived)) == sorted(repr(row) for row in data.prescribing if row.month == month)


def _practice(data: ReferenceData, code: str, key: int) -> Cells:
    now = data.parents_now.get(code, NO_PARENTS)
    setting = data.settings.get(code, UNKNOWN_CODE)
    parents = (now.pcn, now.sub_icb_location, now.icb, now.region)
    return (key, code, f"Practice {code}", "", setting, None, None, "", *parents)


def _practice_month(data: ReferenceData, month: object, practice: str, practices: dict[str, int]) -> Cells:
    then = data.parents_then.get((month, practice), NO_PARENTS)  # type: ignore[arg-type]
    number = month.number  # type: ignore[attr-defined]
    parents = (then.pcn, then.sub_icb_location, then.icb, then.region)
    return (number, practices[practice], f"Practice {practice}", *parents)


def _organisations(data: ReferenceData) -> list[Cells]:
    above = {
        organisations.ICB: organisations.REGION,
        organisations.SUB_ICB_LOCATION: organisations.ICB,
        organisations.PRACTICE: organisations.SUB_ICB_LOCATION,
    }
    return [
        (
            one.level,
            one.code,
            one.name,
            above.get(one.level, ""),
            one.parent(above[one.level]) if one.level in above else UNKNOWN_CODE,
            None,
            None,
        )
        for one in organisations_of(data)
    ]


def _medicine(data: ReferenceData, code: str, key: int) -> Cells:
    latest = data.latest_codes.get(code, code)
    return (
        key,
        code,
        f"presentation {latest}",
        True,
        latest,
        *_levels(latest),
        *_levels(code),
    )


def _levels(code: str) -> tuple[str, ...]:
    return (*(code_at(code, level) for level in bnf.LEVELS), generic_equivalent(code))
