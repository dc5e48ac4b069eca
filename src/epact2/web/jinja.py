"""The Jinja environment: our templates, the NHS components, and the names that every template may use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import jinja2
from django.http import HttpRequest
from django.template import engines
from django.templatetags.static import static
from django.utils import timezone
from django.utils.text import capfirst

from epact2.web import links
from epact2.web.charts import marks, render
from epact2.web.presenters import dates, numbers


def environment(**options: Any) -> jinja2.Environment:
    """Make the environment (named in ``settings.TEMPLATES``).

    ``ChainableUndefined`` is what the NHS macros are written for: they read options of options.
    """
    options["loader"] = jinja2.ChoiceLoader([options["loader"], jinja2.PackageLoader("nhsuk_frontend_jinja")])
    chosen = {"undefined": jinja2.ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = jinja2.Environment(**{**options, **chosen, "autoescape": True})  # noqa: S701 - it is on
    made.globals.update(static=static, url=url, query=query, sparkline=marks.sparkline)
    made.globals.update(nhs_number_links=nhs_number_links)
    made.globals.update(draw=render.draw, percentile_strip=marks.percentile_strip, cell_bar=marks.cell_bar)
    made.filters.update(
        count=numbers.count, ordinal=numbers.ordinal, signed=numbers.signed, month_name=dates.month_name
    )
    made.filters.update(
        day=lambda when: dates.day(local(when)),
        moment=lambda when: dates.moment(local(when)),
        clock=lambda when: dates.clock(local(when)),
        capfirst=capfirst,
    )
    return made


def local(when: date) -> date:
    """A moment in the time of the service's clocks on the wall; a day as it is."""
    return timezone.localtime(when) if isinstance(when, datetime) and timezone.is_aware(when) else when


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a page by its name: ``url("organisation", "ICB", "QKS")``; empty where it is closed."""
    return links.address(name, *args, **kwargs)


def nhs_number_links(request: HttpRequest) -> list[dict[str, str]]:
    """The account page's links to requests for NHS numbers."""
    from epact2.web.nhs_numbers import doors  # its models exist only once Django has read all applications

    return doors.on_account(request)


def query(**parts: object) -> str:
    """A query string from the parts that hold something: ``query(q="x", page=None)`` is ``?q=x``."""
    kept = [(key.rstrip("_"), value) for key, value in parts.items() if value not in (None, "", [])]
    return f"?{urlencode(kept, doseq=True)}" if kept else ""


def warm() -> None:
    """Compile our templates and start the chart renderer before the first request needs them."""
    render.warm()
    made: jinja2.Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    for name in made.list_templates(filter_func=lambda name: not name.startswith("nhsuk/")):
        made.get_template(name)
