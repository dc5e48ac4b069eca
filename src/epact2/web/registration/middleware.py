"""Nobody sees anything before they have accepted the user agreement in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from epact2.web.registration import agreement_text
from epact2.web.registration.agreement_text import AgreementChanged
from epact2.web.views import errors

View = Callable[..., HttpResponseBase]
# Marks of views that stay open: of this package, of the first steps of signing in, and of pages for everyone.
_OPEN = ("before_agreement", "second_factor_not_required")
_SIGN_OUT = frozenset({"sign-out"})


def before_agreement(view: View) -> View:
    """Mark a view that people may use who have the agreement still to accept."""
    view.before_agreement = True  # type: ignore[attr-defined]
    return view


class AgreementRequired:
    """Sends whoever has not accepted the agreement in force to it, whatever page they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; ``process_view`` decides once the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Refuse by default: only views that say so are open before the agreement is accepted."""
        if not request.user.is_authenticated or is_open(request, view):
            return None
        try:
            if agreement_text.has_accepted(request.user):
                return None
        except AgreementChanged as error:
            return errors.unavailable(request, error)
        page = reverse("agreement")
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"error": "The user agreement is not accepted yet.", "advice": f"Accept it at {page}"},
                status=403,
            )
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=403, headers={"HX-Redirect": page})
        after = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""
        return redirect(f"{page}{after}")


def is_open(request: HttpRequest, view: View) -> bool:
    """Whether a view is open before the agreement is accepted.

    The API says itself that it needs no sign-in page; it is not open for that.
    """
    if any(getattr(view, mark, False) for mark in _OPEN):
        return True
    match = request.resolver_match
    if match is not None and match.url_name in _SIGN_OUT:
        return True
    return not getattr(view, "login_required", True) and not request.path.startswith("/api/")
