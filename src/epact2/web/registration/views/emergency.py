"""Breaking the glass: ask, answer as the second person, review. One page for whoever has a part in it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from epact2.access.policy import Refused
from epact2.errors import Epact2Error
from epact2.web.identity.step_up import step_up_required
from epact2.web.presenters.names import organisation_name
from epact2.web.registration import break_glass
from epact2.web.registration.errors_shown import summary
from epact2.web.registration.forms import EmergencyForm
from epact2.web.registration.models import BreakGlass
from epact2.web.registration.views.administration_more import organisation


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What runs, what waits, what is to be reviewed; and the form for those who may ask."""
    may_ask, may_decide = break_glass.may_ask(request.user), break_glass.may_decide(request.user)
    to_review = [
        {"row": one, "due": break_glass.review_due(one)}
        for one in break_glass.to_review()
        if break_glass.may_review(request.user, one) and one.asked_by_id != request.user.pk
    ]
    own = BreakGlass.objects.filter(asked_by=request.user)[:20]
    if not (may_ask or may_decide or to_review or own):
        raise Refused(
            "Breaking the glass is for people with data services access, and their second person.",
            "Ask for the access that your work needs.",
        )
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return ask(request, form)
    waiting = break_glass.waiting() if may_decide else ()
    context = {
        "form": form if may_ask else None, "errors": summary(form) if form.is_bound else [], "own": own,
        "waiting": [one for one in waiting if one.asked_by_id != request.user.pk], "to_review": to_review,
        "blocked": break_glass.unreviewed(request.user).exists(),
    }  # fmt: skip
    return render(request, "registration/break_glass.jinja", context)


@step_up_required
def ask(request: HttpRequest, form: EmergencyForm) -> HttpResponse:
    """Ask for an hour."""
    given = form.cleaned_data
    try:
        place = organisation(given["place"])
        break_glass.ask(
            request.user, place.level, place.code, organisation_name(place), given["reason"], given["ticket"]
        )
    except Epact2Error as no:
        messages.error(request, str(no))
    else:
        messages.success(request, "A second person must say yes. Tell one now: nobody is told by e-mail.")
    return redirect("break-glass")


@require_POST
@step_up_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's yes or no."""
    yes = request.POST.get("answer") == "yes"
    return _try(request, lambda: break_glass.decide(pk, request.user, yes=yes), "Your answer is kept.")


@require_POST
@step_up_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an emergency with what the review found."""
    words = request.POST.get("review", "").strip()[:2000]
    if not words:
        messages.error(request, "Write what the review found.")
        return redirect("break-glass")
    return _try(request, lambda: break_glass.review(pk, request.user, words), "The emergency is closed.")


def _try(request: HttpRequest, change: Callable[[], object], words: str) -> HttpResponse:
    try:
        change()
    except BreakGlass.DoesNotExist:
        messages.error(request, "There is no such emergency.")
    except Epact2Error as no:
        messages.error(request, str(no))
    else:
        messages.success(request, words)
    return redirect("break-glass")
