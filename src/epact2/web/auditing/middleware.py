"""Keeps one event for each request that asked something, before any of its answer leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from epact2.access.audit import AuditFailed, Channel
from epact2.web.auditing.gathering import Gathering, gathering
from epact2.web.auditing.trail import keep
from epact2.web.views import errors

_LOG = logging.getLogger(__name__)


class Audited:
    """Stands inside the middleware of sign-in, and outside the one that turns errors into pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and keep the event; where that fails a plain page of 503 leaves in place of data."""
        into = Gathering(place=request.path[:200], channel=channel_of(request))
        with gathering(into):
            response = self.get_response(request)
        if response.has_header("Content-Disposition") and into.channel is Channel.PAGE:
            into.channel = Channel.DOWNLOAD
        try:
            _keep(into)
        except AuditFailed as error:
            return errors.unavailable(request, error)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = _watched(response.streaming_content, into)
        return response


def channel_of(request: HttpRequest) -> Channel:
    """By which way a request came. Files are known by their ending, also where nothing was given."""
    if request.path.startswith("/api/"):
        return Channel.API
    return Channel.DOWNLOAD if request.path.endswith((".csv", ".xlsx", ".json")) else Channel.PAGE


def _keep(into: Gathering) -> None:
    if into.failed is not None:
        raise into.failed
    event = into.taken()
    if event is None:
        return
    try:
        keep(event)
    except AuditFailed:
        _LOG.exception("An event could not be kept; the request was not answered.")
        raise


def _watched(content: Iterator[bytes], into: Gathering) -> Iterator[bytes]:
    """A file that is read while it is sent: what is read for each chunk is kept before the chunk leaves, and
    so is a refusal.

    Where that fails the file ends there, broken off, and the server notes why.
    """
    chunks = iter(content)
    while True:
        try:
            with gathering(into):
                chunk = next(chunks, None)
        finally:
            _keep(into)
        if chunk is None:
            return
        yield chunk
