"""The home page: what is new for one organisation, made from the answers of a few questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from epact2.analysis.movement import movement
from epact2.analysis.profile import (
    COST,
    COST_PER_PATIENT,
    LIST,
    Figure,
    chapter_figure,
    within,
)
from epact2.analysis.standing import MedicineChange, Peers
from epact2.model.organisations import PLURALS
from epact2.model.prescribing import ACTUAL_COST, CHEMICAL_SUBSTANCE
from epact2.query.nodes import Amount, Change, MonthRange, Order, Query, Top
from epact2.web import links
from epact2.web.presenters import headlines, names, numbers
from epact2.web.presenters.figures import Measured, measured, moved_table
from epact2.web.profile_answers import Profile

MOST_ROWS = 8
MOST_CHAPTERS = 4
LEAST_SHARE = 0.01  # of all spending, in either month: smaller chapters swing without meaning anything
MEDICINES_SHOWN = 5
MEDICINES_IN_LINK = 50


def leading_chapters(profile: Profile, series: Mapping[str, Sequence[float | None]]) -> list[Figure]:
    """The chapters whose cost moved most against its own usual movement, largest first.

    ``series`` are monthly costs by chapter, per 1,000 patients where there is a list.
    """
    moved = {code: movement(values) for code, values in series.items()}
    known = {code: one for code, one in moved.items() if one is not None}
    now, before = sum(one.now for one in known.values()), sum(one.before for one in known.values())
    large = [
        (-one.size, code)
        for code, one in known.items()
        if one.now >= LEAST_SHARE * now or one.before >= LEAST_SHARE * before
    ]
    return [
        chapter_figure(code, profile.directory.medicine_name(code), per_patient=profile.has_list)
        for _, code in sorted(large)[:MOST_CHAPTERS]
    ]


def chapter_rows(
    profile: Profile,
    figures: Sequence[Figure],
    own: Mapping[str, list[float | None]],
    england: Mapping[str, list[float | None]],
    peers: Peers | None,
) -> list[Measured]:
    """The chosen chapters as rows beside the comparators."""
    rows = []
    for figure in figures:
        values, all_england = own[figure.medicine], england.get(figure.medicine, [])
        rows.append(
            Measured(
                figure=figure,
                href=links.medicine(figure.medicine, organisation=profile.organisation.code),
                values=values,
                movement=movement(values),
                england=all_england[-1] if all_england else None,
                standing=peers.standing(figure, profile.organisation.code) if peers else None,
            )
        )
    return rows


def moved_most(profile: Profile, chapters: Sequence[Measured]) -> list[Measured]:
    """Comparators and chapters, those that moved furthest for them first; without a year earlier, none."""
    rows = [*(measured(profile, figure) for figure in profile.comparators), *chapters]
    known = [one for one in rows if one.movement is not None]
    known.sort(key=lambda one: (-one.movement.size if one.movement else 0.0, one.figure.name))
    return known[:MOST_ROWS]


def moved(profile: Profile, chapters: Sequence[Measured]) -> dict[str, object]:
    """The card of what changed most."""
    rows = moved_most(profile, chapters)
    history = any(one.movement.from_history for one in rows if one.movement)
    count = sum(one.movement.more_than_usual for one in rows if one.movement)
    period = f"{profile.year_earlier.name} to {profile.month.name}"
    held_against = "each measure’s usual ups and downs" if history else "the value a year earlier"
    return {
        "title": headlines.moved_title(count, history),
        "subtitle": f"Change from {period}, held against {held_against}; largest first",
        "table": moved_table(profile, rows) if rows else None,
        "has_peers": profile.peers is not None,
    }


def heading(profile: Profile, name: str) -> dict[str, str]:
    """Title and lede of the page."""
    now, before = profile.own.now(COST), profile.own.before(COST)
    standing = profile.standing(COST_PER_PATIENT)
    comparison = ""
    if standing:
        peers = PLURALS[profile.organisation.level]
        comparison = headlines.more_than(standing.rank, standing.compared, peers)
    verdicts = [measured(profile, one).verdict for one in profile.comparators]
    return {
        "title": headlines.home_title(name, now, before, profile.month.name),
        "finding": headlines.spent(name, now, profile.month.name, comparison),
        "rest": headlines.verdicts(verdicts),
    }


def medicine_tables(profile: Profile, changes: Sequence[MedicineChange]) -> list[dict[str, object]]:
    """Two cards: whose cost rose most, and whose fell most, on a year earlier."""
    rose = sorted((one for one in changes if one.cost_change > 0), key=lambda one: -one.cost_change)
    fell = sorted((one for one in changes if one.cost_change < 0), key=lambda one: one.cost_change)
    return [_medicine_table(profile, rose, rising=True), _medicine_table(profile, fell, rising=False)]


def _medicine_table(profile: Profile, ordered: list[MedicineChange], *, rising: bool) -> dict[str, object]:
    shown = ordered[:MEDICINES_SHOWN]
    word = "rose" if rising else "fell"
    title = f"No medicine’s cost {word}"
    if shown:
        first = shown[0]
        title = headlines.medicine_title(medicine_name(profile, first.code), first.cost_change)
    period = f"{profile.year_earlier.name} to {profile.month.name}"
    return {
        "id": f"medicines-{word}",
        "title": title,
        "subtitle": f"Substances whose actual cost {word} most, {period}",
        "columns": [
            {"text": "Medicine"},
            {"text": profile.year_earlier.name, "numeric": True, "wide": True},
            {"text": profile.month.name, "numeric": True},
            {"text": "Change", "numeric": True},
        ],
        "rows": [_medicine_row(profile, one) for one in shown],
        "caption": f"Substances whose actual cost {word} most, {period}",
        "actions": [
            {
                "text": "See more in the explorer",
                "href": links.explorer(changes_query(profile, rising=rising)),
            },
            {
                "text": "CSV",
                "href": links.download(changes_query(profile, rising=rising), "csv"),
                "download": True,
            },
        ],
    }


def _medicine_row(profile: Profile, one: MedicineChange) -> dict[str, object]:
    relative = numbers.relative_change(one.cost, one.cost_before)
    if not one.cost_before:
        note = "New"
    elif not one.cost:
        note = "None now"
    else:
        note = numbers.signed(relative, "%") if relative is not None else ""
    return {
        "cells": [
            {
                "text": medicine_name(profile, one.code),
                "href": links.medicine(one.code, organisation=profile.organisation.code),
            },
            numbers.short(one.cost_before, "£"),
            numbers.short(one.cost, "£"),
            {"text": money_change(one.cost_change), "note": note},
        ]
    }


def money_change(change: float) -> str:
    """``+£12.3k``, ``−£340``."""
    sign = "+" if change > 0 else numbers.MINUS
    return f"{sign}{numbers.short(abs(change), '£')}"


def medicine_name(profile: Profile, code: str) -> str:
    """A substance's name; what has none shows its code."""
    return names.medicine_name(profile.directory.medicine_name(code))


def changes_query(profile: Profile, *, rising: bool) -> Query:
    """The question behind one of the two cards."""
    change = Change(Amount(ACTUAL_COST), relative=False)
    return Query(
        values=(Amount(ACTUAL_COST), change, Change(Amount(ACTUAL_COST))),
        rows=(CHEMICAL_SUBSTANCE,),
        where=within(profile.organisation),
        months=MonthRange(profile.month, profile.month),
        order=(Order(change, descending=rising),),
        top=Top(MEDICINES_IN_LINK),
    )


def beginnings(profile: Profile, comparators: int) -> list[dict[str, str]]:
    """Where to start: the four ways into the data, with how much there is."""
    directory = profile.directory
    practices = len(directory.organisations_at("practice"))
    icbs = len(directory.organisations_at("ICB"))
    months = len(directory.months)
    return [
        {
            "text": "Ask a question",
            "href": links.address("explorer"),
            "note": f"Choose measures, rows and filters over {numbers.counted(months, 'month')}",
        },
        {
            "text": "Compare with peers",
            "href": links.address("comparators"),
            "note": f"{numbers.counted(comparators, 'comparator')}, each with ranks and percentiles",
        },
        {
            "text": "Look up a medicine",
            "href": links.address("medicines"),
            "note": "From a BNF chapter to one presentation",
        },
        {
            "text": "Find an organisation",
            "href": links.address("organisations"),
            "note": f"{numbers.counted(icbs, 'ICB')}, {numbers.counted(practices, 'practice')}",
        },
    ]


def patients_of(profile: Profile) -> list[float | None] | None:
    """The list of patients month by month, where there is one."""
    return profile.own.values(LIST) if profile.has_list else None
