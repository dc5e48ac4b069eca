"""Sealing: the published counts of a release, made month by month from its items when they are loaded.

What is written holds published numbers only (``store.sealed_tables``). A month is sealed again only when
something changes on which its atoms depend; the same counts then give the same published numbers, because
the offsets are kept. ``query.sealing`` says what is worked out here; ``load.seal_sql`` says it in SQL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import duckdb

from epact2.load import seal_sql
from epact2.load.database import attached, keep
from epact2.load.progress import Progress
from epact2.load.seal_key import fingerprint, key_path, read_key
from epact2.load.seal_sql import Counted
from epact2.model.months import DispensingMonth, each_month
from epact2.query.conditions import leaves
from epact2.query.nodes import Amount, Distinct, Patients, Value
from epact2.query.open_bounds import bound_of
from epact2.query.periods import window_months
from epact2.store.catalogue import Catalogue
from epact2.store.duckdb import DuckDBEngine
from epact2.store.plan import Slot
from epact2.store.prepared import column_name, slots_of, value_of
from epact2.store.published import is_published_column
from epact2.store.release import Release, Store, StoredFile
from epact2.store.sealed_tables import ATOM, SPLIT

_VERSION = 5  # of how atoms are worked out


def seal(
    store: Store,
    release: Release,
    base: Release | None,
    values: Sequence[Value],
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    progress: Progress,
) -> Release:
    """The release with the sealed figures of its months; those that did not change are taken over.

    ``values`` are those whose results were prepared. Without items nothing is sealed, and no key is made.
    Raises SealKeyFault.
    """
    if not release.items:
        return release
    secret = read_key(key_path(store.root), base)
    slots = tuple(slot for slot in slots_of(values) if is_published_column(slot))
    engine = DuckDBEngine(store.root, release, timeout_s=None)
    try:
        catalogue = engine.catalogue
        present = {month: engine.practices_of(month) for month in release.items}
    finally:
        engine.close()
    known = {one.name: one for one in (base.sealed.values() if base else ())}
    common = [_VERSION, fingerprint(secret), sorted(catalogue.directory.latest_codes.items())]
    columns = [column_name(slot) for slot in slots]
    sealed: dict[int, StoredFile] = {}
    for month in each_month(release.items):
        facts = [*common, columns, _places(catalogue, present[month.number])]
        identity = _identity(release, month, facts)
        found = known.get(f"sealed-{month.number}-{identity[:16]}.duckdb")
        if found is None:
            progress.step(f"Sealing published figures of {month.name}")
            draft = folder / f"sealed-{month.number}.duckdb"
            _write_month(store, release, month, slots, catalogue, secret, connection, draft)
            found = keep(store, draft, f"sealed-{month.number}", identity)
            progress.end()
        sealed[month.number] = found
    return replace(
        release,
        sealed=sealed,
        sealed_columns=tuple(columns),
        seal=fingerprint(secret),
    )


def _places(catalogue: Catalogue, present: frozenset[int]) -> list[tuple[object, ...]]:
    """Where the practices of a month belong."""
    return sorted(
        (one.key, one.code, one.sub_icb, one.icb, one.region)
        for one in catalogue.practices
        if one.key in present
    )


def _identity(release: Release, month: DispensingMonth, facts: Sequence[object]) -> str:
    files = [
        of_month[month.number].name if month.number in of_month else ""
        for of_month in (release.rows, release.items, release.patients, release.prepared)
    ]
    return hashlib.sha256(json.dumps([month.number, files, *facts]).encode()).hexdigest()


def _write_month(
    store: Store,
    release: Release,
    month: DispensingMonth,
    slots: Sequence[Slot],
    catalogue: Catalogue,
    secret: bytes,
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
) -> None:
    number = month.number
    draft.unlink(missing_ok=True)
    counted = _counted(release, month, slots)
    with ExitStack() as stack:
        stack.enter_context(attached(connection, draft, "sealed", new=(ATOM, SPLIT)))
        for name, stored in (
            ("dims", release.dimensions),
            ("open_rows", release.rows.get(number)),
            ("of_patients", release.patients[number]),
            ("prepared_before", release.prepared.get(number) if counted else None),
        ):
            if stored is not None:
                stack.enter_context(attached(connection, store.file(stored), name))
        if number in release.rows:
            seal_sql.write_atoms(connection, month, counted, catalogue, secret)


def _counted(release: Release, month: DispensingMonth, slots: Sequence[Slot]) -> tuple[Counted, ...]:
    """The slots that have numbers in a month: all of whose windows lie in months with items."""
    if month.number not in release.prepared:
        return ()
    with_items = frozenset(each_month(release.items))
    return tuple(
        Counted(column_name(slot), bound_of(value), of_items=isinstance(value, Amount))
        for slot in slots
        for value in [_sealed_value(slot)]
        if not isinstance(value, Patients)
        or all(with_items.issuperset(window_months(leaf.window, [month])) for leaf in leaves(value.condition))
    )


def _sealed_value(slot: Slot) -> Amount | Distinct | Patients:
    value = value_of(slot)
    assert isinstance(value, (Amount, Distinct, Patients)), "a slot is an amount or a count"
    return value
