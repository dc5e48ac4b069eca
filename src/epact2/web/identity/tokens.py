"""Tokens for programs: shown once, kept as a hash, with an end.

A token is 256 random bits, so a plain hash keeps it: there is nothing to guess.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.utils import timezone

from epact2.errors import Epact2Error
from epact2.web.auth import Accounts
from epact2.web.identity import factors
from epact2.web.identity.models import ApiToken
from epact2.web.identity.sign_ins import LONGEST

PREFIX = "epact2_"
LONGEST_LIFE_DAYS = 90
# A token that may list items and patients lasts no longer than a sign-in may.
LONGEST_LIFE_FOR_ITEMS = LONGEST
MOST_TOKENS = 10


class WrongToken(Epact2Error):
    """A token that is not known, has ended, or may not do this."""


def make(user: Any, name: str, *, days: int, for_items: bool = False) -> str:
    """Make a token and give its text, which nobody can read again. Raises WrongToken for too long a life."""
    if not 1 <= days <= LONGEST_LIFE_DAYS:
        raise WrongToken("That end is too far away.", f"Choose 1 to {LONGEST_LIFE_DAYS} days.")
    if of(user).count() >= MOST_TOKENS:
        raise WrongToken(f"You have {MOST_TOKENS} tokens.", "End one first.")
    text = PREFIX + secrets.token_urlsafe(32)
    life = min(timedelta(days=days), LONGEST_LIFE_FOR_ITEMS) if for_items else timedelta(days=days)
    ApiToken.objects.create(
        user=user,
        name=name.strip()[:60] or "Token",
        start=text[: len(PREFIX) + 4],
        digest=_digest(text),
        for_items=for_items,
        ends_at=timezone.now() + life,
    )
    return text


def of(user: Any) -> Any:
    """A person's tokens in force."""
    return ApiToken.objects.filter(user_id=user.pk, ends_at__gt=timezone.now())


def owner(text: str, *, for_items: bool) -> Any:
    """The account that a token stands for. Raises WrongToken."""
    token = ApiToken.objects.select_related("user").filter(digest=_digest(text)).first()
    now = timezone.now()
    if token is None or token.ends_at <= now or not Accounts().user_can_authenticate(token.user):
        raise WrongToken("The token is not known, or has ended.", "Make a new one on the page “Tokens”.")
    if factors.are_needed(token.user) and not _protected(token.user):
        raise WrongToken("The token's account has no second factor.", "Sign in and set one up.")
    if for_items and not token.for_items:
        raise WrongToken(
            "This token may ask for sums only.", "Make a token for items and patients; it lasts twelve hours."
        )
    if token.used_at is None or now - token.used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return token.user


def _protected(user: Any) -> bool:
    """Whether the account has a second factor here, or signs in at an identity provider."""
    return factors.Factors.of(user).any or user.socialaccount_set.exists()


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
