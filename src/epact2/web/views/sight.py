"""What can I see, and why: the policy as it decides for the person who asks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from epact2.web import engine as engines
from epact2.web.engine import NoRelease
from epact2.web.presenters import sight_page


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page; it stands without data too."""
    viewer = engines.viewer_of(request)
    try:
        directory = engines.current().directory
    except NoRelease:
        directory = None
    context = {
        "grants": sight_page.grants(viewer, directory),
        "own_words": sight_page.own_words(viewer, directory) if directory else "",
        "opened": viewer.may_list_items,
        "seen": list(sight_page.seen(viewer)),
        "may_do": sight_page.may_do(viewer),
        "lines": sight_page.whole_table(viewer),
        "grains": list(sight_page.GRAIN_WORDS.values()),
        "version": sight_page.version(),
    }
    return render(request, "pages/sight.jinja", context)
