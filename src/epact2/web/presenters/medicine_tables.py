"""The tables of a medicine's page: its parts with theirs beneath, and the peers around the reader's own."""

from __future__ import annotations

from collections.abc import Iterator

from epact2.analysis.compare import Ranked
from epact2.model import bnf
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import ACTUAL_COST, FIELD_BY_NAME
from epact2.query.nodes import AllOf, Is, UnderMedicine
from epact2.web import links
from epact2.web.comparator_data import within
from epact2.web.items_door import ItemsDoor
from epact2.web.medicine_data import MedicineData, Part
from epact2.web.presenters import medicine_findings as findings
from epact2.web.presenters import names, numbers
from epact2.web.presenters.medicine_charts import name_in_sentence, part_href, part_name
from epact2.web.presenters.ranking import shown_rows

SPARK = 24
MOST_LINES = 60
FEWEST_LEAVES = 3
COST_SCALE = ACTUAL_COST.scale
HEADS = {bnf.CHEMICAL_SUBSTANCE: "Chemical substance"}
Columns = list[dict[str, object]]
Rows = list[dict[str, object]]


def head(level: str) -> str:
    """A level as a heading."""
    return HEADS.get(level, level[:1].upper() + level[1:])


def parts_table(data: MedicineData, *, everything: bool = False) -> tuple[Columns, Rows, int]:
    """Columns and rows of the parts, and how many rows were left out."""
    months = min(SPARK, len(data.periods))
    columns: Columns = [
        {"text": " and ".join(head(level) if not at else level for at, level in enumerate(data.levels))},
        {"text": "Items", "numeric": True},
        {"text": "Share", "numeric": True},
        {"text": f"Last {months} months", "wide": True},
        {"text": "12-month change", "numeric": True, "wide": True},
        {"text": "Actual cost", "numeric": True},
        {"text": "Cost per item", "numeric": True},
    ]
    whole = data.whole
    parts = [part for part in whole.parts if any(part.items[-13:])]
    leaves = max(FEWEST_LEAVES, MOST_LINES // max(len(parts), 1) - 1)
    most = len(parts) if everything else MOST_LINES
    rows: Rows = []
    left_out = max(0, len(parts) - most)
    for part in parts[:most]:
        beneath = [leaf for leaf in part.parts if any(leaf.items[-13:])]
        if len(beneath) == 1 and part_name(data, beneath[0]) == part_name(data, part):
            beneath = []  # the same thing again, one level down
        shown = beneath if everything else beneath[:leaves]
        left_out += len(beneath) - len(shown)
        kind = "subtotal" if beneath else ("leaf" if len(data.levels) == 2 else "")
        rows.append(_row(data, part, "subtotal" if len(data.levels) == 2 else kind))
        rows += [_row(data, leaf, "leaf") for leaf in shown]
    if len(parts) > 1:
        rows.append({"kind": "total", "cells": list(_cells(data, whole, "All of these"))})
    return columns, rows, left_out


def _row(data: MedicineData, part: Part, kind: str) -> dict[str, object]:
    text = part_name(data, part)
    if data.code is None:
        text = f"{int(part.code)} {text}" if part.code.isdigit() else text  # as the BNF numbers its chapters
    name = {"text": text, "href": part_href(data, part)}
    return {"kind": kind, "cells": list(_cells(data, part, name))}


def _cells(data: MedicineData, part: Part, name: object) -> Iterator[object]:
    whole = data.whole.items_now
    yield name
    yield _items_cell(data, f"{part.items_now:,}", part.code)
    yield numbers.full(part.items_now * 100 / whole, "%") if whole else numbers.NO_DATA
    yield {"spark": list(part.items[-SPARK:]), "text": ""}
    yield change_words(part)
    yield numbers.full(part.cost_now, "£", COST_SCALE, places=_cost_places(data))
    yield cost_per_item(part)


def _cost_places(data: MedicineData) -> int:
    """One number of decimals for the whole column of costs."""
    return numbers.column_places([part.cost_now for part in data.whole.parts], "£", COST_SCALE)


def change_words(part: Part) -> str:
    """The change of the items on the same month a year earlier."""
    if len(part.items) < 13:
        return numbers.NO_DATA
    change = numbers.relative_change(part.items_now, part.items[-13])
    if change is None:
        return "New" if part.items_now else numbers.NO_CHANGE
    return numbers.signed(change, "%")


def cost_per_item(part: Part) -> str:
    """Actual cost ÷ items, in pounds and pence."""
    if not part.items_now:
        return numbers.NO_DATA
    return numbers.full(part.cost_now / part.items_now / 10**COST_SCALE, "£")


def parts_title(data: MedicineData) -> str:
    """The finding of the table."""
    whole = data.whole
    if not whole.items_now:
        return findings.parts_title([])
    cost = whole.cost_now or 1
    return findings.parts_title(
        [
            (name_in_sentence(data, part), part.items_now / whole.items_now, part.cost_now / cost)
            for part in whole.parts
        ]
    )


def generic_words(data: MedicineData) -> str:
    """For a chemical substance: how much of it was the generic product, whose code ends in AA."""
    if data.code is None or data.code.level != bnf.CHEMICAL_SUBSTANCE or bnf.PRODUCT not in data.levels[:1]:
        return ""
    generic = next((part.items_now for part in data.whole.parts if part.code[9:11] == "AA"), 0)
    return findings.generic_words(generic, data.whole.items_now)


def peers_table(data: MedicineData) -> tuple[Columns, Rows]:
    """The peers around the reader's own."""
    own = data.choices.organisation.code if data.choices.is_peer else ""
    everyone = data.peers.rows
    place = next((index for index, row in enumerate(everyone) if row.code == own), None)
    columns: Columns = [
        {"text": "Rank", "rank": True},
        {"text": data.choices.level[:1].upper() + data.choices.level[1:]},
        {"text": "Items per 1,000 patients", "numeric": True},
        {"text": "Items", "numeric": True},
    ]
    shown = shown_rows(everyone, place)
    places = numbers.column_places(
        [row.value for row in shown if row is not None], "items per 1,000 patients"
    )
    return columns, [
        {"kind": "gap", "cells": []} if row is None else _peer_row(data, row, own, places) for row in shown
    ]


def _peer_row(data: MedicineData, row: Ranked, own: str, places: int) -> dict[str, object]:
    assert data.code is not None, "chapters are not ranked"
    href = links.medicine(data.code.text, **data.choices.kept(organisation=row.code))
    items = row.numerator if isinstance(row.numerator, int) else None
    return {
        "own": row.code == own,
        "own_tag": data.choices.tag if row.code == own and data.choices.own else "",
        "cells": [
            "" if row.rank is None else f"{row.rank:,}",
            {"text": names.place_name(row.name), "href": href},
            numbers.full(row.value, "items per 1,000 patients", places=places),
            _peer_items_cell(data, numbers.count(items), row.code),
        ],
    }


# --- To the single items ------------------------------------------------------------------------------------


def items_address(data: MedicineData) -> str:
    """The items of the medicine in the organisation and month; empty where listings are closed."""
    return _door(data).address(data.here, data.month)


def _items_cell(data: MedicineData, text: str, code: str) -> str | dict[str, object]:
    where = within(UnderMedicine(BnfCode(code)), data.choices.organisation) if code else data.here
    return _door(data).cell(text, where, data.month)


def _peer_items_cell(data: MedicineData, text: str, code: str) -> str | dict[str, object]:
    peer = Is(FIELD_BY_NAME[data.choices.level], code)
    return _door(data).cell(text, AllOf((peer, data.where)), data.month)


def _door(data: MedicineData) -> ItemsDoor:
    return ItemsDoor(data.asking.viewer, data.directory)
