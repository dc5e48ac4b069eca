"""Organisations: the tree from England down, and one organisation's profile."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from epact2.analysis import profile as questions
from epact2.analysis.answer import Answer
from epact2.analysis.patients_profile import panel_questions
from epact2.analysis.profile import COST, COST_PER_PATIENT, ITEMS_PER_PATIENT, within
from epact2.analysis.standing import medicine_changes
from epact2.model.organisations import ENGLAND, ENGLAND_CODE, LEVELS, PLURALS, PRACTICE, Organisation
from epact2.model.prescribing import CHAPTER, CHEMICAL_SUBSTANCE, FIELD_BY_NAME, SECTION
from epact2.query.result import Result
from epact2.web import engine as engines
from epact2.web.context import person
from epact2.web.engine import UnknownCode, viewer_of
from epact2.web.organisation_choice import home_organisation
from epact2.web.presenters import headlines, organisation_tables, organisation_tree, patients_panel
from epact2.web.presenters import organisation as presenter
from epact2.web.presenters.figures import comparators_table, key_figures, measured
from epact2.web.presenters.names import organisation_name
from epact2.web.profile_answers import Asker, Profile

MEDICINE_LEVELS = {one.name: one for one in (CHEMICAL_SUBSTANCE, SECTION, CHAPTER)}
# Seven thousand practices over five years would be too many medians for one page.
MEDIAN_MONTHS = {PRACTICE: 24}


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """The tree of organisations, with a search among them."""
    directory = engines.current().directory
    home, _ = home_organisation(person(request), directory)
    text = " ".join(request.GET.get("q", "").split())
    return render(
        request,
        "pages/organisations.jinja",
        {
            "text": text,
            "found": organisation_tree.found(directory, text) if text else [],
            "counts": organisation_tree.counts(directory),
            "regions": organisation_tree.regions(directory, home),
            "home": home,
        },
    )


@require_safe
def organisation(request: HttpRequest, level: str, code: str) -> HttpResponse:
    """One organisation's profile."""
    level = next((one for one in LEVELS if one.casefold() == level.casefold()), "")
    if not level:
        raise Http404(f"There is no such level of organisation: the levels are {', '.join(LEVELS)}.")
    ask = Asker(engines.current(), viewer_of(request))
    try:
        chosen = ask.directory.organisation(code, level)
    except UnknownCode as error:
        raise Http404(error.message) from error
    profile = ask.profile(chosen)
    home, _ = home_organisation(person(request), ask.directory)
    asked = {
        name: request.GET.get(name, "") for name in ("by", "medicines", "beneath", "sort", "page", "show")
    }

    def address(**parts: str) -> str:
        kept = {**asked, "page": "", **parts}
        return presenter.address(chosen, **{name: text for name, text in kept.items() if text})

    totals = asked["show"] == "totals" or not profile.has_list
    comparators_title, comparators = presenter.comparators(profile)
    return render(
        request,
        "pages/organisation.jinja",
        {
            "organisation": chosen,
            "name": organisation_name(chosen),
            "is_home": chosen == home,
            "kind_name": presenter.kind_name(chosen, ask.directory),
            "level_plural": PLURALS[level],
            "crumbs": presenter.crumbs(chosen, ask.directory),
            "month": profile.month.name,
            "heading": heading(profile),
            "facts": presenter.facts(profile),
            "figures": key_figures(profile),
            "has_list": profile.has_list,
            "totals": totals,
            "trends": presenter.trends(profile, medians(ask, profile, totals), totals=totals),
            "comparators_title": comparators_title,
            "comparators": comparators_table(profile, comparators),
            "medicines": medicines(ask, profile, asked, address),
            "patients": patients(ask, profile),
            "items": ask.door.address(within(chosen), profile.month),
            "beneath": beneath(ask, profile, asked, address),
            "similar": organisation_tables.similar(profile),
            "address": address,
        },
    )


def heading(profile: Profile) -> dict[str, str]:
    """The finding under the name."""
    name = organisation_name(profile.organisation)
    now, before = profile.own.now(COST), profile.own.before(COST)
    finding = headlines.spending_finding(now, before)
    standing = profile.standing(COST_PER_PATIENT)
    peers = PLURALS[profile.organisation.level]
    comparison = headlines.more_than(standing.rank, standing.compared, peers) if standing else ""
    verdicts = headlines.verdicts([measured(profile, one).verdict for one in profile.comparators])
    rest = [headlines.spent(name, now, profile.month.name, comparison), verdicts]
    return {
        "finding": f"{headlines.capital(finding)}." if finding else "",
        "rest": " ".join(part for part in rest if part),
    }


def medians(ask: Asker, profile: Profile, totals: bool) -> Result | None:
    """The peers' medians month by month, where the charts show them."""
    if totals or profile.is_england:
        return None
    months = MEDIAN_MONTHS.get(profile.organisation.level, questions.HISTORY)
    level = questions.level_field(profile.organisation)
    return ask(questions.medians_question(level, (ITEMS_PER_PATIENT, COST_PER_PATIENT), months))


def medicines(
    ask: Asker, profile: Profile, asked: dict[str, str], address: organisation_tables.Address
) -> dict[str, object]:
    """The medicines' table, at the level and in the order asked for."""
    level = MEDICINE_LEVELS.get(asked["medicines"], CHEMICAL_SUBSTANCE)
    by = "items" if asked["by"] == "items" else "cost"
    answer = ask(questions.medicines_question(profile.organisation, level, profile.month))
    changes = medicine_changes(answer, profile.month)
    return organisation_tables.medicines(profile, changes, level, by, address, ask.door)


def beneath(
    ask: Asker, profile: Profile, asked: dict[str, str], address: organisation_tables.Address
) -> dict[str, object] | None:
    """The table of what lies beneath, at the level asked for; nothing lies beneath a practice."""
    levels = organisation_tables.BENEATH[profile.organisation.level]
    if not levels:
        return None
    level = asked["beneath"] if asked["beneath"] in levels else first_with_several(ask, profile, levels)
    result = ask(questions.children_question(profile.organisation, FIELD_BY_NAME[level], profile.month))
    page = int(asked["page"]) if asked["page"].isdecimal() else 1
    sort = asked["sort"] if asked["sort"].removeprefix("-") in organisation_tables.SORTS else "cost"
    return organisation_tables.beneath(profile, level, result, sort, page, address, ask.door)


def patients(ask: Asker, profile: Profile) -> dict[str, object] | None:
    """The panel of patients in the latest month that has items; None where there are none."""
    months = ask.directory.item_months
    if not months:
        return None
    chosen, month = profile.organisation, months[-1]
    england = ask.directory.organisation(ENGLAND_CODE, ENGLAND)

    def answers(organisation: Organisation) -> tuple[Answer, Answer]:
        of_patients, of_items = panel_questions(organisation, month)
        return ask.answer(of_patients), ask.answer(of_items)

    return patients_panel.panel(
        chosen,
        organisation_name(chosen),
        month,
        answers(chosen),
        answers(england),
        ask.door.address(within(chosen), month),
    )


def first_with_several(ask: Asker, profile: Profile, levels: tuple[str, ...]) -> str:
    """The first level with more than one organisation beneath: many ICBs are one sub-ICB location."""
    for level in levels:
        if len(ask.directory.children(profile.organisation, level)) > 1:
            return level
    return levels[0]
