"""The applicant's own requests, and the list, which leaves once."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from epact2.access.nhs_numbers import Form, State, WrongStep, require_may_ask
from epact2.model.nhs_number import spaced
from epact2.web.asking import Asking
from epact2.web.engine import viewer_of
from epact2.web.identity.step_up import step_up_required
from epact2.web.nhs_numbers import steps
from epact2.web.nhs_numbers.choices import named
from epact2.web.nhs_numbers.forms import patients_words
from epact2.web.nhs_numbers.models import NumberRequest
from epact2.web.nhs_numbers.reading import COLUMNS
from epact2.web.nhs_numbers.steps import Released
from epact2.web.nhs_numbers.views.shown import facts, not_stored, row
from epact2.web.presenters.dates import moment


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every request that the reader made, newest first."""
    found = NumberRequest.objects.filter(applicant=request.user).order_by("-asked_at")
    context = {"rows": [row(one) for one in found]}
    return not_stored(render(request, "nhs_numbers/mine.jinja", context))


@require_safe
def sent(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the name stands in the address
    """The confirmation."""
    return not_stored(render(request, "nhs_numbers/sent.jinja", {"request_": _own(request, id)}))


@require_safe
def one(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """One request: where it stands, and what can be done."""
    return _page(request, _own(request, id))


@require_POST
def withdraw(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Take it back."""
    found = _own(request, id)
    try:
        steps.withdraw(request.user, viewer_of(request), found.pk)
    except WrongStep as no:
        return _page(request, _own(request, id), no)
    return redirect("nhs-numbers-request", found.pk)


@require_POST
@step_up_required
def release(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """The list, in the form that was asked for; what it was asked for once before is said with its moment."""
    asking = Asking.of(request)
    require_may_ask(asking.viewer)
    found = _own(request, id)
    form = Form.FILE if request.POST.get("form") == "file" else Form.PAGE
    try:
        released = steps.release(request.user, asking, found.pk, form, named(found.comparator))
    except WrongStep as no:
        return _page(request, _own(request, id), no)
    return _file(released) if form is Form.FILE else _list(request, released)


def _own(request: HttpRequest, id_: UUID) -> NumberRequest:
    found = NumberRequest.objects.filter(pk=id_, applicant=request.user).first()
    if found is None:
        raise Http404("There is no such request of yours.")
    return found


def _page(request: HttpRequest, found: NumberRequest, error: WrongStep | None = None) -> HttpResponse:
    state = found.state_now
    context = {
        "request_": found,
        "facts": facts(found),
        "forms": [form.name for form in found.value.forms_at(timezone.now())],
        "may_withdraw": state in (State.WAITING, State.APPROVED),
        "released": state is State.RELEASED,
        "errors": [{"text": str(error), "href": ""}] if error else [],
    }
    made = render(request, "nhs_numbers/request.jinja", context, status=409 if error else 200)
    return not_stored(made)


def _list(request: HttpRequest, released: Released) -> HttpResponse:
    """The page to print."""
    found = released.request
    context = {
        "request_": found,
        "title": f"NHS numbers of {patients_words(len(released.numbers))}",
        "numbers": [spaced(one) for one in released.numbers],
        "without": patients_words(released.without) if released.without else "",
        "release_number": released.release,
        "synthetic": released.synthetic,
        "printed": moment(timezone.localtime()),
        "file": Form.FILE in found.value.forms_at(timezone.now()),
    }
    return not_stored(render(request, "nhs_numbers/list.jinja", context))


def _file(released: Released) -> HttpResponse:
    """The same as CSV, whole: it is some hundred lines, and a list that breaks off must not be."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS[1:])
    writer.writerows([number] for number in released.numbers)
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"nhs-numbers-{released.request.practice}-{released.request.month_code}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return not_stored(response)
