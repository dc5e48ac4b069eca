"""The steps of a request: each is judged by the rules, kept in the audit trail, and done, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from epact2.access import nhs_numbers as rules
from epact2.access.audit import Channel, Event, Kind
from epact2.access.authorising import require_no_circle
from epact2.access.nhs_numbers import Form, State, Wanted
from epact2.access.policy_tables import tables
from epact2.access.viewer import Viewer
from epact2.analysis.cohort import cohort
from epact2.comparators.definition import Comparator
from epact2.errors import Epact2Error
from epact2.model.items import PATIENT
from epact2.web.asking import Asking
from epact2.web.auditing.gathering import organisations_of
from epact2.web.auditing.trail import hiding, keep
from epact2.web.engine import Directory, viewer_named
from epact2.web.listings import pages
from epact2.web.nhs_numbers.kept import NumberStore
from epact2.web.nhs_numbers.models import NumberRequest
from epact2.web.nhs_numbers.sealing import read_key
from epact2.web.presenters.names import organisation_name
from epact2.web.registration.authorities import chain_above
from epact2.web.registration.persons import identity_of
from epact2.web.registration.turns import take_turn


class TooMany(Epact2Error):
    """More patients than one list may have."""


class AskedAlready(Epact2Error):
    """The same request is waiting, or approved and not yet released."""


@dataclass(frozen=True, slots=True)
class Released:
    """A list that leaves: the numbers in their own order, which tells nothing of the patients.

    ``without`` patients have no number here. ``release`` is the data's; ``synthetic`` says it is invented.
    """

    request: NumberRequest
    numbers: tuple[str, ...]
    without: int
    release: int
    synthetic: bool


# --- Asking ------------------------------------------------------------------------------------------------


def pseudonyms_of(asking: Asking, wanted: Wanted, comparator: Comparator) -> tuple[list[str], int]:
    """The patients behind the comparator, in the applicant's own scope, and the data's release.

    Raises Refused, NotOfPatients, NoData or TooMany.
    """
    listing = cohort(comparator, wanted.practice, wanted.month)
    # That listings are open to everyone here widens no list of numbers.
    viewer = replace(asking.viewer, may_list_items=False)
    found: list[str] = []
    release = asking.directory.release
    for page in pages(asking.engine, listing, viewer, rules.MOST_PATIENTS + 1, purpose=wanted.purpose):
        at = page.result.position(PATIENT)
        found += [str(row[at]) for row in page.result.rows]
        release = page.release
    if len(found) > rules.MOST_PATIENTS:
        raise TooMany(
            f"More than {rules.MOST_PATIENTS:,} patients fulfil this comparator in the practice.",
            "Choose a comparator that fewer patients fulfil: a list of so many is not reviewed.",
        )
    return list(dict.fromkeys(found)), release


def ask(user: Any, asking: Asking, wanted: Wanted, comparator: Comparator, declaration: int) -> NumberRequest:
    """Keep a request. Raises Refused, BadRequest or AskedAlready."""
    rules.require_wanted(asking.viewer, wanted, asking.directory)
    practice = asking.directory.organisation(wanted.practice, "practice")
    with transaction.atomic():
        _require_new(user, wanted)
        made = NumberRequest(
            applicant=user,
            comparator=wanted.comparator,
            comparator_title=comparator.title,
            practice=wanted.practice,
            practice_name=organisation_name(practice),
            month_code=wanted.month.code,
            role=wanted.role.value,
            purpose=wanted.purpose.strip(),
            declaration=declaration,
        )
        made.save(force_insert=True)
        _kept(made, asking.viewer, "Asked for NHS numbers")
    return made


def _require_new(user: Any, wanted: Wanted) -> None:
    same = NumberRequest.objects.filter(
        applicant=user,
        comparator=wanted.comparator,
        practice=wanted.practice,
        month_code=wanted.month.code,
        state__in=[State.WAITING.value, State.APPROVED.value],
    )
    if any(one.state_now in (State.WAITING, State.APPROVED) for one in same):
        raise AskedAlready(
            "You have asked for this list already.", "Open it in your list of requests, or withdraw it first."
        )


# --- Checking and withdrawing ------------------------------------------------------------------------------


def why_no_longer(request: NumberRequest, directory: Directory) -> str:
    """Why the applicant might not ask any more today, in words; empty where nothing has changed."""
    try:
        rules.require_own(
            viewer_named(request.applicant.get_username()), request.practice, request.month, directory
        )
    except Epact2Error as error:
        return error.message
    return ""


def decide(
    user: Any, viewer: Viewer, id_: UUID, *, approve: bool, reason: str, directory: Directory
) -> NumberRequest:
    """Approve or reject a request as a second person. Raises Refused, NotEntitled, WrongStep or BadRequest.

    Whoever has their own rights from the applicant is no second person.
    """
    rules.require_may_check(viewer)
    with transaction.atomic():
        take_turn()  # nobody gives rights meanwhile, so that no circle is overlooked
        request = locked(id_)
        people = identity_of(request.applicant), identity_of(user)
        if approve:
            value = rules.approve(request.value, *people, timezone.now())
            require_no_circle(*people, chain_above([user], timezone.localdate()))
            applicant = viewer_named(request.applicant.get_username())
            rules.require_own(applicant, request.practice, request.month, directory)
        else:
            value = rules.reject(request.value, *people, timezone.now(), reason)
        request.became(value, user)
        said = "Approved a request for NHS numbers" if approve else f"Rejected a request: {value.reason}"
        _kept(request, viewer, said, subject=request.applicant.get_username())
    return request


def withdraw(user: Any, viewer: Viewer, id_: UUID) -> NumberRequest:
    """Take a request back. Raises Refused or WrongStep."""
    with transaction.atomic():
        request = locked(id_)
        request.became(rules.withdraw(request.value, user.get_username(), timezone.now()))
        _kept(request, viewer, "Withdrew a request for NHS numbers")
    return request


def locked(id_: UUID) -> NumberRequest:
    """A request that nobody else changes before this transaction ends."""
    # Of the request alone: PostgreSQL locks no rows of a join that may be empty.
    found = NumberRequest.objects.select_for_update(of=("self",)).filter(pk=id_).first()
    if found is None:
        raise Http404("There is no such request.")
    return found


# --- Releasing ---------------------------------------------------------------------------------------------


def release(user: Any, asking: Asking, id_: UUID, form: Form, comparator: Comparator) -> Released:
    """Release the list in a form: judged, read, and kept in the trail before it is given.

    The state changes and the event is kept in one transaction; two that come at once are one release. Raises
    Refused, AlreadyReleased, WrongStep, NoNhsNumbers and AuditFailed, and then nothing leaves.
    """
    request = NumberRequest.objects.filter(pk=id_, applicant=user).first()
    if request is None:
        raise Http404("There is no such request of yours.")
    try:
        rules.release(request.value, user.get_username(), form, timezone.now())
        rules.require_wanted(asking.viewer, _wanted(request), asking.directory)
        pseudonyms, data = pseudonyms_of(asking, _wanted(request), comparator)
        numbers = number_store().numbers_of(pseudonyms)
        hashes = tuple(hiding().of(one) for one in pseudonyms if one in numbers)
        with transaction.atomic():
            request = locked(id_)  # as it is now: another of the same person may have been quicker
            request.became(rules.release(request.value, user.get_username(), form, timezone.now()))
            _kept(
                request,
                asking.viewer,
                f"Was given {len(numbers):,} NHS numbers as a {form}",
                patients=hashes,
                data=data,
                channel=Channel.DOWNLOAD if form is Form.FILE else Channel.PAGE,
            )
    except rules.WrongStep as error:
        _kept(request, asking.viewer, f"Was not given a list of NHS numbers: {error.message}")
        raise
    return Released(
        request=request,
        numbers=tuple(sorted(numbers.values())),
        without=len(pseudonyms) - len(numbers),
        release=data,
        synthetic=asking.directory.synthetic,
    )


def number_store() -> NumberStore:
    """The numbers of this server. Raises NoNhsNumberKey."""
    return NumberStore(settings.CONFIG.nhs_numbers, read_key(settings.CONFIG.nhs_number_key))


def _wanted(request: NumberRequest) -> Wanted:
    """What was asked for, as the rules judge it; the declaration was made when it was asked."""
    return Wanted(
        comparator=request.comparator,
        practice=request.practice,
        month=request.month,
        role=rules.Role(request.role),
        purpose=request.purpose,
        declared=True,
    )


def _kept(
    request: NumberRequest,
    viewer: Viewer,
    what: str,
    *,
    subject: str = "",
    patients: Iterable[str] = (),
    data: int | None = None,
    channel: Channel = Channel.PAGE,
) -> None:
    """Keep a step in the audit trail, for the Caldicott Guardians of the practice and of whoever acts."""
    keep(
        Event(
            kind=Kind.NHS_NUMBERS,
            who=viewer.name,
            organisations=tuple(sorted({*organisations_of(viewer), f"practice {request.practice}"})),
            channel=channel,
            place=f"/nhs-numbers/requests/{request.pk}",
            patients=tuple(patients),
            subject=subject,
            purpose=request.purpose,
            details=f"{what}: {request.comparator_title}, practice {request.practice}, {request.month.name}, "
            f"as {request.role}",
            release=data,
            policy=tables().version,
        )
    )
