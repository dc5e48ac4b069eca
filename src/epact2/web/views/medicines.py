"""The chapters of the BNF, and the page of one medicine at any level."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from epact2.model.bnf import BadBnfCode, BnfCode
from epact2.model.organisations import ENGLAND
from epact2.web import links
from epact2.web.asking import Asking
from epact2.web.choices import chosen_medicine, filter_fields, read_choices
from epact2.web.engine import UnknownCode
from epact2.web.medicine_data import ITEMS_PER_1000, MedicineData, ancestors
from epact2.web.presenters import medicine_charts as charts
from epact2.web.presenters import medicine_tables as tables
from epact2.web.presenters import names


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The chapters with what was dispensed, and a box to find a medicine."""
    asking = Asking.of(request)
    choices = read_choices(request.GET, asking.directory, asking.person)
    found: list[dict[str, str]] = []
    code, fitting = chosen_medicine(request.GET, asking.directory)
    if code:
        return HttpResponseRedirect(links.medicine(code, **choices.kept()))
    if fitting:
        found = [
            {
                "text": names.medicine_name(one.name),
                "href": links.medicine(one.code, **choices.kept()),
                "note": f"BNF {one.kind}, {one.code}",
            }
            for one in fitting
        ]
    data = MedicineData(asking, choices, None)
    finding, second = charts.finding(data)
    columns, rows, _ = tables.parts_table(data, everything=True)
    context = {
        "choices": choices,
        "finding": finding,
        "rest": second,
        "fields": [_medicine_box(typed=request.GET.get("bnf_text", "")), *_fields(data)],
        "found": found,
        "typed": request.GET.get("bnf_text", "").strip(),
        "figures": charts.key_figures(data),
        "trend_downloads": links.downloads(data.trend_query),
        "title": tables.parts_title(data),
        "subtitle": f"BNF chapters in {choices.name}, {data.month.name}; each leads to its sections",
        "table": (columns, rows),
        "downloads": links.downloads(data.table_query),
        "trend": charts.trend_charts(data),
    }
    return render(request, "pages/medicines.jinja", context)


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One medicine in one organisation."""
    asking = Asking.of(request)
    try:
        medicine = asking.directory.medicine(code)
    except (BadBnfCode, UnknownCode) as error:
        raise Http404(error.message) from error
    choices = read_choices(request.GET, asking.directory, asking.person)
    data = MedicineData(asking, choices, BnfCode(medicine.code))
    return render(request, "pages/medicine.jinja", _context(request, data, asked=code.strip().upper()))


def _context(request: HttpRequest, data: MedicineData, asked: str) -> dict[str, Any]:
    choices, medicine = data.choices, data.medicine
    name = names.medicine_name(medicine.name)
    finding, second = charts.finding(data)
    everything = request.GET.get("show") == "all"
    columns, rows, left_out = tables.parts_table(data, everything=everything) if data.levels else ([], [], 0)
    address = links.medicine(medicine.code, **choices.kept())
    return {
        "name": name,
        "code": medicine.code,
        "caption": _caption(data),
        "choices": choices,
        "finding": finding,
        "rest": second,
        "aside": _aside(data, asked),
        "fields": _fields(data),
        "figures": charts.key_figures(data),
        "trend": charts.trend_charts(data),
        "trend_downloads": links.downloads(data.trend_query),
        "panels": charts.share_panels(data) if data.levels else None,
        "panels_downloads": links.downloads(data.parts_query),
        "peers_chart": charts.peers_chart(data),
        "peers_table": tables.peers_table(data),
        "peers_links": [
            {
                "text": f"Over time and ranked: all {data.peers.compared:,}",
                "href": links.comparator(ITEMS_PER_1000, **choices.kept(bnf=medicine.code)),
            },
            *links.downloads(data.peers_query),
        ],
        "table": (columns, rows),
        "table_title": tables.parts_title(data) if data.levels else "",
        "table_subtitle": _table_subtitle(data),
        "generic": tables.generic_words(data),
        "left_out": left_out,
        "show_all": everything,
        "all_address": f"{links.medicine(medicine.code, **choices.kept(show='all'))}#parts",
        "few_address": f"{address}#parts",
        "table_downloads": links.downloads(data.table_query),
        "prices": charts.price_chart(data),
        "prices_downloads": links.downloads(data.prices_query) if data.own_prices else [],
        "next": _next(data),
        "breadcrumbs": [
            {"text": "Medicines", "href": links.with_query(links.address("medicines"), choices.kept())},
            *(
                {
                    "text": names.medicine_name(above.name),
                    "href": links.medicine(above.code, **choices.kept()),
                }
                for above in ancestors(BnfCode(medicine.code), data.directory)
            ),
        ],
    }


def _caption(data: MedicineData) -> str:
    """Where the medicine stands in the BNF."""
    medicine = data.medicine
    words = f"BNF {medicine.code}, {medicine.level}"
    if data.levels:
        count = sum(part.items_now > 0 for part in data.whole.parts)
        words += f" with {charts.level_words(data.levels[0], count)} prescribed"
    return words


def _table_subtitle(data: MedicineData) -> str:
    if not data.levels:
        return ""
    beneath = f", totals above their {data.levels[1]}s" if len(data.levels) == 2 else ""
    return f"{data.choices.name}, {data.month.name}{beneath}"


def _aside(data: MedicineData, asked: str) -> list[dict[str, str]]:
    """Codes that changed: a page asked for by an old code, and the old codes of a presentation."""
    code = data.medicine.code
    lines = []
    if asked != code:
        lines.append({"text": f"The code {asked} has been replaced by {code}."})
    older = [
        old for old, new in data.directory.latest_codes.items() if new == code and old not in (code, asked)
    ]
    if older and data.medicine.level == "presentation":
        lines.append({"text": f"In earlier months published as {', '.join(sorted(older))}; counted here."})
    return lines


def _fields(data: MedicineData) -> list[dict[str, object]]:
    fields = filter_fields(data.choices, f"{reverse('suggest')}?kind=organisation")
    if data.code is None:
        return [one for one in fields if one["name"] in ("organisation", "month")]
    counts = {data.choices.level: data.peers.compared}
    for one in fields:
        if one["name"] == "level":
            for option in one["options"]:  # type: ignore[attr-defined]
                if option["value"] in counts and option["text"].startswith("All "):
                    option["text"] = f"All {names.peers_name(data.choices.level, counts[option['value']])}"
    return fields


def _medicine_box(typed: str) -> dict[str, object]:
    return {
        "kind": "organisation", "name": "bnf", "label": "Find a medicine", "value": "", "shown": typed,
        "suggest": f"{reverse('suggest')}?kind=medicine",
    }  # fmt: skip


def _next(data: MedicineData) -> list[dict[str, str]]:
    """The next questions."""
    choices, medicine = data.choices, data.medicine
    made = [
        {
            "text": "Compare items per 1,000 patients",
            "href": links.comparator(ITEMS_PER_1000, **choices.kept(bnf=medicine.code)),
            "note": "Percentiles over time, ranking, distribution",
        }
    ]
    if choices.organisation.level not in (ENGLAND, "practice"):
        made.append(
            {
                "text": "Rank the practices",
                "href": links.comparator(ITEMS_PER_1000, **choices.kept(bnf=medicine.code, level="practice")),
                "note": f"Within {choices.name}",
            }
        )
    if not data.is_england:
        made.append(
            {
                "text": "Look at England",
                "href": links.medicine(medicine.code, **choices.kept(organisation="ENG", level="")),
                "note": "The same medicine in the whole country",
            }
        )
    if items := tables.items_address(data):
        made.append({"text": "See the items", "href": items, "note": f"One by one, {data.month.name}"})
    made.append(
        {
            "text": "Open in the explorer",
            "href": links.explorer(data.table_query if data.levels else data.trend_query),
            "note": "Add fields, change filters, download",
        }
    )
    return made
