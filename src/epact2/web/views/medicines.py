"""The chapters of the BNF and the page of one medicine."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from epact2.web.views import to_come


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The chapters."""
    return to_come.page(request)


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One medicine."""
    return to_come.page(request)
