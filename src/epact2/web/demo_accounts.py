"""Accounts for trying the site: only where the server runs as a demo, and the sign-in page says so."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from epact2.access.grants import Grant
from epact2.errors import Epact2Error
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.web.demo_people import DEMO_ACCOUNTS, DemoAccount
from epact2.web.models import Profile


class NotADemo(Epact2Error):
    """Demo accounts were asked for on a server that is not a demo."""


def ensure_demo_accounts(homes: dict[str, tuple[str, str]] | None = None) -> list[DemoAccount]:
    """Make the demo accounts, or put them back as they should be; return them.

    ``homes`` gives an account another home organisation: user name -> (level, code), for instance a
    practice that the loaded release really holds.
    """
    if not settings.CONFIG.demo:
        raise NotADemo(
            "Demo accounts have passwords that anyone can read.",
            "Set EPACT2_DEMO=1 if this server shows only open or synthetic data.",
        )
    with transaction.atomic():
        return [ensure(account, (homes or {}).get(account.username)) for account in DEMO_ACCOUNTS]


def demo_grants(name: str) -> tuple[Grant, ...]:
    """What a demo account may see: the grant of its type for its home organisation."""
    for account in DEMO_ACCOUNTS:
        if account.username == name:
            profile = Profile.objects.filter(user__username=name).first()
            level = profile.organisation_level if profile else ""
            code = profile.organisation_code if profile else ""
            place = (level, code) if code else (ENGLAND, ENGLAND_CODE)
            return (Grant(account.account_type, *place, date.min, date.max),)
    return ()


def ensure(account: DemoAccount, home: tuple[str, str] | None) -> DemoAccount:
    first, last = account.full_name.split(" ", 1)
    user, new = get_user_model().objects.get_or_create(username=account.username)
    user.first_name, user.last_name, user.is_active = first, last, True
    if new:  # checking a password is slow on purpose, and this runs at every start
        user.set_password(account.password)
    user.save()
    profile, made = Profile.objects.get_or_create(user=user, defaults={"job": account.job})
    if home or made:
        profile.organisation_level, profile.organisation_code = home or (account.level, account.code)
    profile.job = account.job
    profile.save()
    return account
