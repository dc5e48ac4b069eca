"""The declarations of item files fit those of the model and of the stored tables."""

from __future__ import annotations

import duckdb

from epact2.load import formats
from epact2.load.item_formats import EXCLUDED_WHEN, ITEMS_LAYOUT
from epact2.load.item_rows import exclusion
from epact2.model import items
from support.items import exclusion as boring_exclusion
from support.items import item_row

_REASONS = {
    "DISALLOWED": "Y",
    "NOT_DISPENSED": "Y",
    "REFERRED_BACK": "Y",
    "CD_REQUISITION": "Y",
    "OUT_OF_HOURS": "1",
    "PRIVATE": "1",
    "IGNORED": "Y",
    "PRESCRIBER_ORGANISATION_TYPE": "8",
}


def test_every_exclusion_is_declared_in_the_order_of_the_field():
    assert (items.EXCLUSION.codes[0], *EXCLUDED_WHEN) == ("included", *items.EXCLUSION.codes[1:])


def test_the_first_reason_is_the_exclusion():
    """All 256 combinations of reasons, by SQL and by the boring reader."""
    names = {header: one.name for one in ITEMS_LAYOUT.columns for header in one.headers}
    rows = []
    for number in range(2 ** len(_REASONS)):
        chosen = [name for place, name in enumerate(_REASONS) if number >> place & 1]
        rows.append(item_row(**{name: _REASONS[name] for name in chosen}))
    connection = duckdb.connect()
    columns = ", ".join(f"{names[name]} {'INTEGER' if 'TYPE' in name else 'BOOLEAN'}" for name in _REASONS)
    connection.execute(f"CREATE TABLE received ({columns})")
    for row in rows:
        cells = [int(row[name]) if "TYPE" in name else row[name] in ("Y", "1") for name in _REASONS]
        connection.execute(f"INSERT INTO received VALUES ({', '.join('?' for _ in cells)})", cells)
    found = connection.execute(f"SELECT {exclusion()} FROM received").fetchall()
    assert [items.EXCLUSION.codes[place] for (place,) in found] == [boring_exclusion(row) for row in rows]


def test_codes_of_the_file_are_codes_of_the_fields():
    for name, field in {
        "gender": items.GENDER,
        "preparation_class": items.PREPARATION_CLASS,
        "controlled_drug_schedule": items.CD_SCHEDULE,
        "exemption": items.EXEMPTION,
        "charge_status": items.CHARGE_STATUS,
    }.items():
        cell = ITEMS_LAYOUT.column(name).type
        assert set(getattr(cell, "values", ())) <= set(field.codes), name


def test_every_kind_is_named():
    assert {layout.kind for layout in formats.LAYOUTS} <= formats.KINDS.keys()
