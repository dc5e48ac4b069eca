"""Accounts for trying the site: only where the server runs as a demo, and the sign-in page says so.

Their grants are real rows that went through the same rules as everybody's: asked for, and signed by the
demo's own authorisers.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType
from epact2.access.requests import Decision
from epact2.errors import Epact2Error
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.web.auditing.auditors import appoint
from epact2.web.demo_people import DEMO_ACCOUNTS, DemoAccount
from epact2.web.models import Profile
from epact2.web.registration import agreement_text, asking, deciding, grants
from epact2.web.registration.administrators import is_administrator, make_administrator
from epact2.web.registration.history import SYSTEM
from epact2.web.registration.models import Authoriser, Mail
from epact2.web.registration.persons import mark_if_demo
from epact2.web.registration.places import place_name

# Found at set-up: where no release is loaded yet there is no practice and no PCN to be at home in.
NO_PLACE = ("practice", "PCN")
Homes = dict[str, tuple[str, str]]


class NotADemo(Epact2Error):
    """Demo accounts were asked for on a server that is not a demo."""


def ensure_demo_accounts(homes: Homes | None = None) -> list[DemoAccount]:
    """Make the demo accounts, or put them back as they should be; return them.

    ``homes`` gives an account another home organisation: user name -> (level, code), for instance a
    practice that the loaded release really holds.
    """
    if not settings.CONFIG.demo:
        raise NotADemo(
            "Demo accounts have passwords that anyone can read.",
            "Set EPACT2_DEMO=1 if this server shows only open or synthetic data.",
        )
    places = with_authorisers(homes or {})
    with transaction.atomic():
        users = {one.username: ensure(one, places.get(one.username)) for one in DEMO_ACCOUNTS}
        for account in DEMO_ACCOUNTS:
            _ensure_roles(account, users[account.username])
        for account in DEMO_ACCOUNTS:
            _ensure_grant(account, users)
    return list(DEMO_ACCOUNTS)


def with_authorisers(homes: Homes) -> Homes:
    """The homes, with those of the authorisers who work in the same practice or network."""
    made = dict(homes)
    by_name = {one.username: one for one in DEMO_ACCOUNTS}
    for account in DEMO_ACCOUNTS:
        if account.username in homes:
            for signer in account.signed_by:
                if by_name[signer].level in NO_PLACE:
                    made.setdefault(signer, homes[account.username])
    return made


def ensure(account: DemoAccount, home: tuple[str, str] | None) -> Any:
    """The account itself, its home organisation and the accepted agreement; give the user."""
    first, last = account.full_name.split(" ", 1)
    user, new = get_user_model().objects.get_or_create(username=account.username)
    user.first_name, user.last_name, user.is_active = first, last, True
    user.email = account.address
    if new:
        user.password = hashed(account.password)
    user.save()
    mark_if_demo(user)
    profile, made = Profile.objects.get_or_create(user=user, defaults={"job": account.job})
    if home or made:
        level, code = home or (account.level, account.code)
        # England is everybody's home who has no other; pages say so by an empty code.
        profile.organisation_level, profile.organisation_code = (
            (level, code) if level != ENGLAND else ("", "")
        )
    profile.job = account.job
    profile.save()
    if not agreement_text.has_accepted(user):
        agreement = agreement_text.in_force()
        agreement_text.accept(user, agreement.number, agreement.text_hash)
    return user


@cache
def hashed(password: str) -> str:
    """The hash of the demo's password. Hashing is slow on purpose, and everybody can read theirs."""
    return make_password(password)


def _home(account: DemoAccount, user: Any) -> tuple[str, str]:
    profile = Profile.objects.get(user=user)
    if profile.organisation_code:
        return profile.organisation_level, profile.organisation_code
    return (account.level, account.code) if account.level in NO_PLACE else (ENGLAND, ENGLAND_CODE)


def _ensure_roles(account: DemoAccount, user: Any) -> None:
    """Authorisers' roles, and the administrator's right: from whoever set the demo up, so from nobody."""
    if account.is_administrator and not is_administrator(user):
        make_administrator(user, None)
    if account.is_auditor:
        appoint(account.username, SYSTEM)
    for one in account.roles:
        level, code = (one.level, one.code) if one.level else _home(account, user)
        if not code:
            continue
        Authoriser.objects.filter(user=user, role=one.role).exclude(level=level, code=code).update(
            ends=timezone.localdate() - timedelta(days=1)
        )
        Authoriser.objects.get_or_create(
            user=user, role=one.role, level=level, code=code, ends=None,
            defaults={
                "name": account.full_name, "address": account.address,
                "organisation_name": place_name(level, code), "verified_at": timezone.now(),
                "starts": timezone.localdate(),
            },
        )  # fmt: skip


def _ensure_grant(account: DemoAccount, users: dict[str, Any]) -> None:
    """Ask for the account's access and have it signed, unless it holds it already."""
    user = users[account.username]
    level, code = _home(account, user)
    if not account.account_type or not code:
        return
    held = grants.in_force(user, timezone.localdate())
    if held.filter(account_type=account.account_type, level=level, code=code).exists():
        return
    for old in held:
        grants.end_grant(old, by="the demo", why="The demo has other organisations now.", end_sign_ins=False)
    signers = [users[name] for name in account.signed_by]
    wanted = asking.Asked(
        full_name=account.full_name, job=account.job, address=account.address,
        kind=OrganisationKind(account.kind), employer="", level=level, code=code,
        organisation_name=place_name(level, code),
        account_type=AccountType(account.account_type), months=12,
        reason="To show what this type of account sees.",
        authoriser_name=signers[0].get_full_name(), authoriser_address=signers[0].email,
    )  # fmt: skip
    request = asking.ask(wanted, user)
    for signer in signers:
        shown = deciding.what_is_shown(request)
        deciding.decide(request.pk, signer, Decision(wanted.account_type, wanted.months), shown)
    # A demo's outbox begins empty: these letters were nobody's.
    Mail.objects.filter(recipient__in=[account.address, *(one.email for one in signers)]).delete()
