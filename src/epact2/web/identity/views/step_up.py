"""The page that asks again who is there, where no other request was stopped."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from epact2.errors import Epact2Error
from epact2.web.identity import step_up
from epact2.web.identity.forms import back
from epact2.web.identity.middleware import second_factor_not_required


@second_factor_not_required
@never_cache
@sensitive_post_parameters(*step_up.FIELDS)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Ask, judge, and lead back."""
    there = back(request, reverse("home"))
    error: Epact2Error | None = None
    if request.method == "POST":
        try:
            step_up.judge(request)
        except Epact2Error as raised:
            error = raised
        else:
            return HttpResponseRedirect(there)
    return step_up.page(request, [("next", there)], reverse("step-up"), error, status=200)
