"""Every component with invented figures, so that its look can be judged; not on a real server."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from epact2.web.release_facts import ReleaseFacts
from epact2.web.views import styleguide_charts, styleguide_tables


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page of all components. All figures are invented."""
    values = {
        "sample_release": ReleaseFacts(number=3, latest_month="September 2025", synthetic=True),
        "figures": styleguide_tables.KEY_FIGURES,
        "places": styleguide_tables.PLACES_FIGURES,
        "filters": styleguide_tables.FILTERS,
        "changed": styleguide_tables.changed(),
        "ranking": styleguide_tables.ranking(),
        "pivot_table": styleguide_tables.pivot(),
        "charts": styleguide_charts.charts(),
        "panels": styleguide_charts.small_multiples(),
        "question": styleguide_tables.QUESTION,
    }
    return render(request, "pages/styleguide.jinja", values)
