"""Your account: what you have, since when, until when, who granted it; ask for more, confirm, withdraw."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from epact2.access.eligibility import in_words
from epact2.access.grants import AccountType
from epact2.access.life import may_renew
from epact2.errors import Epact2Error
from epact2.web.context import person
from epact2.web.identity.step_up import step_up_required
from epact2.web.registration import agreement_text, asking, break_glass, deciding, grants, history
from epact2.web.registration.administrators import is_administrator
from epact2.web.registration.authorities import roles_in_force
from epact2.web.registration.errors_shown import summary
from epact2.web.registration.forms import AgreeForm, type_name
from epact2.web.registration.middleware import before_agreement
from epact2.web.registration.models import AccessRequest, HeldGrant
from epact2.web.registration.places import place_name


@before_agreement
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The whole of it on one page."""
    user: Any = request.user
    today = timezone.localdate()
    held = grants.in_force(user, today)
    context = {
        "held": [grant_row(one) for one in held],
        "former": [grant_row(one) for one in user.held_grants.exclude(pk__in=[one.pk for one in held])],
        "requests": user.access_requests.filter(state=AccessRequest.State.WAITING),
        "rejected": user.access_requests.filter(state=AccessRequest.State.REJECTED).order_by("-decided_at")[
            :3
        ],
        "accepted": user.acceptances.order_by("-version").first(),
        "has_accepted": agreement_text.has_accepted(user),
        "is_authoriser": roles_in_force(today).filter(user=user).exists(),
        "waiting_for_you": len(deciding.waiting_for(user)),
        "is_administrator": is_administrator(user),
        "may_break_glass": break_glass.may_ask(user) or break_glass.may_decide(user),
        "events": history.of(user, 20),
        "home": home_words(request),
    }
    return render(request, "pages/account.jinja", context)


def home_words(request: HttpRequest) -> str:
    """The person's own organisation in words: its name with its code, or what it is and its code."""
    me = person(request)
    if me is None or not me.organisation_code:
        return ""
    name = place_name(me.organisation_level, me.organisation_code)
    return f"{name} ({me.organisation_code})" if name else f"{me.organisation_level} {me.organisation_code}"


def grant_row(grant: HeldGrant) -> dict[str, Any]:
    """One grant for the page."""
    account_type = AccountType(grant.account_type)
    return {
        "grant": grant,
        "name": type_name(account_type),
        "sees": in_words(account_type).sees,
        "granted_by": " and ".join(
            one.signed_by.get_full_name() or one.signed_by.get_username()
            for one in grant.request.signatures.select_related("signed_by")
        ),
        "may_renew": grant.ended_at is None and may_renew(grant.ends, timezone.localdate()),
    }


def own_grant(request: HttpRequest, pk: int) -> HeldGrant:
    """A grant of the person's own; anybody else's does not exist."""
    found = HeldGrant.objects.filter(pk=pk, user=request.user).first()
    if found is None:
        raise Http404("You have no such access.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up one's own access: asked once more, then every sign-in ends, this one too."""
    grant = own_grant(request, pk)
    if request.method == "POST":
        return withdraw_now(request, grant)
    context = {"row": grant_row(grant), "action": reverse("withdraw-grant", args=[pk])}
    return render(request, "registration/withdraw.jinja", context)


@step_up_required
def withdraw_now(request: HttpRequest, grant: HeldGrant) -> HttpResponse:
    """End the grant and all sign-ins."""
    name = request.user.get_username()
    grants.end_grant(grant, by=name, why="Given up by the person.")
    logout(request)
    messages.success(request, "Your access is withdrawn, and every sign-in of yours has ended.")
    return redirect("sign-in")


@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the access is still needed; the authorisers decide."""
    grant = own_grant(request, pk)
    try:
        asking.renew(grant, timezone.localdate())
    except Epact2Error as no:
        messages.error(request, str(no))
    else:
        messages.success(request, "Your authoriser is asked to confirm it. Until then nothing changes.")
    return redirect("account")


@require_POST
def withdraw_request(request: HttpRequest, row_id: Any) -> HttpResponse:
    """Take back a request of one's own that waits."""
    row = AccessRequest.objects.filter(pk=row_id, applicant=request.user).first()
    if row is None:
        raise Http404("You have no such request.")
    if asking.withdraw_request(row, request.user):
        messages.success(request, "Your request is withdrawn.")
    else:
        messages.error(request, f"This request is already {row.state}.")
    return redirect("account")


@before_agreement
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: HttpRequest) -> HttpResponse:
    """Read the agreement in force, and accept it."""
    text = agreement_text.in_force()
    shown = {"version": text.number, "text_hash": text.text_hash}
    after = request.POST.get("next") or request.GET.get("next") or reverse("home")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        after = reverse("home")
    form = AgreeForm(request.POST if request.method == "POST" else None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            agreement_text.accept(request.user, form.cleaned_data["version"], form.cleaned_data["text_hash"])
        except Epact2Error as no:
            form.add_error("agree", str(no))
        else:
            return redirect(after)
    context = {
        "agreement": text, "form": form, "errors": summary(form) if form.is_bound else [], "back": "",
        "action": reverse("agreement"), "next": after,
        "accepted": agreement_text.has_accepted(request.user),
    }  # fmt: skip
    return render(request, "registration/agreement.jinja", context)
