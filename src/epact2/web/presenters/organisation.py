"""One organisation's page: facts, the way up, trends and comparators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from epact2.analysis.answer import name_of
from epact2.analysis.profile import (
    COST,
    COST_PER_PATIENT,
    ITEMS_PER_PATIENT,
    LIST,
    PRESCRIBED,
    Figure,
    series_question,
)
from epact2.model import organisations
from epact2.model.organisations import ENGLAND, PCN, PLURALS, PRACTICE, UNKNOWN_CODE, Organisation
from epact2.model.prescribing import PRACTICE_SETTING
from epact2.query.result import Cell, Result
from epact2.web import links
from epact2.web.charts.chart import Chart, Line
from epact2.web.charts.trend import trend
from epact2.web.engine import Directory
from epact2.web.presenters import dates, headlines, names, numbers
from epact2.web.presenters.figures import Measured, measured
from epact2.web.profile_answers import Profile

LEVEL_NAMES = {
    ENGLAND: "Country",
    organisations.REGION: "NHS England region",
    organisations.ICB: "Integrated care board (ICB)",
    organisations.SUB_ICB_LOCATION: "Sub-ICB location",
    PCN: "Primary care network (PCN)",
    PRACTICE: "Practice or other cost centre",
}
SHORT_NAMES = {
    ENGLAND: "England",
    organisations.REGION: "This region",
    organisations.ICB: "This ICB",
    organisations.SUB_ICB_LOCATION: "This location",
    PCN: "This PCN",
    PRACTICE: "This practice",
}
LONGEST_ON_LINE = 16


def kind_name(organisation: Organisation, directory: Directory) -> str:
    """What it is, above its name: ``Integrated care board (ICB)``, ``GP practice``."""
    if organisation.level == PRACTICE and organisation.setting == "4":
        return name_of(PRACTICE_SETTING, organisation.setting, directory)
    return LEVEL_NAMES[organisation.level]


def address(organisation: Organisation, **parts: object) -> str:
    """The organisation's page, with choices made on it."""
    return links.with_query(links.address("organisation", organisation.level, organisation.code), parts)


def parents(organisation: Organisation, directory: Directory) -> list[Organisation]:
    """The organisations above in the commissioning line, England first; unknown ones are left out."""
    above = []
    for level in organisations.COMMISSIONING:
        if level == organisation.level:
            break
        if level == ENGLAND:
            above.append(directory.organisation(organisations.ENGLAND_CODE, ENGLAND))
        elif (code := organisation.parent(level)) != UNKNOWN_CODE:
            above.append(directory.organisation(code, level))
    return above


def crumbs(organisation: Organisation, directory: Directory) -> list[dict[str, str]]:
    """The way up: all organisations, then each parent."""
    return [
        {"text": "Organisations", "href": links.address("organisations")},
        *(
            {"text": names.organisation_name(one), "href": address(one)}
            for one in parents(organisation, directory)
        ),
    ]


def facts(profile: Profile) -> list[dict[str, str]]:
    """What the organisation is, as terms and words, with links to what it belongs to."""
    organisation, directory = profile.organisation, profile.directory
    made: list[dict[str, str]] = [{"term": "Code", "text": organisation.code}]
    if organisation.level == PRACTICE:
        made.append({"term": "Setting", "text": name_of(PRACTICE_SETTING, organisation.setting, directory)})
    if organisation.postcode:
        made.append({"term": "Postcode", "text": organisation.postcode})
    pcn = organisation.parent(PCN)
    if organisation.level == PRACTICE and pcn not in (UNKNOWN_CODE, "U"):
        network = directory.organisation(pcn, PCN)
        text = names.organisation_name(network)
        made.append({"term": "Primary care network", "text": text, "href": address(network)})
    patients = profile.own.now(LIST)
    made.append(
        {
            "term": f"Patients, {profile.month.name}",
            "text": numbers.count(patients) if patients else "No list of patients",
        }
    )
    if organisation.level != PRACTICE:
        count = len(practices_beneath(organisation, directory))
        made.append({"term": "Practices and cost centres", "text": f"{count:,}"})
    for term, when in (("Opened", organisation.opened), ("Closed", organisation.closed)):
        if when:
            made.append({"term": term, "text": dates.day(_date(when))})
    return made


def practices_beneath(organisation: Organisation, directory: Directory) -> list[Organisation]:
    """Every practice and cost centre that belongs to the organisation today."""
    everyone = directory.organisations_at(PRACTICE)
    if organisation.level == ENGLAND:
        return list(everyone)
    return [one for one in everyone if one.parent(organisation.level) == organisation.code]


def _date(number: int) -> date:
    return date(number // 10000, number // 100 % 100, number % 100)


# --- Trends ---------------------------------------------------------------------------------------------


def trends(profile: Profile, medians: Result | None, *, totals: bool) -> dict[str, object]:
    """The two charts over time: per 1,000 patients with the peers' median, or plain totals."""
    items, cost = (PRESCRIBED, COST) if totals else (ITEMS_PER_PATIENT, COST_PER_PATIENT)
    moves = [numbers.relative_change(profile.own.now(one), profile.own.before(one)) for one in (items, cost)]
    rises = [None if move is None else move / 100 for move in moves]
    return {
        "title": headlines.trend_title(rises[0], rises[1], per_patient=not totals),
        "charts": [
            chart(profile, figure, None if totals else median_cells(profile, medians, place))
            for place, figure in enumerate((items, cost))
        ],
        "has_median": medians is not None and not totals,
        "period": dates.period(profile.own.months[0], profile.own.months[-1]),
        "downloads": links.downloads(
            series_question(
                profile.organisation,
                (PRESCRIBED, COST, LIST, ITEMS_PER_PATIENT, COST_PER_PATIENT)
                if profile.has_list
                else (PRESCRIBED, COST),
            )
        ),
    }


def median_cells(profile: Profile, medians: Result | None, place: int) -> list[Cell] | None:
    """The peers' median in each month of the profile: one value of ``medians_question``."""
    if medians is None:
        return None
    by_month = {str(row[0]): row[2 + place] for row in medians.rows}
    return [by_month.get(month.code) for month in profile.own.months]


def chart(profile: Profile, figure: Figure, medians: Sequence[Cell] | None) -> Chart:
    """One figure over time, with the median of peers where there is one."""
    level = profile.organisation.level
    name = names.organisation_name(profile.organisation)
    # The name stands at the end of the line, where a long one has no room.
    own = name if len(name) <= LONGEST_ON_LINE else SHORT_NAMES[level]
    lines = [Line(own, _drawable(profile.own.cells(figure)), "own")]
    if medians is not None:
        lines.insert(0, Line("Median", _drawable(medians), "median"))
    return trend(
        title=figure.name,
        subtitle=f"{figure.name}, by dispensing month",
        periods=[month.code for month in profile.own.months],
        lines=lines,
        unit=figure.unit,
        scale=profile.own.scale(figure),
        width="half",
        end_value=True,
    )


def _drawable(cells: Sequence[Cell]) -> list[int | float | None]:
    return [None if isinstance(cell, str) else cell for cell in cells]


# --- Comparators ------------------------------------------------------------------------------------------


def comparators(profile: Profile) -> tuple[str, list[Measured]]:
    """The title of the table and its rows."""
    rows = [measured(profile, one) for one in profile.comparators]
    judged = [one.is_better for one in rows if one.is_better is not None]
    peers = PLURALS[profile.organisation.level]
    return headlines.comparators_title(sum(judged), len(judged), peers), rows
