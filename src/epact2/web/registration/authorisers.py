"""Organisations' authorisers: appointed by an administrator, proven by a mail to their own address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from epact2.access.authorising import (
    AuthoriserRole,
    NotEntitled,
    require_another_person,
    require_no_circle,
)
from epact2.access.persons import Person
from epact2.web.registration import addresses, history, tokens
from epact2.web.registration.asking import invitations, make_account
from epact2.web.registration.authorities import able_to_sign, chain_above
from epact2.web.registration.history import Happened
from epact2.web.registration.models import AccessRequest, Authoriser
from epact2.web.registration.persons import account_with_address, identity_of
from epact2.web.registration.post import letter, send
from epact2.web.registration.turns import take_turn


def appoint(
    name: str, address: str, role: AuthoriserRole, level: str, code: str, organisation_name: str, by: Any
) -> Authoriser:
    """Name somebody as authoriser, and send them the link that proves their address. Raises NotEntitled.

    An administrator appoints neither themselves nor, through whatever chain, somebody whose rights theirs
    come from.
    """
    with transaction.atomic():
        take_turn()
        account = account_with_address(address)
        person = identity_of(account) if account else Person("", frozenset({address}))
        require_may_appoint(person, by)
        row = Authoriser.objects.create(
            name=name, address=address, role=str(role), level=level, code=code,
            organisation_name=organisation_name, appointed_by=by, nonce=tokens.fresh_nonce(),
        )  # fmt: skip
        history.record(Happened.APPOINTED, by=by.get_username(), about=address, of=row, words=str(row))
    send_link(row)
    return row


def require_may_appoint(person: Person, by: Any) -> None:
    """Refuse somebody who is the administrator themselves, or from whom their rights come."""
    appointer = identity_of(by)
    try:
        require_another_person(person, appointer)
        require_no_circle(person, appointer, chain_above([by], timezone.localdate()))
    except NotEntitled as no:
        raise NotEntitled(f"You cannot appoint this person. {no.message}", no.advice) from no


def send_link(row: Authoriser) -> None:
    """Send the link that proves the address; an earlier one stops working."""
    row.nonce = tokens.fresh_nonce()
    row.save(update_fields=["nonce"])
    link = addresses.page("authoriser-confirm", tokens.make(tokens.AUTHORISER, row.pk, row.nonce))
    send(
        [
            letter(
                row.address,
                row.name,
                "You are named as an authoriser",
                f"You are named as {row.role} of {row.place}. In that role you decide who may see "
                "prescribing data for it. Confirm that this is your address:",
                link,
                f"The link works once, for {tokens.AUTHORISER_DAYS} days. If this is a mistake, there is "
                "nothing to do: without your confirmation nobody can be authorised in your name.",
            )
        ]
    )


def unproven(token: str) -> Authoriser:
    """The authoriser of a link in a mail. Raises BadLink."""
    key, nonce = tokens.read(tokens.AUTHORISER, token)
    open_ones = Authoriser.objects.filter(verified_at__isnull=True, ends__isnull=True).exclude(nonce="")
    found = open_ones.filter(pk=key, nonce=nonce).first()
    if found is None:
        raise tokens.bad_link()
    return found


def prove(token: str, *, user: Any | None = None, password: str = "") -> Any:
    """Confirm an authoriser's address; give their account.

    Whoever has an account with that address must be signed in with it (``user``); somebody without one
    chooses a password. Requests that waited for such an authoriser are sent to them. Raises BadLink, and
    NotEntitled for another account.
    """
    with transaction.atomic():
        take_turn()
        row = unproven(token)
        owner = account_with_address(row.address)
        if owner is not None and (user is None or user.pk != owner.pk):
            raise NotEntitled(
                "This address belongs to another account than the one you use now.",
                "Sign in with that account, then open the link again.",
            )
        if not Authoriser.objects.filter(pk=row.pk, nonce=row.nonce).update(nonce=""):
            raise tokens.bad_link()
        row.user = owner or make_account(row.address, row.name, password)
        if row.appointed_by is not None:  # who they are is known only now
            require_may_appoint(identity_of(row.user), row.appointed_by)
        row.nonce, row.verified_at = "", timezone.now()
        row.save()
        name = row.user.get_username()
        history.record(Happened.VERIFIED, by=name, about=name, of=row, words=str(row))
        today = timezone.localdate()
        letters = [
            one
            for request in AccessRequest.objects.filter(state=AccessRequest.State.WAITING)
            if able_to_sign(request.wanted, request.level, request.code, today).filter(pk=row.pk).exists()
            for one in invitations(request)
            if one.to == row.address
        ]
    send(letters)
    return row.user


def dismiss(row: Authoriser, by: Any) -> bool:
    """End somebody's role from today on. False where it had ended. What they granted stays."""
    with transaction.atomic():
        yesterday = timezone.localdate() - timedelta(days=1)
        changed = Authoriser.objects.filter(pk=row.pk, ends__isnull=True).update(ends=yesterday, nonce="")
        if changed:
            history.record(
                Happened.DISMISSED, by=by.get_username(), about=row.address, of=row, words=str(row)
            )
    return bool(changed)
