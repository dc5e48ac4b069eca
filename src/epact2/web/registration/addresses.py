"""Addresses of pages for mails: whole ones, with this site's host."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def page(name: str, *parts: object) -> str:
    """The whole address of a page, by its name."""
    return f"{settings.CONFIG.site_address}{reverse(name, args=parts or None)}"
