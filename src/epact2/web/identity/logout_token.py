"""Back-channel logout: an identity provider tells our server that somebody has signed out there."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.cache import cache

from epact2.web.identity import provider_tokens, sign_ins
from epact2.web.identity.events import Event, tell
from epact2.web.identity.models import SignIn
from epact2.web.identity.providers import IdentityProvider

EVENT = "http://schemas.openid.net/event/backchannel-logout"
REMEMBERED = 600  # seconds; longer than any such token is good for


def end_as_told(provider: IdentityProvider, token: str) -> int:
    """End the sign-ins that a logout token names: of one session there, or of one person; give how many.

    Raises OAuth2Error for a token that does not hold, is an ID token, or comes a second time.
    """
    said = provider_tokens.claims(provider, token, "jti", "events")
    if not isinstance(said["events"], dict) or EVENT not in said["events"] or "nonce" in said:
        raise OAuth2Error("That is no logout token.")
    session, person = str(said.get("sid") or ""), str(said.get("sub") or "")
    if not session and not person:
        raise OAuth2Error("The logout token names nobody.")
    if not cache.add(f"epact2-logout:{provider.key}:{said['jti']}", 1, REMEMBERED):
        raise OAuth2Error("The logout token came before.")
    found = SignIn.objects.filter(method=provider.name).select_related("user")
    if session:
        found = found.filter(provider_session=session)
    if person:
        known = SocialAccount.objects.filter(provider=provider.key, uid=person)
        found = found.filter(user_id__in=known.values("user_id"))
    ended = 0
    for one in found:
        tell(Event.SIGN_IN_ENDED, one.user)
        sign_ins.end(one)
        ended += 1
    return ended
