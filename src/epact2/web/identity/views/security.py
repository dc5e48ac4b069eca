"""One's own sign-in settings: second factors, recovery codes, linked identities, where one is signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from epact2.errors import Epact2Error
from epact2.web.auth import is_open_demo_account
from epact2.web.identity import factors, mails, sign_ins
from epact2.web.identity.events import Event, tell
from epact2.web.identity.factors import Factors, WrongFactor
from epact2.web.identity.forms import Fault, back, fault
from epact2.web.identity.middleware import second_factor_not_required
from epact2.web.identity.step_up import step_up_required


@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What protects this account."""
    return _overview(request)


def _overview(request: HttpRequest, errors: list[Fault] | None = None) -> HttpResponse:
    linked = SocialAccount.objects.filter(user=request.user)
    keys = {one.provider for one in linked}
    context = {
        "factors": Factors.of(request.user),
        "demo_account": is_open_demo_account(request.user),
        "has_password": request.user.has_usable_password(),
        "providers": [
            {"key": one.key, "name": one.name, "linked": one.key in keys}
            for one in settings.CONFIG.identity_providers
        ],
        "sign_ins": sign_ins.of(request.user).count(),
        "errors": errors or [],
    }
    return render(request, "identity/security.jinja", context)


@second_factor_not_required
@never_cache
@require_safe
def set_up(request: HttpRequest) -> HttpResponse:
    """Where a person lands who has no second factor yet: nothing else opens until there is one."""
    if (gone := _stranger(request)) is not None:
        return gone
    if Factors.of(request.user).any:
        return HttpResponseRedirect(reverse("security"))
    return render(request, "identity/set_up.jinja", {"next": back(request)})


@second_factor_not_required
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required
def authenticator(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app, by a picture or by typing."""
    if (gone := _stranger(request)) is not None:
        return gone
    errors: list[Fault] = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                factors.set_up_authenticator(request, request.POST.get("code", ""))
                tell(Event.FACTOR_ADDED, request.user, request)
        except WrongFactor as error:
            errors = [fault("code", error)]
        else:
            mails.changed(request.user, "An authenticator app was set up.")
            return _done(request, "Your authenticator app is set up.")
    # A wrong code keeps the secret that the app holds already.
    secret = factors.authenticator_secret(fresh=request.method != "POST")
    context = {
        "picture": factors.qr_code(request.user, secret),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "replaces": Factors.of(request.user).authenticator is not None,
        "next": back(request),
        "errors": errors,
    }
    return render(request, "identity/authenticator.jinja", context)


@second_factor_not_required
@sensitive_post_parameters("passkey")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required
def passkey(request: HttpRequest) -> HttpResponse:
    """Add a passkey: of this device, a phone, or a security key."""
    if (gone := _stranger(request)) is not None:
        return gone
    errors: list[Fault] = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                factors.add_passkey(request, request.POST.get("name", ""), request.POST.get("passkey", ""))
                tell(Event.FACTOR_ADDED, request.user, request)
        except WrongFactor as error:
            errors = [fault("name", error)]
        else:
            mails.changed(request.user, "A passkey was added.")
            return _done(request, "Your passkey is added.")
    context = {
        "creation_options": factors.passkey_creation(request.user),
        "next": back(request),
        "errors": errors,
    }
    return render(request, "identity/passkey.jinja", context)


@never_cache
@require_POST
@step_up_required
def remove_factor(request: HttpRequest, number: int) -> HttpResponse:
    """Remove an authenticator app or a passkey; the last second factor stays."""
    kept = get_object_or_404(
        Authenticator.objects.filter(type__in=factors.MAIN), pk=number, user_id=request.user.pk
    )
    what = "A passkey" if kept.type == Authenticator.Type.WEBAUTHN else "Your authenticator app"
    try:
        factors.remove(request.user, kept)
    except WrongFactor as error:
        return _overview(request, [fault("factors", error)])
    tell(Event.FACTOR_REMOVED, request.user, request)
    mails.changed(request.user, f"{what} was removed.")
    messages.success(request, f"{what} was removed.")
    return HttpResponseRedirect(reverse("security"))


@never_cache
@require_POST
@step_up_required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes; the old ones no longer work."""
    if not Factors.of(request.user).any:
        error = WrongFactor("Recovery codes stand in for a second factor.", "Set one up first.")
        return _overview(request, [fault("factors", error)])
    tell(Event.RECOVERY_CODES_MADE, request.user, request)
    mails.changed(request.user, "New recovery codes were made.")
    return _codes(request)


@never_cache
@require_POST
@step_up_required
def unlink(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take an identity off this account, if another way to sign in is left."""
    if not request.user.has_usable_password():
        error = _LastWay(
            "This is your only way to sign in, so it stays.", "Ask the service team if it is lost to you."
        )
        return _overview(request, [fault("linked", error)])
    SocialAccount.objects.filter(user=request.user, provider=provider_id).delete()
    tell(Event.IDENTITY_UNLINKED, request.user, request)
    mails.changed(request.user, "An identity was unlinked.")
    messages.success(request, "The identity was unlinked.")
    return HttpResponseRedirect(reverse("security"))


class _LastWay(Epact2Error):
    """Without this identity nobody could sign in to the account."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def where(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, with a button to end each."""
    here = sign_ins.current(request)
    if request.method == "POST":
        wanted = request.POST.get("end", "")
        for one in sign_ins.of(request.user):
            if here is not None and one.pk != here.pk and wanted in (str(one.pk), "others"):
                sign_ins.end(one)
                tell(Event.SIGN_IN_ENDED, request.user, request)
                messages.success(request, f"The sign-in of {one.device} was ended.")
        return HttpResponseRedirect(reverse("sign-ins"))
    context = {
        "rows": [{"sign_in": one, "here": one == here} for one in reversed(sign_ins.of(request.user))],
        "most": sign_ins.MOST_SIGN_INS,
        "demo_account": is_open_demo_account(request.user),
    }
    return render(request, "identity/sign_ins.jinja", context)


def _stranger(request: HttpRequest) -> HttpResponse | None:
    """Send away a session that showed a password alone, once its account has a second factor."""
    if factors.were_shown(request) or not Factors.of(request.user).any:
        return None
    logout(request)
    messages.info(request, "Your account has a second factor now. Sign in with it.")
    return HttpResponseRedirect(reverse("sign-in"))


def _done(request: HttpRequest, said: str) -> HttpResponse:
    """After a factor was set up: the recovery codes, if there are none yet, or the overview."""
    messages.success(request, said)
    if Factors.of(request.user).codes_left == 0:
        return _codes(request)
    return HttpResponseRedirect(back(request, reverse("security")))


def _codes(request: HttpRequest) -> HttpResponse:
    context = {"codes": factors.new_recovery_codes(request.user), "next": back(request, reverse("home"))}
    return render(request, "identity/recovery_codes.jinja", context)
