"""Looking into a store with plain SQL, past every engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import duckdb

from epact2.model import items as fields
from epact2.store.item_tables import ITEM
from epact2.store.release import Release, Store, StoredFile, read_release
from support.epd import Row
from support.items import AMOUNTS, CODES, ItemRow


@contextmanager
def opened(store: Path, stored: StoredFile) -> Iterator[duckdb.DuckDBPyConnection]:
    """One file of a store, attached as ``f``."""
    connection = duckdb.connect()
    try:
        connection.execute(f"ATTACH '{Store(store).file(stored)}' AS f (READ_ONLY)")
        yield connection
    finally:
        connection.close()


def dimension_rows(store: Path, sql: str, release: Release | None = None) -> list[tuple[object, ...]]:
    """Rows of a query on the dimensions; tables are called ``f.practice`` and so on."""
    with opened(store, (release or read_release(store)).dimensions) as connection:
        return connection.execute(sql).fetchall()


def totals_rows(store: Path, year: int, sql: str) -> list[tuple[object, ...]]:
    """Rows of a query on the totals of a year; tables are called ``f.by_section`` and so on."""
    with opened(store, read_release(store).totals[year]) as connection:
        return connection.execute(sql).fetchall()


def stored_rows(store: Path, release: Release | None = None) -> list[Row]:
    """Every row of prescribing of a release, sorted, with exact decimals."""
    found = []
    release = release or read_release(store)
    for stored in release.rows.values():
        with opened(store, stored) as connection:
            rows = connection.execute(
                "SELECT month, p.code, m.code, snomed, quantity, items, total_quantity, nic, actual_cost, "
                "adq_usage "
                "FROM f.prescribing JOIN f.published_practice p USING (practice) "
                "JOIN f.published_presentation m USING (presentation)"
            ).fetchall()
        for *codes, quantity, items, total, nic, cost, adq in rows:
            amounts = _decimal(total, 5), _decimal(nic, 2), _decimal(cost, 5), _decimal(adq, 5)
            found.append(Row(*codes, _decimal(quantity, 5), items, *amounts))
    return sorted(found)


def _decimal(whole: int, scale: int) -> Decimal:
    return Decimal(whole).scaleb(-scale)


def patient_keys(store: Path, release: Release | None = None) -> dict[str, int]:
    """The keys of all pseudonyms of a release."""
    found: dict[str, int] = {}
    for stored in (release or read_release(store)).items.values():
        with opened(store, stored) as connection:
            rows = connection.execute("SELECT pseudonym, patient FROM f.pseudonym").fetchall()
        assert not found.keys() & {pseudonym for pseudonym, _ in rows}, "a pseudonym has one key"
        found.update(rows)
    return found


def stored_items(store: Path, release: Release | None = None) -> list[ItemRow]:
    """Every row of items of a release, sorted, with codes for keys and exact decimals."""
    release = release or read_release(store)
    practices = dict(dimension_rows(store, "SELECT practice, code FROM f.practice", release))
    presentations = dict(dimension_rows(store, "SELECT presentation, code FROM f.medicine", release))
    coded = {
        (name, key): code
        for name, key, code in dimension_rows(store, "SELECT field, id, code FROM f.item_code", release)
    }
    patients = {key: pseudonym for pseudonym, key in patient_keys(store, release).items()} | {0: ""}
    found = []
    for stored in release.items.values():
        with opened(store, stored) as connection:
            rows = connection.execute("FROM f.item").fetchall()
        for cells in rows:
            row = dict(zip(ITEM.column_names, cells, strict=True))
            amounts = [_decimal(row[name], _SCALES[name] or 0) for name in AMOUNTS]
            found.append(
                ItemRow(
                    *(row[name] for name in ("month", "form", "item", "element")),
                    practices[row["practice"]],
                    patients[row["patient"]],
                    row["patient_identified"],
                    row["age"],
                    fields.AGE_SOURCE.codes[row["age_source"]],
                    row["age_september"],
                    fields.GENDER.codes[row["gender"]],
                    fields.IMD_QUINTILE.codes[row["imd_quintile"]],
                    fields.EXCLUSION.codes[row["exclusion"]],
                    tuple((name, _code(name, row[name], presentations, coded)) for name in CODES),
                    tuple(amounts),
                )
            )
    return sorted(found)


_SCALES = {column.name: column.scale for column in ITEM.columns}
_FIELDS = {
    "prescriber_type": "prescriber type",
    "dispenser_type": "dispenser type",
    "form_type": "form type",
    "paid_product": "product",
}
_CLOSED = {
    "preparation_class": fields.PREPARATION_CLASS,
    "controlled_drug_schedule": fields.CD_SCHEDULE,
    "exemption": fields.EXEMPTION,
    "charge_status": fields.CHARGE_STATUS,
}


def _code(name: str, key: int, presentations: dict[int, str], coded: dict[tuple[str, int], str]) -> str:
    if "presentation" in name:
        return presentations[key]
    if name in _CLOSED:
        return _CLOSED[name].codes[key]
    if isinstance(key, bool):
        return "Y" if key else "N"
    if name == "prescribed":
        return str(key) if key else ""
    if name in ("prescriber_organisation_type", "dispenser_country"):
        return str(key)
    return coded[_FIELDS.get(name, name), key]
