"""Pages for what goes wrong. None of them needs the data, and the last one needs no database either."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import get_template, render_to_string
from django.urls import Resolver404

from epact2.errors import Epact2Error
from epact2.web import config
from epact2.web.context import person

TITLES = {
    400: "This request cannot be answered",
    403: "You cannot see this page",
    404: "Page not found",
    500: "Something went wrong on our side",
    503: "This cannot be shown now",
}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form was not what we expect."""
    return answer(
        request, 400, "The address or the form holds something that we do not understand.",
        "Go back and try again, or start from the home page.",
    )  # fmt: skip


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this person may not."""
    return answer(
        request, 403, "Your account has no access to this page.",
        "If you need it for your work, ask the service team.",
    )  # fmt: skip


def wrong_form_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form without the token that shows that it came from our page."""
    return answer(
        request, 403, "The form was too old, or cookies are turned off.",
        "Go back, reload the page and send the form again. Allow cookies for this site if you block them.",
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing is here. A view that says why with ``Http404("…")`` is quoted."""
    said = exception.args[0] if exception and exception.args else ""
    why = said if isinstance(said, str) and not isinstance(exception, Resolver404) else ""
    return answer(
        request, 404, why or "There is no page at this address.",
        "Check the address, or search for an organisation, a medicine or a comparator above."
        if person(request)
        else "Check the address, or sign in and search.",
    )  # fmt: skip


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Rendered without the request, since whatever failed may fail again."""
    if wants_json(request):
        return JsonResponse({"error": TITLES[500], "advice": "Try again in a minute."}, status=500)
    return _bare(
        500, "Your question was not the cause, and nothing that you saved is lost.",
        "Try again in a minute. If it happens again, tell the service team what you did.",
    )  # fmt: skip


def unavailable(request: HttpRequest, error: Epact2Error) -> HttpResponse:
    """503: rendered without the request, since the database may be what fails."""
    if wants_json(request):
        said = {"type": type(error).__name__, "message": error.message, "advice": error.advice}
        return JsonResponse({"error": said}, status=503)
    return _bare(503, error.message, error.advice)


def _bare(status: int, message: str, advice: str) -> HttpResponse:
    page = get_template("pages/error.jinja").render(
        {
            "service_name": config.SERVICE_NAME,
            "title": TITLES[status],
            "message": message,
            "advice": advice,
        }
    )
    return HttpResponse(page, status=status)


def plain(request: HttpRequest, error: Epact2Error, status: int = 400) -> HttpResponse:
    """An error in the words that it carries."""
    return answer(request, status, error.message, error.advice)


def answer(request: HttpRequest, status: int, message: str, advice: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": message, "advice": advice}, status=status)
    values = {"title": TITLES[status], "message": message, "advice": advice}
    return HttpResponse(render_to_string("pages/error.jinja", values, request), status=status)


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or request.path.endswith(".json")
