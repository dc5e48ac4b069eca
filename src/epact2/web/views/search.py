"""Search: a page of results, and suggestions for the boxes while one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from epact2.analysis.search import search
from epact2.web import engine as engines
from epact2.web.engine import NoRelease
from epact2.web.presenters import found

MOST_RESULTS = 30
MORE_RESULTS = 200
LONGEST = 200  # characters: nobody's question is longer, and a search must stay quick


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Everything that fits, in groups."""
    text = typed(request)
    kind = request.GET.get("kind", "")
    limit = MORE_RESULTS if kind else MOST_RESULTS
    directory = engines.current().directory
    made = search(directory, text, limit, kind=kind)
    return render(
        request,
        "pages/search.jinja",
        {
            "text": text,
            "kind": kind,
            "heading": found.heading(made, text, limit),
            "corrected": made.corrected,
            "groups": found.groups(made, directory),
            "limit": limit,
        },
    )


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What a search box offers while one types; ``kind`` limits it to organisations or medicines.

    Shape: ``{"suggestions": [{"label": "…", "kind": "ICB", "code": "QKS", "href": "/…"}]}``.
    """
    text = typed(request)
    try:
        directory = engines.current().directory
    except NoRelease:
        return JsonResponse({"suggestions": []})
    made = search(directory, text, found.MOST_SUGGESTIONS, kind=request.GET.get("kind", ""))
    return JsonResponse({"suggestions": found.suggestions(made, directory)})


def typed(request: HttpRequest) -> str:
    """The words to search for."""
    return " ".join(request.GET.get("q", "")[:LONGEST].split())
