"""Answers about items and patients against the received files, read with the csv module and counted by hand.

Two Englands are loaded: a synthetic one, and one in which practices, patients, births and flags are thrown
together by chance. Nothing of the query, of the engines or of the loader counts anything on this side; see
``support.boring_patients`` (the files) and ``support.boring_answers`` (the counting).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import partial
from operator import attrgetter

import pytest

from epact2.query.codec import query_from_json
from epact2.query.listing_json import listing_from_json
from epact2.query.scope import ALL_OF_ENGLAND, Scope
from support.boring_answers import (
    AMOUNTS,
    ITEMS,
    PATIENTS,
    PEOPLE,
    Case,
    Group,
    amount,
    by_patient,
    on_many,
    rolling,
)
from support.boring_englands import (
    ENGLANDS,
    ask,
    cells_of,
    cells_of_value,
    compare,
    engine,
    england,
    expected_of_level,
    groups,
)
from support.boring_patients import AS_RECEIVED, LEVELS, Line
from support.boring_windows import OVER_TIME

LATEST = 2  # months of an answer by month: enough to tell months apart

CASES = (*AMOUNTS, *PEOPLE, *OVER_TIME)
IN_GROUPS = (ITEMS, amount("actual cost", "cost"), PATIENTS, on_many(3))
TWICE = (*IN_GROUPS[2:], rolling(PATIENTS, 3), OVER_TIME[0])


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


# --- Listings -----------------------------------------------------------------------------------------------


def pages(name: str, **listing: object) -> list[tuple[object, ...]]:
    """Every row of a listing, page by page."""
    rows: list[tuple[object, ...]] = []
    asked = listing_from_json({"size": 700, **listing})
    while True:
        page = engine(name).list(asked, ALL_OF_ENGLAND)
        rows += page.result.rows
        if not page.after:
            return rows
        asked = replace(asked, after=page.after)


def listed(line: Line) -> tuple[object, ...]:
    return (
        f"{line.month // 100}-{line.month % 100:02}", line.form, line.practice, line.presentation,
        str(line.age), line.gender, line.quintile, line.exclusion, line.cell["prescriber"],
        line.cell["SNOMED code"], line.items, line.nic, line.cost,
    )  # fmt: skip


@pytest.mark.parametrize("exclusions", ["standard", "none"])
@pytest.mark.parametrize("name", ENGLANDS)
def test_a_listing_has_every_row_of_a_month(name: str, exclusions: str) -> None:
    columns = [
        "month", "form", "practice", "presentation", "age", "gender", "IMD quintile", "exclusion",
        "prescriber", "SNOMED code", "items", "NIC", "actual cost",
    ]  # fmt: skip
    month = england(name).months[-1]
    lines = england(name).lines if exclusions == "standard" else england(name).all_lines
    expected = [listed(line) for line in lines if line.month == month]
    found = pages(name, columns=columns, months={"latest": 1}, exclusions=exclusions)
    assert [(row[0], int(str(row[1]))) for row in found] == sorted((row[0], int(row[1])) for row in expected)
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("name", ENGLANDS)
def test_a_listing_of_patients_has_what_each_had_at_each_practice(name: str) -> None:
    columns = ["patient", "practice", "gender", "items", "NIC"]
    expected: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for line in england(name).lines:
        if line.patient and line.month in england(name).months[-LATEST:] and line.age >= 65:
            here = expected[line.patient, line.practice, line.gender]
            here[0] += line.items
            here[1] += line.nic
    found = pages(
        name,
        columns=columns,
        rows="patients",
        where={"between": ["age", 65, 120]},
        months={"latest": LATEST},
        order=[{"by": "NIC", "descending": True}],
    )
    assert [row[-1] for row in found] == sorted((nic for _, nic in expected.values()), reverse=True)
    assert {row[:3]: [*row[3:]] for row in found} == expected
    assert len(found) == len(expected)
