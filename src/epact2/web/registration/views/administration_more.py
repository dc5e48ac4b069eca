"""For administrators: organisations' authorisers, and the versions of the user agreement."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from epact2.access.authorising import AuthoriserRole
from epact2.errors import Epact2Error
from epact2.model.organisations import Organisation
from epact2.web import engine as engines
from epact2.web.identity.step_up import step_up_required
from epact2.web.organisation_choice import by_words
from epact2.web.presenters.names import organisation_name
from epact2.web.registration import agreement_text, authorisers
from epact2.web.registration.errors_shown import summary
from epact2.web.registration.forms import AuthoriserForm
from epact2.web.registration.models import Acceptance, AgreementVersion, Authoriser
from epact2.web.registration.views.administration import MOST_SHOWN, administrators_only, changes


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest) -> HttpResponse:
    """Authorisers of every organisation, and a form to name another."""
    form = AuthoriserForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return appoint(request, form)
    return show_roles(request, form)


def show_roles(request: HttpRequest, form: AuthoriserForm) -> HttpResponse:
    """The page."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    rows = Authoriser.objects.select_related("appointed_by").order_by("ends", "level", "code", "role")
    if text:
        rows = rows.filter(
            Q(code__iexact=text) | Q(organisation_name__icontains=text) | Q(name__icontains=text)
        )
    context = {
        "form": form, "errors": summary(form) if form.is_bound else [], "text": text,
        "rows": rows[:MOST_SHOWN], "count": rows.count(), "most": MOST_SHOWN,
    }  # fmt: skip
    return render(request, "registration/authorisers.jinja", context)


@step_up_required
def appoint(request: HttpRequest, form: AuthoriserForm) -> HttpResponse:
    """Name an authoriser; they confirm their address by a link."""
    given = form.cleaned_data
    try:
        place = organisation(given["place"])
        authorisers.appoint(
            given["name"], given["address"], AuthoriserRole(given["role"]), place.level, place.code,
            organisation_name(place), request.user,
        )  # fmt: skip
    except Epact2Error as no:
        form.add_error("place", str(no))
        return show_roles(request, form)
    messages.success(request, f"{given['name']} is sent a link to confirm the address.")
    return redirect("administration-authorisers")


def organisation(text: str) -> Organisation:
    """The organisation of a code or some words. Raises UnknownCode or NoRelease."""
    directory = engines.current().directory
    try:
        return directory.organisation(text)
    except engines.UnknownCode:
        return by_words(text, directory)


@changes
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """End an authoriser's role."""
    row = get_object_or_404(Authoriser, pk=pk)
    if authorisers.dismiss(row, request.user):
        messages.success(request, f"{row.name} is no longer {row.role} of {row.place}.")
    else:
        messages.error(request, "This role had ended already.")
    return redirect("administration-authorisers")


@changes
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the link again; the earlier one stops working."""
    row = get_object_or_404(Authoriser, pk=pk, verified_at__isnull=True, ends__isnull=True)
    authorisers.send_link(row)
    messages.success(request, f"{row.name} is sent a new link.")
    return redirect("administration-authorisers")


@administrators_only
@require_safe
def versions(request: HttpRequest) -> HttpResponse:
    """The versions of the agreement: written, in force, and how many have accepted each."""
    counts = dict(Acceptance.objects.values_list("version").annotate(Count("pk")))
    published = {one.number: one for one in AgreementVersion.objects.all()}
    present = agreement_text.in_force().number
    rows = [
        {
            "number": number,
            "hash": text.text_hash,
            "published": published.get(number),
            "accepted": counts.get(number, 0),
            "in_force": number == present,
            "newer": number > present,
        }
        for number, text in agreement_text.written().items()
    ]
    return render(request, "registration/agreement_versions.jinja", {"rows": rows})


@changes
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Put a newer version in force: everybody must accept it before they go on."""
    try:
        agreement_text.publish(number, request.user)
    except Epact2Error as no:
        messages.error(request, str(no))
    else:
        messages.success(request, f"Version {number} is in force. Everybody is asked to accept it.")
    return redirect("administration-agreement")
