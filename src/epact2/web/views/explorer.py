"""The explorer: any question, its answer as table and chart, and the next question beneath each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from epact2.access.listing_policy import may_list
from epact2.access.policy import Action, require_analyses
from epact2.analysis.answer import Answer
from epact2.analysis.items_beneath import is_made_of_rows
from epact2.errors import Epact2Error
from epact2.query.nodes import Query
from epact2.web import engine as engines
from epact2.web import links as addresses
from epact2.web.asking import Asking
from epact2.web.engine import Engine
from epact2.web.explorer_form import STARTING, Edited, Problem, edited
from epact2.web.explorer_measures import capital
from epact2.web.presenters import explorer_page as pages
from epact2.web.presenters.answer_chart import chart_of
from epact2.web.presenters.dressed import DressedNames
from epact2.web.presenters.finding import finding
from epact2.web.presenters.item_links import ItemLinks
from epact2.web.presenters.pivot import pivot
from epact2.web.presenters.pivot_parts import Links
from epact2.web.presenters.question_links import QuestionLinks, query_string, trail
from epact2.web.presenters.question_panel import panel
from epact2.web.presenters.sentence import heading, question_json, sentence

ITEMS = "items"  # the choice that numbers lead to their items: ?open=items
LONGEST_ADDRESS = 3800  # servers and proxies stop at 4,000 to 8,000 bytes


@dataclass(frozen=True, slots=True)
class _Read:
    """What the address or the form asks for, and what was wrong with it."""

    work: Edited
    unreadable: str = ""
    message: str = ""


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """Answer the question of the address, or of the form; without either, a question to start from."""
    require_analyses(engines.viewer_of(request))
    engine = engines.current()
    form = {name: request.GET.getlist(name) for name in request.GET}
    read = _read(form, engine)
    is_fragment = request.headers.get("HX-Request") == "true"
    address = reverse("explorer") + query_string(read.work.query)
    settled = bool(form.get("form")) and not read.work.problems
    if settled and not is_fragment and len(address) <= LONGEST_ADDRESS:
        return HttpResponseRedirect(address)  # so that the address is the question, and can be shared
    context, good = _context(request, engine, read, is_start=not form.get("q") and not form.get("form"))
    response = render(request, "pages/explorer.jinja", context, status=200 if good or is_fragment else 400)
    if is_fragment:
        _tell_browser(response, address if settled else "", context)
    return response


def _tell_browser(response: HttpResponse, address: str, context: dict[str, Any]) -> None:
    if address:
        response.headers["HX-Push-Url"] = address
    said = context["facts"][0].replace("×", "by") if context.get("facts") else "There is a problem."
    response.headers["X-Status-Text"] = f"The answer has changed: {said}" if address else said


def _read(form: dict[str, list[str]], engine: Engine) -> _Read:
    try:
        return _Read(edited(form, engine.directory))
    except Epact2Error as error:
        # What was typed is kept, in the box for questions as JSON; the form starts again.
        return _Read(Edited(STARTING), unreadable=(form.get("q") or [""])[-1], message=str(error))


def _context(
    request: HttpRequest, engine: Engine, read: _Read, *, is_start: bool
) -> tuple[dict[str, Any], bool]:
    """The values of the page, and whether all is well."""
    query = read.work.query
    names = DressedNames(engine.directory)
    errors = [_error(problem) for problem in read.work.problems]
    form = panel(read.work, engine.directory)
    context: dict[str, Any] = {
        "panel": form,
        "sentence": sentence(query, names),
        "title": heading(query, names),
        "trail": list(zip(form.filters, trail(query, names), strict=True)),
        "question_json": read.unreadable or question_json(query),
        "unreadable": bool(read.unreadable),
        "examples": pages.examples() if is_start or read.unreadable else (),
        "is_start": is_start,
        "address": query_string(query),
        "suggest": reverse("suggest"),
    }
    if read.message:
        context["errors"] = [{"text": read.message, "href": "#question-json"}]
        return context, False
    asking = Asking(engine, engines.viewer_of(request), None, Action.ANALYSE)
    given, error = _asked(asking, query)
    if given is None:
        text = str(error)
        context |= {"errors": [*errors, {"text": text, "href": "#question"}], "unanswered": text}
        return context, False
    return {**context, "errors": errors, **_answer(request, asking, given, names)}, not errors


def _asked(asking: Asking, query: Query) -> tuple[Answer | None, Epact2Error | None]:
    try:
        return asking.ask(query), None
    except Epact2Error as error:
        return None, error


def _error(problem: Problem) -> dict[str, str]:
    return {"text": problem.message, "href": f"#field-{problem.field}"}


def _answer(request: HttpRequest, asking: Asking, given: Answer, names: DressedNames) -> dict[str, Any]:
    """The values of the answer's part of the page."""
    query = given.query
    shown, result = pages.laid_out(query, given.result)
    items = ItemLinks(query, given.months) if _items_open(asking, given) else None
    by_items = items is not None and request.GET.get("open") == ITEMS
    table = pivot(shown, result, names.name_of, _links(query, items, by_items=by_items))
    which = request.GET.get("chart", "1")
    number = int(which) - 1 if which.isdigit() and 1 <= int(which) <= len(query.values) else 0
    facts = pages.facts(given, table)
    return {
        "table": table,
        "facts": facts,
        "cut": pages.cut_words(table),
        # What holds one's own alone says nothing of the organisations that its rows are called by.
        "finding": "" if given.only_own else finding(query, result, names.name_of),
        "chart": chart_of(shown, result, number, names.name_of, facts[1]),
        "charts": [
            pages.Link(
                capital(column.name),
                query_string(query, chart=str(place)),
                "now" if place == number + 1 else "",
            )
            for place, column in enumerate((one for one in result.columns if one.kind == "value"), start=1)
        ],
        "origin": pages.origin(given),
        "notes": given.lasting_notes,
        "provisional": given.provisional,
        "switch": _switch(query, by_items) if items else None,
        "next": pages.ask_next(query, items.beneath(()) if items else ""),
        "downloads": [
            {"text": "CSV", "href": addresses.download(query, "csv"), "download": True},
            {"text": "Excel", "href": addresses.download(query, "xlsx"), "download": True},
            {"text": "JSON", "href": addresses.download(query, "json"), "download": True},
        ],
    }


def _switch(query: Query, by_items: bool) -> pages.Link:
    """What numbers lead to, and how to have it the other way."""
    if by_items:
        return pages.Link("Look inside numbers instead", query_string(query), "its items")
    return pages.Link("Show the items behind numbers instead", query_string(query, open=ITEMS), "")


def _items_open(asking: Asking, given: Answer) -> bool:
    """Whether this reader may see the items behind the answer, and there are some."""
    with_items = set(asking.directory.item_months)
    return (
        may_list(asking.viewer, asking.directory, given.query.where)
        and not given.query.percentiles
        and not with_items.isdisjoint(given.months)
    )


def _links(query: Query, items: ItemLinks | None, *, by_items: bool) -> Links:
    """Where rows and numbers lead: to the question beneath, or, where nothing finer can be asked or the
    reader wants it so, to the items.
    """
    if query.percentiles:
        return Links(row=lambda key: "", cell=lambda key, value: "", sort=lambda by: "")
    made = QuestionLinks(query, **({"open": ITEMS} if by_items else {}))
    if items is None:
        return Links(row=made.beneath, cell=lambda key, value: made.beneath(key), sort=made.sort)
    if by_items:
        return Links(row=items.beneath, cell=items.beneath, sort=made.sort, opens=is_made_of_rows)
    return Links(
        row=lambda key: made.beneath(key) or items.beneath(key),
        cell=lambda key, value: made.beneath(key) or items.beneath(key, value),
        sort=made.sort,
    )
