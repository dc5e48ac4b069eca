"""Questions from programs: ``POST /api/v1/query`` takes the question's JSON and gives the answer's, ``POST
/api/v1/list`` does so for listings of items and patients.

Two ways to say who asks: a session (its cookie and the header ``X-CSRFToken``), or the header
``Authorization`` with a token (``identity.api_access``), which no browser sends unawares. Every refusal is
JSON, and none is a redirect.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from epact2.access.audit import AuditFailed
from epact2.access.policy import Action, Refused
from epact2.access.viewer import Viewer
from epact2.analysis.answer import TooLarge, labelled
from epact2.analysis.export import answer_json
from epact2.analysis.listing_export import listed_json
from epact2.errors import Epact2Error
from epact2.query.check import NotAdditive, NotAnswerable
from epact2.query.codec import parse, query_from_json, wants_labels
from epact2.query.listing_json import listing_from_json
from epact2.query.periods import NoData
from epact2.query.pieces import a_text
from epact2.query.sealing import NotPublished
from epact2.web import engine as engines
from epact2.web.engine import NoRelease, UnknownCode
from epact2.web.identity import api_access, step_up
from epact2.web.identity.step_up import StepUpNeeded
from epact2.web.listings import list_rows

MOST_BYTES = 64 * 1024
_JSON_TYPES = ("application/json",)
# What curl -d sends. A page of another site can send it too, so it counts only with a token.
_PLAIN_TYPES = (*_JSON_TYPES, "application/x-www-form-urlencoded", "text/plain", "")
_STATUS: tuple[tuple[type[Epact2Error], int], ...] = (
    (Refused, 403),
    (StepUpNeeded, 403),
    (UnknownCode, 404),
    (NoData, 404),
    (NotAdditive, 422),
    (NotAnswerable, 422),
    (NotPublished, 422),
    (TooLarge, 422),
    (NoRelease, 503),
    (AuditFailed, 503),
)


class NotSignedIn(Epact2Error):
    """Nobody has said who asks, or the token does not hold."""


class WrongRequest(Epact2Error):
    """The request is not one that this address takes."""


class _Problem(Exception):
    def __init__(self, status: int, error: Epact2Error) -> None:
        super().__init__(str(error))
        self.status = status
        self.error = error


class _TokenCheck(CsrfViewMiddleware):
    """Django's own check of the token, giving the reason instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:  # type: ignore[override]
        return reason


@login_not_required
@csrf_exempt  # checked in _asked, for sessions
def query(request: HttpRequest) -> HttpResponse:
    """Answer one question."""
    return _asked(request, _answer, for_items=False)


@login_not_required
@csrf_exempt  # checked in _asked, for sessions
def listing(request: HttpRequest) -> HttpResponse:
    """Give one page of items or patients. It comes by POST alone, so that no address holds a pseudonym.

    What a program takes is a download: whoever uses a session confirms first, and a purpose is said where the
    rights ask for one. Tokens were made after a confirmation, and last twelve hours.
    """
    return _asked(request, _page, for_items=True)


def _asked(
    request: HttpRequest, answer: Callable[[str, Viewer], dict[str, object]], *, for_items: bool
) -> HttpResponse:
    """Read a request, decide who asks, and answer it or say why not."""
    try:
        if request.method != "POST":
            raise _Problem(405, WrongRequest("Questions are sent by POST.", "Send the question as the body."))
        body = _body(request)
        viewer, types = _viewer(request, for_items=for_items)
        if request.content_type not in types or request.headers.get("Content-Encoding"):
            raise _Problem(
                415,
                WrongRequest(
                    f"The question came as “{request.content_type}”.",
                    "Send it with the header Content-Type: application/json, not compressed.",
                ),
            )
        text = json.dumps(answer(body, viewer), ensure_ascii=False)
        headers = {"Cache-Control": "private, no-store"}
        return HttpResponse(text, content_type="application/json", headers=headers)
    except _Problem as problem:
        return refused(problem.error, problem.status)
    except Epact2Error as error:
        return refused(error, status_of(error))


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 for every other address under /api/, as JSON."""
    del request
    advice = "Questions go to /api/v1/query, listings to /api/v1/list."
    return refused(WrongRequest(f"There is nothing at /api/{rest}.", advice), 404)


def _body(request: HttpRequest) -> str:
    length = request.headers.get("Content-Length", "")
    too_large = WrongRequest(f"The question is larger than {MOST_BYTES // 1024} KB.", "Name fewer codes.")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise _Problem(413, too_large)
    body = request.body
    if len(body) > MOST_BYTES:
        raise _Problem(413, too_large)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _Problem(400, WrongRequest("The question is not in UTF-8.", "Send it in UTF-8.")) from None


def _viewer(request: HttpRequest, *, for_items: bool) -> tuple[Viewer, tuple[str, ...]]:
    """Who asks, and which content types that way of asking may use."""
    try:
        user = api_access.account(request, for_items=for_items)
    except Epact2Error as error:
        raise _Problem(401, NotSignedIn(error.message, error.advice)) from None
    if user is not None:
        return engines.viewer_named(user.get_username()), _PLAIN_TYPES
    if not request.user.is_authenticated:
        raise _Problem(
            401,
            NotSignedIn(
                "You are not signed in.",
                "Send the session cookie and X-CSRFToken, or a token: curl -H 'Authorization: Bearer …'",
            ),
        )
    reason = _TokenCheck(lambda _: HttpResponse()).process_view(request, None, (), {})
    if reason:
        raise _Problem(
            403,
            WrongRequest(
                "The request lacks the token that shows that it is yours.",
                f"Send the value of the cookie {settings.CSRF_COOKIE_NAME} in the header X-CSRFToken.",
            ),
        )
    if for_items:
        step_up.require_fresh(request)
    return engines.viewer_of(request), _JSON_TYPES


def _answer(body: str, viewer: Viewer) -> dict[str, object]:
    data = parse(body)
    question = query_from_json(data)
    engine = engines.current()
    given = engines.take(engine, question, viewer)
    result = labelled(given.result, engine.directory) if wants_labels(data) else given.result
    return answer_json(given, result)


def _page(body: str, viewer: Viewer) -> dict[str, object]:
    data = parse(body)
    purpose = ""
    if isinstance(data, dict) and "purpose" in data:  # no part of the listing: who asks says what for
        purpose = a_text(data["purpose"], "purpose")[:200]
        data = {name: part for name, part in data.items() if name != "purpose"}
    asked = listing_from_json(data)
    engine = engines.current()
    page = list_rows(engine, asked, viewer, action=Action.EXPORT, purpose=purpose)
    result = labelled(page.result, engine.directory) if wants_labels(data) else page.result
    return listed_json(page, result)


def status_of(error: Epact2Error) -> int:
    """The HTTP status of an error: 400 where nothing else fits, since the question is at fault."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 400)


def refused(error: Epact2Error, status: int) -> HttpResponse:
    """An error as JSON: its kind, what is wrong, and what to do."""
    said = {"type": type(error).__name__, "message": error.message, "advice": error.advice}
    response = JsonResponse({"error": said}, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        # Not “Basic”: at that word a browser would ask its reader for a password.
        response.headers["WWW-Authenticate"] = 'Session realm="epact2"'
    if status == 405:
        response.headers["Allow"] = "POST"
    return response
