"""The panel of patients on an organisation's page: five figures beside England's, and a year earlier."""

from __future__ import annotations

from collections.abc import Mapping

from epact2.analysis.answer import Answer
from epact2.analysis.patients_profile import (
    FIGURES,
    ITEMS_EACH,
    OF_PATIENTS,
    ON_MANY,
    OPEN,
    PATIENTS,
    latest_question,
)
from epact2.analysis.profile import YEAR, Figure
from epact2.analysis.sealed_notes import published_words
from epact2.model.months import DispensingMonth
from epact2.model.organisations import Organisation
from epact2.query.result import Cell, Column, Mark
from epact2.web import links
from epact2.web.presenters import numbers, told

Values = Mapping[Figure, tuple[Cell, Column, Mark | None]]
Answers = tuple[Answer, Answer]  # to the question about patients, and to the open one


def read(given: Answers, month: DispensingMonth) -> Values:
    """The figures of one month of the answers to ``panel_questions``; empty for a month without rows."""
    found: dict[Figure, tuple[Cell, Column, Mark | None]] = {}
    for figures, answer in zip((OF_PATIENTS, OPEN), given, strict=True):
        result = answer.result
        line = next((number for number, row in enumerate(result.rows) if row[0] == month.code), None)
        if line is not None:
            found |= {
                figure: (result.rows[line][place], result.columns[place], result.marks.get((line, place)))
                for place, figure in enumerate(figures, start=1)
            }
    return found


def panel(
    organisation: Organisation,
    name: str,
    month: DispensingMonth,
    own: Answers,
    england: Answers,
    items: str,
) -> dict[str, object] | None:
    """The card's values; None where nobody was dispensed to. ``items`` is the address of its items.

    A number that is withheld, or fewer than five, is one: its card stays.
    """
    now, before = read(own, month), read(own, month.plus(-YEAR))
    whole = read(england, month)
    if PATIENTS not in now or not (now[PATIENTS][0] or now[PATIENTS][2]):
        return None
    is_england = organisation.level == "England"
    columns: list[dict[str, object]] = [
        {"text": "Figure"},
        {"text": month.name, "numeric": True},
        *([] if is_england else [{"text": "England", "numeric": True}]),
        *([{"text": f"{month.plus(-YEAR).name}", "numeric": True, "wide": True}] if before else []),
    ]
    rows = []
    for figure in FIGURES:
        cells: list[object] = [figure.name, _full(figure, now)]
        if not is_england:
            cells.append(_full(figure, whole))
        if before:
            cells.append(_full(figure, before))
        rows.append({"cells": cells})
    return {
        "title": title(now),
        "subtitle": f"Patients of {name} in {month.name}, by single items",
        "columns": columns,
        "rows": rows,
        "caption": f"Patients of {name}, {month.name}",
        "provisional": own[0].provisional,
        "published": " ".join(dict.fromkeys(filter(None, map(published_words, (*own, *england))))),
        "actions": [
            {"text": "Open in the explorer", "href": links.explorer(latest_question(organisation, month))},
            *([{"text": "See the items", "href": items}] if items else []),
        ],
    }


def title(now: Values) -> str:
    """``15,903 identified patients had 2.3 items each; 4.1% were on ten or more unique medicines``.

    What is withheld is left out, but the number of patients: of that it says why.
    """
    _, column, mark = now[PATIENTS]
    if told.is_withheld(mark):
        return f"The number of identified patients is withheld: {mark.reason if mark else ''}"
    patients, each, many = (_full(figure, now) for figure in (PATIENTS, ITEMS_EACH, ON_MANY))
    plural = "patient" if patients == "1" else "patients"
    count = told.about(patients, approximate=column.approximate and mark is None)
    said = f"{count[:1].upper()}{count[1:]} identified {plural}"
    if _is_said(ITEMS_EACH, now):
        said += f" had {each} items each"
    if _is_said(ON_MANY, now):
        said += f"; {many} were on ten or more unique medicines"
    return said


def _is_said(figure: Figure, values: Values) -> bool:
    """Whether there is a number, and it is shown."""
    return figure in values and values[figure][0] is not None


def _full(figure: Figure, values: Values) -> str:
    if figure not in values:
        return numbers.NO_DATA
    cell, column, mark = values[figure]
    known = cell if isinstance(cell, (int, float)) else None
    return told.in_short(mark, numbers.full(known, column.unit, column.scale))
