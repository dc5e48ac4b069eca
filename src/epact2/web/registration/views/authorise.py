"""For authorisers: what waits for them, one request with everything that is asked, and their decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from epact2.access.authorising import NotEntitled
from epact2.access.eligibility import in_words
from epact2.access.grants import AccountType
from epact2.access.policy import Refused
from epact2.access.requests import AlreadyDecided, Decision, Stale
from epact2.errors import Epact2Error
from epact2.web.identity.step_up import step_up_required
from epact2.web.registration import deciding, grants
from epact2.web.registration.authorities import able_to_sign, roles_in_force
from epact2.web.registration.errors_shown import summary
from epact2.web.registration.forms import DecisionForm, type_name
from epact2.web.registration.models import AccessRequest, HeldGrant

# Requests that nobody but the applicant should know of: their address is not confirmed.
HIDDEN = AccessRequest.State.UNCONFIRMED


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What waits for this authoriser, in which roles they act, and what they decided before."""
    roles = roles_in_force(timezone.localdate()).filter(user=request.user)
    if not roles.exists():
        raise Refused(
            "You are not an authoriser of any organisation.",
            "If you should be, ask an administrator to name you; you confirm your address by a link.",
        )
    context = {
        "waiting": deciding.waiting_for(request.user),
        "decided": deciding.decided_by(request.user),
        "roles": roles,
    }
    return render(request, "registration/authorise.jinja", context)


def findable(user: Any, row_id: UUID) -> AccessRequest:
    """A request that somebody may look at: an entitled role, or a signature of theirs.

    To everybody else it does not exist, so that nobody learns who has asked for what.
    """
    row = AccessRequest.objects.exclude(state=HIDDEN).filter(pk=row_id).first()
    if row is not None:
        able = able_to_sign(row.wanted, row.level, row.code, timezone.localdate())
        if able.filter(user=user).exists() or row.signatures.filter(signed_by=user).exists():
            return row
    raise Http404("There is no such request, or it is not yours to decide.")


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """One request: exactly what is asked, by whom and why, and the form to decide it."""
    row = findable(request.user, row_id)
    if request.method == "POST":
        return decide(request, row)
    return show(request, row)


@require_POST
@step_up_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a grant: for those who signed it, and those who could sign it today."""
    grant = HeldGrant.objects.filter(pk=pk).first()
    if grant is None:
        raise Http404("There is no such access.")
    row = findable(request.user, grant.request_id)
    why = " ".join(request.POST.get("why", "").split())[:400]
    if not why:
        messages.error(request, "Say why the access is withdrawn.")
    elif grants.end_grant(grant, by=request.user.get_username(), why=why):
        messages.success(request, f"The access is withdrawn. {row.full_name} is signed out everywhere.")
    else:
        messages.error(request, "This access had ended already.")
    return redirect("authorise-request", row.pk)


def show(request: HttpRequest, row: AccessRequest, form: DecisionForm | None = None) -> HttpResponse:
    """The page, with the form where this person may decide, and the reason where not."""
    why_not: Epact2Error | None = None
    value = deciding.as_value(row)
    try:
        deciding.signature_for(row, request.user)
    except (NotEntitled, AlreadyDecided, Stale) as no:
        why_not = no
    if form is None:
        form = form_for(row)
    account_type, months = value.offered
    context = {
        "row": row, "words": in_words(row.wanted), "type_name": type_name(row.wanted),
        "offered": type_name(account_type), "months": months, "signatures": row.signatures.all(),
        "form": None if why_not else form, "why_not": why_not,
        "can_reduce": len(value.choices) > 1 or months > 1,
        "errors": summary(form) if form.is_bound and not why_not else [],
        "grant": HeldGrant.objects.filter(request=row, ended_at__isnull=True).first(),
    }  # fmt: skip
    return render(request, "registration/authorise_one.jinja", context)


def form_for(row: AccessRequest, data: Any = None) -> DecisionForm:
    """The form for what is still on offer."""
    value = deciding.as_value(row)
    account_type, months = value.offered
    shown = {"shown": deciding.what_is_shown(row), "months": months, "account_type": str(account_type)}
    return DecisionForm(data, types=value.choices, most_months=months, initial=shown)


@step_up_required
def decide(request: HttpRequest, row: AccessRequest) -> HttpResponse:
    """Take the decision; a refusal by the rules is said on the page."""
    if row.state != AccessRequest.State.WAITING:
        return show(request, row)
    form = form_for(row, request.POST)
    if not form.is_valid():
        return show(request, row, form)
    try:
        after = deciding.decide(row.pk, request.user, decision_of(form), form.cleaned_data["shown"])
    except Epact2Error as no:
        messages.error(request, str(no))
        return redirect("authorise-request", row.pk)
    said = {
        AccessRequest.State.APPROVED.value: "The access is granted.",
        AccessRequest.State.REJECTED.value: "The request is rejected.",
    }.get(after.state, "Your signature is kept. A second person must sign, too.")
    messages.success(request, f"{said} {row.full_name} is told by e-mail.")
    return redirect("authorise")


def decision_of(form: DecisionForm) -> Decision:
    """What the form says."""
    given = form.cleaned_data
    account_type, months = form.offered
    if given["decision"] == "reject":
        return Decision(None, reason=given["reason"])
    if given["decision"] == "reduce":
        chosen = AccountType(given["account_type"]) if given["account_type"] else account_type
        return Decision(chosen, given["months"] or months, given["reason"])
    return Decision(account_type, months, given["reason"])
