"""The home page: the finding of the latest month for the viewer's organisation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from epact2.analysis import profile as questions
from epact2.analysis.standing import chapter_series, medicine_changes
from epact2.comparators.read import comparators
from epact2.model.organisations import ENGLAND, ENGLAND_CODE, Organisation
from epact2.model.prescribing import CHEMICAL_SUBSTANCE
from epact2.query.periods import NoData
from epact2.web import engine as engines
from epact2.web.context import person
from epact2.web.engine import NoRelease, viewer_of
from epact2.web.open_pages import may_open
from epact2.web.organisation_choice import choose
from epact2.web.presenters import home as presenter
from epact2.web.presenters.figures import key_figures
from epact2.web.presenters.names import organisation_name, unshouted, with_code
from epact2.web.profile_answers import Asker, Profile


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is new for one organisation; for whoever holds no access, their account instead."""
    viewer = viewer_of(request)
    if not may_open(viewer, "organisation") and not request.GET:
        return redirect("account")  # no access yet, or access that shows no figures
    try:
        engine = engines.current()
        ask = Asker(engine, viewer)
        month = ask.month
    except (NoRelease, NoData) as empty:
        return render(request, "pages/no_data.jinja", {"error": empty})
    choice = choose(request.GET, person(request), engine.directory)
    organisation = choice.organisation
    profile = ask.profile(organisation)
    changes = medicine_changes(
        ask(questions.medicines_question(organisation, CHEMICAL_SUBSTANCE, profile.month)), profile.month
    )
    has_year = profile.year_earlier in engine.directory.months
    name = organisation_name(organisation)
    return render(
        request,
        "pages/home.jinja",
        {
            "organisation": organisation,
            "choice": choice,
            "name": name,
            "with_code": with_code(organisation),
            "full_name": full_name(organisation),
            "month": month.name,
            "heading": presenter.heading(profile, name),
            "figures": key_figures(profile),
            "moved": moved(ask, profile) if has_year and profile.own.before(questions.COST) else None,
            "medicines": presenter.medicine_tables(profile, changes) if has_year else [],
            "beginnings": presenter.beginnings(profile, len(comparators())),
        },
    )


def full_name(organisation: Organisation) -> str:
    """The organisation's name in full, with its code."""
    name = unshouted(organisation.name)
    return name if organisation.level == ENGLAND else f"{name} ({organisation.code})"


def moved(ask: Asker, profile: Profile) -> dict[str, object]:
    """What changed most: two more questions find the chapters, one ranks those that are shown."""
    england_itself = profile.directory.organisation(ENGLAND_CODE, ENGLAND)
    own = chapter_series(
        ask(questions.chapters_question(profile.organisation)),
        profile.own.months,
        presenter.patients_of(profile),
    )
    england = (
        own
        if profile.is_england
        else chapter_series(
            ask(questions.chapters_question(england_itself)),
            profile.england.months,
            profile.england.values(questions.LIST) if profile.has_list else None,
        )
    )
    chapters = presenter.leading_chapters(profile, own)
    peers = ask.peers(profile.organisation, chapters)
    return presenter.moved(profile, presenter.chapter_rows(profile, chapters, own, england, peers))
