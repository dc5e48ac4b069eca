"""OpenID Connect, stricter than django-allauth by itself: what we send, and what we believe.

allauth keeps the state and the PKCE verifier and finds the account; it knows neither private_key_jwt, nor a
nonce, nor assurance levels, and trusts an ID token that came over TLS. All of these are here.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

import jwt
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from epact2.web.identity import provider_tokens
from epact2.web.identity.provider_tokens import LEEWAY
from epact2.web.identity.providers import TWO_FACTORS, IdentityProvider
from epact2.web.identity.sign_ins import LONGEST

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LASTS = 120  # seconds
KEPT_CLAIMS = ("sub", "name", "given_name", "family_name", "email", "email_verified")
LEVEL_CLAIM = "authentication_assurance_level"


class IdentityRefused(OAuth2Error):
    """What an identity provider said is not enough. ``message`` and ``advice`` are for the person."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message, self.advice = message, advice


def configured(key: str) -> IdentityProvider | None:
    """The provider of a key, if the server is told of it."""
    return next((one for one in settings.CONFIG.identity_providers if one.key == key), None)


class Client(OAuth2Client):
    """Asks for tokens; with a private key it signs the request (private_key_jwt), and sends no secret."""

    provider: IdentityProvider
    algorithms: tuple[str, ...] = ()

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Exchange the code."""
        sent = dict(extra_data or {})
        if self.provider.private_key:
            sent |= {"client_assertion_type": ASSERTION, "client_assertion": self.assertion()}
        answer: dict[str, Any] = super().get_access_token(code, pkce_code_verifier, sent)
        return answer

    def assertion(self) -> str:
        """The signed statement that the request is ours; used once, and good for two minutes."""
        key = load_pem_private_key(self.provider.private_key.encode(), password=None)
        liked = _algorithms_of(key)
        now = int(time.time())
        return jwt.encode(
            {
                "iss": self.provider.client_id,
                "sub": self.provider.client_id,
                "aud": self.access_token_url,
                "jti": secrets.token_urlsafe(24),
                "iat": now,
                "exp": now + ASSERTION_LASTS,
            },
            key,  # type: ignore[arg-type]  # any private key that a PEM file holds
            algorithm=next((one for one in liked if one in self.algorithms), liked[0]),
            headers={"kid": self.provider.key_id} if self.provider.key_id else None,
        )


def _algorithms_of(key: Any) -> tuple[str, ...]:
    """The signatures that a key can make, the ones that the NHS asks for first."""
    if isinstance(key, EllipticCurvePrivateKey):
        return ({"secp384r1": "ES384", "secp521r1": "ES512"}.get(key.curve.name, "ES256"),)
    return ("RS512", "PS512", "RS256", "PS256")


class Adapter(OpenIDConnectOAuth2Adapter):
    """Checks what comes back: issuer, signature, times, nonce, and how sure the provider is of the person."""

    client_class = Client
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description."""
        return provider_tokens.description(self._configured)

    @property
    def _configured(self) -> IdentityProvider:
        found = configured(self.provider_id)
        if found is None:
            raise SocialApp.DoesNotExist
        return found

    def get_client(self, request: HttpRequest, app: SocialApp) -> Client:
        """The client that asks for tokens."""
        made: Client = super().get_client(request, app)
        made.provider = self._configured
        made.algorithms = tuple(
            self.openid_config.get("token_endpoint_auth_signing_alg_values_supported", ())
        )
        return made

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> Any:
        """Believe an ID token that holds, note what was shown, and propose name and address."""
        claims = self._id_token(kwargs["response"].get("id_token", ""))
        person = claims
        if "userinfo_endpoint" in self.openid_config:
            person = self._fetch_user_info(token.token)
            if person.get("sub") != claims["sub"]:
                raise OAuth2Error("The identity provider answered about somebody else.")
        request.epact2_shown = what_was_shown(self._configured, {**person, **claims})  # type: ignore[attr-defined]
        kept = {name: person[name] for name in KEPT_CLAIMS if name in person}
        return self.get_provider().sociallogin_from_response(request, {"userinfo": kept})

    def _id_token(self, text: str) -> dict[str, Any]:
        claims = provider_tokens.claims(self._configured, text, "sub")
        if not self.nonce or not secrets.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("The ID token belongs to another sign-in.")
        return claims


def what_was_shown(provider: IdentityProvider, claims: dict[str, Any]) -> dict[str, Any]:
    """How and when the person signed in at the provider. Raises IdentityRefused where that is not enough.

    ``auth_time`` is 0 where the provider does not say: nobody has shown themselves at a known moment then.
    """
    now = time.time()
    said = claims.get("auth_time")
    if said is None and provider.shows_assurance:
        raise IdentityRefused(f"{provider.name} did not say when you signed in.", "Tell the service team.")
    at = int(said) if said is not None else 0
    if said is not None and not now - LONGEST.total_seconds() < at <= now + LEEWAY:
        raise IdentityRefused(
            f"Your sign-in at {provider.name} is older than 12 hours.", "Sign out there, and sign in again."
        )
    if provider.shows_assurance:
        level = _level(claims.get(LEVEL_CLAIM))
        if level < provider.assurance:
            raise IdentityRefused(
                f"{provider.name} gives assurance level {level}; level {provider.assurance} is needed.",
                "Sign in there with your smartcard, passkey or authenticator.",
            )
        two = level >= TWO_FACTORS
    else:
        two = "mfa" in (claims.get("amr") or ())
    return {
        "provider": provider.name,
        "two_factors": two,
        "auth_time": min(at, int(now)),
        "session": str(claims.get("sid", "")),
    }


def _level(value: object) -> int:
    return int(value) if isinstance(value, (int, str)) and str(value) in ("1", "2", "3") else 0


class Provider(OpenIDConnectProvider):
    """allauth's provider with our checks; nothing in an address changes what is asked for."""

    oauth2_adapter_class = Adapter

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Send the person to the provider, with a nonce that its ID token must repeat."""
        nonce = secrets.token_urlsafe(24)
        params = {**self.get_auth_params(), "max_age": str(int(LONGEST.total_seconds())), "nonce": nonce}
        if process != "login":
            params |= {"prompt": "login", "max_age": "0"}  # a confirmation that is made now
        response: HttpResponse = super().redirect(
            request, process, next_url, data, auth_params=params, scope=self.get_scope(), nonce=nonce
        )
        return response


class Callback(OAuth2CallbackView):
    """Where the provider sends people back."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response
