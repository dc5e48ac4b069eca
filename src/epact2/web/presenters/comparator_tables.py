"""The tables of a comparator's page and of the list of comparators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from epact2.analysis.compare import Ranked
from epact2.analysis.movement import Movement, movement
from epact2.comparators.definition import Comparator
from epact2.query.nodes import Amount, Is
from epact2.query.result import Mark
from epact2.web import links
from epact2.web.comparator_data import ComparatorData, Marks, Series
from epact2.web.items_door import ItemsDoor
from epact2.web.presenters import calculation, figures, names, numbers, told
from epact2.web.presenters.comparator_findings import measure_noun
from epact2.web.presenters.ranking import shown_rows

LEVEL_HEADS = {"sub-ICB location": "Sub-ICB location", "practice": "Practice", "region": "Region"}


def ranking_table(
    data: ComparatorData, rows: Sequence[Ranked] | None = None
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Columns and rows of the ranking; without ``rows``, those that matter to the reader."""
    own = data.choices.organisation.code
    everyone = data.shown.rows
    if rows is None:
        place = next((index for index, row in enumerate(everyone) if row.code == own), None)
        shown: Sequence[Ranked | None] = shown_rows(everyone, place)
    else:
        shown = rows
    series = data.series([row.code for row in shown if row is not None])
    points = numbers.is_percentage(data.unit)
    columns: list[dict[str, object]] = [
        {"text": "Rank", "rank": True},
        {"text": LEVEL_HEADS.get(data.choices.level, data.choices.level)},
        {"text": names.capital(measure_noun(data.unit)), "numeric": True},
        {"text": "Change in 12 months" + (", points" if points else ""), "numeric": True, "wide": True},
        {"text": "Trend", "wide": True},
        {"text": calculation.counted(data.comparator), "numeric": True},
    ]
    places = numbers.column_places([row.value for row in shown if row is not None], data.unit)
    made: list[dict[str, object]] = [
        {"kind": "gap", "cells": []} if row is None else _row(data, row, series[row.code], places)
        for row in shown
    ]
    return columns, made


def _row(data: ComparatorData, row: Ranked, through: tuple[Series, Marks], places: int) -> dict[str, object]:
    series, marks = through
    own = row.code == data.choices.organisation.code
    href = links.comparator(
        data.comparator.key,
        **data.choices.kept(
            organisation=row.code,
            level=data.choices.level,
            bnf=data.comparator.medicine.text if data.comparator.medicine else None,
        ),
    )
    return {
        "own": own,
        "own_tag": data.choices.tag if own and data.choices.own else "",
        "cells": [
            "" if row.rank is None else f"{row.rank:,}",
            {"text": names.place_name(row.name), "href": href},
            told.in_short(row.marks[2], numbers.full(row.value, data.unit, places=places)),
            told.in_short(change_mark(marks), change_words(series, data.unit)),
            {"spark": series, "text": ""},
            _numerator(data, row),
        ],
    }


def _numerator(data: ComparatorData, row: Ranked) -> str | dict[str, object]:
    """What the numerator counts; patients lead to their list, where the reader may see it."""
    part = data.comparator.numerator
    text = numbers.full(row.numerator, part.unit, part.scale)  # type: ignore[arg-type]
    if isinstance(part.value, Amount) or not row.numerator:
        return told.in_short(row.marks[0], text)
    door = ItemsDoor(data.asking.viewer, data.asking.directory)
    href = door.beneath(part.value, Is(data.level, row.code), data.month)
    return {"text": text, "href": href, "drill": True} if href else text


def change_words(series: Sequence[float | None], unit: str) -> str:
    """The change on the same month a year earlier: points of a percentage, or per cent of a rate."""
    if len(series) < 13 or series[-1] is None or series[-13] is None:
        return numbers.NO_DATA
    if numbers.is_percentage(unit):
        return numbers.signed(series[-1] - series[-13], "", places=1)
    change = numbers.relative_change(series[-1], series[-13])
    return numbers.NO_DATA if change is None else numbers.signed(change, "%")


def change_mark(marks: told.Marks) -> Mark | None:
    """Why a change on a year earlier is withheld: one of its two values is."""
    return told.why_withheld((marks[-1], marks[-13])) if len(marks) >= 13 else None


# --- The list of comparators --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """One comparator as one organisation sees it; ``marks`` tell of each month what is withheld.

    ``missing`` is what any other value that is not there is called.
    """

    comparator: Comparator
    unit: str
    england: float | None
    own: Series
    rank: int | None
    percentile: float | None
    compared: int
    marks: told.Marks = ()
    england_mark: Mark | None = None
    missing: str = numbers.NO_DATA

    @property
    def mark(self) -> Mark | None:
        """What is told of the value in the month."""
        return self.marks[-1] if self.marks else None

    @property
    def movement(self) -> Movement | None:
        """The value now and a year earlier; None where one of the two is not known."""
        return movement(self.own)

    @property
    def verdict(self) -> str:
        """A year's change in a word: improved, worsened, no change, no target; empty where not known."""
        return figures.change_verdict(self.unit, self.comparator.direction, self.movement)


def list_table(
    standings: Sequence[Standing], own_name: str, peers: str, kept: Mapping[str, object], *, is_england: bool
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Columns and rows of all comparators, one group for each theme."""
    columns: list[dict[str, object]] = [
        {"text": "Comparator"},
        {"text": own_name, "numeric": True},
        {"text": "Change in 12 months", "numeric": True},
        {"text": "Trend", "wide": True},
    ]
    if not is_england:
        columns[2:2] = [{"text": "England", "numeric": True, "wide": True}]
        columns.append({"text": f"Rank of {peers}"})
    rows: list[dict[str, object]] = []
    for theme, group in groupby(standings, key=lambda one: one.comparator.theme):
        rows.append({"kind": "subtotal", "cells": [theme, *[""] * (len(columns) - 1)]})
        rows += [_list_row(one, kept, is_england=is_england) for one in group]
    return columns, rows


def _list_row(one: Standing, kept: Mapping[str, object], *, is_england: bool) -> dict[str, object]:
    now = one.own[-1] if one.own else None
    words = figures.change_words(one.unit, one.movement) if now is not None else one.missing
    if numbers.is_percentage(one.unit) and words not in (one.missing, numbers.NO_DATA, numbers.NO_CHANGE):
        words += " points"
    summary = Markup('<span class="app-onlywide">{}</span> {}.').format(
        one.comparator.summary, one.comparator.direction.value.capitalize()
    )
    cells: list[object] = [
        {
            "text": one.comparator.title,
            "href": links.comparator(one.comparator.key, **kept),
            "note": summary,
        },
        told.in_short(one.mark, _or_missing(one, now)),
        {
            "text": told.in_short(change_mark(one.marks), "" if one.verdict == "no change" else words),
            "change": one.verdict,
        },
        {"spark": one.own, "text": ""},
    ]
    if not is_england:
        cells[2:2] = [told.in_short(one.england_mark, _or_missing(one, one.england))]
        place = f"{one.rank:,} of {one.compared:,}" if one.rank is not None else one.missing
        place = told.in_short(one.mark, place) if one.rank is None else place
        cells.append(
            {"text": place, "strip": one.percentile} if one.percentile is not None else {"text": place}
        )
    return {"cells": cells}


def _or_missing(one: Standing, value: float | None) -> str:
    return one.missing if value is None else numbers.full(value, one.unit)


def shown_count(data: ComparatorData) -> int:
    """How many rows the short form of the ranking shows."""
    own = data.choices.organisation.code
    rows = data.shown.rows
    place = next((index for index, row in enumerate(rows) if row.code == own), None)
    return sum(row is not None for row in shown_rows(rows, place))
