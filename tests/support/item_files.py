"""The stored tables of single items, worked out in plain Python: see ``support.release_builder``."""

from __future__ import annotations

from collections import defaultdict

from epact2.model import items as fields
from epact2.model.bnf import code_at
from epact2.query.named import POLYPHARMACY_CHAPTERS
from epact2.store.item_tables import (
    CHAPTERS,
    ITEM,
    ITEM_BY_ATTRIBUTES,
    ITEM_BY_KIND,
    ITEM_BY_PRESENTATION,
    MIXED_ITEM,
    PATIENT_AT,
    PATIENT_MONTH,
    PATIENT_OF,
    PSEUDONYM,
)
from epact2.store.reference_data import ItemRow, ReferenceData
from epact2.store.tables import MEASURES, Table

Cells = tuple[object, ...]
Contents = dict[Table, list[Cells]]


class Codes:
    """Keys of prescribers and their like, given as they come."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], int] = {}

    def key(self, field: str, code: str) -> int:
        return self.keys.setdefault((field, code), len(self.keys) + 1)

    @property
    def rows(self) -> list[Cells]:
        return [(field, key, code) for (field, code), key in self.keys.items()]


def item_files(
    data: ReferenceData,
    practices: dict[str, int],
    presentations: dict[str, int],
    patients: dict[str, int],
    codes: Codes,
) -> dict[int, tuple[Contents, Contents]]:
    """For each month what stands in its file of items, and in that of its patients."""
    by_month: dict[int, list[ItemRow]] = defaultdict(list)
    for row in data.items:
        by_month[row.month.number].append(row)
    found = {}
    seen: set[str] = set()
    for month, rows in sorted(by_month.items()):
        new = {row.patient for row in rows} - seen - {""}
        seen |= new
        stored = {
            ITEM: [_item(row, practices, presentations, patients, codes) for row in rows],
            PSEUDONYM: [(patients[name], name) for name in sorted(new)],
            PATIENT_OF: [(name, patients[name]) for name in sorted(new)],
            PATIENT_AT: sorted(
                {(patients[row.patient], practices[row.practice]) for row in rows if row.patient}
            ),
        }
        found[month] = (stored, _derived(data, rows, practices, presentations, patients, codes))
    return found


def _key(row: ItemRow, patients: dict[str, int]) -> int:
    return patients.get(row.patient, 0)


def _attributes(row: ItemRow) -> Cells:
    return (
        row.age,
        row.age_september,
        fields.GENDER.codes.index(row.gender),
        fields.IMD_QUINTILE.codes.index(row.imd_quintile),
    )


def _measures(row: ItemRow) -> Cells:
    return (row.items, row.total_quantity, row.nic, row.actual_cost, row.adq_usage)


def _item(
    row: ItemRow,
    practices: dict[str, int],
    presentations: dict[str, int],
    patients: dict[str, int],
    codes: Codes,
) -> Cells:
    return (
        row.month.number,
        practices[row.practice],
        _key(row, patients),
        presentations[row.presentation],
        codes.key("product", row.snomed),
        row.form,
        row.item,
        row.element,
        row.identified,
        *_attributes(row),
        fields.AGE_SOURCE.codes.index(row.age_source),
        row.eps,
        row.repeat_dispensing,
        codes.key("form type", row.form_type),
        int(row.prescribed or 0),
        codes.key("prescriber", row.prescriber),
        codes.key("prescriber type", row.prescriber_type),
        1,
        codes.key("dispenser", row.dispenser),
        codes.key("dispenser type", row.dispenser_type),
        1,
        presentations[row.paid_presentation] if row.paid_presentation else 0,
        codes.key("product", row.paid_snomed),
        fields.PREPARATION_CLASS.codes.index(row.preparation_class),
        fields.CD_SCHEDULE.codes.index(row.cd_schedule),
        fields.EXEMPTION.codes.index(row.exemption),
        fields.CHARGE_STATUS.codes.index(row.charge_status),
        fields.EXCLUSION.codes.index(row.exclusion),
        row.quantity,
        *_measures(row),
        row.discount,
        row.consumables,
        row.containers,
        row.out_of_pocket,
    )


def _derived(
    data: ReferenceData,
    rows: list[ItemRow],
    practices: dict[str, int],
    presentations: dict[str, int],
    patients: dict[str, int],
    codes: Codes,
) -> Contents:
    included = [row for row in rows if row.exclusion == "included"]

    def narrow(row: ItemRow) -> Cells:
        key = _key(row, patients) if row.identified else 0
        place = (row.month.number, presentations[row.presentation], practices[row.practice], key)
        return (*place, *_attributes(row), *_measures(row))

    by_patient: dict[int, list[ItemRow]] = defaultdict(list)
    for row in included:
        if row.identified and row.patient:
            by_patient[_key(row, patients)].append(row)
    plain: list[Cells] = []
    mixed: list[Cells] = []
    for key, mine in by_patient.items():
        if len({(row.practice, _attributes(row)) for row in mine}) > 1:
            mixed += [narrow(row) for row in mine]
            continue
        latest = {data.latest_codes.get(row.presentation, row.presentation) for row in mine}
        substances = {code_at(code, "chemical substance") for code in latest}
        medicines = [sum(code.startswith(chapter) for code in substances) for chapter in CHAPTERS]
        plain.append(
            (
                mine[0].month.number,
                practices[mine[0].practice],
                key,
                *_attributes(mine[0]),
                sum(row.items for row in mine),
                sum(code[:2] in POLYPHARMACY_CHAPTERS for code in substances),
                *medicines,
            )
        )
    return {
        ITEM_BY_PRESENTATION: [narrow(row) for row in included],
        PATIENT_MONTH: plain,
        MIXED_ITEM: mixed,
        ITEM_BY_ATTRIBUTES: _added_up(
            [
                (
                    (row.month.number, practices[row.practice], row.identified, *_attributes(row)),
                    _measures(row),
                )
                for row in included
            ]
        ),
        ITEM_BY_KIND: _added_up([_kind(row, practices, codes) for row in rows]),
    }


def _kind(row: ItemRow, practices: dict[str, int], codes: Codes) -> tuple[Cells, Cells]:
    item = dict(zip(ITEM.column_names, _item(row, practices, defaultdict(int), {}, codes), strict=True))
    names = [name for name in ITEM_BY_KIND.column_names if name not in _MEASURE_NAMES]
    return tuple(item[name] for name in names), _measures(row)


_MEASURE_NAMES = {one.name for one in MEASURES}


def _added_up(rows: list[tuple[Cells, Cells]]) -> list[Cells]:
    sums: dict[Cells, list[int]] = {}
    for key, amounts in rows:
        sums[key] = [a + b for a, b in zip(sums.get(key, [0] * 5), amounts, strict=True)]  # type: ignore[operator]
    return [(*key, *amounts) for key, amounts in sums.items()]
