"""Pages of plain words, open to everyone: about, accessibility, cookies, help."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What this service is, and where its data comes from."""
    return render(request, "pages/about.jinja")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "pages/accessibility.jinja")


@login_not_required
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """The two cookies, both needed."""
    return render(request, "pages/cookies.jinja")


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to find things, and what the words mean."""
    return render(request, "pages/help.jinja")
