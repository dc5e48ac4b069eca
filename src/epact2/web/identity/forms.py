"""What the forms of sign-in share: where they lead, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from epact2.errors import Epact2Error

Fault = dict[str, str]


def back(request: HttpRequest, default: str = "") -> str:
    """Where a form leads when it is done: ``next``, if it is an address of this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else default


def page_before(request: HttpRequest) -> str:
    """The page of this site from which a form was sent; the home page where that is not known."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return reverse("home")
    parts = urlsplit(before)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def fault(field: str, error: Epact2Error | str) -> Fault:
    """One fault of a form, at a field: for the summary on top and for the field itself."""
    text = error if isinstance(error, str) else f"{error.message} {error.advice}"
    return {"text": text, "href": f"#{field}"}


def faults(field: str, error: ValidationError) -> list[Fault]:
    """What Django's validators found wrong, at a field."""
    return [fault(field, text) for text in error.messages]


def form_faults(form: Any) -> Iterable[Fault]:
    """What is wrong with one of Django's forms."""
    for name, texts in form.errors.items():
        for text in texts:
            yield fault(name if name in form.fields else next(iter(form.fields)), text)
