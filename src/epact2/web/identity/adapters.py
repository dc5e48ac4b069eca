"""How django-allauth is told our rules: stages of signing in, secrets encrypted, claims that only propose."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from epact2.web import config
from epact2.web.identity import factors, mails, sign_ins
from epact2.web.identity.events import Event, tell
from epact2.web.identity.oidc import IdentityRefused
from epact2.web.identity.step_up import MINUTES as STEP_UP_MINUTES

log = logging.getLogger(__name__)


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor, unless an identity provider has just shown that there were two.

    A demo's accounts are never asked: what one visitor sets up must not keep the next one out.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        if sign_ins.shown_elsewhere(request).get("two_factors") or not factors.are_needed(self.login.user):
            return False
        return super()._should_handle(request)


class AccountAdapter(DefaultAccountAdapter):
    """Signing in has one stage, the second factor. Registration proves e-mail addresses."""

    def get_login_stages(self) -> list[str]:
        """The stages after the password or the identity provider."""
        return [f"{SecondFactorStage.__module__}.{SecondFactorStage.__qualname__}"]

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Somebody whose account is closed came by an identity provider."""
        return problem(request, "This account is closed.", "Ask the service team to open it again.")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: our pages say what happened, in our words."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: ``mails`` tells people of changes."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where a sign-in leads that was not on its way to a page."""
        return reverse("home")


class MfaAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted."""

    def encrypt(self, text: str) -> str:
        """A secret as it is kept."""
        return factors.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """A secret that was kept."""
        return factors.decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        """The service's name in the app."""
        return config.SERVICE_NAME

    def _get_site_name(self) -> str:
        return config.SERVICE_NAME


class SocialAdapter(DefaultSocialAccountAdapter):
    """Identity providers propose a name and an address. What their people may see is decided by grants.

    An account that exists is never joined by its e-mail address alone: its owner signs in and links it.
    """

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Providers come from the server's settings alone, never from a table that a page could change."""
        return [
            app
            for app in provider_apps()
            if provider in (None, app.provider, app.provider_id) and client_id in (None, app.client_id)
        ]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse what must not go on; note a confirmation by somebody who has signed in."""
        process = sociallogin.state.get("process")
        if process == "redirect":
            if not request.user.is_authenticated or sociallogin.user != request.user:
                raise ImmediateHttpResponse(
                    problem(
                        request, "That was another identity than yours.", "Sign in as yourself, and confirm."
                    )
                )
            at = getattr(request, "epact2_shown", {}).get("auth_time", 0)
            if timezone.now().timestamp() - at > STEP_UP_MINUTES * 60:
                raise ImmediateHttpResponse(
                    problem(
                        request, "The identity provider did not ask you again.", "Confirm in another way."
                    )
                )
            tell(Event.CONFIRMED, request.user, request)
            sign_ins.confirmed(request)
        elif process == "connect":
            if sociallogin.is_existing and sociallogin.user != request.user:
                raise ImmediateHttpResponse(
                    problem(
                        request,
                        "That identity belongs to another account.",
                        "Sign in with it, or ask for help.",
                    )
                )
            tell(Event.IDENTITY_LINKED, request.user, request)
            mails.changed(request.user, f"{sociallogin.provider.name} was linked to your account.")
        elif not sociallogin.is_existing and (taken := _address_taken(sociallogin)):
            name = sociallogin.provider.name
            raise ImmediateHttpResponse(
                problem(
                    request,
                    f"There is an account with the address {taken} already.",
                    f"Sign in with its password, then link {name} on the page “Sign-in and security”.",
                )
            )

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """A new account from the claims: a name and an address, without any grant."""
        user = super().populate_user(request, sociallogin, {**data, "username": ""})
        user.username = _free_name(user.email or f"{sociallogin.account.provider}-{sociallogin.account.uid}")
        user.first_name, user.last_name = user.first_name[:150], user.last_name[:150]
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Say in words that an identity provider did not let somebody through."""
        if isinstance(exception, IdentityRefused):
            raise ImmediateHttpResponse(problem(request, exception.message, exception.advice))
        log.warning("Sign-in with %s failed: %s %s", provider.name, error, type(exception).__name__)
        raise ImmediateHttpResponse(
            problem(
                request,
                f"{provider.name} did not sign you in.",
                "Try again. If it happens again, sign in with your password, or tell the service team.",
            )
        )

    def get_requests_session(self) -> requests.Session:
        """Requests to providers end after ten seconds and follow no redirect to another host."""
        session = requests.Session()
        session.max_redirects = 0
        session.request = partial(session.request, timeout=10)  # type: ignore[method-assign]
        return session

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        """Where linking leads."""
        return reverse("security")


def provider_apps() -> list[SocialApp]:
    """The configured identity providers, as allauth calls them."""
    return [
        SocialApp(
            provider="openid_connect",
            provider_id=one.key,
            name=one.name,
            client_id=one.client_id,
            secret=one.secret,
            settings={
                "server_url": one.issuer,
                "oauth_pkce_enabled": True,
                "token_auth_method": "client_secret_post",
                "auth_params": one.auth_params,
                "scope": ["openid", "profile", "email"],
            },
        )
        for one in settings.CONFIG.identity_providers
    ]


def problem(request: HttpRequest, message: str, advice: str) -> HttpResponse:
    """The page that says why signing in with an identity provider ended."""
    title = "That did not work" if request.user.is_authenticated else "You are not signed in"
    context = {"title": title, "message": message, "advice": advice}
    return render(request, "identity/problem.jinja", context, status=403)


def _address_taken(sociallogin: Any) -> str:
    """The proposed e-mail address, where another account has it."""
    address = sociallogin.user.email or ""
    taken = get_user_model().objects.filter(email__iexact=address).exists() if address else False
    taken = taken or bool(address and EmailAddress.objects.filter(email__iexact=address).exists())
    return address if taken else ""


def _free_name(wanted: str) -> str:
    """A user name that nobody has."""
    users = get_user_model().objects
    wanted = wanted.casefold()[:140]
    number = 1
    name = wanted
    while users.filter(username=name).exists():
        number += 1
        name = f"{wanted}-{number}"
    return name
