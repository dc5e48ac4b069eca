"""Any answer as a file: CSV, an Excel workbook with a sheet about its origin, or JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_safe

from epact2.access.policy import Action, Ruling, ruling
from epact2.access.viewer import Viewer
from epact2.analysis.answer import Answer
from epact2.analysis.export import answer_json, csv_rows, file_name, workbook
from epact2.query.codec import loads
from epact2.query.nodes import BadQuestion, Query
from epact2.web import engine as engines
from epact2.web.engine import Directory, Engine
from epact2.web.links import question_of_a_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Write = Callable[[Answer, Directory], HttpResponseBase]


@require_safe
def csv(request: HttpRequest, *, of_page: bool = False) -> HttpResponseBase:
    """The rows of the answer as CSV, sent while they are written."""
    return _file(request, "csv", _csv, of_page=of_page)


@require_safe
def xlsx(request: HttpRequest, *, of_page: bool = False) -> HttpResponseBase:
    """The answer as a workbook: its rows, and a sheet about where they come from."""
    return _file(request, "xlsx", _xlsx, of_page=of_page)


@require_safe
def json_file(request: HttpRequest, *, of_page: bool = False) -> HttpResponseBase:
    """The answer as the command line and ``POST /api/v1/query`` give it."""
    return _file(request, "json", _json, of_page=of_page)


def _csv(given: Answer, directory: Directory) -> HttpResponseBase:
    return StreamingHttpResponse(csv_rows(given, directory), content_type="text/csv; charset=utf-8")


def _xlsx(given: Answer, directory: Directory) -> HttpResponseBase:
    return HttpResponse(workbook(given, directory), content_type=XLSX)


def _json(given: Answer, directory: Directory) -> HttpResponseBase:
    del directory
    text = json.dumps(answer_json(given), ensure_ascii=False)
    return HttpResponse(text, content_type="application/json")


def _file(request: HttpRequest, ending: str, write: Write, *, of_page: bool) -> HttpResponseBase:
    """Answer the question of the address and write it down. Errors are left to the middleware.

    ``of_page``: it is a table that a page shows, and no question of the reader's own.
    """
    text = request.GET.get("q", "")
    if not text:
        raise BadQuestion(
            "The address holds no question.", "Open a question in the explorer and download it there."
        )
    action = Action.STANDARD if of_page else Action.ANALYSE
    query = loads(question_of_a_page(text) if of_page else text)
    engine = engines.current()
    viewer = engines.viewer_of(request)
    given = engines.take(engine, query, viewer, action)
    tag = _tag(engine, query, ruling(viewer, query, engine.directory, action), ending)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in [one.strip() for one in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponseNotModified(headers=headers)
    response = write(given, engine.directory)
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _while_allowed(response.streaming_content, viewer)
    for name, value in headers.items():
        response.headers[name] = value
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(given, ending)}"'
    return response


def _while_allowed(chunks: Iterable[bytes], viewer: Viewer) -> Iterator[bytes]:
    """A file as long as its reader's access stays as it was. Raises Refused, which breaks the file off."""
    for chunk in chunks:
        engines.require_unchanged(viewer)
        yield chunk


def _tag(engine: Engine, query: Query, ruled: Ruling, ending: str) -> str:
    """A name for these very bytes: release, question and what is seen of it always give the same file.

    A browser may hold the copy of somebody else who used it, or of times when its reader saw more.
    """
    directory = engine.directory
    said = f"{directory.release}\n{directory.made}\n{ending}\n{engines.question_key(query)}\n{ruled.seen}"
    # Weak: a workbook holds the moment of its making.
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'
