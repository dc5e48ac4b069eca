"""Deciding a request: what an authoriser sees, and what becomes of what they say.

The rules are ``access.requests.decide``; here a request is read under a lock, judged, and written back, so
that two decisions at once come one after the other and the second is told of the first.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from epact2.access import requests as pure
from epact2.access.authorising import NotEntitled, Signature, Wish
from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType
from epact2.access.requests import Decision, Request, Signed, Stale
from epact2.web.registration import addresses, grants, history
from epact2.web.registration.asking import invitations
from epact2.web.registration.authorities import (
    able_to_sign,
    authorities_of,
    authority,
    chain_above,
    roles_in_force,
)
from epact2.web.registration.history import Happened
from epact2.web.registration.models import AccessRequest, HeldGrant, SignatureGiven
from epact2.web.registration.persons import identity_of
from epact2.web.registration.post import Letter, letter, send
from epact2.web.registration.turns import take_turn

State = AccessRequest.State


def as_value(row: AccessRequest) -> Request:
    """A request as the rules know it."""
    assert row.applicant is not None
    wish = Wish(identity_of(row.applicant), OrganisationKind(row.kind), row.wanted, row.level, row.code)
    signed = []
    for one in row.signatures.select_related("authoriser__appointed_by", "signed_by"):
        person = identity_of(one.signed_by)
        held = authority(one.authoriser, person)
        signed.append(Signed(one.number, person, held, AccountType(one.account_type), one.months))
    return Request(
        wish,
        timezone.localdate(row.confirmed_at or row.asked_at),
        row.months,
        pure.State(row.state),
        tuple(signed),
        row.decided_by.get_username() if row.decided_by else "",
    )


def what_is_shown(row: AccessRequest) -> str:
    """A fingerprint of what is asked and signed so far: a decision is about what was on the page."""
    signed = [
        f"{one.number}:{one.signed_by_id}:{one.account_type}:{one.months}" for one in row.signatures.all()
    ]
    parts = (row.pk, row.full_name, row.account_type, row.level, row.code, row.months, row.reason, *signed)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def _surroundings(row: AccessRequest, user: Any) -> dict[str, Any]:
    """The roles and links that the rules need to judge a decision of ``user``."""
    day = timezone.localdate()
    signers = [one.signed_by for one in row.signatures.select_related("signed_by")]
    people = {one.pk: one for one in (user, *signers)}.values()
    return {"authorities": authorities_of(people, day), "given": chain_above(people, day), "day": day}


def signature_for(row: AccessRequest, user: Any) -> Signature:
    """The signature that somebody may give. Raises NotEntitled, AlreadyDecided, Stale."""
    value, around = as_value(row), _surroundings(row, user)
    pure.require_open(value, around["day"])
    value = replace(value, signed=pure.standing(value, **around))
    return pure.next_signature(value, identity_of(user), **around)


def decide(row_id: Any, user: Any, decision: Decision, shown: str) -> AccessRequest:
    """Take somebody's decision on a request; give the request as it is then.

    ``shown`` is the fingerprint of what they saw. Raises NotEntitled, AlreadyDecided, Stale, NotLess.
    """
    with transaction.atomic():
        take_turn()
        row = AccessRequest.objects.select_for_update().get(pk=row_id)
        if row.applicant is None or not row.applicant.is_active:
            raise Stale("The account of whoever asked is closed.", "Nothing is to be done.")
        value, around = as_value(row), _surroundings(row, user)
        pure.require_open(value, around["day"])
        if shown != what_is_shown(row):
            raise Stale("The request has changed since you opened it.", "Look at it again, then decide.")
        after = pure.decide(value, identity_of(user), decision, **around)
        letters = _write(row, value, after, user, decision)
    send(letters)
    return row


def _write(
    row: AccessRequest, before: Request, after: Request, user: Any, decision: Decision
) -> list[Letter]:
    """Keep what was decided; the letters that it brings about."""
    name, about = user.get_username(), before.wish.applicant.account
    if after.state is pure.State.REJECTED:
        _close(row, State.REJECTED, user, decision.reason)
        history.record(Happened.REJECTED, by=name, about=about, of=row)
        said = f"{user.get_full_name()} gave this reason:"
        return [_outcome(row, "Your request was rejected", said, decision.reason)]
    for fallen in row.signatures.exclude(number__in={one.number for one in after.signed[:-1]}):
        words = f"Signature {fallen.number} of {fallen.signed_by.get_username()}"
        history.record(Happened.SIGNATURE_FELL, by=history.SYSTEM, about=about, of=row, words=words)
        fallen.delete()
    given = after.signed[-1]
    held = given.authority
    roles = roles_in_force(timezone.localdate()).order_by("pk")
    role = roles.filter(user=user, role=str(held.role), level=held.level, code=held.code)[0]
    SignatureGiven.objects.create(
        request=row, number=given.number, authoriser=role, signed_by=user,
        account_type=str(given.account_type), months=given.months,
    )  # fmt: skip
    words = f"{given.account_type} for {given.months} months, as {role.role}"
    history.record(Happened.SIGNED, by=name, about=about, of=row, words=words)
    if after.state is not pure.State.APPROVED:
        return [one for one in invitations(row) if one.to != role.address]
    _close(row, State.APPROVED, user, decision.reason)
    grant = _grant(row, after)
    words = f"{grant.account_type}, {grant.level} {grant.code}, to {grant.ends:%-d %B %Y}"
    history.record(Happened.APPROVED, by=name, about=about, of=row, words=words)
    as_asked = (given.account_type, given.months) == (row.wanted, row.months)
    until = f"You have {grant.account_type} access for {row.place} until {grant.ends:%-d %B %Y}."
    less = "" if as_asked else " This is less than you asked for."
    return [_outcome(row, "Your access is approved", f"{until}{less} Sign in:", addresses.page("account"))]


def _close(row: AccessRequest, state: State, user: Any, reason: str) -> None:
    row.state, row.decided_at, row.decided_by = state, timezone.now(), user
    row.decision_reason = reason[:2000]
    row.save()


def _grant(row: AccessRequest, after: Request) -> HeldGrant:
    """Write the grant; one of the same type and organisation that is in force gives way to it."""
    assert row.applicant is not None
    value = pure.grant_of(after, timezone.localdate())
    for old in grants.in_force(row.applicant, value.starts).filter(
        account_type=str(value.account_type), level=value.level, code=value.code
    ):
        grants.end_grant(
            old, by=value.authorised_by, why="Replaced by a new grant.", happened=Happened.RENEWED,
            end_sign_ins=False,
        )  # fmt: skip
    return HeldGrant.objects.create(
        user=row.applicant, request=row, account_type=str(value.account_type), level=value.level,
        code=value.code, organisation_name=row.organisation_name, starts=value.starts, ends=value.ends,
        authorised_by=value.authorised_by[:400],
    )  # fmt: skip


def _outcome(row: AccessRequest, subject: str, *words: str) -> Letter:
    return letter(row.address, row.full_name, subject, *words)


def waiting_for(user: Any) -> list[AccessRequest]:
    """The requests that somebody may decide now, the oldest first."""
    day = timezone.localdate()
    if not roles_in_force(day).filter(user=user).exists():
        return []
    found = []
    waiting = AccessRequest.objects.filter(state=State.WAITING).exclude(applicant=user)
    for row in waiting.prefetch_related("signatures"):
        if not able_to_sign(row.wanted, row.level, row.code, day).filter(user=user).exists():
            continue
        try:
            signature_for(row, user)
        except (NotEntitled, Stale):
            continue
        found.append(row)
    return found


def decided_by(user: Any, most: int = 20) -> QuerySet[AccessRequest]:
    """The requests that somebody signed or decided, the newest first."""
    mine = AccessRequest.objects.filter(decided_by=user) | AccessRequest.objects.filter(
        signatures__signed_by=user
    )
    return mine.distinct().order_by("-asked_at")[:most]
