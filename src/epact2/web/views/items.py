"""Single items, and patients, behind a number: a page of rows at a time, and as CSV.

The first page is an address. Pages after it come by POST: the place where a page goes on may hold a
pseudonym, and no pseudonym stands in an address or a log.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from epact2.access.listing_policy import require_listings
from epact2.access.policy import Action, rights_of
from epact2.analysis.listing import MOST_DOWNLOADED, Listed
from epact2.analysis.listing_export import listed_csv, listed_file_name
from epact2.analysis.listing_figures import Part, figures_question, largest_part, largest_question
from epact2.errors import Epact2Error
from epact2.query.listing import Listing, ListingRows
from epact2.query.packed import packed_if_long
from epact2.web import listing_state as state
from epact2.web.asking import Asking
from epact2.web.identity.step_up import step_up_required
from epact2.web.listings import list_rows, pages
from epact2.web.presenters import listing_page as words
from epact2.web.presenters.dressed import DressedNames
from epact2.web.presenters.listing_page import Figures
from epact2.web.presenters.listing_table import table_of

NO_STORE = "private, no-store"  # rows about people stay out of every cache, the browser's own too


@sensitive_post_parameters("after")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """A page of rows: the first by its address, every other by POST."""
    asking = Asking.of(request)
    require_listings(asking.viewer)
    form = _form(request)
    if request.method == "POST":
        listing, first = state.going_on(form)
    else:
        listing, changed = state.chosen(form)
        first = 1
        if changed:
            return HttpResponseRedirect(state.address(listing))
    response = render(request, "pages/items.jinja", _context(asking, listing, first))
    response.headers["Cache-Control"] = NO_STORE
    return response


@sensitive_post_parameters("after")
@require_POST
@step_up_required
def download(request: HttpRequest) -> HttpResponseBase:
    """The rows of one page as CSV, or all from there on, 100,000 at most, sent while they are read."""
    asking = Asking.of(request)
    listing, _ = state.going_on(_form(request))
    most = min(MOST_DOWNLOADED, rights_of(asking.viewer).item_export_rows or MOST_DOWNLOADED)
    taken = {"action": Action.EXPORT, "purpose": request.POST.get("purpose", "")[:200]}
    if request.POST.get("rows") == "all":
        found = pages(asking.engine, replace(listing, after=()), asking.viewer, most, **taken)
    else:
        found = iter([list_rows(asking.engine, listing, asking.viewer, **taken)])
    return csv_response(next(found), found, asking)


def csv_response(first: Listed, rest: Any, asking: Asking) -> HttpResponseBase:
    """Pages as a file. The first one is there already, so that a refusal is a page and no broken file."""

    def all_pages() -> Any:
        yield first
        yield from rest

    response = StreamingHttpResponse(
        listed_csv(all_pages(), asking.directory), content_type="text/csv; charset=utf-8"
    )
    response.headers["Cache-Control"] = NO_STORE
    response.headers["Content-Disposition"] = f'attachment; filename="{listed_file_name(first, "csv")}"'
    return response


def _form(request: HttpRequest) -> dict[str, list[str]]:
    sent = request.POST if request.method == "POST" else request.GET
    return {name: sent.getlist(name) for name in sent}


def _context(asking: Asking, listing: Listing, first: int) -> dict[str, Any]:
    page = list_rows(asking.engine, listing, asking.viewer)
    names = DressedNames(asking.directory)
    figures, part = _figures(asking, listing, page)
    rows = len(page.result.rows)
    what = "Patients" if listing.rows is ListingRows.PATIENTS else "Items"
    explorer = words.in_explorer(listing)
    return {
        "what": what,
        "title": words.title(listing, figures),
        "finding": words.finding(part, names),
        "rest": words.rest(listing, figures),
        "limits": list(words.limits(listing, page, asking.directory, names)),
        "switch": words.switch(listing),
        "explorer": explorer,
        "heading": words.rows_words(listing, first, rows),
        "order": words.order_words(listing),
        "table": table_of(page, names, lambda by: state.address(state.sorted_by(listing, by))),
        "groups": list(words.column_groups(listing)),
        "sizes": words.size_options(listing),
        "shown_columns": len(listing.columns),
        "carried": packed_if_long(state.text_of(listing)),
        "after": state.token(listing),
        "next": page.next,
        "next_first": first + rows,
        "first": first,
        "first_page": state.address(listing),
        "provisional": page.provisional,
        "notes": page.lasting_notes,
        "most": MOST_DOWNLOADED,
        "action": reverse("items"),
        "purpose_needed": rights_of(asking.viewer).purpose_for_items,
        "release_number": page.release,
    }


def _figures(asking: Asking, listing: Listing, page: Listed) -> tuple[Figures | None, Part | None]:
    """What the rows add up to. No question can be about one form, as a listing can: then nothing is said.

    Nor is it where the reader's figures are those published for everybody: the rows are of one's own alone.
    """
    try:
        given = asking.ask(figures_question(listing, page.months))
        if given.scope.sealed:
            return None, None
        question = largest_question(listing, page.months)
        part = largest_part(question, asking.ask(question).result) if question else None
    except Epact2Error:
        return None, None
    return Figures.of(given.result), part
