"""The pages behind links in mails: confirm an address and choose a password, as applicant or authoriser."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from epact2.web.registration import asking, authorisers
from epact2.web.registration.errors_shown import summary
from epact2.web.registration.forms import PasswordForm
from epact2.web.registration.middleware import before_agreement
from epact2.web.registration.models import AccessRequest, Authoriser
from epact2.web.registration.persons import account_with_address


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def applicant(request: HttpRequest, token: str) -> HttpResponse:
    """The applicant proves the address and chooses a password. Opening the link alone changes nothing."""
    wanted = asking.unconfirmed(token)
    form = PasswordForm(request.POST if request.method == "POST" else None, user=as_user(wanted))
    if request.method == "POST" and form.is_valid():
        asking.confirm(token, form.cleaned_data["password"])
        messages.success(
            request, "Your address is confirmed. Your authoriser is told; sign in to see how it goes on."
        )
        return redirect("sign-in")
    context = {
        "title": "Confirm your address", "address": wanted.address, "form": form, "role": "",
        "errors": summary(form) if form.is_bound else [],
    }  # fmt: skip
    return never_kept(render(request, "registration/confirm.jinja", context))


@login_not_required
@before_agreement
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def authoriser(request: HttpRequest, token: str) -> HttpResponse:
    """An authoriser proves the address: signed in where they have an account, else with a password."""
    row = authorisers.unproven(token)
    owner = account_with_address(row.address)
    user = request.user if request.user.is_authenticated else None
    context = {
        "title": "Confirm that you are an authoriser", "address": row.address,
        "role": f"{row.role} of {row.place}", "errors": [],
    }  # fmt: skip
    if owner is not None:
        context["sign_in"] = user is None
        if request.method == "POST":
            authorisers.prove(token, user=user)
            messages.success(request, "You are confirmed as an authoriser.")
            return redirect("authorise")
    else:
        form = PasswordForm(request.POST if request.method == "POST" else None, user=as_user(row))
        if request.method == "POST" and form.is_valid():
            authorisers.prove(token, password=form.cleaned_data["password"])
            messages.success(request, "You are confirmed as an authoriser. Sign in to see what waits.")
            return redirect("sign-in")
        context |= {"form": form, "errors": summary(form) if form.is_bound else []}
    return never_kept(render(request, "registration/confirm.jinja", context))


def as_user(row: AccessRequest | Authoriser) -> object:
    """Somebody who has no account yet, for the password rules (no password like one's own name)."""
    name = row.full_name if isinstance(row, AccessRequest) else row.name
    first, _, last = name.partition(" ")
    return get_user_model()(username=row.address, email=row.address, first_name=first, last_name=last)


def never_kept(response: HttpResponse) -> HttpResponse:
    """A page whose address is a key: in no cache."""
    response.headers["Cache-Control"] = "private, no-store"
    return response
