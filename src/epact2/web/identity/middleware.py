"""Ends sign-ins that have lasted too long, and keeps a password alone from opening anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode

from epact2.web.identity import factors, sign_ins

# Addresses of single items and patients, by name; a view of another package says so with ``@item_level``.
ITEM_LEVEL = frozenset({"items", "items-csv", "patient", "patient-csv", "api-list"})
View = Callable[..., HttpResponseBase]


def item_level(view: View) -> View:
    """Mark a view as one of single items or patients: fifteen minutes without a request end the sign-in."""
    view.item_level = True  # type: ignore[attr-defined]
    return view


def second_factor_not_required(view: View) -> View:
    """Mark a view that a person may use who has shown a password and no second factor yet."""
    view.second_factor_not_required = True  # type: ignore[attr-defined]
    return view


class SignInLimits:
    """Ends a sign-in after thirty minutes without a request (fifteen for items), and after twelve hours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """End what is over, then answer."""
        if request.user.is_authenticated:
            now = timezone.now()
            sign_in = sign_ins.current(request)
            if sign_in is None:
                _end(request, "You were signed out. Sign in again to go on.")
            elif sign_ins.is_over(sign_in, now, self._idle(request)):
                sign_in.delete()
                _end(
                    request,
                    "You were signed out because nothing was done for a while. Sign in again to go on.",
                )
            else:
                sign_ins.seen(sign_in, now)
        return self.get_response(request)

    @staticmethod
    def _idle(request: HttpRequest) -> Any:
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return sign_ins.IDLE
        of_items = match.url_name in ITEM_LEVEL or getattr(match.func, "item_level", False)
        return sign_ins.IDLE_FOR_ITEMS if of_items else sign_ins.IDLE


class SecondFactorRequired:
    """Sends whoever has shown a password alone to set up a second factor, whatever page they ask for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; ``process_view`` decides once the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Refuse by default: only views that say so are open to a password alone."""
        if not request.user.is_authenticated or factors.were_shown(request):
            return None
        if getattr(view, "second_factor_not_required", False):
            return None
        if not getattr(view, "login_required", True):
            # A page for everyone, and the API, which judges its callers itself: this one is a visitor.
            request.user = AnonymousUser()
            return None
        there = reverse("set-up-second-factor")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": there})
        if request.method == "GET" and request.path != reverse("home"):
            there = f"{there}?{urlencode({'next': request.get_full_path()})}"
        return HttpResponseRedirect(there)


def _end(request: HttpRequest, said: str) -> None:
    logout(request)
    request.epact2_sign_in = None  # type: ignore[attr-defined]
    messages.info(request, said)
