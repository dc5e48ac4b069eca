"""The age logic in SQL against the function that defines it, over all combinations of what may be known."""

from __future__ import annotations

import duckdb

from epact2.load import ages
from epact2.model.items import AGE_SOURCE
from epact2.model.months import DispensingMonth
from epact2.model.patients import AgeEvidence, age_at_item, age_on_30_september

_BIRTHS = (None, 190001, 190501, 190512, 190601, 198003, 202509, 202510, 202512, 202601, 202602)
_EARLIER = (None, 190001, 197006, 202602)
_CAPTURED = (None, -1, 0, 45, 120, 121, 199)
_PRESCRIBED = (None, 20250930, 20251231, 20260101)


def test_sql_and_function_agree_on_every_combination():
    for month in (DispensingMonth(2026, 1), DispensingMonth(2025, 4), DispensingMonth(2025, 12)):
        found = _by_sql(month)
        assert len(found) == 2 * len(_PRESCRIBED) * len(_BIRTHS) ** 2 * len(_CAPTURED) * len(_EARLIER)
        for eps, prescribed, pds, from_eps, captured, earlier, source, years, september in found:
            evidence = AgeEvidence(month, eps, prescribed, pds, from_eps, captured, earlier)
            age = age_at_item(evidence)
            assert (years, AGE_SOURCE.codes[source]) == (age.years, age.source), evidence
            assert september == age_on_30_september(pds, month), evidence


def _by_sql(month: DispensingMonth) -> list[tuple]:
    connection = duckdb.connect()
    columns = {
        "eps": (True, False),
        "prescribed": _PRESCRIBED,
        "pds_birth_month": _BIRTHS,
        "eps_birth_month": _BIRTHS,
        "captured": _CAPTURED,
        "earlier_birth_month": _EARLIER,
    }
    for name, values in columns.items():
        kind = "BOOLEAN" if name == "eps" else "INTEGER"
        connection.execute(f"CREATE TABLE t_{name} AS SELECT unnest($1::{kind}[]) AS {name}", [list(values)])
    rows = " CROSS JOIN ".join(f"t_{name}" for name in columns)
    return connection.execute(
        f"SELECT {', '.join(columns)}, source, {ages.age('reference', 'source')}, "
        f"{ages.age_september(month)} "
        f"FROM (SELECT *, {ages.age_source('reference')} AS source "
        f"FROM (SELECT *, {ages.reference_index(month)} AS reference FROM {rows}))"
    ).fetchall()
