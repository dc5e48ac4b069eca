"""What an identity provider says of itself and signs: its description, its keys, and tokens that hold."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.cache import cache

from epact2.web.identity.providers import IdentityProvider

LEEWAY = 60  # seconds that clocks may differ
KEPT_FOR = 600  # seconds that a provider's description and keys are remembered
# Signatures that we accept on a token: none is not one, and none is made with a shared secret.
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
ALWAYS_SAID = ("exp", "iat", "iss", "aud")


def description(provider: IdentityProvider) -> dict[str, Any]:
    """The provider's own description; its issuer must be the one that was configured. Raises OAuth2Error."""
    told = _read(f"{provider.issuer}/.well-known/openid-configuration")
    if str(told.get("issuer", "")).rstrip("/") != provider.issuer:
        raise OAuth2Error("The identity provider calls itself by another name than was configured.")
    for name in ENDPOINTS:
        if name in told and urlsplit(told[name]).scheme != urlsplit(provider.issuer).scheme:
            raise OAuth2Error(f"The identity provider's {name} is not reached by https.")
    return told


def claims(provider: IdentityProvider, token: str, *needed: str) -> dict[str, Any]:
    """What a token says, once signature, issuer, audience and times are found right. Raises OAuth2Error."""
    told = description(provider)
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        key = _key(told["jwks_uri"], wanted) or _key(told["jwks_uri"], wanted, afresh=True)
        if key is None:
            raise OAuth2Error("The token is signed with a key that the identity provider does not name.")
        said: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(SIGNATURES),
            audience=provider.client_id,
            issuer=told["issuer"],
            leeway=LEEWAY,
            options={"require": [*ALWAYS_SAID, *needed]},
        )
    except (jwt.PyJWTError, ValueError, KeyError) as error:
        raise OAuth2Error("The token does not hold.") from error
    return said


def _key(address: str, wanted: str | None, *, afresh: bool = False) -> Any:
    """The provider's signing key of a name, or its only one; keys change, so a new name is asked for anew."""
    keys = jwt.PyJWKSet.from_dict(_read(address, afresh=afresh)).keys
    signing = [one for one in keys if one.public_key_use != "enc"]
    if wanted is None:
        return signing[0].key if len(signing) == 1 else None
    return next((one.key for one in signing if one.key_id == wanted), None)


def _read(address: str, *, afresh: bool = False) -> dict[str, Any]:
    """A JSON document of the provider, remembered for ten minutes."""
    name = f"epact2-provider:{address}"
    kept: dict[str, Any] | None = None if afresh else cache.get(name)
    if kept is None:
        with get_adapter().get_requests_session() as session:
            answer = session.get(address)
            answer.raise_for_status()
            kept = dict(answer.json())
        cache.set(name, kept, KEPT_FOR)
    return kept
