"""Figures of an organisation as key figures and as rows of tables: value, England, median, place, change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.analysis.movement import Movement, movement, verdict
from epact2.analysis.profile import (
    COST,
    COST_PER_ITEM,
    COST_PER_PATIENT,
    ITEMS_PER_PATIENT,
    KEY_COMPARATOR,
    PRESCRIBED,
    Figure,
)
from epact2.analysis.standing import Standing
from epact2.comparators.definition import Direction
from epact2.model.organisations import PLURALS
from epact2.web import links
from epact2.web.presenters import dates, names, numbers
from epact2.web.profile_answers import Profile

SPARK_MONTHS = 24
Cell = str | dict[str, object]
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with all that a row of a table says of it."""

    figure: Figure
    href: str
    values: list[float | None]
    movement: Movement | None
    england: float | None
    standing: Standing | None

    @property
    def now(self) -> float | None:
        """The latest value."""
        return self.values[-1] if self.values else None

    @property
    def before(self) -> float | None:
        """The value a year earlier, where both months have one."""
        return self.movement.before if self.movement else None

    @property
    def change_words(self) -> str:
        """``−0.8``, ``+£38``, ``No change``, ``No data``."""
        return change_words(self.figure.unit, self.movement)

    @property
    def verdict(self) -> str:
        """The word of the change's tag; empty while there is no year to compare with."""
        return change_verdict(self.figure.unit, self.figure.direction, self.movement)

    @property
    def is_better(self) -> bool | None:
        """Whether it lies on the better side of its peers' median; None where neither side is better."""
        standing = self.standing
        if standing is None or standing.value is None or standing.median is None:
            return None
        if self.figure.direction is Direction.NONE:
            return None
        if self.figure.direction is Direction.LOWER:
            return standing.value < standing.median
        return standing.value > standing.median


def measured(profile: Profile, figure: Figure) -> Measured:
    """A comparator or a basic figure of a profile."""
    values = profile.own.values(figure)
    return Measured(
        figure=figure,
        href=links.comparator(figure.key, organisation=profile.organisation.code)
        if figure.comparator
        else "",
        values=values,
        movement=movement(values),
        england=profile.england.now(figure),
        standing=profile.standing(figure),
    )


def change_words(unit: str, moved: Movement | None) -> str:
    """A change in the figure's unit; that of a percentage is in percentage points, without a sign."""
    if moved is None:
        return numbers.NO_DATA
    if unit == "%":
        return numbers.signed(moved.change, "", places=1)
    # As exact as the value itself: £1,051 less £145, not less £145.09.
    places = numbers.usual_places(numbers.amount(moved.now) or numbers.Decimal(0), unit)
    return numbers.signed(moved.change, unit, places=places)


def change_verdict(unit: str, direction: Direction, moved: Movement | None) -> str:
    """The word of a change's tag, by the change as it is shown; every page goes by this one rule."""
    if moved is None:
        return ""
    shown = 0.0 if change_words(unit, moved) == numbers.NO_CHANGE else moved.change
    return verdict(shown, direction)


def place_words(standing: Standing | None) -> str:
    """``30th of 42``."""
    if standing is None or standing.rank is None:
        return ""
    return f"{numbers.ordinal(standing.rank)} of {standing.compared:,}"


def key_figures(profile: Profile) -> list[dict[str, object]]:
    """The four figures at the top: each with England's, the peers' median and the place among them."""
    figures = _chosen(profile)
    return [_key_figure(profile, figure, own=place == 0) for place, figure in enumerate(figures)]


def _chosen(profile: Profile) -> tuple[Figure, ...]:
    antibacterials = next(one for one in profile.comparators if one.key == KEY_COMPARATOR)
    if profile.has_list:
        return (COST_PER_PATIENT, ITEMS_PER_PATIENT, antibacterials, COST_PER_ITEM)
    return (COST, PRESCRIBED, COST_PER_ITEM)  # a cost centre without a list of patients


def _key_figure(profile: Profile, figure: Figure, *, own: bool) -> dict[str, object]:
    value = profile.own.now(figure)
    standing = profile.standing(figure)
    item: dict[str, object] = {
        "label": figure.name,
        "value": numbers.short(value, figure.unit),
        "note": _note(profile, figure, standing),
        "own": own,
    }
    if standing and standing.rank is not None:
        item["percentile"] = standing.percentile
        item["place"] = place_words(standing)
    return item


def _note(profile: Profile, figure: Figure, standing: Standing | None) -> str:
    """England and the median of peers; for England, and for plain amounts, the same month a year earlier."""
    if profile.is_england or figure in (COST, PRESCRIBED):
        now, before = profile.own.now(figure), profile.own.before(figure)
        return capital(numbers.more_or_less(now, before, profile.year_earlier.name))
    said = f"England {numbers.short(profile.england.now(figure), figure.unit)}"
    if standing and standing.median is not None and standing.compared > 1:
        said += f", median {numbers.short(standing.median, figure.unit)}"
    return said


# --- Tables --------------------------------------------------------------------------------------------


def most_compared(rows: Sequence[Measured]) -> int:
    """Among how many most rows of a table rank: the heading says it once."""
    return max((one.standing.compared for one in rows if one.standing), default=0)


def place_heading(profile: Profile, compared: int) -> str:
    """``Place among 42 ICBs, 1st is lowest``."""
    return f"Place among {names.peers_name(profile.organisation.level, compared)}, 1st is lowest"


def name_cell(one: Measured) -> Cell:
    """The figure's name, as a link where it has a page, with which way is better under it."""
    note = note_of(one.figure)
    cell: dict[str, object] = {"text": one.figure.name, "note": note}
    return {**cell, "href": one.href} if one.href else cell


def note_of(figure: Figure) -> str:
    """The line under a figure's name: its unit where the name does not say it, and which way is better."""
    if figure.medicine:
        return "Actual cost per 1,000 patients" if figure.per_patient else "Actual cost"
    return capital(figure.direction.value)


def capital(text: str) -> str:
    """The text with a large first letter."""
    return text[:1].upper() + text[1:]


def place_cell(one: Measured, compared: int) -> Cell:
    """The percentile strip with the rank in words; the rank alone where there is no strip.

    A row that ranks among fewer than the heading says tells among how many.
    """
    standing = one.standing
    if standing is None or standing.rank is None:
        return numbers.NO_DATA if one.now is None else "Not ranked"
    words = numbers.ordinal(standing.rank) if standing.compared == compared else place_words(standing)
    return words if standing.percentile is None else {"text": words, "strip": standing.percentile}


def change_cell(one: Measured) -> Cell:
    """The change with its tag."""
    if not one.verdict:
        return numbers.NO_DATA
    if one.verdict == "no change":
        return {"text": "", "change": "no change"}
    return {"text": one.change_words, "change": one.verdict}


def spark_cell(one: Measured) -> Cell:
    """The shape of the last 24 months."""
    return {"spark": one.values[-SPARK_MONTHS:]}


def moved_table(profile: Profile, rows: Sequence[Measured]) -> dict[str, object]:
    """The table of what changed most."""
    columns: list[dict[str, object]] = [
        {"text": "Measure"},
        {"text": "Last 24 months" if len(profile.own.months) >= SPARK_MONTHS else "By month", "wide": True},
        {"text": dates.month_name(profile.year_earlier), "numeric": True, "wide": True},
        {"text": dates.month_name(profile.month), "numeric": True},
        {"text": "Change", "numeric": True},
    ]
    compared = most_compared(rows)
    if profile.peers:
        columns.append({"text": place_heading(profile, compared)})
    return {
        "columns": columns,
        "rows": [
            {
                "cells": [
                    name_cell(one),
                    spark_cell(one),
                    numbers.full(one.before, one.figure.unit),
                    numbers.full(one.now, one.figure.unit),
                    change_cell(one),
                    *([place_cell(one, compared)] if profile.peers else []),
                ]
            }
            for one in rows
        ],
        "caption": f"Measures that changed most, {profile.year_earlier.name} to {profile.month.name}",
    }


def comparators_table(profile: Profile, rows: Sequence[Measured]) -> dict[str, object]:
    """Every comparator of an organisation, beside England and the median of its peers."""
    columns: list[dict[str, object]] = [
        {"text": "Comparator"},
        {"text": "Value", "numeric": True},
    ]
    compared = most_compared(rows)
    if profile.peers:
        columns += [
            {"text": "England", "numeric": True, "wide": True},
            {"text": f"Median of {PLURALS[profile.organisation.level]}", "numeric": True, "wide": True},
            {"text": place_heading(profile, compared)},
        ]
    columns += [
        {"text": "Change in a year", "numeric": True},
        {"text": "By month", "wide": True},
    ]
    return {
        "columns": columns,
        "rows": [
            {
                "cells": [
                    name_cell(one),
                    numbers.full(one.now, one.figure.unit),
                    *(_compared(one, compared) if profile.peers else []),
                    change_cell(one),
                    spark_cell(one),
                ]
            }
            for one in rows
        ],
        "caption": f"Comparators, {profile.month.name}",
    }


def _compared(one: Measured, compared: int) -> list[Cell]:
    median = one.standing.median if one.standing else None
    unit = one.figure.unit
    return [numbers.full(one.england, unit), numbers.full(median, unit), place_cell(one, compared)]
