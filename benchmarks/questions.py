"""The ten named questions, each with its floor: the smallest scan of the columns that it needs.

A floor reads the same tables as any way of answering would have to, from the views ``by_section``,
``by_presentation``, ``by_practice`` (over the years of the question), ``rows`` (over its months) and
``population``; it groups and joins nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """One question, as JSON; ``held`` to twice its floor or not; ``floor`` as SQL."""

    name: str
    json: dict[str, Any]
    floor: tuple[str, ...]
    held: bool = False


_BROAD = {"any": [{"under": ["bnf", code]} for code in ("0501013K0", "0501021", "050112")]}
_SELECTED = {
    "any": [
        {"under": ["bnf", code]}
        for code in ("050101", "0501021", "050103", "050105", "050108", "050111", "050112", "050113")
    ]
}
_SHARE = {
    "ratio": [{"amount": "items", "where": _BROAD}, {"amount": "items", "where": _SELECTED}],
    "per": 100,
}
_LATEST = "month = {latest}"
_SCAN = "SELECT sum(items), max(practice), max(month) FROM by_presentation WHERE {ranges}"

QUESTIONS = (
    Question(
        "Trend of a section by ICB, 60 months",
        {"values": ["items"], "rows": ["ICB"], "columns": ["month"], "where": {"under": ["bnf", "0501"]}},
        ("SELECT sum(items), max(practice), max(month) FROM by_section WHERE section = 501",),
        held=True,
    ),
    Question(
        "Percentile bands of a comparator over all practices, 60 months",
        {
            "values": [_SHARE],
            "rows": ["practice"],
            "columns": ["month"],
            "where": {"is": ["practice setting", "4"]},
            "percentiles": [10, 20, 30, 40, 50, 60, 70, 80, 90],
        },
        (
            f"{_SCAN} -- 0501013K0 0501021 050112",
            f"{_SCAN} -- 050101 0501021 050103 050105 050108 050111 050112 050113",
        ),
        held=True,
    ),
    Question(
        "Ranking of all practices by a comparator, one month",
        {
            "values": [_SHARE],
            "rows": ["practice"],
            "where": {"is": ["practice setting", "4"]},
            "months": {"latest": 1},
            "order": [{"by": _SHARE, "descending": True}],
        },
        (
            f"{_SCAN} AND {_LATEST} -- 0501013K0 0501021 050112",
            f"{_SCAN} AND {_LATEST} -- 050101 0501021 050103 050105 050108 050111 050112 050113",
        ),
        held=True,
    ),
    Question(
        "Chapter by month, England, 60 months",
        {"values": ["items", "actual cost"], "rows": ["chapter"], "columns": ["month"]},
        ("SELECT sum(items), sum(actual_cost), max(section), max(month) FROM by_section",),
    ),
    Question(
        "Top 20 presentations of one practice, 12 months",
        {
            "values": ["NIC", "items"],
            "rows": ["presentation"],
            "where": {"is": ["practice", "{practice}"]},
            "months": {"latest": 12},
            "top": 20,
            "order": [{"by": "NIC", "descending": True}],
        },
        (
            """SELECT sum(nic), sum(items), max(presentation) FROM rows
            WHERE month BETWEEN {year_ago} AND {latest} AND practice = {practice_key}""",
        ),
    ),
    Question(
        "One presentation by region, 60 months",
        {
            "values": ["items"],
            "rows": ["region"],
            "columns": ["month"],
            "where": {"is": ["presentation", "{presentation}"]},
        },
        (f"{_SCAN} -- {{presentation}}",),
        held=True,
    ),
    Question(
        "Change on a year earlier by ICB, 12 months",
        {
            "values": ["NIC", {"change": "NIC", "months": 12}],
            "rows": ["ICB"],
            "columns": ["month"],
            "months": {"latest": 12},
        },
        ("SELECT sum(nic), max(practice), max(month) FROM by_practice WHERE month >= {two_years_ago}",),
        held=True,
    ),
    Question(
        "Rolling 12 months of a paragraph by month",
        {
            "values": [{"rolling": "items", "months": 12}],
            "rows": ["month"],
            "where": {"under": ["bnf", "040301"]},
        },
        ("SELECT sum(items), max(month) FROM by_presentation WHERE {ranges} -- 040301",),
        held=True,
    ),
    Question(
        "Items per 1,000 patients by PCN, latest quarter",
        {
            "values": [{"ratio": ["items", "list size"], "per": 1000}],
            "rows": ["PCN"],
            "where": {"under": ["bnf", "0501"]},
            "months": {"latest": 3},
        },
        (
            "SELECT sum(items), max(practice) FROM by_section WHERE section = 501 AND month >= {quarter_ago}",
            "SELECT sum(list_size), max(practice) FROM population WHERE month >= {quarter_ago}",
        ),
    ),
    Question(
        "Table of ICB by quarter with all totals, 60 months",
        {"values": ["items", "NIC"], "rows": ["ICB"], "columns": ["quarter"], "totals": True},
        ("SELECT sum(items), sum(nic), max(practice), max(month) FROM by_practice",),
    ),
)
