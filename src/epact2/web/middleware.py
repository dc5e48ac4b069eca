"""What every response carries, and who may make a request at all."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url

from epact2.access.audit import AuditFailed
from epact2.access.policy import Refused
from epact2.errors import Epact2Error
from epact2.web import links
from epact2.web.auditing import gathering
from epact2.web.engine import viewer_of
from epact2.web.identity.forms import page_before
from epact2.web.open_pages import opens_for
from epact2.web.views import errors

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Puts the security headers on every response, errors and static files included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, then add the headers."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        # Pages depend on who asks: no shared cache may keep them, and a browser must ask again.
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-cache"
        return response


class LinksThatOpen:
    """Has the pages of a request show no link that would be refused to its reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; who reads is looked up when a link needs it."""
        with links.for_reader(opens_for(lambda: viewer_of(request))):
            return self.get_response(request)


class SignInRequired(LoginRequiredMiddleware):
    """Refuses by default: a view that needs no account says so with ``@login_not_required``."""

    def handle_no_permission(  # type: ignore[override]  # the stub allows redirects alone
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Send people to the sign-in page, and tell programs in their own terms."""
        if request.path.startswith("/api/"):
            return JsonResponse(
                {"error": "You are not signed in.", "advice": "Sign in first, and send the session cookie."},
                status=401,
            )
        if request.headers.get("HX-Request") == "true":
            # A fragment of the page must not become the sign-in form: the whole page goes there.
            return HttpResponse(status=401, headers={"HX-Redirect": resolve_url("sign-in")})
        if request.method not in ("GET", "HEAD"):
            # What was sent is gone with the sign-in; the page it was sent from can be opened again.
            return redirect_to_login(page_before(request), resolve_url("sign-in"))
        return super().handle_no_permission(request, view_func)


class PlainErrors:
    """Turns what a person can understand and act on into a page (or JSON) that says it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; ``process_exception`` steps in when a view raises."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """Show an Epact2Error; leave every other exception to Django, which answers 500."""
        if not isinstance(exception, Epact2Error):
            return None
        if isinstance(exception, AuditFailed):
            return errors.unavailable(request, exception)
        if isinstance(exception, Refused):
            gathering.current().refuse(viewer_of(request), exception.message)
            return errors.plain(request, exception, 403)
        return errors.plain(request, exception)
