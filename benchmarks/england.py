"""A synthetic England of 60 months to measure on, made once and kept under ``build/bench``.

The last month takes the whole road, from the files that the NHS publishes through the loader; that load is
measured. The other months are drawn by the same generator straight into row files, with the practices and
presentations of the last month, so that sixty months take minutes; what follows (totals by year, manifest) is
the loader's own code.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import duckdb
from loads import load_once, loadable

from epact2.load import totals
from epact2.load.database import attached, connect, keep
from epact2.load.fast import insert_rows
from epact2.store.release import Dataset, Store, StoredFile, loader_lock, publish_release, read_release
from epact2.store.tables import DIMENSION_TABLES, PRESCRIBING, ROWS_TABLES
from epact2.synth.england import make_england, months_until
from epact2.synth.files import LAST_MONTH, write_england
from epact2.synth.prescribing import Prescribing

MONTHS = 60
SEED = 1
_VERSION = 1


def england_store(build: Path) -> Path:
    """The store, made if it is not there."""
    store = build / f"england-{_VERSION}"
    if not (store / "current").exists() or read_release(store).number != 2:
        shutil.rmtree(store, ignore_errors=True)
        files = build / "files"
        shutil.rmtree(files, ignore_errors=True)
        print("Writing the files of one month …", flush=True)
        write_england(files, size="england", months=1, seed=SEED, last_month=LAST_MONTH)
        load_once(store, loadable(files))
        _add_months(store)
    return store


def _add_months(root: Path) -> None:
    """Make a second release with the fifty-nine months before the one that was loaded."""
    months = months_until(LAST_MONTH, MONTHS)
    england = make_england("england", months, SEED)
    with loader_lock(root) as store, connect(store.temporary) as connection:
        base = read_release(root)
        generator = duckdb.connect()
        generator.execute("SET enable_progress_bar = false")
        prescribing = Prescribing(england, generator)
        with attached(connection, store.file(base.dimensions), "base"):
            practice_keys = dict(connection.execute("SELECT code, practice FROM base.practice").fetchall())
            medicines = connection.execute("SELECT code, latest, presentation FROM base.medicine").fetchall()
        generator.execute("CREATE TABLE practice_key (practice INTEGER, key INTEGER)")
        insert_rows(
            generator,
            "practice_key",
            [(one.number, practice_keys[one.code]) for one in england.practices if one.code in practice_keys],
        )
        keys = {code: key for code, _, key in medicines}
        generator.execute("CREATE TABLE presentation_key (presentation INTEGER, key INTEGER)")
        insert_rows(
            generator,
            "presentation_key",
            [
                (place, keys[one.code])
                for place, one in enumerate(prescribing.formulary.presentations)
                if one.code in keys
            ],
        )
        rows: dict[int, StoredFile] = dict(base.rows)
        for index, month in enumerate(months):
            if month in rows:
                continue
            started = time.perf_counter()
            rows[month] = _write_month(store, prescribing, index, month)
            print(f"Drew {month} in {time.perf_counter() - started:.1f} s", flush=True)
        generator.close()
        sections = {key: totals.section_number(latest) for _, latest, key in medicines}
        yearly: dict[int, StoredFile] = {}
        for year in sorted({month // 100 for month in months}):
            started = time.perf_counter()
            draft = store.temporary / f"totals-{year}.duckdb"
            of_year = {month: store.file(rows[month]) for month in months if month // 100 == year}
            totals.write_totals(connection, of_year, sections, draft)
            yearly[year] = keep(store, draft, f"totals-{year}")
            print(f"Added up {year} in {time.perf_counter() - started:.1f} s", flush=True)
        dimensions = _dimensions(store, connection, store.file(base.dimensions), rows)
        release = replace(
            base,
            number=2,
            base=1,
            rows=rows,
            totals=yearly,
            dimensions=dimensions,
            datasets=tuple(
                replace(one, month=month)
                for one in base.datasets
                for month in (months if _is_monthly(one) else (one.month,))
            ),
        )
        publish_release(root, release)


def _is_monthly(dataset: Dataset) -> bool:
    return dataset.kind in ("epd", "list-size")


def _write_month(store: Store, prescribing: Prescribing, index: int, month: int) -> StoredFile:
    draft = store.temporary / f"rows-{month}.duckdb"
    generator = prescribing.connection
    prescribing.set_month(index)
    with attached(generator, draft, "target", new=ROWS_TABLES):
        generator.execute(
            f"""
            INSERT INTO target.{PRESCRIBING.name}
            SELECT {month}, a.key AS practice, b.key AS presentation, snomed, quantity, items, total_quantity,
                nic, actual_cost, adq_usage
            FROM ({prescribing.month_sql(index)}) AS drawn
            JOIN practice_key AS a USING (practice)
            JOIN presentation_key AS b ON b.presentation = drawn.presentation
            ORDER BY a.key, b.key
            """
        )
    return keep(store, draft, f"rows-{month}")


def _dimensions(
    store: Store, connection: duckdb.DuckDBPyConnection, base: Path, rows: dict[int, StoredFile]
) -> StoredFile:
    """The dimensions of the loaded month, with its practices and lists in every month."""
    draft = store.temporary / "dimensions.duckdb"
    connection.execute("CREATE TEMP TABLE all_months (m INTEGER)")
    insert_rows(connection, "all_months", [(month,) for month in sorted(rows)])
    with attached(connection, base, "base"), attached(connection, draft, "made", new=DIMENSION_TABLES):
        for table in DIMENSION_TABLES:
            dated = "month" in table.column_names
            columns = ", ".join(
                "m AS month" if name == "month" else f"base.{table.name}.{name}"
                for name in table.column_names
            )
            source = f"base.{table.name}{' CROSS JOIN all_months' if dated else ''}"
            order = ", ".join(table.order)
            connection.execute(
                f"INSERT INTO made.{table.name} SELECT {columns} FROM {source} ORDER BY {order}"
            )
    return keep(store, draft, "dimensions")
