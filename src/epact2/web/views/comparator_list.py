"""The list of comparators: those of practice-level data, or all of one theme.

Comparators of patients are many, and each has months of its own (those with single items); so the list shows
them theme by theme, and by itself those that practice-level data can answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from epact2.access.figures import Figures, asked_by
from epact2.analysis import compare
from epact2.analysis.sealed_notes import published_words
from epact2.comparators.definition import Comparator, Direction
from epact2.comparators.read import comparators
from epact2.model.months import DispensingMonth
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.model.prescribing import FIELD_BY_NAME
from epact2.query.nodes import MonthRange, Query
from epact2.query.result import Result
from epact2.query.sealing import NotPublished
from epact2.query.words import value_unit
from epact2.web import links
from epact2.web.asking import Asking
from epact2.web.choices import Choices, UnknownChoice, filter_fields, read_choices
from epact2.web.comparator_data import england_query, marks_by, peers_query, plain
from epact2.web.presenters import comparator_tables as tables
from epact2.web.presenters import headlines, names, numbers
from epact2.web.presenters.comparator_tables import Standing

MONTHS_SHOWN = 24
NOT_PUBLISHED = "not published"
Cell = TypeVar("Cell")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Comparators with England's value and the reader's own, and where those of each theme are found."""
    asking = Asking.of(request)
    choices = read_choices(request.GET, asking.directory, asking.person)
    fixed = [one for one in comparators().values() if not one.any_medicine]
    themes = [theme for theme, _ in groupby(fixed, key=lambda one: one.theme)]
    theme = request.GET.get("theme", "")
    if theme and theme not in themes:
        raise UnknownChoice(f"“{theme}” is no theme.", f"Choose one of: {', '.join(themes)}.")
    chosen = [one for one in fixed if one.theme == theme or not theme]
    by_practice = [one for one in chosen if not one.needs_items]
    standings = _standings(asking, choices, by_practice, choices.month, asking.directory.months)
    of_items = _of_items(asking, choices, [one for one in chosen if one.needs_items]) if theme else None
    kept = {"organisation": choices.organisation.code, "month": choices.month.code}
    everyone = [*standings, *(of_items["standings"] if of_items else [])]
    context = {
        "choices": choices,
        "month": choices.month.name,
        "theme": theme,
        "title": _title(standings, choices),
        "table": _table(standings, choices, kept),
        "of_items": of_items,
        "open_ones": [] if theme else [one for one in comparators().values() if one.any_medicine],
        "kept": kept,
        "finding": _finding(everyone, choices),
        "fields": _fields(choices, themes, theme),
        "themes": _themes(fixed, kept) if not theme else [],
        "links": links,
    }
    return render(request, "pages/comparators.jinja", context)


def _fields(choices: Choices, themes: Sequence[str], theme: str) -> list[dict[str, object]]:
    options = [{"value": "", "text": "Practice-level data"}, *({"value": one, "text": one} for one in themes)]
    kept = [
        one
        for one in filter_fields(choices, f"{reverse('suggest')}?kind=organisation")
        if one["name"] in ("organisation", "month")
    ]
    box: dict[str, object] = {
        "kind": "select", "name": "theme", "label": "Theme", "value": theme, "options": options,
    }  # fmt: skip
    return [*kept, box]


def _themes(fixed: Sequence[Comparator], kept: dict[str, str]) -> list[dict[str, str]]:
    """The themes that have comparators of single items, as links."""
    made = []
    for theme, group in groupby(fixed, key=lambda one: one.theme):
        of_items = [one for one in group if one.needs_items]
        if of_items:
            first = "; ".join(one.title for one in of_items[:3])
            more = f"; {len(of_items) - 3} more" if len(of_items) > 3 else ""
            address = links.with_query(links.address("comparators"), {**kept, "theme": theme})
            made.append({"text": theme, "href": address, "note": f"{first}{more}"})
    return made


# --- Standings --------------------------------------------------------------------------------------------


def _of_items(asking: Asking, choices: Choices, chosen: Sequence[Comparator]) -> dict[str, object] | None:
    """The comparators of single items: their month and their table; without items, that there are none."""
    if not chosen:
        return None
    loaded = asking.directory.item_months
    if not loaded:
        return {"standings": [], "missing": [one.title for one in chosen]}
    month = choices.month if choices.month in loaded else loaded[-1]
    # What is published of nobody is asked for by itself: it would take all others of the question with it.
    # So is what is open to everybody, which is not given beside counts of patients.
    apart = [one for one in chosen if one.counts_pairs]
    of_everybody = [one for one in chosen if _is_open(one, asking)]
    together = [one for one in chosen if one not in apart and one not in of_everybody]
    found = {
        one.comparator.key: one
        for group in (together, of_everybody, apart)
        for one in _standings(asking, choices, group, month, loaded)
    }
    standings = [found[one.key] for one in chosen]
    kept = {"organisation": choices.organisation.code, "month": month.code}
    england = asking.directory.organisation(ENGLAND_CODE, ENGLAND)
    whole = asking.ask(england_query(together, MonthRange(month, month), england)) if together else None
    return {
        "published": published_words(whole) if whole else "",
        "standings": standings,
        "month": month.name,
        "title": _title(standings, choices),
        "table": _table(standings, choices, kept),
        "from": f"Items are loaded for {loaded[0].name} to {loaded[-1].name}; a comparator that looks back "
        "begins later.",
    }


def _is_open(comparator: Comparator, asking: Asking) -> bool:
    return asked_by(Query((comparator.value,)), asking.directory).figures is Figures.OPEN


def _standings(
    asking: Asking,
    choices: Choices,
    chosen: Sequence[Comparator],
    month: DispensingMonth,
    loaded: Sequence[DispensingMonth],
) -> list[Standing]:
    """Some comparators for one organisation, in three questions. All must come from the same data."""
    if not chosen:
        return []
    months = MonthRange(max(loaded[0], month.plus(1 - MONTHS_SHOWN)), month)
    mine = _published(asking, england_query(chosen, months, choices.organisation))
    england = asking.directory.organisation(ENGLAND_CODE)
    latest = MonthRange(month, month)
    whole = _published(asking, england_query(chosen, latest, england))
    is_england = choices.organisation.level == ENGLAND
    level = FIELD_BY_NAME[choices.organisation.level]
    peers = () if is_england else _published(asking, peers_query(chosen, level, month)).rows
    codes = [str(row[0]) for row in peers]
    place = codes.index(choices.organisation.code) if choices.organisation.code in codes else None
    made = []
    for index, one in enumerate(chosen, start=1):
        values = [plain(row[index]) for row in peers]
        ranks, percentiles = compare.ranks(values), compare.percentiles(values)
        made.append(
            Standing(
                comparator=one,
                unit=value_unit(one.value),
                england=plain(whole.rows[0][index]) if whole.rows else None,
                own=_by_month({str(row[0]): plain(row[index]) for row in mine.rows}, months),
                rank=None if place is None else ranks[place],
                percentile=None if place is None else percentiles[place],
                compared=sum(value is not None for value in values),
                marks=_by_month({code: mark for (code,), mark in marks_by(mine, index).items()}, months),
                england_mark=whole.marks.get((0, index)),
                missing=NOT_PUBLISHED if one.counts_pairs else numbers.NO_DATA,
            )
        )
    return made


def _published(asking: Asking, query: Query) -> Result:
    """The answer's rows; none where it is of others, and not published of them."""
    try:
        return asking.whole(query).result
    except NotPublished:
        return Result((), ())


def _by_month(found: Mapping[str, Cell | None], months: MonthRange) -> list[Cell | None]:
    count = months.last.months_since(months.first) + 1
    return [found.get(months.first.plus(step).code) for step in range(count)]


def _table(
    standings: list[Standing], choices: Choices, kept: dict[str, str]
) -> tuple[list[dict[str, object]], list[dict[str, object]]] | None:
    if not standings:
        return None
    level = choices.organisation.level
    return tables.list_table(
        standings, choices.name, names.peers_name(level), kept, is_england=level == ENGLAND
    )


def _finding(standings: list[Standing], choices: Choices) -> str:
    """How many comparators moved the right way in a year, in the words of the home page."""
    said = headlines.verdicts([one.verdict for one in standings])
    if not said:
        return f"Where {choices.name} stands in {choices.month.name}."
    return f"{choices.name}, in a year: {said[:1].lower()}{said[1:]}"


def _title(standings: list[Standing], choices: Choices) -> str:
    """On how many comparators the organisation stands on the better side of its peers' middle."""
    placed = [one for one in standings if one.percentile is not None]
    if not placed:
        return f"{names.of(choices.name)} values month by month"
    better = sum(
        one.percentile < 50 if one.comparator.direction is Direction.LOWER else one.percentile > 50
        for one in placed
        if one.percentile is not None and one.comparator.direction is not Direction.NONE
    )
    return f"{choices.name} is on the better side of the median for {better} of {len(placed)} comparators"
