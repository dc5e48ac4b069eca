"""One patient: everything that was dispensed, by POST alone, so that no address holds a pseudonym."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from epact2.access.listing_policy import require_listings
from epact2.access.policy import Action, rights_of
from epact2.analysis.listing import Listed
from epact2.errors import Epact2Error
from epact2.query.codec import parse
from epact2.query.nodes import Exclusions
from epact2.web import listing_state as state
from epact2.web.asking import Asking
from epact2.web.identity.step_up import step_up_required
from epact2.web.listings import history
from epact2.web.presenters.dressed import DressedNames
from epact2.web.presenters.patient_page import COLUMNS, PatientHistory
from epact2.web.views.items import NO_STORE, csv_response

# From patient to patient is one piece of work: asking every five minutes would teach people not to look.
PATIENT_MINUTES = 30


@sensitive_post_parameters("patient")
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(minutes=PATIENT_MINUTES)
def page(request: HttpRequest) -> HttpResponse:
    """A patient's page, for the pseudonym that a row or the form sends; the form by itself when opened."""
    asking = Asking.of(request)
    require_listings(asking.viewer)
    context: dict[str, Any] = {"back": "", "carried": ""}
    status = 200
    if request.method == "POST":
        context |= _way_back(request.POST.get("q", ""))
        try:
            context |= _patient(asking, _history(asking, request), request)
        except Epact2Error as error:
            # What was typed is given back, as in every form: it is the body of this one answer, kept nowhere.
            context |= {
                "errors": [{"text": str(error), "href": "#pseudonym"}],
                "typed": request.POST.get("patient", "")[:64],
            }
            status = 400
    response = render(request, "pages/patient.jinja", context, status=status)
    response.headers["Cache-Control"] = NO_STORE
    return response


@sensitive_post_parameters("patient")
@require_POST
@step_up_required
def download(request: HttpRequest) -> HttpResponseBase:
    """A patient's history as CSV."""
    asking = Asking.of(request)
    taken = {"action": Action.EXPORT, "purpose": request.POST.get("purpose", "")[:200]}
    return csv_response(_history(asking, request, **taken), iter(()), asking)


def _history(asking: Asking, request: HttpRequest, **taken: Any) -> Listed:
    exclusions = Exclusions.NONE if request.POST.get("exclusions") == "none" else Exclusions.STANDARD
    pseudonym = request.POST.get("patient", "")
    return history(asking.engine, pseudonym, asking.viewer, columns=COLUMNS, exclusions=exclusions, **taken)


def _way_back(carried: str) -> dict[str, str]:
    """The listing from which the patient was opened, as an address; nothing for what is no listing."""
    if not carried:
        return {}
    try:
        listing = state.in_address(parse(carried))
    except Epact2Error:
        return {}
    return {"back": state.address(listing), "carried": state.text_of(listing)}


def _patient(asking: Asking, page: Listed, request: HttpRequest) -> dict[str, Any]:
    made = PatientHistory(page, asking.directory.item_months, DressedNames(asking.directory))
    finding, rest = made.finding()
    return {
        "patient": request.POST["patient"].strip(),
        "finding": finding,
        "rest": rest,
        "facts": made.facts(),
        "figures": made.figures(),
        "medicines": made.medicines(),
        "now": made.now_words(),
        "year": made.year_words(),
        "years": made.timeline_years(),
        "months": made.timeline_heads(),
        "timeline": made.timeline(),
        "groups": made.groups(),
        "cut": made.cut_words(),
        "everything": page.listing.exclusions is Exclusions.NONE,
        "provisional": page.provisional,
        "notes": page.lasting_notes,
        "release_number": page.release,
        "purpose_needed": rights_of(asking.viewer).purpose_for_items,
    }
