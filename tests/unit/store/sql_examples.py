"""Questions whose SQL is kept under ``tests/unit/store/sql`` to be read, and one small release for them."""

from __future__ import annotations

from functools import cache
from typing import Any

from epact2.query.codec import query_from_json
from epact2.query.nodes import Query
from epact2.store.duckdb import DuckDBEngine
from support.engines import duckdb_engines
from support.small_data import data_from_tables

ANTIBACTERIALS = {"under": ["bnf", "0501"]}
DOSULEPIN = {"under": ["bnf", "0403010J0"]}
RATE = {"ratio": ["items", "list size"], "per": 1000}

EXAMPLES: dict[str, dict[str, Any]] = {
    "whole": {"values": ["items"]},
    "trend": {"values": ["items"], "rows": ["ICB"], "columns": ["month"], "where": ANTIBACTERIALS},
    "one-practice": {"values": ["NIC"], "rows": ["presentation"], "where": {"is": ["practice", "A1"]}},
    "under-organisation": {
        "values": ["items"],
        "rows": ["practice"],
        "where": {"under": ["organisation", "Q1"]},
    },
    "as-at": {"values": ["items"], "rows": ["ICB"], "structure": "as at"},
    "as-published": {"values": ["items"], "rows": ["chemical substance"], "codes": "as published"},
    "rate": {"values": [RATE], "rows": ["PCN"], "columns": ["month"], "where": ANTIBACTERIALS},
    "rate-over-months": {"values": ["list size", RATE], "rows": ["region"]},
    "comparator": {
        "values": [
            {
                "ratio": [
                    {"amount": "items", "where": DOSULEPIN},
                    {"amount": "items", "where": ANTIBACTERIALS},
                ],
                "per": 100,
            }
        ],
        "rows": ["practice"],
        "columns": ["month"],
        "where": {"is": ["practice setting", "4"]},
        "percentiles": [10, 50, 90],
    },
    "share": {"values": [{"share": "items", "of": ["ICB"]}], "rows": ["ICB", "chapter"]},
    "change": {"values": [{"change": "items", "months": 1}], "rows": ["ICB"], "columns": ["month"]},
    "rolling": {"values": [{"rolling": "items", "months": 2}], "rows": ["month"], "where": ANTIBACTERIALS},
    "year-to-date": {"values": [{"year to date": "NIC"}], "columns": ["month"]},
    "totals": {"values": ["items"], "rows": ["ICB"], "columns": ["quarter"], "totals": True},
    "distinct": {"values": [{"distinct": ["chemical substance"]}], "rows": ["practice"]},
    "lines": {"values": ["items"], "rows": ["SNOMED code", "quantity per item"], "where": DOSULEPIN},
    "top": {"values": ["NIC"], "rows": ["section"], "top": 2},
    "top-with-others": {
        "values": ["NIC"],
        "rows": ["ICB", "section"],
        "top": {"count": 1, "within": ["ICB"], "others": True},
    },
    "order": {"values": ["NIC"], "rows": ["section"], "order": [{"by": "NIC", "descending": True}]},
    "mixed-condition": {
        "values": ["items"],
        "where": {"any": [ANTIBACTERIALS, {"not": {"is": ["ICB", "Q1"]}}]},
    },
}

TABLES = {
    "prescribing": """
        practice | month   | presentation    | items | NIC  | SNOMED code
        A1       | 2020-12 | 0501013B0AAAAAA | 3     | 1.50 | 111
        A1       | 2021-01 | 0403010J0AAAAAA | 4     | 2.50 | 222
        B1       | 2021-01 | 0501013B0AAABAB | 5     | 3.50 | 333
        B1       | 2021-02 | 20010000100     | 6     | 4.50 | 444
    """,
    "practices": """
        practice | PCN | sub-ICB location | ICB | region | practice setting
        A1       | U1  | S1               | Q1  | Y1     | 4
        B1       | U2  | S2               | Q2  | Y1     | 4
    """,
    "lists": """
        practice | month   | list size
        A1       | 2020-12 | 100
        A1       | 2021-01 | 110
        B1       | 2021-01 | 50
    """,
    "codes": """
        old             | new
        0501013B0AAABAB | 0501013B0AAACAC
    """,
}


def question(name: str) -> Query:
    """One of the examples."""
    return query_from_json(EXAMPLES[name])


@cache
def engine(*without: str) -> DuckDBEngine:
    """An engine of the small release, without some rewrites."""
    return duckdb_engines(data_from_tables(TABLES), (without,))[without]
