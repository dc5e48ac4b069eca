"""Plain data of a handful of practices: from drawn tables, and the directory that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from epact2.model import organisations
from epact2.model.bnf import BnfCode
from epact2.model.items import EXCLUSIONS, ITEM_MEASURES
from epact2.model.months import DispensingMonth
from epact2.model.organisations import UNKNOWN_CODE, Organisation
from epact2.model.prescribing import (
    ACTUAL_COST,
    ADQ_USAGE,
    LIST_SIZE,
    MEASURE_BY_NAME,
    NIC,
)
from epact2.store.directory import Directory, Medicine
from epact2.store.reference_data import ItemRow, Parents, PopulationRow, PrescribingRow, ReferenceData
from support.drawn import read_table
from support.medicine_names import coded

# What a drawn table leaves out: a test names only what matters.
USUAL_MONTH = "2021-04"
USUAL_PRACTICE = "A"
USUAL_PRESENTATION = "0501013B0AAAAAA"
_KNOWN = {
    "practice", "month", "presentation", "SNOMED code", "quantity per item", "items", "total quantity", "NIC",
    "actual cost", "ADQ usage",
}  # fmt: skip
# Columns of drawn items, with the attribute of a row that each fills.
_KNOWN_OF_ITEMS = {
    "patient": "patient", "patient identified": "identified", "age": "age",
    "age on 30 September": "age_september", "age source": "age_source", "gender": "gender",
    "IMD quintile": "imd_quintile", "prescriber": "prescriber", "prescriber type": "prescriber_type",
    "dispenser": "dispenser", "dispenser type": "dispenser_type", "EPS": "eps",
    "repeat dispensing": "repeat_dispensing", "form type": "form_type", "exemption": "exemption",
    "charge status": "charge_status", "preparation class": "preparation_class",
    "controlled drug schedule": "cd_schedule", "exclusion": "exclusion", "form": "form",
    "item number": "item", "element": "element", "prescribed date": "prescribed",
    "paid presentation": "paid_presentation", "paid SNOMED code": "paid_snomed",
}  # fmt: skip
_MADE_UP = ("PCN", "sub-ICB location", "ICB", "region")


def data_from_tables(tables: Mapping[str, str]) -> ReferenceData:
    """The plain data of drawn tables.

    ``prescribing``; ``items`` (single items: the prescribing is what they add up to, if it is not drawn);
    ``lists`` (practice, month, and measures of people); ``practices`` (practice, PCN, sub-ICB location, ICB,
    region, practice setting: as they are now); ``practices as at`` (the same with month; without it they were
    always as they are now); ``codes`` (old, new).
    """
    unknown = set(tables) - {"prescribing", "lists", "practices", "practices as at", "codes", "items"}
    assert not unknown, f"no such table: {unknown}"
    items = [_item_row(row, place) for place, row in enumerate(read_table(tables.get("items", "practice")))]
    if "prescribing" in tables:
        prescribing = [_prescribing_row(row) for row in read_table(tables["prescribing"])]
    else:
        prescribing = prescribing_of(items)
    practices = read_table(tables["practices"]) if "practices" in tables else []
    parents_now = {row["practice"]: _parents(row) for row in practices}
    if "practices as at" in tables:
        parents_then = {
            (DispensingMonth.parse(row["month"]), row["practice"]): _parents(row)
            for row in read_table(tables["practices as at"])
        }
    else:
        parents_then = {
            (row.month, row.practice): parents_now.get(row.practice, Parents())
            for row in (*prescribing, *items)
        }
    return ReferenceData(
        prescribing=prescribing,
        population=[_population_row(row) for row in read_table(tables["lists"])] if "lists" in tables else [],
        parents_now=parents_now,
        parents_then=parents_then,
        items=items,
        settings={
            row["practice"]: row["practice setting"] for row in practices if row.get("practice setting")
        },
        latest_codes={row["old"]: row["new"] for row in read_table(tables["codes"])}
        if "codes" in tables
        else {},
    )


def _prescribing_row(row: Mapping[str, str]) -> PrescribingRow:
    assert set(row) <= _KNOWN, f"no such column: {set(row) - _KNOWN}"
    items = int(row.get("items", "1"))
    quantity = _scaled(row.get("quantity per item", "28"), 5)
    total = _scaled(row["total quantity"], 5) if "total quantity" in row else quantity * items
    return PrescribingRow(
        month=DispensingMonth.parse(row.get("month", USUAL_MONTH)),
        practice=row.get("practice", USUAL_PRACTICE),
        presentation=coded(row.get("presentation", USUAL_PRESENTATION)),
        snomed=row.get("SNOMED code", ""),
        items=items,
        quantity=quantity,
        total_quantity=total,
        nic=_scaled(row.get("NIC", "0"), NIC.scale),
        actual_cost=_scaled(row.get("actual cost", "0"), ACTUAL_COST.scale),
        adq_usage=_scaled(row.get("ADQ usage", "0"), ADQ_USAGE.scale),
    )


def _item_row(row: Mapping[str, str], place: int) -> ItemRow:
    unknown = set(row) - _KNOWN - set(_KNOWN_OF_ITEMS) - {one.name for one in ITEM_MEASURES}
    assert not unknown, f"no such column of items: {unknown}"
    line = _prescribing_row({name: cell for name, cell in row.items() if name in _KNOWN})
    cells = {name: row[name] for name in _KNOWN_OF_ITEMS if row.get(name)}
    patient = cells.pop("patient", "")
    exclusion = cells.pop("exclusion", "included")
    assert exclusion in dict(EXCLUSIONS), exclusion
    flags = {name: cells.pop(name) == "Y" for name in ("EPS", "repeat dispensing") if name in cells}
    ages = {name: int(cells.pop(name)) for name in ("age", "age on 30 September") if name in cells}
    numbers = {name: int(cells.pop(name)) for name in ("form", "item number", "element") if name in cells}
    identified = cells.pop("patient identified", "Y" if patient else "N") == "Y"
    named = {**cells, **flags, **ages, "form": place + 1, **numbers}
    return ItemRow(
        **{name: getattr(line, name) for name in PrescribingRow.__dataclass_fields__},
        patient=patient,
        identified=identified,
        exclusion=exclusion,
        **{one.column: _scaled(row.get(one.name, "0"), one.scale) for one in ITEM_MEASURES},
        **{_KNOWN_OF_ITEMS[name]: value for name, value in named.items()},
    )


def prescribing_of(items: Iterable[ItemRow]) -> list[PrescribingRow]:
    """The practice-level rows that single items add up to, without those that are excluded."""
    sums: dict[tuple, list[int]] = {}
    for row in items:
        if row.exclusion == "included":
            key = (row.month, row.practice, row.presentation, row.snomed, row.quantity)
            amounts = (row.items, row.total_quantity, row.nic, row.actual_cost, row.adq_usage)
            sums[key] = [a + b for a, b in zip(sums.get(key, [0] * 5), amounts, strict=True)]
    return [
        PrescribingRow(
            month=month,
            practice=practice,
            presentation=presentation,
            snomed=snomed,
            quantity=quantity,
            items=amounts[0],
            total_quantity=amounts[1],
            nic=amounts[2],
            actual_cost=amounts[3],
            adq_usage=amounts[4],
        )
        for (month, practice, presentation, snomed, quantity), amounts in sums.items()
    ]


def _population_row(row: Mapping[str, str]) -> PopulationRow:
    amounts = {
        MEASURE_BY_NAME[name]: _scaled(cell, MEASURE_BY_NAME[name].scale) if cell else None
        for name, cell in row.items()
        if name not in ("practice", "month")
    }
    month = DispensingMonth.parse(row.get("month", USUAL_MONTH))
    return PopulationRow(month, row.get("practice", USUAL_PRACTICE), {LIST_SIZE: None, **amounts})


def _parents(row: Mapping[str, str]) -> Parents:
    return Parents(*(row.get(level) or UNKNOWN_CODE for level in _MADE_UP))


def _scaled(text: str, scale: int) -> int:
    number = Decimal(text).scaleb(scale)
    assert number == int(number), f"{text} has more than {scale} decimals"
    return int(number)


def presentations_of(data: ReferenceData) -> list[str]:
    """Every presentation code of the data, as published and latest, in order."""
    published = {row.presentation for row in (*data.prescribing, *data.items)}
    published |= {row.paid_presentation for row in data.items if row.paid_presentation}
    return sorted(published | {data.latest_codes.get(code, code) for code in published})


def practices_of(data: ReferenceData) -> list[str]:
    """Every practice of the data, in order."""
    return sorted(
        {row.practice for row in data.prescribing}
        | {row.practice for row in data.items}
        | {row.practice for row in data.population}
        | set(data.parents_now)
    )


def organisations_of(data: ReferenceData) -> list[Organisation]:
    """Every organisation of the data, each with its current parents. Names are made from codes."""
    found: dict[tuple[str, str], Organisation] = {}
    for parents in (*data.parents_then.values(), *data.parents_now.values()):
        above: list[tuple[str, str]] = []
        for level, code in (
            (organisations.REGION, parents.region),
            (organisations.ICB, parents.icb),
            (organisations.SUB_ICB_LOCATION, parents.sub_icb_location),
        ):
            if code != UNKNOWN_CODE:
                found[level, code] = Organisation(level, code, f"{level} {code}", tuple(above))
            above.append((level, code))
        if parents.pcn != UNKNOWN_CODE:
            found[organisations.PCN, parents.pcn] = Organisation(
                organisations.PCN, parents.pcn, f"PCN {parents.pcn}"
            )
    for practice in practices_of(data):
        parents = data.parents_now.get(practice, Parents())
        found[organisations.PRACTICE, practice] = Organisation(
            organisations.PRACTICE,
            practice,
            f"Practice {practice}",
            (
                (organisations.REGION, parents.region),
                (organisations.ICB, parents.icb),
                (organisations.SUB_ICB_LOCATION, parents.sub_icb_location),
                (organisations.PCN, parents.pcn),
            ),
            setting=data.settings.get(practice, UNKNOWN_CODE),
        )
    return list(found.values())


def medicines_of(data: ReferenceData) -> list[Medicine]:
    """Every medicine of the data in its latest codes, at every level. Names are made from codes."""
    found: dict[str, Medicine] = {}
    for presentation in presentations_of(data):
        latest = BnfCode(data.latest_codes.get(presentation, presentation))
        for code in (*latest.ancestors, latest):
            found[code.text] = Medicine(code.text, f"{code.level} {code.text}", code.level)
    return [found[code] for code in sorted(found)]


def directory_of(data: ReferenceData) -> Directory:
    """The directory that a loaded release of the data would have."""
    return Directory(
        release=1,
        months=sorted({row.month for row in data.prescribing}),
        list_months={row.month for row in data.population},
        organisations=organisations_of(data),
        medicines=medicines_of(data),
        latest_codes=data.latest_codes,
        item_months={row.month for row in data.items},
    )
