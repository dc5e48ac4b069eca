"""Sign in and out: a password, then the second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from epact2.errors import Epact2Error
from epact2.web.auth import is_open_demo_account
from epact2.web.demo_people import DEMO_ACCOUNTS
from epact2.web.identity import factors, mails, throttle
from epact2.web.identity.adapters import SecondFactorStage
from epact2.web.identity.events import Event, tell
from epact2.web.identity.forms import Fault, back, fault
from epact2.web.identity.middleware import second_factor_not_required


class NotSignedIn(Epact2Error):
    """Name and password do not fit. The same words whether there is such an account or not."""


@login_not_required
@second_factor_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step. A demo lists its accounts, each with a button that signs in with it."""
    there = back(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(there or reverse("home"))
    errors: list[Fault] = []
    if request.method == "POST":
        try:
            user = _user(request)
        except Epact2Error as error:
            errors = [fault("username", error)]
        else:
            name = user.get_username()
            response = perform_password_login(
                request, {"username": name}, Login(user=user, redirect_url=there)
            )
            return _remembered(request, response, user)
    context = {
        "demo_accounts": DEMO_ACCOUNTS if settings.CONFIG.demo else (),
        "providers": settings.CONFIG.identity_providers,
        "next": there,
        "typed": request.POST.get("username", "")[:254],
        "errors": errors,
    }
    return render(request, "identity/sign_in.jinja", context)


@never_cache
@sensitive_post_parameters("code", "passkey")
@login_stage_required(stage=SecondFactorStage.key, redirect_urlname="sign-in")
def second_factor(request: HttpRequest) -> HttpResponse:
    """The second step: a code of the app, a recovery code, or a passkey."""
    stage = request._login_stage  # type: ignore[attr-defined]  # set by the decorator
    user = stage.login.user
    errors: list[Fault] = []
    if request.method == "POST":
        try:
            shown = _shown_factor(request, user)
        except Epact2Error as error:
            errors = [fault("code", error)]
        else:
            if shown.type == shown.Type.RECOVERY_CODES:
                left = factors.Factors.of(user).codes_left
                tell(Event.RECOVERY_CODE_USED, user, request)
                mails.changed(user, f"A recovery code was used to sign in; {left} are left.")
            return _remembered(request, stage.exit(), user)
    context = {"passkey_options": factors.passkey_challenge(user), "errors": errors}
    return render(request, "identity/second_factor.jinja", context)


@second_factor_not_required
@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this sign-in; by POST alone, so that no link or image can do it."""
    logout(request)
    response = HttpResponseRedirect(reverse("sign-in"))
    # The browser forgets pages and answers too; its cookie that tells it from strangers stays.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _user(request: HttpRequest) -> Any:
    """The account of name and password. Raises NotSignedIn or TooManyTries."""
    name = request.POST.get("username", "").strip()
    if not name or not request.POST.get("password"):
        raise NotSignedIn("Type your user name or e-mail address and your password.", "")
    tried = throttle.counters(request, "password", name)
    throttle.begin(tried)
    user = authenticate(request, username=name, password=request.POST["password"])
    if user is None:
        raise NotSignedIn("The user name or the password is wrong.", "Capitals and small letters differ.")
    throttle.succeeded(tried)
    return user


def _shown_factor(request: HttpRequest, user: Any) -> Any:
    tried = throttle.counters(request, "second factor", user.get_username())
    try:
        throttle.begin(tried)
        if request.POST.get("passkey"):
            shown = factors.check_passkey(request, user, request.POST["passkey"])
        else:
            shown = factors.check_code(request, user, request.POST.get("code", ""))
    except Epact2Error as error:
        slow = isinstance(error, throttle.TooManyTries)
        tell(Event.SLOWED_DOWN if slow else Event.SECOND_FACTOR_FAILED, user, request)
        raise
    throttle.succeeded(tried)
    return shown


def _remembered(request: HttpRequest, response: HttpResponse, user: Any) -> HttpResponse:
    """Once somebody is signed in, their browser is no stranger any more. A demo's accounts are everyone's."""
    if request.user.is_authenticated and not is_open_demo_account(user):
        throttle.remember_device(response, user.get_username(), user.email)
    return response
