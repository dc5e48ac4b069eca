"""Pages about the data itself: releases, and the dictionary of fields and measures."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from epact2.analysis.releases import releases_of
from epact2.errors import Epact2Error
from epact2.model.months import DispensingMonth
from epact2.web import engine as engines
from epact2.web.engine import Directory
from epact2.web.presenters import data_pages

MOST_RELEASES = 50


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """Which release is current, what it holds, and the releases before it."""
    held = releases_of(settings.CONFIG.store)
    if not held:
        return render(request, "pages/releases.jinja", {"current": None})
    now = held[0]
    return render(
        request,
        "pages/releases.jinja",
        {
            "current": now,
            "facts": data_pages.freshness(now, timezone.localdate(), _provisional(now.number)),
            "latest": now.months[-1].name if now.months else "",
            "kinds": data_pages.kind_rows(now),
            "notes": data_pages.notes(now),
            "files": [
                (data_pages.KIND_NAMES.get(one.kind, one.kind), data_pages.file_rows(one))
                for one in now.kinds
            ],
            "history": data_pages.history_rows(held[:MOST_RELEASES]),
            "earlier": len(held) - MOST_RELEASES,
        },
    )


@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """Every field and measure with its meaning, unit and source; ``q`` searches among them."""
    text = " ".join(request.GET.get("q", "")[:100].split())
    directory = _directory()
    groups = data_pages.dictionary(text, has_items=bool(directory and directory.item_months))
    return render(request, "pages/dictionary.jinja", {"text": text, "groups": groups})


def _directory() -> Directory | None:
    """The names of the release in force; None while there is none, for pages that do without."""
    try:
        return engines.current().directory
    except Epact2Error:
        return None


def _provisional(release: int) -> tuple[DispensingMonth, ...]:
    """The months of the release in force whose patients PDS has not verified yet."""
    directory = _directory()
    if directory is None or directory.release != release:
        return ()
    return tuple(sorted(directory.provisional_months))
