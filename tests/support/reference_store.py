"""The plain data of a loaded store, for the reference engine: stored rows with codes for keys again.

What the loader derived for speed (rollups, rows of patients, prepared numbers) is left alone, so that the
reference engine answers from rows and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from epact2.model import items as fields
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import POPULATION_MEASURES
from epact2.store import reference_question
from epact2.store.item_tables import ITEM
from epact2.store.reference_data import (
    ItemRow,
    Parents,
    PopulationRow,
    PrescribingRow,
    ReferenceData,
    Row,
)
from epact2.store.release import Release, read_release
from support.stores import dimension_rows, opened, patient_keys

_AS_STORED = (
    "items", "quantity", "total_quantity", "nic", "actual_cost", "adq_usage", "discount", "consumables",
    "containers", "out_of_pocket", "age", "age_september", "eps", "repeat_dispensing", "form", "item",
    "element",
)  # fmt: skip
_CLOSED = {
    "gender": ("gender", fields.GENDER),
    "imd_quintile": ("imd_quintile", fields.IMD_QUINTILE),
    "age_source": ("age_source", fields.AGE_SOURCE),
    "preparation_class": ("preparation_class", fields.PREPARATION_CLASS),
    "cd_schedule": ("controlled_drug_schedule", fields.CD_SCHEDULE),
    "exemption": ("exemption", fields.EXEMPTION),
    "charge_status": ("charge_status", fields.CHARGE_STATUS),
    "exclusion": ("exclusion", fields.EXCLUSION),
}
# Attribute of a row: the stored column, and the field under which item_code has its codes.
_CODED = {
    "prescriber": ("prescriber", "prescriber"),
    "prescriber_type": ("prescriber_type", "prescriber type"),
    "dispenser": ("dispenser", "dispenser"),
    "dispenser_type": ("dispenser_type", "dispenser type"),
    "form_type": ("form_type", "form type"),
    "snomed": ("product", "product"),
    "paid_snomed": ("paid_product", "product"),
}


@contextmanager
def rows_read_once() -> Iterator[None]:
    """The reference engine makes its rows anew for each question; meanwhile, once for each data."""
    made = reference_question.item_rows
    known: dict[object, tuple[ReferenceData, list[Row]]] = {}

    def once(data: ReferenceData, **how: Any) -> list[Row]:
        key = (id(data), *sorted(how.items(), key=str))
        if key not in known:
            known[key] = (data, made(data, **how))
        return known[key][1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reference_question, "item_rows", once)
        yield


def reference_data_of(store: Path) -> ReferenceData:
    """Everything that an answer can depend on, from the release in force."""
    release = read_release(store)
    practices: dict[int, str] = dict(dimension_rows(store, "SELECT practice, code FROM f.practice"))
    now = dimension_rows(store, "SELECT code, pcn, sub_icb, icb, region FROM f.practice")
    then = dimension_rows(store, "SELECT month, practice, pcn, sub_icb, icb, region FROM f.practice_month")
    latest = dict(dimension_rows(store, "SELECT code, latest FROM f.medicine WHERE latest <> code"))
    return ReferenceData(
        prescribing=list(_prescribing(store, release)),
        population=list(_population(store, practices)),
        parents_now={code: Parents(*above) for code, *above in now},
        parents_then={
            (DispensingMonth.from_number(month), practices[key]): Parents(*above)
            for month, key, *above in then
        },
        settings=dict(dimension_rows(store, "SELECT code, setting FROM f.practice")),
        latest_codes=latest,
        items=list(_items(store, release, practices)),
    )


def _prescribing(store: Path, release: Release) -> Iterator[PrescribingRow]:
    for stored in release.rows.values():
        with opened(store, stored) as connection:
            rows = connection.execute(
                "SELECT month, p.code, m.code, items, snomed, quantity, total_quantity, nic, actual_cost, "
                "adq_usage FROM f.prescribing JOIN f.published_practice p USING (practice) "
                "JOIN f.published_presentation m USING (presentation)"
            ).fetchall()
        for month, *cells in rows:
            yield PrescribingRow(DispensingMonth.from_number(month), *cells)


def _population(store: Path, practices: dict[int, str]) -> Iterator[PopulationRow]:
    columns = ", ".join(measure.column for measure in POPULATION_MEASURES)
    for month, key, *cells in dimension_rows(store, f"SELECT month, practice, {columns} FROM f.population"):
        amounts = dict(zip(POPULATION_MEASURES, cells, strict=True))
        yield PopulationRow(DispensingMonth.from_number(month), practices[key], amounts)


def _items(store: Path, release: Release, practices: dict[int, str]) -> Iterator[ItemRow]:
    presentations = dict(dimension_rows(store, "SELECT presentation, code FROM f.medicine"))
    codes = {
        (name, key): code
        for name, key, code in dimension_rows(store, "SELECT field, id, code FROM f.item_code")
    }
    patients = {key: pseudonym for pseudonym, key in patient_keys(store).items()} | {0: ""}
    for number, stored in release.items.items():
        month = DispensingMonth.from_number(number)
        with opened(store, stored) as connection:
            rows = connection.execute("FROM f.item").fetchall()
        for cells in rows:
            row = dict(zip(ITEM.column_names, cells, strict=True))
            yield ItemRow(
                month=month,
                practice=practices[row["practice"]],
                presentation=presentations[row["presentation"]],
                paid_presentation=presentations[row["paid_presentation"]],
                patient=patients[row["patient"]],
                identified=row["patient_identified"],
                prescribed=str(row["prescribed"]) if row["prescribed"] else "",
                **{name: row[name] for name in _AS_STORED},
                **{name: of.codes[row[column]] for name, (column, of) in _CLOSED.items()},
                **{name: codes[of, row[column]] for name, (column, of) in _CODED.items()},
            )
