"""What stands in the questions about items: a practice, a patient, sections, months; taken from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
from plain_table import LISTS
from timing import ranges, ranges_of_codes

from epact2.access.viewer import OPERATOR
from epact2.analysis.listing import list_rows
from epact2.comparators.lists import medicine_lists
from epact2.comparators.read import comparator_named
from epact2.model.months import DispensingMonth
from epact2.query.encode import selection_to_json, value_to_json
from epact2.query.listing_json import after_of, listing_from_json
from epact2.store.duckdb import DuckDBEngine

VIEWER = replace(OPERATOR, may_list_items=True)
PAGE = 100  # rows of a page, and the number of the later page that is asked for
_MIDDLING = 20  # so many sections have more items


def views(engine: DuckDBEngine, months: Sequence[int]) -> duckdb.DuckDBPyConnection:
    """A cursor with views over the files of items of some months, and over the rollups of all."""
    catalogue = engine.catalogue
    cursor = engine._connection.cursor()
    found = {
        "item": [(catalogue.items[month], "item") for month in months],
        "item_by_presentation": [(catalogue.patients[month], "item_by_presentation") for month in months],
        "item_by_kind": [(catalogue.patients[month], "item_by_kind") for month in months],
        "patient_month": [(catalogue.patients[month], "patient_month") for month in months],
        "by_section": [(name, "by_section") for name in catalogue.totals.values()],
    }
    for view, tables in found.items():
        for database, _ in tables:
            engine._attach(database)
        union = " UNION ALL ".join(f"SELECT * FROM {database}.{table}" for database, table in tables)
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {union}")
    return cursor


def item_facts(engine: DuckDBEngine) -> dict[str, Any]:
    """The names that stand in braces in questions, plain SQL and floors."""
    months = sorted(engine.catalogue.items)
    latest = DispensingMonth.from_number(months[-1])
    cursor = views(engine, months)

    def one(sql: str) -> Any:
        row = cursor.execute(sql).fetchone()
        assert row is not None, sql
        return row if len(row) > 1 else row[0]

    sections = [
        f"{section:04}"
        for (section,) in cursor.execute(
            f"SELECT section FROM by_section WHERE month = {latest.number} AND section > 0 "
            "GROUP BY section ORDER BY sum(items) DESC"
        ).fetchall()
    ]
    middling = sections[min(_MIDDLING, len(sections) // 2)]
    # The smallest practice that has a page 100, else the largest.
    practice_key, rows = one(
        "SELECT practice, count(*) AS n FROM item WHERE exclusion = 0 GROUP BY practice "
        f"ORDER BY n < {PAGE * PAGE}, CASE WHEN n < {PAGE * PAGE} THEN -n ELSE n END LIMIT 1"
    )
    # Of those with the most items of the practice, the twentieth.
    patient_key = one(
        f"SELECT patient FROM item WHERE practice = {practice_key} AND patient_identified AND patient > 0 "
        "GROUP BY patient ORDER BY count(*) DESC, patient LIMIT 1 OFFSET 20"
    )
    prescriber_key, prescriber = one(
        f"SELECT prescriber, code FROM item JOIN dimensions.item_code AS c "
        f"ON c.field = 'prescriber' AND c.id = prescriber WHERE practice = {practice_key} AND code <> '-' "
        "GROUP BY ALL ORDER BY count(*) DESC, code LIMIT 1"
    )
    before = min(12, len(months) - 1)
    later_page = min(PAGE, rows // PAGE)
    return {
        **{f"in_{key}": ranges(engine, medicine_lists()[key].selection) for key in LISTS},
        "section": sections[0],
        "section_number": int(sections[0]),
        "in_section": ranges_of_codes(engine, sections[0]),
        "middling": middling,
        "in_middling": ranges_of_codes(engine, middling),
        "practice": next(one.code for one in engine.catalogue.practices if one.key == practice_key),
        "practice_key": practice_key,
        "patient": engine._pseudonyms({patient_key})[patient_key],
        "patient_key": patient_key,
        "prescriber": prescriber,
        "prescriber_key": prescriber_key,
        "latest": latest.number,
        "months": len(months),
        # A store of few months looks back on those that it has.
        "before": before,
        "before_from": latest.plus(-before).number,
        "before_to": latest.plus(-1).number,
        "last": min(12, len(months)),
        "last_from": latest.plus(1 - min(12, len(months))).number,
        "most_tablets": 421 if len(months) >= 12 else 35 * len(months) + 1,
        "later_page": later_page,
        "rows_before": (later_page - 1) * PAGE,
    }


def spelt_out(data: Any) -> Any:
    """JSON with a list's selection for ``{"list": …}``, and the count for ``{"numerator of": …}``."""
    match data:
        case {"list": str(key)}:
            return selection_to_json(medicine_lists()[key].selection)
        case {"numerator of": str(key)}:
            return value_to_json(comparator_named(key).numerator.value)
        case dict():
            return {key: spelt_out(value) for key, value in data.items()}
        case list():
            return [spelt_out(value) for value in data]
        case _:
            return data


def place_after(engine: DuckDBEngine, listing: Mapping[str, Any], rows: int) -> str:
    """The token after so many rows of a listing."""
    token = ""
    while rows:
        size = min(rows, 900)
        page = list_rows(engine, listing_from_json({**listing, "size": size, "after": token}), VIEWER)
        rows -= len(page.result.rows)
        token = page.next
    assert not token or after_of(token)
    return token
