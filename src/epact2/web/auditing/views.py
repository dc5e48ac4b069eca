"""Pages of the trail: your own, your organisation's, and everybody's."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from epact2.access.audit import Channel, Event, Kind
from epact2.query.nodes import BadQuestion
from epact2.web.auditing.filters import PAGE, Filters
from epact2.web.auditing.models import Concerned, Record
from epact2.web.auditing.presenting import SAID, csv_lines, facts, question_facts, question_json, told
from epact2.web.auditing.reach import Reach, reach_of, required_reach
from epact2.web.auditing.trail import keep

MOST_DOWNLOADED = 100_000
NO_STORE = "private, no-store"  # who looked at what stays out of every cache


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """What the reader has done, newest first."""
    filters = Filters.of(request)
    found = filters.of_person(request.user.get_username())
    return _page(request, filters, found, "own-trail", title="Your audit trail", others=False)


@require_safe
def own_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    found = Filters.of(request).of_person(request.user.get_username())
    return _file(found, "epact2-your-audit-trail.csv")


@require_safe
def others(request: HttpRequest) -> HttpResponse:
    """What the people of an organisation, or everybody, have done. Reading it is an event itself."""
    reach, filters = _chosen(request)
    _read(request, f"The trail of {reach.words}", reach, filters)
    whose = "of everybody" if reach.everybody else f"of {reach.words}"
    return _page(request, filters, filters.within(reach), "trail", title=f"Audit trail {whose}", others=True)


@require_safe
def others_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    reach, filters = _chosen(request)
    _read(request, f"The trail of {reach.words}, as a file", reach, filters, Channel.DOWNLOAD)
    return _file(filters.within(reach), "epact2-audit-trail.csv")


@require_safe
def record(request: HttpRequest, number: int) -> HttpResponse:
    """One record with all its questions. What the reader may not read is not there."""
    found = Record.objects.filter(number=number).first()
    if found is None or not _may_read(request, found):
        raise Http404("There is no record of this number that you may read.")
    if found.who != request.user.get_username():
        _read(request, f"Record {number}", reach_of(request.user))
    (one,) = told([found])
    mine = found.who == request.user.get_username()
    context = {
        "number": found.number,
        "title": one.kind,
        "finding": one.summary,
        "facts": list(facts(one)),
        "asked": [(each["words"], list(question_facts(each)), question_json(each)) for each in one.asked],
        "back": {"text": "Your audit trail", "href": reverse("own-trail")} if mine
        else {"text": "Audit trail", "href": reverse("trail")},
    }  # fmt: skip
    return _not_stored(render(request, "pages/audit_record.jinja", context))


def _chosen(request: HttpRequest) -> tuple[Reach, Filters]:
    """Whose records the reader may read, and which of them are wanted. Raises Refused or BadQuestion.

    Only a name and an organisation of records within reach are taken: the choice is itself recorded, nothing
    that somebody typed by mistake belongs there, and nobody learns who else has an account.
    """
    reach, filters = required_reach(request.user), Filters.of(request)
    if filters.who and not Filters(who=filters.who).within(reach).exists():
        raise BadQuestion("The trail has no account of that name.", "Write the name as records show it.")
    if filters.organisation and not Filters(organisation=filters.organisation).within(reach).exists():
        raise BadQuestion("The trail has no such organisation.", "Write it like ICB QKS.")
    return reach, filters


def _may_read(request: HttpRequest, found: Record) -> bool:
    if found.who == request.user.get_username():
        return True
    reach = reach_of(request.user)
    concerned = Concerned.objects.filter(number=found.number, organisation__in=reach.organisations)
    return reach.everybody or concerned.exists()


def _read(
    request: HttpRequest,
    what: str,
    reach: Reach,
    filters: Filters | None = None,
    channel: Channel = Channel.PAGE,
) -> None:
    """Keep that somebody reads what others did, before it is shown."""
    details = f"{what}, {filters.words}" if filters and filters.words else what
    keep(
        Event(
            kind=Kind.TRAIL_READ,
            who=request.user.get_username(),
            organisations=tuple(sorted(reach.organisations)),
            channel=channel,
            place=request.path[:200],
            details=details,
        )
    )


def _page(
    request: HttpRequest, filters: Filters, found: QuerySet[Record], name: str, *, title: str, others: bool
) -> HttpResponse:
    records = list(found[: PAGE + 1])
    shown = told(records[:PAGE])
    context: dict[str, Any] = {
        "title": title,
        "beyond": "" if others else reach_of(request.user).words,
        "others": others,
        "action": reverse(name),
        "filters": filters,
        "fields": list(_fields(filters, others=others)),
        "shown": shown,
        "downloads": [{"text": "Download as CSV", "href": reverse(f"{name}-file") + filters.address()}],
        "newest": reverse(name) + filters.address() if filters.before else "",
        "older": reverse(name) + filters.address(before=shown[-1].record.number)
        if len(records) > PAGE else "",
    }  # fmt: skip
    return _not_stored(render(request, "pages/audit_trail.jinja", context))


def _fields(filters: Filters, *, others: bool) -> Any:
    """The fields of the form above the records."""
    yield {"name": "from", "label": "From", "type": "date", "value": str(filters.first or "")}
    yield {"name": "to", "label": "To", "type": "date", "value": str(filters.last or "")}
    kinds = [{"value": kind.value, "text": words} for kind, words in SAID.items()]
    value = filters.kind.value if filters.kind else ""
    yield {"kind": "select", "name": "kind", "label": "What", "value": value,
           "options": [{"value": "", "text": "Everything"}, *kinds]}  # fmt: skip
    if others:
        yield {"name": "who", "label": "Who (account name)", "value": filters.who}
        yield {"name": "organisation", "label": "Organisation (as ICB QKS)", "value": filters.organisation}


def _file(found: QuerySet[Record], name: str) -> StreamingHttpResponse:
    lines = csv_lines(found[:MOST_DOWNLOADED].iterator(chunk_size=500))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = NO_STORE
    return response


def _not_stored(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = NO_STORE
    return response
