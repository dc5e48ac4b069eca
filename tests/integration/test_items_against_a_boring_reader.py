"""Answers about items and patients against the received files, read with the csv module and counted by hand.

Two Englands are loaded: a synthetic one, and one in which practices, patients, births and flags are thrown
together by chance. Nothing of the query, of the engines or of the loader counts anything on this side; see
``support.boring_patients`` (the files) and ``support.boring_answers`` (the counting).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from copy import copy
from fractions import Fraction
from functools import cache, partial
from operator import attrgetter

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import answer
from epact2.query.codec import query_from_json
from epact2.query.result import Result
from epact2.query.scope import Scope
from epact2.store.duckdb import DuckDBEngine
from support.boring_answers import (
    AMOUNTS,
    ITEMS,
    OVER_TIME,
    PATIENTS,
    PEOPLE,
    Case,
    Group,
    Number,
    amount,
    by_patient,
    on_many,
    rolling,
)
from support.boring_patients import AS_RECEIVED, LEVELS, BoringEngland, Line
from support.jumbled_items import jumbled_england, loaded, synthetic_england

FOLDERS = {"synthetic": synthetic_england, "jumbled": jumbled_england}
ENGLANDS = tuple(FOLDERS)
LATEST = 2  # months of an answer by month: enough to tell months apart

CASES = (*AMOUNTS, *PEOPLE, *OVER_TIME)
IN_GROUPS = (ITEMS, amount("actual cost", "cost"), PATIENTS, on_many(3))
TWICE = (*IN_GROUPS[2:], rolling(PATIENTS, 3), OVER_TIME[0])

Cells = dict[tuple[str | None, ...], Number]


@cache
def england(name: str) -> BoringEngland:
    return BoringEngland(FOLDERS[name]())


@cache
def engine(name: str) -> DuckDBEngine:
    return DuckDBEngine(loaded(FOLDERS[name]()), threads=2)


def ask(name: str, **question: object) -> Result:
    return answer(engine(name), query_from_json({"version": 1, **question}), OPERATOR).result


def cells_of(result: Result) -> Cells:
    """The cells of an answer with one value, by the codes of their row."""
    return cells_of_value(result, -1)


def cells_of_value(result: Result, place: int) -> Cells:
    """The cells of one of several values; fields stand before the first."""
    fields = sum(column.kind == "field" for column in result.columns)
    cells = {row[:fields]: row[place if place < 0 else fields + place] for row in result.rows}
    assert len(cells) == len(result.rows), "a group is listed once"
    return cells


def compare(found: Cells, expected: Cells) -> None:
    assert found.keys() == expected.keys()
    for key, number in expected.items():
        if isinstance(number, Fraction):
            assert found[key] == pytest.approx(float(number), rel=1e-12), key
        else:
            assert found[key] == number, key


def groups(
    name: str, key: Callable[[Line], str], months: Sequence[int], lines: Sequence[Line] | None = None
) -> dict[str, Group]:
    """A group for each code that occurs in the months, of the lines of these months alone."""
    found: dict[str, dict[int, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in england(name).lines if lines is None else lines:
        if line.month in months:
            found[key(line)][line.month].append(line)
    return {code: Group(england(name), tuple(months), by_month) for code, by_month in found.items()}


def expected_of_level(
    name: str,
    level: str,
    case: Case,
    months: Sequence[int],
    *,
    by_month: bool,
    structure: str = "current",
    exclusions: str = "standard",
) -> Cells:
    """Every cell of an answer by organisations of a level, by month or over the months together."""
    cells: Cells = {}
    for code, lines in england(name).by_level(level, structure, exclusions).items():
        for period in [(month,) for month in months] if by_month else [tuple(months)]:
            if not lines.keys().isdisjoint(period):
                key = (code, f"{period[0] // 100}-{period[0] % 100:02}") if by_month else (code,)
                cells[key] = case.count(Group(england(name), period, lines))
    return cells


# --- Organisations ------------------------------------------------------------------------------------------

# The synthetic England is large for plain Python, so not every level of it is asked for in both ways.
ASKED = [
    *(("jumbled", level, True) for level in LEVELS),
    *(("jumbled", level, False) for level in ("sub-ICB location", "PCN")),
    *(
        ("synthetic", level, by_month)
        for level, by_month in (("practice", True), ("ICB", False), ("England", True))
    ),
]


@pytest.mark.parametrize(
    ("name", "level", "by_month"),
    ASKED,
    ids=[f"{name}, {level}, {'by month' if by_month else 'together'}" for name, level, by_month in ASKED],
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_value_by_organisation(case: Case, name: str, level: str, by_month: bool) -> None:
    months = england(name).months[-LATEST:]
    rows = [level, "month"] if by_month else [level]
    found = cells_of(ask(name, values=[case.value], rows=rows, months={"latest": LATEST}))
    compare(found, expected_of_level(name, level, case, months, by_month=by_month))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_case_is_about_nothing(case: Case) -> None:
    cells = [
        cell
        for name in ENGLANDS
        for cell in expected_of_level(
            name, "practice", case, england(name).months[-LATEST:], by_month=True
        ).values()
    ]
    assert len(set(cells) - {None}) > 1


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("case", TWICE, ids=lambda case: case.name)
def test_organisations_as_they_were(case: Case, level: str) -> None:
    months = england("jumbled").months[-8:]
    for by_month in (True, False):
        rows = [level, "month"] if by_month else [level]
        found = cells_of(
            ask("jumbled", values=[case.value], rows=rows, structure="as at", months={"latest": 8})
        )
        compare(
            found,
            expected_of_level("jumbled", level, case, months, by_month=by_month, structure="as at"),
        )


@pytest.mark.parametrize(("name", "level"), [("jumbled", "practice"), ("synthetic", "ICB")])
@pytest.mark.parametrize("case", [*AMOUNTS, *PEOPLE], ids=lambda case: case.name)
def test_without_exclusions(case: Case, level: str, name: str) -> None:
    months = england(name).months[-LATEST:]
    found = cells_of(
        ask(name, values=[case.value], rows=[level], months={"latest": LATEST}, exclusions="none")
    )
    compare(found, expected_of_level(name, level, case, months, by_month=False, exclusions="none"))


# --- Codes of items and patients ----------------------------------------------------------------------------


def _band(width: int, last: int) -> Callable[[Line], str]:
    def band(line: Line) -> str:
        low = line.age // width * width
        return "Unknown" if line.age < 0 else f"{low:02}-{low + width - 1:02}" if low < last else f"{last}+"

    return band


def _september_band(line: Line) -> str:
    low = line.september // 5 * 5
    return "Unknown" if line.september < 0 else f"{low:02}-{low + 4:02}" if low < 90 else "90+"


def _adult(line: Line) -> str:
    return "Unknown" if line.age < 0 else "adult" if line.age >= 18 else "child"


FIELDS: dict[str, Callable[[Line], str]] = {
    "patient identified": lambda line: "Y" if line.patient else "N",
    "age": lambda line: str(line.age),
    "5-year age band": _band(5, 90),
    "20-year age band": _band(20, 80),
    "adult or child": _adult,
    "age on 30 September": lambda line: str(line.september),
    "5-year age band on 30 September": _september_band,
    "age source": lambda line: line.age_source,
    "gender": lambda line: line.gender,
    "IMD quintile": lambda line: line.quintile,
    "exclusion": lambda line: line.exclusion,
    "presentation": lambda line: line.presentation,
    "section": lambda line: line.presentation[:4],
    **{field: partial(lambda name, line: line.cell[name], field) for field in AS_RECEIVED.values()},
}


@pytest.mark.parametrize(
    ("name", "exclusions"), [("synthetic", "standard"), ("jumbled", "standard"), ("jumbled", "none")]
)
@pytest.mark.parametrize("field", FIELDS)
def test_values_by_field(field: str, name: str, exclusions: str) -> None:
    result = ask(
        name,
        values=[case.value for case in IN_GROUPS],
        rows=[field],
        columns=["month"],
        months={"latest": LATEST},
        exclusions=exclusions,
    )
    lines = england(name).lines if exclusions == "standard" else england(name).all_lines
    for place, case in enumerate(IN_GROUPS):
        expected = {
            (code, f"{month // 100}-{month % 100:02}"): case.count(group)
            for month in england(name).months[-LATEST:]
            for code, group in groups(name, FIELDS[field], [month], lines).items()
        }
        compare(cells_of_value(result, place), expected)


def test_codes_as_published_and_latest() -> None:
    """Months of both codes of a replaced presentation: one row under the latest, two as published."""
    for codes, key in (("published", "as published"), ("presentation", "latest")):
        of_line = attrgetter(codes)
        result = ask("synthetic", values=["items", "identified patients"], rows=["presentation"], codes=key)
        found = {row[0]: row[1:] for row in result.rows}
        of_code = groups("synthetic", of_line, england("synthetic").months)
        assert found == {code: (ITEMS.count(group), PATIENTS.count(group)) for code, group in of_code.items()}
    assert {line.published for line in england("synthetic").lines} > {
        line.presentation for line in england("synthetic").lines
    }


SELECTIONS: dict[str, tuple[object, Callable[[Line], bool]]] = {
    "65 or over": ({"between": ["age", 65, 120]}, lambda line: line.age >= 65),
    "age not known": ({"is": ["age", -1]}, lambda line: line.age == -1),
    "of school age in September": (
        {"between": ["age on 30 September", 5, 15]},
        lambda line: 5 <= line.september <= 15,
    ),
    "women": ({"is": ["gender", "Female"]}, lambda line: line.gender == "2"),
    "deprived": ({"in": ["IMD quintile", ["1", "2"]]}, lambda line: line.quintile in "12"),
    "some age bands": (
        {"in": ["5-year age band", ["85-89", "90+", "Unknown"]]},
        lambda line: line.age >= 85 or line.age < 0,
    ),
    "electronic, not repeat dispensing": (
        {"all": [{"is": ["EPS", "Y"]}, {"not": {"is": ["repeat dispensing", "Y"]}}]},
        lambda line: line.cell["EPS"] == "Y" and line.cell["repeat dispensing"] == "N",
    ),
    "controlled drugs, or of one form": (
        {"any": [{"between": ["controlled drug schedule", 2, 3]}, {"is": ["form type", "FP10MDA"]}]},
        lambda line: line.cell["controlled drug schedule"] in "23" or line.cell["form type"] == "FP10MDA",
    ),
    "nurses and pharmacists": (
        {"in": ["prescriber type", ["Nurse", "Pharmacist"]]},
        lambda line: line.cell["prescriber type"] in ("Nurse", "Pharmacist"),
    ),
    "not at a pharmacy": (
        {"not": {"is": ["dispenser type", "Pharmacy"]}},
        lambda line: line.cell["dispenser type"] != "Pharmacy",
    ),
    "brands of the heart": (
        {"all": [{"under": ["bnf", "02"]}, {"is": ["preparation class", "3"]}]},
        lambda line: line.presentation.startswith("02") and line.cell["preparation class"] == "3",
    ),
    "exempt by category, charged": (
        {"all": [{"is": ["exemption", "C"]}, {"not": {"is": ["charge status", "C"]}}]},
        lambda line: line.cell["exemption"] == "C" and line.cell["charge status"] != "C",
    ),
    "one dispenser": ({"is": ["dispenser", "SD00001"]}, lambda line: line.cell["dispenser"] == "SD00001"),
    "nobody": ({"is": ["prescriber", "no such code"]}, lambda line: False),
}


@pytest.mark.parametrize("name", ENGLANDS)
@pytest.mark.parametrize("selection", SELECTIONS)
def test_values_of_a_selection(selection: str, name: str) -> None:
    where, test = SELECTIONS[selection]
    lines = [line for line in england(name).lines if test(line)]
    months = england(name).months[-LATEST:]
    for level in ("England", "ICB", "practice"):
        result = ask(
            name,
            values=[case.value for case in IN_GROUPS],
            rows=[level],
            where=where,
            months={"latest": LATEST},
        )
        nothing = Group(england(name), tuple(months), {})
        of_level = dict.fromkeys(england(name).with_lists(level), nothing) | groups(
            name, partial(england(name).organisation, level=level), months, lines
        )
        for place, case in enumerate(IN_GROUPS):
            expected = {(code,): case.count(group) for code, group in of_level.items()}
            compare(cells_of_value(result, place), expected)


@pytest.mark.parametrize("name", ENGLANDS)
def test_every_total_is_counted_again(name: str) -> None:
    rows, months = ["region", "ICB", "practice"], england(name).months[-LATEST:]
    result = ask(
        name,
        values=[case.value for case in IN_GROUPS],
        rows=rows,
        columns=["month"],
        totals=True,
        months={"latest": LATEST},
    )
    expected: dict[tuple[str | None, ...], Group] = {}
    for depth in range(len(rows) + 1):
        for period in [*((month,) for month in months), tuple(months)]:

            def codes(line: Line, depth: int = depth) -> str:
                return "/".join(england(name).organisation(line, level) for level in rows[:depth])

            month = f"{period[0] // 100}-{period[0] % 100:02}" if len(period) == 1 else None
            for code, group in groups(name, codes, period).items():
                shown = (*filter(None, code.split("/")), *[None] * (len(rows) - depth))
                expected[(*shown, month)] = group
    for place, case in enumerate(IN_GROUPS):
        counted = {key: case.count(group) for key, group in expected.items()}
        compare(cells_of_value(result, place), counted)


@pytest.mark.parametrize("practice", ["SY0001", "SY0003"])
def test_a_window_looks_no_further_than_the_scope(practice: str) -> None:
    """Who may see one practice learns nothing of what its patients had elsewhere."""
    seen = [line for line in england("jumbled").lines if line.practice == practice]
    here = copy(england("jumbled"))
    here.received = by_patient(seen)
    month = here.months[-1]
    by_month = {one: [line for line in seen if line.month == one] for one in here.months}
    for case in OVER_TIME:
        query = query_from_json({"values": [case.value], "months": {"latest": 1}})
        scope = Scope(query_from_json({"values": ["items"], "where": {"is": ["practice", practice]}}).where)
        found = engine("jumbled").answer(query, scope)
        compare(cells_of(found), {(): case.count(Group(here, (month,), by_month))})
