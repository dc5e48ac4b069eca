"""Whether this server can answer questions, for machines that watch it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from epact2.web import release_facts


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 with the release when questions can be answered; 503 when not."""
    facts = release_facts.current()
    if facts is None:
        return JsonResponse({"status": "no data", "release": None}, status=503)
    return JsonResponse({"status": "ok", "release": facts.number})
