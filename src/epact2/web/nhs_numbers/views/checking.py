"""The queue of data services: requests to check, by somebody else than the applicant."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from epact2.access.authorising import NotEntitled
from epact2.access.nhs_numbers import BadRequest, State, WrongStep, require_may_check
from epact2.access.persons import same_person
from epact2.web import engine as engines
from epact2.web.engine import viewer_of
from epact2.web.identity.step_up import step_up_required
from epact2.web.nhs_numbers import steps
from epact2.web.nhs_numbers.forms import ReasonForm, summary
from epact2.web.nhs_numbers.models import NumberRequest
from epact2.web.nhs_numbers.views.shown import facts, not_stored, row
from epact2.web.registration.persons import identity_of

_DECIDED = 20  # as many of those that were decided are shown beneath the queue


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, and what was decided last."""
    require_may_check(viewer_of(request))
    waiting = NumberRequest.objects.filter(state=State.WAITING.value)
    decided = NumberRequest.objects.exclude(decided_at=None).order_by("-decided_at")[:_DECIDED]
    context = {"waiting": [row(one) for one in waiting], "decided": [row(one) for one in decided]}
    return not_stored(render(request, "nhs_numbers/queue.jinja", context))


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, id: UUID) -> HttpResponseBase:  # noqa: A002 - the name stands in the address
    """One request, to approve or to reject with a reason."""
    require_may_check(viewer_of(request))
    found = get_object_or_404(NumberRequest, pk=id)
    return _decide(request, found) if request.method == "POST" else _page(request, found, ReasonForm(), [])


@step_up_required
def _decide(request: HttpRequest, found: NumberRequest) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, summary(form))
    try:
        steps.decide(
            request.user,
            viewer_of(request),
            found.pk,
            approve="approve" in request.POST,
            reason=form.cleaned_data["reason"],
            directory=engines.current().directory,
        )
    except (BadRequest, NotEntitled, WrongStep) as no:
        found.refresh_from_db()
        return _page(request, found, form, [{"text": str(no), "href": ""}])
    return redirect("nhs-numbers-check")


def _page(
    request: HttpRequest, found: NumberRequest, form: ReasonForm, errors: list[dict[str, str]]
) -> HttpResponse:
    context = {
        "request_": found,
        "facts": facts(found, for_checker=True),
        "form": form,
        "errors": errors,
        "waits": found.state == State.WAITING.value,
        "own": bool(same_person(identity_of(found.applicant), identity_of(request.user))),
        "no_longer": steps.why_no_longer(found, engines.current().directory),
    }
    made = render(request, "nhs_numbers/check_request.jinja", context, status=400 if errors else 200)
    return not_stored(made)
