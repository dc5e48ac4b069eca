"""Step-up: whoever is about to export items, ask for NHS numbers or change roles shows again that it is they.

Put ``@step_up_required`` on a view, or call ``confirmation(request)`` in it and give back what it gives. A
second factor or the password within the last five minutes is enough; signing in counts. A demo account, whose
password is public, shows that password.

The form that asks carries the fields of the request that it stopped, in the page alone, so that a file is
sent as soon as the answer is right, and no pseudonym ever stands in an address or a session.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, overload
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters

from epact2.errors import Epact2Error
from epact2.web.auth import is_open_demo_account
from epact2.web.identity import factors, sign_ins, throttle
from epact2.web.identity.events import Event, tell
from epact2.web.identity.forms import page_before

MINUTES = 5
CODE, PASSWORD, PASSKEY = "step_up_code", "step_up_password", "step_up_passkey"
FIELDS = (CODE, PASSWORD, PASSKEY)
View = Callable[..., HttpResponseBase]


class StepUpNeeded(Epact2Error):
    """The person must show again that it is they. For programs; people are shown a form."""


@overload
def step_up_required(view: View) -> View: ...
@overload
def step_up_required(*, minutes: int = MINUTES) -> Callable[[View], View]: ...
def step_up_required(view: View | None = None, *, minutes: int = MINUTES) -> Any:
    """Let a view be reached only within so many minutes of a confirmation; ask for one otherwise."""

    def decorate(inner: View) -> View:
        @sensitive_post_parameters(*FIELDS)
        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            asked = confirmation(request, minutes)
            return asked if asked is not None else inner(request, *args, **kwargs)

        return guarded

    return decorate if view is None else decorate(view)


def is_fresh(request: HttpRequest, minutes: int = MINUTES) -> bool:
    """Whether the person has confirmed within so many minutes."""
    sign_in = sign_ins.current(request)
    return sign_in is not None and timezone.now() - sign_in.confirmed_at < timedelta(minutes=minutes)


def require_fresh(request: HttpRequest) -> None:
    """For a program that uses a session: it can show no form. Raises StepUpNeeded."""
    if not is_fresh(request):
        raise StepUpNeeded(
            "Confirm first that it is you.",
            f"Open {reverse('step-up')} in this browser, then send this again.",
        )


def confirmation(request: HttpRequest, minutes: int = MINUTES) -> HttpResponse | None:
    """What to answer instead of going on: a form. None when the request may go on.

    A request that brings the form's answer is judged here, and goes on without those fields when it is right.
    """
    if is_fresh(request, minutes):
        if request.method == "POST":
            _without_answer(request)
        return None
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", "/"))
        there = f"{here.path}?{here.query}" if here.query else here.path
        return HttpResponse(status=401, headers={"HX-Redirect": address(there)})
    if request.method == "POST" and any(request.POST.get(name) for name in FIELDS):
        try:
            judge(request)
        except Epact2Error as error:
            return page(request, _carried(request), request.get_full_path(), error)
        _without_answer(request)
        return None
    if request.method == "POST":
        return page(request, _carried(request), request.get_full_path())
    return page(request, [("next", request.get_full_path())], reverse("step-up"))


def address(back: str) -> str:
    """The page that asks for a confirmation by itself, and leads back."""
    return f"{reverse('step-up')}?{urlencode({'next': back})}"


def judge(request: HttpRequest) -> None:
    """Judge a form's answer, and note that it was right. Raises WrongFactor or TooManyTries."""
    user = request.user
    tried = throttle.counters(request, "step-up", user.get_username())
    try:
        throttle.begin(tried)
        by = _shown(request, user)
    except Epact2Error as error:
        slow = isinstance(error, throttle.TooManyTries)
        tell(Event.SLOWED_DOWN if slow else Event.CONFIRMATION_FAILED, user, request)
        raise
    throttle.succeeded(tried)
    tell(Event.CONFIRMED, user, request)
    sign_ins.confirmed(request, by)


def _shown(request: HttpRequest, user: Any) -> str:
    """The second factor that a form's answer shows; empty for the password. Raises WrongFactor."""
    if request.POST.get(PASSKEY):
        return sign_ins.FACTOR_NAMES[factors.check_passkey(request, user, request.POST[PASSKEY]).type]
    if request.POST.get(CODE):
        return sign_ins.FACTOR_NAMES[factors.check_code(request, user, request.POST[CODE]).type]
    if not user.check_password(request.POST.get(PASSWORD, "")):
        raise factors.WrongFactor("The password is wrong.", "Capitals and small letters differ.")
    return ""


def page(
    request: HttpRequest,
    carried: list[tuple[str, str]],
    action: str,
    error: Epact2Error | None = None,
    status: int = 403,
) -> HttpResponse:
    """The form; ``carried`` are the fields of the request that it stopped (403: that one was refused)."""
    user = request.user
    known = factors.Factors.of(user)
    demo = is_open_demo_account(user)
    first = f"#{CODE if known.any else PASSWORD}"
    context = {
        "carried": carried,
        "action": action,
        "has_code": known.authenticator is not None or known.codes_left > 0,
        "passkey_options": factors.passkey_challenge(user),
        "has_password": user.has_usable_password(),
        "demo_account": demo,
        "elsewhere": _elsewhere(request),
        # At an identity provider a form's fields cannot come along: one asks again from where one was.
        "page_before": dict(carried)["next"] if action == reverse("step-up") else page_before(request),
        "minutes": MINUTES,
        "errors": [{"text": f"{error.message} {error.advice}", "href": first}] if error else [],
    }
    response = render(request, "identity/step_up.jinja", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _elsewhere(request: HttpRequest) -> list[dict[str, str]]:
    """Identity providers at which this person can confirm."""
    from allauth.socialaccount.models import SocialAccount
    from django.conf import settings

    linked = set(SocialAccount.objects.filter(user_id=request.user.pk).values_list("provider", flat=True))
    return [
        {"key": one.key, "name": one.name} for one in settings.CONFIG.identity_providers if one.key in linked
    ]


def _carried(request: HttpRequest) -> list[tuple[str, str]]:
    left_out = {*FIELDS, "csrfmiddlewaretoken"}
    return [
        (name, value) for name, values in request.POST.lists() if name not in left_out for value in values
    ]


def _without_answer(request: HttpRequest) -> None:
    """Take the form's answer out of the request, before the view reads it."""
    if any(name in request.POST for name in FIELDS):
        left: QueryDict = request.POST.copy()
        for name in FIELDS:
            left.pop(name, None)
        left._mutable = False
        request.POST = left  # type: ignore[assignment]
