"""The daily work: reminders, revocations, what has expired, and mail that could not be sent.

Done twice a day or after a week's pause, it comes to the same: what was done is kept, and never done again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from epact2.access.life import IDLE_DAYS, RENEWAL_DAYS, REQUEST_DAYS, Idleness, idleness
from epact2.web.registration import addresses, grants, history, post
from epact2.web.registration.history import SYSTEM, Happened
from epact2.web.registration.models import AccessRequest, HeldGrant, Reminder
from epact2.web.registration.post import Letter, letter
from epact2.web.registration.tokens import CONFIRM_HOURS

State = AccessRequest.State
LAST_CALL_DAYS = 14


@dataclass
class Done:
    """What one run did, as counts."""

    reminded: int = 0
    revoked: int = 0
    ended: int = 0
    requests_expired: int = 0
    mails_sent_again: int = 0

    def __str__(self) -> str:
        return (
            f"{self.reminded} reminded, {self.revoked} grants revoked for {IDLE_DAYS} days without sign-in, "
            f"{self.ended} grants at their end, {self.requests_expired} requests expired, "
            f"{self.mails_sent_again} mails sent again"
        )


def run(day: date) -> Done:
    """Do what is due on a day."""
    done = Done(mails_sent_again=post.send_kept())
    _requests(day, done)
    for user in get_user_model().objects.filter(held_grants__ended_at__isnull=True).distinct():
        with transaction.atomic():
            letters = _of_person(user, day, done)
        post.send(letters)
    return done


def _requests(day: date, done: Done) -> None:
    """Requests that nobody confirmed or decided in time.

    One that was never confirmed is deleted: whoever it names may never have heard of it.
    """
    now = timezone.now() - (timezone.localdate() - day)  # the same hour of the day that is meant
    done.requests_expired += AccessRequest.objects.filter(
        state=State.UNCONFIRMED, asked_at__lt=now - timedelta(hours=CONFIRM_HOURS)
    ).delete()[0]
    for one in AccessRequest.objects.filter(state=State.WAITING):
        if (day - timezone.localdate(one.confirmed_at or one.asked_at)).days <= REQUEST_DAYS:
            continue
        with transaction.atomic():
            changed = AccessRequest.objects.filter(pk=one.pk, state=State.WAITING).update(
                state=State.EXPIRED, decided_at=timezone.now(), nonce=""
            )
            if not changed:
                continue
            about = one.applicant.get_username() if one.applicant else ""
            history.record(Happened.REQUEST_EXPIRED, by=SYSTEM, about=about, of=one)
        done.requests_expired += 1
        post.send(
            [
                letter(
                    one.address,
                    one.full_name,
                    "Your request has expired",
                    f"Nobody decided your request for {one.account_type} access for {one.place} within "
                    f"{REQUEST_DAYS} days. If you still need it, ask again from your account page:",
                    addresses.page("account"),
                )
            ]
        )


def _of_person(user: Any, day: date, done: Done) -> list[Letter]:
    """Revoke, end or remind, in this order: who has lost their access needs no reminder."""
    for grant in HeldGrant.objects.filter(user=user, ended_at__isnull=True, ends__lt=day):
        why = "Its last day has passed."
        if grants.end_grant(grant, by=SYSTEM, why=why, happened=Happened.ENDED, end_sign_ins=False):
            done.ended += 1
    held = list(grants.in_force(user, day))
    if not held or not user.is_active:
        return []
    last = timezone.localdate(user.last_login or user.date_joined)
    due = idleness(last, day)
    if due is Idleness.REVOKE:
        for grant in held:
            why = f"Nobody signed in for {IDLE_DAYS} days."
            done.revoked += grants.end_grant(grant, by=SYSTEM, why=why, happened=Happened.REVOKED)
        return [_revoked(user)]
    letters = []
    if due is not Idleness.IN_USE:
        left = IDLE_DAYS - (day - last).days
        letters += _once(user, due.value, last, done, lambda: _unused(user, left))
    for grant in held:
        days_left = (grant.ends - day).days
        for limit in (LAST_CALL_DAYS, RENEWAL_DAYS):
            if days_left <= limit:
                kind = f"grant {grant.pk} ends within {limit} days"
                letters += _once(user, kind, grant.ends, done, lambda grant=grant: _ends(user, grant))
                break
    return letters


def _once(user: Any, kind: str, about: date, done: Done, write: Callable[[], Letter]) -> list[Letter]:
    _, new = Reminder.objects.get_or_create(user=user, kind=kind[:40], about=about)
    if not new:
        return []
    done.reminded += 1
    history.record(Happened.REMINDED, by=SYSTEM, about=user.get_username(), words=kind)
    return [write()]


def _unused(user: Any, left: int) -> Letter:
    return letter(
        user.email,
        user.get_full_name(),
        "Your access will end because you have not used it",
        f"You have not signed in for a long time. Your access ends in {left} days. To keep it, sign in:",
        addresses.page("sign-in"),
        "If you no longer need it, there is nothing to do.",
    )


def _ends(user: Any, grant: HeldGrant) -> Letter:
    return letter(
        user.email,
        user.get_full_name(),
        "Your access ends soon",
        f"Your {grant.account_type} access for {grant.place} ends on {grant.ends:%-d %B %Y}. If you still "
        "need it for the same work, confirm so on your account page; your authoriser then decides:",
        addresses.page("account"),
    )


def _revoked(user: Any) -> Letter:
    return letter(
        user.email,
        user.get_full_name(),
        "Your access has ended",
        f"You have not signed in for {IDLE_DAYS} days, so your access was revoked. If you need it again, ask "
        "again from your account page:",
        addresses.page("account"),
    )
