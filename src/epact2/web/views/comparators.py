"""The page of one comparator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from epact2.analysis import compare
from epact2.analysis.sealed_notes import published_words
from epact2.comparators.definition import Comparator
from epact2.comparators.read import UnknownComparator, comparator_named
from epact2.model import organisations
from epact2.model.bnf import BnfCode
from epact2.model.months import DispensingMonth, span_name
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.query.encode import dumps
from epact2.query.nodes import Query
from epact2.query.periods import NoData
from epact2.query.sealing import NotPublished
from epact2.web import links
from epact2.web.asking import Asking
from epact2.web.choices import (
    Choices,
    chosen_medicine,
    filter_fields,
    level_options,
    medicine_label,
    read_choices,
)
from epact2.web.comparator_data import ComparatorData
from epact2.web.engine import Directory
from epact2.web.nhs_numbers import doors
from epact2.web.presenters import calculation, dates, names, numbers, told
from epact2.web.presenters import comparator_charts as charts
from epact2.web.presenters import comparator_findings as findings
from epact2.web.presenters import comparator_tables as tables
from epact2.web.presenters.ranking import page_of

PAGE_SIZE = 100


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One comparator for one organisation among its peers."""
    try:
        comparator = comparator_named(name)
    except UnknownComparator as error:
        raise Http404(str(error)) from error
    asking = Asking.of(request)
    if comparator.needs_items:
        return _page_of_items(request, comparator, asking)
    choices = read_choices(request.GET, asking.directory, asking.person)
    if comparator.any_medicine:
        code, fitting = chosen_medicine(request.GET, asking.directory)
        if not code:
            return _choose_medicine(request, comparator, choices, fitting)
        medicine = names.medicine_name(asking.directory.medicine_name(code))
        comparator = comparator.for_medicine(BnfCode(code), medicine)
    data = ComparatorData(asking, comparator, choices)
    return render(request, "pages/comparator.jinja", _context(request, data))


def _page_of_items(request: HttpRequest, comparator: Comparator, asking: Asking) -> HttpResponse:
    """The page of a comparator that needs single items: its months are those that it can look back from."""
    try:
        loaded = compare.months_for(comparator, asking.directory)
    except NoData as error:
        return _without_items(request, comparator, str(error))
    if not loaded:
        months = span_name(asking.directory.item_months)
        return _without_items(
            request, comparator, f"It looks back further than the items that are loaded: {months}."
        )
    form = request.GET.copy()
    moved = ""
    if form.get("month"):
        month = DispensingMonth.parse(form["month"])
        if month in asking.directory.months and month not in loaded:
            # The month of the page before, which another comparator has and this one has not.
            moved = f"{month.name} has no value: here is {loaded[-1].name}."
            form["month"] = loaded[-1].code
    choices = read_choices(form, asking.directory, asking.person, loaded)
    data = ComparatorData(asking, comparator, choices)
    try:
        context = _context(request, data)
    except NotPublished:
        return _not_published(request, comparator)
    said = (moved, _from_items(asking.directory, loaded), _of_others(data))
    context["aside"] = [{"text": text} for text in said if text]
    context["how"]["from_items"] = _from_items(asking.directory, loaded)
    return render(request, "pages/comparator.jinja", context)


def _of_others(data: ComparatorData) -> str:
    """What is told of the figures of other organisations, where they are not exact."""
    if not data.has_peers:
        return f"It is published of no other organisation, so {data.choices.name} is compared with nobody."
    return published_words(data.peers.answer)


def _from_items(directory: Directory, loaded: Sequence[DispensingMonth]) -> str:
    """From which data, and from which month on, a comparator of single items has values."""
    items = directory.item_months
    said = f"Worked out from single prescription items, which are loaded for {span_name(items)}."
    if loaded[0] > items[0]:
        said += f" It looks back over earlier months, so its values begin in {loaded[0].name}."
    if loaded[-1] in directory.provisional_months:
        said += f" {loaded[-1].name} is provisional: NHS numbers are verified a month later."
    return said


def _without_items(request: HttpRequest, comparator: Comparator, why: str) -> HttpResponse:
    """What a comparator is about, and why there is no value of it to see."""
    context = {"comparator": comparator, "why": why, "finding": "There is no value yet.", "wants_items": True}
    return render(request, "pages/comparator_no_items.jinja", context)


def _not_published(request: HttpRequest, comparator: Comparator) -> HttpResponse:
    """What a comparator is about, and why it is not shown of this organisation."""
    why = (
        "In a small practice it would tell what single patients had. Of your own organisation it is shown "
        "where your access shows exact figures."
    )
    finding = "It is not published of other organisations."
    context = {"comparator": comparator, "why": why, "finding": finding}
    return render(request, "pages/comparator_no_items.jinja", context)


def _choose_medicine(
    request: HttpRequest, comparator: Comparator, choices: Choices, fitting: tuple[Any, ...]
) -> HttpResponse:
    """The page of a comparator for any medicine while none is chosen."""
    kept = choices.kept()
    context = {
        "comparator": comparator,
        "choices": choices,
        "kept": kept,
        "suggest": _suggest("medicine"),
        "typed": request.GET.get("bnf_text", "").strip(),
        "found": [
            {
                "text": names.medicine_name(one.name),
                "href": links.comparator(comparator.key, **kept, bnf=one.code),
                "note": f"BNF {one.kind}, {one.code}",
            }
            for one in fitting
        ],
        "examples": [
            {"text": text, "href": links.comparator(comparator.key, **kept, bnf=code)}
            for text, code in (
                ("Antibacterial drugs", "0501"),
                ("Antidepressant drugs", "0403"),
                ("Proton pump inhibitors", "0103050"),
                ("Direct-acting and other oral anticoagulants", "0208020"),
            )
            if _is_known(choices, code, request)
        ],
    }
    return render(request, "pages/comparator_medicine.jinja", context)


def _is_known(choices: Choices, code: str, request: HttpRequest) -> bool:
    return bool(Asking.of(request).directory.medicines_under(code, BnfCode(code).level))


def _context(request: HttpRequest, data: ComparatorData) -> dict[str, Any]:
    """Everything that the page's template needs."""
    choices, comparator, directory = data.choices, data.comparator, data.asking.directory
    rows, number, pages = None, 1, 1
    show_all = request.GET.get("show") == "all"
    if show_all:
        wanted = request.GET.get("page", "1")
        rows, number, pages = page_of(data.shown.rows, int(wanted) if wanted.isdigit() else 1, PAGE_SIZE)
    kept = choices.kept(bnf=comparator.medicine.text if comparator.medicine else None)
    is_practice = choices.level == organisations.PRACTICE
    substances = charts.substances_chart(data)
    return {
        "comparator": comparator,
        "choices": choices,
        "finding": _finding(data),
        "rest": f"{comparator.summary} {comparator.direction.value.capitalize()}.",
        "fields": _fields(data),
        "kept": {"bnf": kept["bnf"]} if kept["bnf"] else {},
        "figures": charts.key_figures(data),
        "over_time": charts.over_time(data),
        "has_peers": data.has_peers,
        "ranking_chart": charts.practices_chart(data) if is_practice else charts.ranking_chart(data),
        "ranking_title": charts.ranking_title(data),
        "table": tables.ranking_table(data, rows),
        "peers": charts.peers_words(data),
        "short": not show_all and len(data.shown.rows) > tables.shown_count(data),
        "show_all": show_all,
        "page": number,
        "pages": pages,
        "all_count": len(data.shown.rows),
        "page_address": lambda at: f"{links.comparator(comparator.key, **kept, show='all', page=at)}#ranking",
        "all_address": f"{links.comparator(comparator.key, **kept, show='all')}#ranking",
        "few_address": f"{links.comparator(comparator.key, **kept)}#ranking",
        "practices_chart": None if is_practice else charts.practices_chart(data),
        "substances": substances,
        "substance_links": _substance_links(data) if substances else [],
        "trend_downloads": [
            *(_files("Percentiles", data.bands_query) if data.has_peers else []),
            *_files(choices.name, data.trend_query),
        ],
        # Where nothing is published of peers, a file of them would hold one's own alone.
        "ranking_downloads": links.downloads(data.ranking_query) if data.has_peers else [],
        "practice_downloads": links.downloads(data.practices_query) if data.has_peers else [],
        "substance_downloads": links.downloads(data.substances_query) if data.substances_query else [],
        "next": _next(data),
        "how": {
            **_parts(comparator, directory),
            "formula": calculation.formula(comparator),
            "question": dumps(data.ranking_query),
            "explorer": links.explorer(data.ranking_query),
            "reviewed": dates.day(comparator.reviewed),
            "release": directory.release,
            "months": dates.period(data.months[0], data.months[-1]),
            "peers": names.peers_name(choices.level),
            "medicine": lambda code: links.medicine(code, organisation=choices.organisation.code),
        },
        "breadcrumbs": [
            {"text": "Home", "href": reverse("home")},
            {"text": "Comparators", "href": links.address("comparators")},
        ],
    }


def _files(what: str, query: Query) -> list[dict[str, object]]:
    kinds = (("CSV", "csv"), ("Excel", "xlsx"))
    return [
        {"text": f"{what} ({kind})", "href": links.download(query, ending), "download": True}
        for kind, ending in kinds
    ]


def _parts(comparator: Comparator, directory: Directory) -> dict[str, object]:
    """Numerator and denominator explained, and the lists of medicines that either names, each once."""
    parts = [calculation.part_words(one, directory) for one in (comparator.numerator, comparator.denominator)]
    lists = {one.name: one for part in parts for one in part.lists}
    return {"numerator": parts[0], "denominator": parts[1], "lists": list(lists.values()), "from_items": ""}


def _finding(data: ComparatorData) -> str:
    choices = data.choices
    if choices.is_peer and data.has_peers:
        place = data.place
        return findings.standing(
            choices.name,
            place.value if place else None,
            place.rank if place else None,
            data.peers.compared,
            names.peers_name(choices.level),
            data.median,
            data.unit,
            place.marks[2] if place else None,
        )
    value = data.own_now[2]
    if value is None:
        if told.is_withheld(data.own_mark):
            return f"{findings.nothing_known(choices.name, data.month.name, data.own_mark)}."
        return f"{choices.name} has no value in {data.month.name}."
    verb = f"{choices.name} is at {numbers.short(value, data.unit)} in {data.month.name}"
    before = data.year_before(data.own)
    words = findings.difference_words(value, before, data.unit, data.month.plus(-12).name)
    return f"{verb}, {words[:1].lower()}{words[1:]}." if words else f"{verb}."


def _fields(data: ComparatorData) -> list[dict[str, object]]:
    """The filter bar; a comparator of any medicine has a box for the medicine first."""
    choices, directory = data.choices, data.asking.directory
    fields = filter_fields(choices, _suggest("organisation"))
    counts = {choices.level: data.peers.compared}
    for one in fields:
        if one["name"] == "level":
            levels = [str(option["value"]) for option in one["options"]]  # type: ignore[attr-defined]
            one["options"] = level_options(choices, levels, counts)
    if data.comparator.medicine:
        code = data.comparator.medicine.text
        shown = medicine_label(names.medicine_name(directory.medicine_name(code)), code)
        box: dict[str, object] = {
            "kind": "organisation", "name": "bnf", "label": "Medicine", "suggest": _suggest("medicine"),
            "value": code, "shown": shown,
        }  # fmt: skip
        fields.insert(0, box)
    return fields


def _substance_links(data: ComparatorData) -> list[dict[str, str]]:
    directory = data.asking.directory
    return [
        {
            "text": names.medicine_name(directory.medicine_name(code)),
            "href": links.medicine(code, organisation=data.choices.organisation.code),
        }
        for code, _ in data.substances[0][: charts.MOST_SUBSTANCES]
    ]


def _next(data: ComparatorData) -> list[dict[str, object]]:
    """The next questions."""
    choices, comparator = data.choices, data.comparator
    kept = choices.kept(bnf=comparator.medicine.text if comparator.medicine else None)
    made: list[dict[str, object]] = []
    practices = sum(row.value is not None for row in data.own_practices)
    if choices.organisation.level not in (organisations.PRACTICE, ENGLAND) and choices.level != "practice":
        made.append(
            {
                "text": f"Rank the {practices:,} practices",
                "href": f"{links.comparator(comparator.key, **{**kept, 'level': 'practice'})}#ranking",
                "note": f"Within {choices.name}",
            }
        )
    parent = _parent(data)
    if parent is not None:
        made.append(
            {
                "text": f"Look at {names.organisation_name(parent)}",
                "href": links.comparator(
                    comparator.key, **{**kept, "organisation": parent.code, "level": parent.level}
                ),
                "note": f"The {parent.level} above" if parent.level != ENGLAND else "The whole country",
            }
        )
    if comparator.medicine:
        made.append(
            {
                "text": "Look at the medicine",
                "href": links.medicine(
                    comparator.medicine.text, organisation=choices.organisation.code, month=choices.month.code
                ),
                "note": "Items, cost and products",
            }
        )
    elif data.substances_query:
        made.append(
            {
                "text": "Medicines behind the measure",
                "href": links.explorer(data.substances_query),
                "note": "The numerator by chemical substance",
            }
        )
    made += doors.from_comparator(
        comparator, data.asking.viewer, data.asking.directory, choices.organisation, choices.month
    )
    made.append(
        {
            "text": "Open in the explorer",
            "href": links.explorer(data.ranking_query),
            "note": "Add fields, change filters, download",
        }
    )
    return made


def _parent(data: ComparatorData) -> organisations.Organisation | None:
    """The organisation above, up the commissioning line; England above regions and PCNs."""
    one, directory = data.choices.organisation, data.asking.directory
    line = [level for level in organisations.COMMISSIONING if level != ENGLAND]
    above = line[: line.index(one.level)] if one.level in line else []
    for level in reversed(above):
        code = one.parent(level)
        if code != organisations.UNKNOWN_CODE:
            return directory.organisation(code, level)
    return None if one.level == ENGLAND else directory.organisation(ENGLAND_CODE)


def _suggest(kind: str) -> str:
    return f"{reverse('suggest')}?kind={kind}"
