"""Addresses of pages and downloads, made in one place: every view is an address that can be shared."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from epact2.query.encode import dumps
from epact2.query.nodes import Query
from epact2.query.packed import packed_if_long


def with_query(path: str, parts: Mapping[str, object]) -> str:
    """An address with those parts of a query string that hold something."""
    kept = [(name, value) for name, value in parts.items() if value not in (None, "")]
    return f"{path}?{urlencode(kept)}" if kept else path


def explorer(query: Query) -> str:
    """The question, open in the explorer."""
    return with_query(reverse("explorer"), {"q": packed_if_long(dumps(query))})


def download(query: Query, ending: str) -> str:
    """The answer to a question as a file: ``csv`` or ``xlsx``."""
    return with_query(f"{reverse('explorer').rstrip('/')}.{ending}", {"q": packed_if_long(dumps(query))})


def downloads(query: Query) -> list[dict[str, object]]:
    """Both files of a question and the question itself, as links of a card."""
    return [
        {"text": "CSV", "href": download(query, "csv"), "download": True},
        {"text": "Excel", "href": download(query, "xlsx"), "download": True},
        {"text": "Open in the explorer", "href": explorer(query)},
    ]


def comparator(key: str, **parts: object) -> str:
    """A comparator's page, with the choices made on it."""
    return with_query(reverse("comparator", args=[key]), parts)


def medicine(code: str, **parts: object) -> str:
    """A medicine's page, with the choices made on it."""
    return with_query(reverse("medicine", args=[code]), parts)
