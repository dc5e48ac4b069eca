"""Asking for access: a request is made, its address is confirmed, and the authorisers are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from epact2.access.authorising import require_another_person
from epact2.access.eligibility import OrganisationKind, require_eligible
from epact2.access.grants import AccountType
from epact2.access.life import GRANT_MONTHS, may_renew
from epact2.access.persons import Person, require_work_address
from epact2.errors import Epact2Error
from epact2.web.models import Profile
from epact2.web.registration import addresses, agreement_text, history, tokens
from epact2.web.registration.authorities import able_to_sign
from epact2.web.registration.history import Happened
from epact2.web.registration.models import AccessRequest, HeldGrant
from epact2.web.registration.persons import account_with_address, add_mailbox, mark_if_demo
from epact2.web.registration.post import Letter, letter, send

State = AccessRequest.State
# More than anybody means to send, and few enough that nobody's mailbox is flooded through us.
MOST_REQUESTS_A_DAY = 3
MOST_WAITING = 10


class TooMany(Epact2Error):
    """More requests than one person has a use for."""


class CannotRenew(Epact2Error):
    """A grant that cannot be confirmed for another year now."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody fills in."""

    full_name: str
    job: str
    address: str
    kind: OrganisationKind
    employer: str
    level: str
    code: str
    organisation_name: str
    account_type: AccountType
    months: int
    reason: str
    authoriser_name: str
    authoriser_address: str


def check(asked: Asked) -> None:
    """Refuse what can never be granted. Raises NotEligible, NotAWorkAddress or NotEntitled."""
    require_eligible(asked.kind, asked.account_type)
    require_work_address(asked.address, settings.CONFIG.mail_domains)
    require_another_person(
        Person("applicant", frozenset({asked.address})),
        Person("authoriser", frozenset({asked.authoriser_address})),
    )


def ask(asked: Asked, user: Any | None = None) -> AccessRequest:
    """Make a request. A stranger must confirm their address first; a signed-in person's goes on at once.

    Raises what ``check`` raises, and TooMany.
    """
    check(asked)
    agreement = agreement_text.in_force()
    with transaction.atomic():
        _not_too_many(asked.address, user)
        request = AccessRequest(
            **{name: getattr(asked, name) for name in _PLAIN},
            kind=str(asked.kind),
            account_type=str(asked.account_type),
            months=max(1, min(asked.months, GRANT_MONTHS)),
            agreement_version=agreement.number,
            agreement_hash=agreement.text_hash,
            nonce=tokens.fresh_nonce(),
        )
        if user is not None:
            request.applicant = user
            letters = _goes_on(request)
        else:
            request.save()
            letters = [_confirm_letter(request)]
        by = user.get_username() if user is not None else "somebody not yet known"
        history.record(Happened.ASKED, by=by, of=request, about=_about(request), words=str(request))
    send(letters)
    return request


_PLAIN = (
    "full_name", "job", "address", "employer", "level", "code", "organisation_name", "reason",
    "authoriser_name", "authoriser_address",
)  # fmt: skip


def _about(request: AccessRequest) -> str:
    return request.applicant.get_username() if request.applicant else ""


def _not_too_many(address: str, user: Any | None) -> None:
    since = timezone.now() - timedelta(days=1)
    mine = AccessRequest.objects.filter(address__iexact=address)
    waiting = mine.filter(state=State.WAITING).count()
    if (
        user is None and mine.filter(asked_at__gt=since).count() >= MOST_REQUESTS_A_DAY
    ) or waiting >= MOST_WAITING:
        raise TooMany(
            "There are several requests of this address already.",
            "Use the link in the newest mail, or wait for a decision; you can ask again tomorrow.",
        )


def _confirm_letter(request: AccessRequest) -> Letter:
    """The mail to whoever owns the address. It says nothing that the page does not say to everyone."""
    if account_with_address(request.address) is not None:
        return letter(
            request.address,
            request.full_name,
            "You have an account already",
            "Somebody, probably you, asked for a new account with this address. You have one: sign in, and "
            "ask for more access from your account page.",
            addresses.page("account"),
            "If it was not you, there is nothing to do.",
        )
    return letter(
        request.address,
        request.full_name,
        "Confirm your address",
        "You asked for access to prescribing data. Confirm that this is your address and choose a password:",
        addresses.page("register-confirm", tokens.make(tokens.CONFIRM, request.pk, request.nonce)),
        f"The link works once, for {tokens.CONFIRM_HOURS} hours. If you did not ask, there is nothing to do.",
    )


def unconfirmed(token: str) -> AccessRequest:
    """The request of a link in a mail. Raises BadLink."""
    key, nonce = tokens.read(tokens.CONFIRM, token)
    found = (
        AccessRequest.objects.filter(pk=key, nonce=nonce, state=State.UNCONFIRMED).exclude(nonce="").first()
    )
    if found is None or account_with_address(found.address) is not None:
        raise tokens.bad_link()
    return found


def confirm(token: str, password: str) -> Any:
    """Make the account of whoever owns the address, and tell the authorisers; give the account.

    The password has been checked by the form. Raises BadLink.
    """
    with transaction.atomic():
        request = unconfirmed(token)
        # One statement decides between two clicks at once: only the first finds the word still there.
        if not AccessRequest.objects.filter(pk=request.pk, nonce=request.nonce).update(nonce=""):
            raise tokens.bad_link()
        user = make_account(request.address, request.full_name, password)
        Profile.objects.create(
            user=user, job=request.job, organisation_level=request.level, organisation_code=request.code
        )
        request.applicant = user
        request.nonce = ""
        agreement = agreement_text.in_force()
        if (request.agreement_version, request.agreement_hash) == (agreement.number, agreement.text_hash):
            agreement_text.accept(user, agreement.number, agreement.text_hash)
        name = user.get_username()
        history.record(Happened.CONFIRMED, by=name, about=name, of=request)
        letters = _goes_on(request)
    send(letters)
    return user


def make_account(address: str, full_name: str, password: str) -> Any:
    """An account without any right, whose address was proven; its name is the address. Raises TooMany."""
    users = get_user_model().objects
    username = address.strip().casefold()
    if users.filter(username=username).exists():
        raise TooMany("There is an account of this name already.", "Sign in with it.")
    first, _, last = full_name.strip().partition(" ")
    user = users.create_user(username, username, password, first_name=first[:150], last_name=last[:150])
    add_mailbox(user, address)
    mark_if_demo(user)
    return user


def _goes_on(request: AccessRequest) -> list[Letter]:
    """The request waits for its authorisers from now on; the letters that tell them."""
    request.state = State.WAITING
    request.confirmed_at = timezone.now()
    request.nonce = ""
    request.save()
    return invitations(request)


def invitations(request: AccessRequest) -> list[Letter]:
    """To everybody who may give a missing signature, at the address that was proven to be theirs.

    Nobody else is told: the address that the applicant named counts only where it is one of these, and an
    administrator sees it where it is not.
    """
    today = timezone.localdate()
    page = addresses.page("authorise-request", request.pk)
    return [
        letter(
            one.address,
            one.name,
            "A request for access waits for you",
            f"{request.full_name} asks for {request.account_type} access for {request.place}. You are asked "
            f"as {one.role}. Sign in to see what exactly is asked, and approve, reduce or reject it:",
            page,
            "If you do not know this person, reject the request.",
        )
        for one in able_to_sign(request.wanted, request.level, request.code, today).exclude(
            user=request.applicant
        )
    ]


def names_known_authoriser(request: AccessRequest) -> bool:
    """Whether the authoriser whom the applicant named is one of those who can sign."""
    able = able_to_sign(request.wanted, request.level, request.code, timezone.localdate())
    return able.filter(address__iexact=request.authoriser_address.strip()).exists()


def withdraw_request(request: AccessRequest, by: Any) -> bool:
    """The applicant takes a request back. False where it had been decided."""
    open_states = (State.WAITING, State.UNCONFIRMED)
    with transaction.atomic():
        changed = AccessRequest.objects.filter(pk=request.pk, state__in=open_states).update(
            state=State.WITHDRAWN, decided_at=timezone.now(), nonce=""
        )
        if changed:
            name = by.get_username()
            history.record(Happened.REQUEST_WITHDRAWN, by=name, about=name, of=request)
    return bool(changed)


def renew(grant: HeldGrant, day: date) -> AccessRequest:
    """Ask that a grant be confirmed for another year: the authorisers decide as they did at first.

    The old grant goes on to its own end, or until the new one replaces it. Raises CannotRenew, TooMany.
    """
    old = grant.request
    open_one = AccessRequest.objects.filter(
        applicant=grant.user, account_type=grant.account_type, level=grant.level, code=grant.code,
        state=State.WAITING,
    )  # fmt: skip
    if not grant.holds_on(day) or not may_renew(grant.ends, day) or open_one.exists():
        raise CannotRenew(
            "This access cannot be confirmed for another year now.",
            "It can in its last 60 days, once, while no other request for it waits.",
        )
    return ask(
        Asked(
            full_name=grant.user.get_full_name() or old.full_name,
            job=old.job,
            address=old.address,
            kind=OrganisationKind(old.kind),
            employer=old.employer,
            level=grant.level,
            code=grant.code,
            organisation_name=grant.organisation_name,
            account_type=AccountType(grant.account_type),
            months=GRANT_MONTHS,
            reason=f"I still need this access, in the same work: {old.reason}"[:2000],
            authoriser_name=old.authoriser_name,
            authoriser_address=old.authoriser_address,
        ),
        grant.user,
    )
