"""The tables of an organisation's page: its medicines, what lies beneath it, and peers of its size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from epact2.analysis.profile import (
    COST_PER_PATIENT,
    ITEMS_PER_PATIENT,
    LIST,
    and_also,
    children_question,
    top_medicines_question,
    within,
)
from epact2.analysis.standing import MedicineChange, nearest_in_size
from epact2.model.fields import Field
from epact2.model.organisations import ENGLAND, PCN, PLURALS, PRACTICE, UNKNOWN_CODE
from epact2.model.prescribing import ACTUAL_COST, FIELD_BY_NAME, ITEMS
from epact2.query.nodes import Amount, Is
from epact2.query.result import Result, exact
from epact2.web import links
from epact2.web.engine import Directory
from epact2.web.items_door import ItemsDoor
from epact2.web.presenters import headlines, names, numbers
from epact2.web.profile_answers import Profile

BENEATH = {
    ENGLAND: ("region", "ICB", "sub-ICB location", "PCN", "practice"),
    "region": ("ICB", "sub-ICB location", "PCN", "practice"),
    "ICB": ("sub-ICB location", "PCN", "practice"),
    "sub-ICB location": ("practice", "PCN"),
    PCN: ("practice",),
    PRACTICE: (),
}
MEDICINES_SHOWN = 15

Address = Callable[..., str]  # the page's own address with some of its choices changed


# --- Medicines ------------------------------------------------------------


def medicines(
    profile: Profile,
    changes: Sequence[MedicineChange],
    level: Field,
    by: str,
    address: Address,
    door: ItemsDoor,
) -> dict[str, object]:
    """The medicines of a level that cost most, or that have most items, beside the year before.

    Counts of items lead to the items where ``door`` is open.
    """
    present = [one for one in changes if one.cost or one.items]
    cost = sum(one.cost for one in present)
    items = sum(one.items for one in present)
    ordered = sorted(present, key=lambda one: (-(one.items if by == "items" else one.cost), one.code))
    dearest = max(present, key=lambda one: one.cost, default=None)
    title = "Nothing was prescribed in this month"
    if dearest is not None and cost:
        name = names.medicine_name(profile.directory.medicine_name(dearest.code))
        title = headlines.largest_title(name, dearest.cost / cost, "spending")
    sort = Amount(ITEMS) if by == "items" else Amount(ACTUAL_COST)
    query = top_medicines_question(profile.organisation, level, profile.month, sort)
    return {
        "title": title,
        "subtitle": f"{headlines.capital(_plural(level, len(present)))} in {profile.month.name}, "
        f"the first {min(MEDICINES_SHOWN, len(present))} by {'items' if by == 'items' else 'actual cost'}",
        "columns": _medicine_columns(level, by, address),
        "rows": [_medicine_row(profile, one, cost, items, level, door) for one in ordered[:MEDICINES_SHOWN]],
        "caption": f"Medicines with the largest {'items' if by == 'items' else 'actual cost'}, "
        f"{profile.month.name}",
        "downloads": links.downloads(query),
        "levels": [
            {
                "text": f"By {name}",
                "href": address(medicines=name),
                "current": name == level.name,
            }
            for name in ("chemical substance", "section", "chapter")
        ],
    }


def _plural(level: Field, count: int) -> str:
    return numbers.counted(count, level.name)


def _medicine_columns(level: Field, by: str, address: Address) -> list[dict[str, object]]:
    def sorted_by(key: str) -> dict[str, object]:
        return {"sort": address(by=key), "sorted": "descending" if by == key else ""}

    return [
        {"text": headlines.capital(level.name)},
        {"text": "Actual cost", "numeric": True, **sorted_by("cost")},
        {"text": "Share of cost", "numeric": True, "wide": True},
        {"text": "Cost, change in a year", "numeric": True, "wide": True},
        {"text": "Items", "numeric": True, **sorted_by("items")},
        {"text": "Share of items", "numeric": True, "wide": True},
    ]


def _medicine_row(
    profile: Profile, one: MedicineChange, cost: float, items: int, level: Field, door: ItemsDoor
) -> dict[str, object]:
    where = and_also(within(profile.organisation), Is(level, one.code))
    change = numbers.relative_change(one.cost, one.cost_before)
    has_year = profile.year_earlier in profile.directory.months
    said = "New" if has_year and not one.cost_before else numbers.NO_DATA
    return {
        "cells": [
            {
                "text": names.medicine_name(profile.directory.medicine_name(one.code)),
                "href": links.medicine(one.code, organisation=profile.organisation.code),
            },
            numbers.full(one.cost, "£", places=0),
            numbers.full(one.cost / cost * 100, "%") if cost else numbers.NO_DATA,
            numbers.signed(change, "%") if change is not None else said,
            door.cell(numbers.count(one.items), where, profile.month),
            numbers.full(one.items / items * 100, "%") if items else numbers.NO_DATA,
        ]
    }


# --- Peers of the same size ---------------------------------------------------------------------------------


def similar(profile: Profile) -> dict[str, object] | None:
    """The peers with the nearest list sizes; None where there is no list or no peer."""
    if profile.peers is None or not profile.has_list:
        return None
    organisation = profile.organisation
    sizes = profile.peers.values(LIST)
    codes = nearest_in_size(sizes, organisation.code)
    if not codes:
        return None
    costs = profile.peers.values(COST_PER_PATIENT)
    items = profile.peers.values(ITEMS_PER_PATIENT)
    own_cost = costs.get(organisation.code)
    dearer = sum(own_cost is not None and own_cost < costs.get(code, 0.0) for code in codes)
    ordered = sorted([*codes, organisation.code], key=lambda code: -sizes[code])
    name = names.organisation_name(organisation)
    return {
        "title": headlines.similar_title(name, dearer, len(codes), PLURALS[organisation.level]),
        "subtitle": f"The {PLURALS[organisation.level]} with the nearest numbers of patients, "
        f"{profile.month.name}",
        "columns": [
            {"text": organisation.level[:1].upper() + organisation.level[1:]},
            {"text": "Patients", "numeric": True},
            {"text": "Items per 1,000 patients", "numeric": True, "wide": True},
            {"text": "Actual cost per 1,000 patients", "numeric": True},
        ],
        "rows": [
            {
                "own": code == organisation.code,
                "own_tag": "This one" if code == organisation.code else "",
                "cells": [
                    link_cell(profile.directory, organisation.level, code),
                    numbers.count(sizes[code]),
                    numbers.full(items.get(code), ITEMS_PER_PATIENT.unit),
                    numbers.full(costs.get(code), COST_PER_PATIENT.unit),
                ],
            }
            for code in ordered
        ],
        "caption": f"{names.peers_name(organisation.level)} of a similar size",
    }


def link_cell(directory: Directory, level: str, code: str) -> str | dict[str, object]:
    """An organisation's name as a link; those that are none ("Unknown", "Unallocated") stay words."""
    if code == UNKNOWN_CODE:
        return f"No {level} known"
    if level == PCN and code == "U":
        return "Not in a PCN"
    name = names.place_name(directory.organisation_name(level, code))
    href = links.address("organisation", level, code)
    return {"text": name, "href": href, "note": code if level == PRACTICE else ""}


# --- Beneath ------------------------------------------------------------

SORTS = {"items": 0, "cost": 1, "patients": 2, "items-per": 3, "cost-per": 4, "change": 5}
PAGE = 100


def children_rows(result: Result, sort: str) -> list[tuple[str, list[float | None]]]:
    """The answer to ``children_question``, sorted: ``cost`` is highest first, ``-cost`` lowest first."""
    rows = []
    for row in result.rows:
        numbers_of_row = [
            exact(cell, column) for cell, column in zip(row[1:], result.columns[1:], strict=True)
        ]
        rows.append((str(row[0]), [None if one is None else float(one) for one in numbers_of_row]))
    place = SORTS.get(sort.removeprefix("-"), SORTS["cost"])
    lowest_first = sort.startswith("-")

    def key(one: tuple[str, list[float | None]]) -> tuple[bool, float, str]:
        value = one[1][place]
        return value is None, (value or 0.0) if lowest_first else -(value or 0.0), one[0]

    return sorted(rows, key=key)


def child_cells(
    profile: Profile, level: str, row: tuple[str, list[float | None]], door: ItemsDoor
) -> list[object]:
    """One row of the table beneath."""
    directory = profile.directory
    code, (items, cost, patients, items_per, cost_per, change) = row
    return [
        link_cell(directory, level, code),
        door.cell(
            numbers.count(items),
            and_also(within(profile.organisation), Is(FIELD_BY_NAME[level], code)),
            profile.month,
        ),
        numbers.full(cost, "£", places=0),
        numbers.count(patients) if patients else "No list",
        numbers.full(items_per, ITEMS_PER_PATIENT.unit) if items_per is not None else "–",
        numbers.full(cost_per, COST_PER_PATIENT.unit) if cost_per is not None else "–",
        numbers.signed(change, "relative change") if change is not None else numbers.NO_DATA,
    ]


def beneath(
    profile: Profile, level: str, result: Result, sort: str, page: int, address: Address, door: ItemsDoor
) -> dict[str, object]:
    """The organisations of one level beneath: a ranked table, a page of it at a time."""
    directory = profile.directory
    rows = children_rows(result, sort)
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(page, 1), pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    query = children_question(profile.organisation, FIELD_BY_NAME[level], profile.month)
    known = sum(code not in (UNKNOWN_CODE, "U") for code, _ in rows)
    count = numbers.counted(known, level, PLURALS[level])
    return {
        "title": _beneath_title(directory, level, rows, len(rows)),
        "subtitle": f"{count} that prescribed in {profile.month.name}; "
        "the change is that of actual cost in a year",
        "columns": _child_columns(level, sort, address),
        "rows": [{"cells": child_cells(profile, level, row, door)} for row in shown],
        "caption": f"{headlines.capital(PLURALS[level])}, {profile.month.name}",
        "downloads": links.downloads(query),
        "page": page,
        "pages": pages,
        "count": f"Showing {(page - 1) * PAGE + 1:,} to {(page - 1) * PAGE + len(shown):,} of {len(rows):,}"
        if pages > 1
        else "",
        "levels": [
            {"text": headlines.capital(PLURALS[one]), "href": address(beneath=one), "current": one == level}
            for one in BENEATH[profile.organisation.level]
        ],
    }


def _beneath_title(
    directory: Directory, level: str, rows: Sequence[tuple[str, list[float | None]]], count: int
) -> str:
    real = [one for one in rows if one[0] not in (UNKNOWN_CODE, "U")]
    by_patient = [one for one in real if one[1][SORTS["cost-per"]] is not None]
    place = SORTS["cost-per"] if by_patient else SORTS["cost"]
    dearest = max(by_patient or real, key=lambda one: one[1][place] or 0.0, default=None)
    name = names.place_name(directory.organisation_name(level, dearest[0])) if dearest else None
    number = len(by_patient or real)
    return headlines.children_title(name, number, level, PLURALS[level], bool(by_patient))


def _child_columns(level: str, sort: str, address: Address) -> list[dict[str, object]]:
    heads = (
        ("Items", "items", True),
        ("Actual cost", "cost", False),
        ("Patients", "patients", True),
        ("Items per 1,000 patients", "items-per", True),
        ("Cost per 1,000 patients", "cost-per", False),
        ("Change", "change", True),
    )
    columns: list[dict[str, object]] = [{"text": headlines.capital(level)}]
    for text, key, wide in heads:
        turned = f"-{key}" if sort == key else key
        direction = {key: "descending", f"-{key}": "ascending"}.get(sort, "")
        columns.append(
            {"text": text, "numeric": True, "wide": wide, "sort": address(sort=turned), "sorted": direction}
        )
    return columns
