"""Pages of plain words, open to everyone: about, accessibility, cookies, help, and how age is determined."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from epact2.errors import Epact2Error
from epact2.web.asking import Asking
from epact2.web.identity.throttle import device_cookie_name
from epact2.web.presenters import age_page


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
    """The three cookies, all needed."""
    names = {
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "form_cookie": settings.CSRF_COOKIE_NAME,
        "device_cookie": device_cookie_name(),
    }
    return render(request, "pages/cookies.jinja", names)


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to find things, and what the words mean."""
    return render(request, "pages/help.jinja")


@login_not_required
@require_safe
def ages(request: HttpRequest) -> HttpResponse:
    """How age is determined: the rules, and for whoever has signed in how often each of them decides."""
    shares = _shares(request)
    return render(
        request,
        "pages/ages.jinja",
        {
            "steps": list(age_page.steps(shares)),
            "shares": shares,
            "examples": list(age_page.examples()),
        },
    )


def _shares(request: HttpRequest) -> age_page.Shares | None:
    if not request.user.is_authenticated:
        return None
    try:
        asking = Asking.of(request)
        months = asking.directory.item_months
        if not months:
            return None
        given = asking.ask(age_page.shares_question(months))
    except Epact2Error:
        return None  # the rules stand without the data
    return age_page.shares_of(given.result, given.months)
