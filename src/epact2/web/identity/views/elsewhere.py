"""Signing in, confirming and linking at an identity provider (OpenID Connect)."""

from __future__ import annotations

import logging

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from epact2.web.identity.adapters import problem
from epact2.web.identity.forms import back
from epact2.web.identity.logout_token import end_as_told
from epact2.web.identity.middleware import second_factor_not_required
from epact2.web.identity.oidc import Adapter, Callback, configured
from epact2.web.identity.step_up import step_up_required

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send a visitor to the provider.

    A link, not a form: our policy keeps forms on this site, and browsers hold it against redirects, too. What
    comes back counts only in the session that went there.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return HttpResponseRedirect(reverse("sign-in"))
    return _sent(request, provider_id, "login")


@never_cache
@require_safe
@step_up_required
def link(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Link an identity to the account of whoever has signed in."""
    return _sent(request, provider_id, "connect")


@second_factor_not_required
@never_cache
@require_safe
def confirm(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Step-up at the provider: it asks again, and leads back."""
    return _sent(request, provider_id, "redirect")


@login_not_required
@second_factor_not_required
@never_cache
@require_safe
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider sends people back."""
    _known(provider_id)
    response: HttpResponse = Callback.adapter_view(Adapter(request, provider_id))(request)
    return response


@csrf_exempt  # sent by the provider's server, which proves itself by its signature
@login_not_required
@never_cache
@require_POST
def signed_out(request: HttpRequest, provider_id: str) -> HttpResponse:
    """The provider says that somebody has signed out there (back-channel logout): they are out here, too."""
    provider = configured(provider_id)
    if provider is None:
        raise Http404("There is no such identity provider here.")
    try:
        ended = end_as_told(provider, request.POST.get("logout_token", ""))
    except (RequestException, OAuth2Error) as error:
        log.warning("A logout token of %s was refused: %s", provider.name, error)
        return JsonResponse({"error": "invalid_request"}, status=400)
    log.info("%s ended %s sign-ins.", provider.name, ended)
    return HttpResponse(status=200)


def _sent(request: HttpRequest, provider_id: str, process: str) -> HttpResponse:
    name = _known(provider_id)
    provider = get_adapter().get_provider(request, provider_id)
    try:
        sent: HttpResponse = provider.redirect(request, process, next_url=back(request) or None)
    except (RequestException, OAuth2Error, KeyError, ValueError):
        return problem(request, f"{name} cannot be reached at the moment.", "Try again in some minutes.")
    return sent


def _known(provider_id: str) -> str:
    found = configured(provider_id)
    if found is None:
        raise Http404("There is no such identity provider here.")
    return found.name
