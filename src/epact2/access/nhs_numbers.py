"""Who may be given the NHS numbers of which patients, and by which steps: asked, checked by a second person,
released once.

NHS numbers are for people who care for these patients, or who were commissioned to review them. So the rules
are narrower than those of listings, which show pseudonyms: no setting of a server, no emergency of the
operator and no national right opens them. Source: NHSBSA, “Request NHS numbers”; that a list expires after
seven days is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from epact2.access.grants import AccountType, Grant
from epact2.access.persons import Person, same_person
from epact2.access.policy import Refused
from epact2.access.policy_tables import Grain, Sight, tables
from epact2.access.territory import Territory, territory
from epact2.access.viewer import Viewer
from epact2.errors import Epact2Error
from epact2.model.months import DispensingMonth
from epact2.model.nhs_number import numbers_in
from epact2.store.directory import Directory

KEPT_FOR = timedelta(days=7)  # from the approval; after that the list is not released any more
SAME_RELEASE = timedelta(minutes=15)  # in which the other form of a list that is on the screen may be taken
MOST_PATIENTS = 5_000  # of one list: the patients of one practice under one comparator are some hundreds
LONGEST_TEXT = 2_000  # letters of a purpose or a reason
_ENGLAND = ZoneInfo("Europe/London")


class WrongStep(Epact2Error):
    """A step that a request cannot take where it stands."""


class AlreadyReleased(WrongStep):
    """A list that was released before. ``when`` is the moment of its first release."""

    def __init__(self, when: datetime) -> None:
        super().__init__(
            f"This list was released on {_moment(when)}. A list is released once.",
            "If you no longer have it, ask again: a new request is checked again.",
        )
        self.when = when


class BadRequest(Epact2Error):
    """Something that was filled in is missing or must not be there. ``about`` names the field."""

    def __init__(self, about: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.about = about


class Role(Enum):
    """What somebody is to these patients. The value is its name on pages and in the audit."""

    GP = "GP"
    PHARMACIST = "clinical pharmacist"
    REVIEWER = "commissioned reviewer"
    PRACTICE_MANAGER = "practice manager"
    OTHER = "another role"

    def __str__(self) -> str:
        return self.value

    @property
    def may_ask(self) -> bool:
        """Whether NHS numbers are given to this role at all."""
        return self in (Role.GP, Role.PHARMACIST, Role.REVIEWER)


class Form(Enum):
    """How a list is given."""

    PAGE = "page"
    FILE = "CSV file"

    def __str__(self) -> str:
        return self.value


class State(Enum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    EXPIRED = "expired"

    def __str__(self) -> str:
        return self.value


# --- Who may ask for what ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: the patients of a practice who fulfil a comparator in a month, by whom and why."""

    comparator: str  # its key
    practice: str
    month: DispensingMonth
    role: Role
    purpose: str
    declared: bool


def seeing_grants(viewer: Viewer) -> tuple[Grant, ...]:
    """The viewer's grants that show patients of own organisations exactly: of practices, PCNs and prescriber
    level. That listings are open to everyone (EPACT2_UNSAFE_OPEN_ITEMS) is no grant.
    """
    sight = tables().sight
    return tuple(one for one in viewer.grants if sight[one.account_type, Grain.PATIENT, True] is Sight.EXACT)


def may_ask(viewer: Viewer) -> bool:
    """Whether somebody may ask at all. Data services check requests and so make none: also not by the hour of
    one organisation's items that an emergency (“break the glass”) gives them.
    """
    return viewer.is_known and bool(seeing_grants(viewer)) and not may_check(viewer)


def require_may_ask(viewer: Viewer) -> None:
    """Refuse whoever sees no patients exactly, and whoever checks requests. Raises Refused."""
    if may_check(viewer):
        raise Refused(
            "Data services check requests for NHS numbers, so they cannot make any.",
            "Whoever cares for the patients, or was commissioned to review them, makes the request.",
        )
    if not may_ask(viewer):
        raise Refused(
            "Your access does not show patients of an own organisation, so you cannot ask for NHS numbers.",
            "A GP or clinical pharmacist of the practice can ask, with access of type GP practice, PCN or "
            "prescriber level.",
        )


def own_practices(viewer: Viewer, directory: Directory) -> Territory:
    """The practices for whose patients somebody may ask, and the months in which they were not theirs."""
    return territory(seeing_grants(viewer), directory)


def require_own(viewer: Viewer, practice: str, month: DispensingMonth, directory: Directory) -> None:
    """Refuse a practice that is not the viewer's own today, or was not in the month. Raises Refused."""
    require_may_ask(viewer)
    own = own_practices(viewer, directory)
    if practice not in own.practices:
        raise Refused(
            "This practice is not one of your own.",
            "You can ask for NHS numbers of patients of the practices that your access is for.",
        )
    if any(one.practice == practice and one.first <= month <= one.last for one in own.absences):
        raise Refused(
            f"In {month.name} this practice did not belong to your organisation.",
            "Choose a month since the practice joined.",
        )


def require_role(role: Role) -> None:
    """Refuse a role to which NHS numbers are not given. Raises Refused, with what to do instead."""
    if role is Role.PRACTICE_MANAGER:
        raise Refused(
            "NHS numbers cannot be given to practice managers.",
            "Ask a GP or a clinical pharmacist of your practice to make this request: it takes them some "
            "minutes. You can still see how many patients there are on the comparator's page.",
        )
    if not role.may_ask:
        raise Refused(
            "NHS numbers are given only to people who care for the patients, or who were commissioned to "
            "review them.",
            "Ask a GP or a clinical pharmacist of the practice to make this request.",
        )


def plain_words(about: str, text: str, empty: str) -> str:
    """A purpose or a reason, checked. Raises BadRequest where it is missing, too long or holds a number that
    may be an NHS number: what people write here stands in the audit trail.
    """
    words = text.strip()
    if not words:
        raise BadRequest(about, empty)
    if len(words) > LONGEST_TEXT:
        raise BadRequest(
            about, f"This has {len(words):,} letters; {LONGEST_TEXT:,} are enough.", "Shorten it."
        )
    if numbers_in(words):
        raise BadRequest(
            about, "This holds what may be an NHS number.", "Write nothing about single patients."
        )
    return words


def require_wanted(viewer: Viewer, wanted: Wanted, directory: Directory) -> None:
    """Everything that must be true of a request. Raises Refused or BadRequest, with the first that is not."""
    require_role(wanted.role)
    require_own(viewer, wanted.practice, wanted.month, directory)
    plain_words("purpose", wanted.purpose, "Say what you need the NHS numbers for.")
    if not wanted.declared:
        raise BadRequest("declared", "Confirm the declaration before you send the request.")


# --- Who may check, and the steps --------------------------------------------------------------------------


def may_check(viewer: Viewer) -> bool:
    """Whether somebody is of data services, who check requests."""
    return viewer.is_known and any(one.account_type is AccountType.DATA_SERVICES for one in viewer.grants)


def require_may_check(viewer: Viewer) -> None:
    """Refuse whoever is not of data services. Raises Refused."""
    if not may_check(viewer):
        raise Refused(
            "Requests for NHS numbers are checked by data services.",
            "Your own requests are in your list of requests for NHS numbers.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as its steps see it. ``applicant`` and ``decided_by`` are names of accounts; ``given`` has
    the moment at which the list was released in each form. ``state`` is as it was left: see ``state_at``.
    """

    applicant: str
    state: State = State.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    given: Mapping[Form, datetime] = field(default_factory=dict)

    @property
    def expires_at(self) -> datetime | None:
        """When an approved list is not released any more."""
        approved = self.state in (State.APPROVED, State.RELEASED) and self.decided_at is not None
        return self.decided_at + KEPT_FOR if approved and self.decided_at is not None else None

    @property
    def released_at(self) -> datetime | None:
        """When the list was first released."""
        return min(self.given.values(), default=None)

    def state_at(self, now: datetime) -> State:
        """Where the request stands at a moment: an approved one expires by itself."""
        if self.state is State.APPROVED and self.expires_at is not None and now >= self.expires_at:
            return State.EXPIRED
        return self.state

    def forms_at(self, now: datetime) -> tuple[Form, ...]:
        """The forms in which the list may be taken at a moment."""
        return tuple(one for one in Form if self._why_not(one, now) is None)

    def _why_not(self, form: Form, now: datetime) -> WrongStep | None:
        state = self.state_at(now)
        if state is State.RELEASED:
            first = self.released_at
            assert first is not None
            if form in self.given or not first <= now < first + SAME_RELEASE:
                return AlreadyReleased(first)
            return None
        return None if state is State.APPROVED else WrongStep(*_NOT_RELEASED[state])


_NOT_RELEASED = {
    State.WAITING: (
        "This request has not been checked yet.", "A second person at data services checks it first.",
    ),
    State.REJECTED: ("This request was rejected.", "The reason stands with the request."),
    State.WITHDRAWN: ("This request was withdrawn.", "Ask again if you still need the list."),
    State.EXPIRED: (
        "This list has expired: a list can be opened for 7 days after its approval.",
        "Ask again if you still need it.",
    ),
}  # fmt: skip


def approve(request: Request, applicant: Person, checker: Person, now: datetime) -> Request:
    """The request, approved by a second person. That the checker is of data services was judged before.

    Raises Refused for whoever asks and checks in one person, and WrongStep where it was decided already.
    """
    return _decided(request, State.APPROVED, applicant, checker, now, "")


def reject(request: Request, applicant: Person, checker: Person, now: datetime, reason: str) -> Request:
    """The request, rejected with a reason that the applicant reads. Raises as ``approve``, and BadRequest."""
    said = plain_words("reason", reason, "Say why, so that the applicant knows what to do.")
    return _decided(request, State.REJECTED, applicant, checker, now, said)


def _decided(
    request: Request, state: State, applicant: Person, checker: Person, now: datetime, reason: str
) -> Request:
    _require_waiting(request)
    assert applicant.account == request.applicant
    why = same_person(applicant, checker)
    if why:
        raise Refused(
            f"Nobody checks a request of their own: {why}.", "A colleague at data services must check it."
        )
    return replace(request, state=state, decided_by=checker.account, decided_at=now, reason=reason)


def withdraw(request: Request, account: str, now: datetime) -> Request:
    """The request, withdrawn by whoever made it. Raises WrongStep where there is nothing to withdraw."""
    _require_applicant(request, account)
    if request.state_at(now) not in (State.WAITING, State.APPROVED):
        raise WrongStep(
            f"This request is {request.state_at(now)} and cannot be withdrawn.", "Leave it as it is."
        )
    return replace(request, state=State.WITHDRAWN)


def release(request: Request, account: str, form: Form, now: datetime) -> Request:
    """The request, with its list released in a form: once, to whoever asked, within seven days of approval.

    The page and the file are two forms of one release, if both are taken within 15 minutes. Raises Refused,
    AlreadyReleased or WrongStep. What the applicant may see is judged again before: see ``require_wanted``.
    """
    _require_applicant(request, account)
    why = request._why_not(form, now)
    if why is not None:
        raise why
    return replace(request, state=State.RELEASED, given={**request.given, form: now})


def _require_applicant(request: Request, account: str) -> None:
    if account != request.applicant:
        raise Refused("This is somebody else's request.", "A list is released to whoever asked for it.")


def _require_waiting(request: Request) -> None:
    if request.state is not State.WAITING:
        raise WrongStep(
            f"This request is {request.state} already.", "Open the list of requests again to see who decided."
        )


def _moment(when: datetime) -> str:
    here = when.astimezone(_ENGLAND)
    return f"{here.day} {here:%B %Y} at {here:%H:%M}"
