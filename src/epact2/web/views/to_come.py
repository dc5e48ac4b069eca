"""Stands in for the pages that ask for data until they are there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def page(request: HttpRequest, **parts: str) -> HttpResponse:
    """Say that the page is not there yet."""
    return render(request, "pages/to_come.jinja")


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What the search box offers while one types: nothing yet.

    Shape: ``{"suggestions": [{"label": "…", "kind": "ICB", "code": "QKS", "href": "/…"}]}``.
    """
    return JsonResponse({"suggestions": []})
