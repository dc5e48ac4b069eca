"""What the pages of requests share: how a request is shown, and that nothing of it is cached."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from epact2.access.nhs_numbers import Role, State
from epact2.web.nhs_numbers.forms import ROLES
from epact2.web.nhs_numbers.models import NumberRequest
from epact2.web.presenters.dates import day, moment

NO_STORE = "private, no-store"
_STATES = {
    State.WAITING: ("Waits for the check", "blue"),
    State.APPROVED: ("Approved", "green"),
    State.REJECTED: ("Rejected", "red"),
    State.WITHDRAWN: ("Withdrawn", "grey"),
    State.RELEASED: ("Released", "grey"),
    State.EXPIRED: ("Expired", "grey"),
}


def not_stored(response: HttpResponse) -> HttpResponse:
    """A response that no cache keeps, the browser's own included."""
    response.headers["Cache-Control"] = NO_STORE
    return response


def row(request: NumberRequest) -> dict[str, Any]:
    """A request as a line of a table."""
    words, colour = _STATES[request.state_now]
    return {
        "request": request,
        "title": request.comparator_title,
        "where": f"{request.place}, {request.month.name}",
        "asked": day(timezone.localtime(request.asked_at)),
        "state": words,
        "colour": colour,
    }


def facts(request: NumberRequest, *, for_checker: bool = False) -> list[tuple[str, str]]:
    """What is known of a request, as term and text."""
    value = request.value
    applicant = request.applicant
    made = [
        ("State", _STATES[request.state_now][0]),
        ("Applicant", f"{applicant.get_full_name() or applicant.get_username()} ({applicant.get_username()})")
        if for_checker else ("", ""),
        ("Role", ROLES[Role(request.role)][0]),
        ("Comparator", request.comparator_title),
        ("Practice", request.place),
        ("Dispensing month", request.month.name),
        ("Purpose", request.purpose),
        ("Asked", _when(request.asked_at)),
        ("Checked", f"{_when(request.decided_at)}" if request.decided_at else ""),
        ("Reason", request.reason),
        ("Released", _when(value.released_at) if value.released_at else ""),
        ("Can be opened until", _when(value.expires_at))
        if value.expires_at and request.state_now is State.APPROVED else ("", ""),
    ]  # fmt: skip
    return [(term, text) for term, text in made if text]


def _when(when: Any) -> str:
    return moment(timezone.localtime(when))
