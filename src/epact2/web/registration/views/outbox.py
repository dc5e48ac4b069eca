"""The demo's outbox: the mails that a real server would have sent. In a demo only."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from epact2.web.registration.middleware import before_agreement
from epact2.web.registration.models import Mail

MOST_SHOWN = 100
_LINK = re.compile(r"https?://\S+")


def demo_only() -> None:
    """Elsewhere there is no such page: mails hold links that are keys."""
    if not settings.CONFIG.demo:
        raise Http404("There is no page at this address.")


@login_not_required
@before_agreement
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    demo_only()
    return render(request, "registration/outbox.jinja", {"letters": Mail.objects.all()[:MOST_SHOWN]})


@login_not_required
@before_agreement
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, its links to be followed here, whatever address the server believes to have."""
    demo_only()
    letter = get_object_or_404(Mail, pk=pk)
    parts = [
        [{"text": piece, "href": here(piece) if _LINK.fullmatch(piece) else ""} for piece in pieces(line)]
        for line in letter.body.split("\n\n")
    ]
    return render(request, "registration/letter.jinja", {"letter": letter, "parts": parts})


def pieces(line: str) -> list[str]:
    """A paragraph cut at its links."""
    return [one for one in re.split(r"(https?://\S+)", line) if one]


def here(link: str) -> str:
    """A link's page on this server."""
    parts = urlsplit(link)
    return parts.path + (f"?{parts.query}" if parts.query else "")
