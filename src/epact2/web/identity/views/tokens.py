"""One's own tokens for programs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from epact2.web.identity import mails, tokens
from epact2.web.identity.events import Event, tell
from epact2.web.identity.forms import Fault, fault
from epact2.web.identity.step_up import step_up_required

DAYS = (1, 7, 30, 90)


@never_cache
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The tokens in force, and a form for another one."""
    return _page(request)


@never_cache
@require_POST
@step_up_required
def make(request: HttpRequest) -> HttpResponse:
    """Make one, and show it this once."""
    days = request.POST.get("days", "")
    for_items = request.POST.get("for") == "items"
    try:
        text = tokens.make(
            request.user,
            request.POST.get("name", ""),
            days=int(days) if days.isdecimal() else 0,
            for_items=for_items,
        )
    except tokens.WrongToken as error:
        return _page(request, [fault("name", error)])
    tell(Event.TOKEN_MADE, request.user, request)
    mails.changed(request.user, "A token for programs was made.")
    return _page(request, made=text)


@never_cache
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End one."""
    token = get_object_or_404(tokens.of(request.user), pk=number)
    tell(Event.TOKEN_ENDED, request.user, request)
    token.delete()
    messages.success(request, f"The token “{token.name}” was ended.")
    return HttpResponseRedirect(reverse("tokens"))


def _page(request: HttpRequest, errors: list[Fault] | None = None, made: str = "") -> HttpResponse:
    context = {"tokens": tokens.of(request.user), "days": DAYS, "errors": errors or [], "made": made}
    return render(request, "identity/tokens.jinja", context)
