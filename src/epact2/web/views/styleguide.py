"""Every component with invented figures, so that its look can be judged; not on a real server."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page of all components."""
    return render(request, "pages/styleguide.jinja")
