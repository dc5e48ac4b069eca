"""Addresses of pages and downloads, made in one place: every view is an address that can be shared.

An address is empty where the reader's account may not open its page: whoever shows it leaves the link out, or
shows its words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import urlencode

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from epact2.query.encode import dumps
from epact2.query.nodes import BadQuestion, Query
from epact2.query.packed import packed_if_long

_SIGNER = Signer(salt="the table of a page")
_OPENS: ContextVar[Callable[[str], bool]] = ContextVar("opens", default=lambda name: True)


@contextmanager
def for_reader(opens: Callable[[str], bool]) -> Iterator[None]:
    """Addresses that are made within are for one reader: ``opens`` says which pages, by their names."""
    token = _OPENS.set(opens)
    try:
        yield
    finally:
        _OPENS.reset(token)


def address(name: str, *args: object, **kwargs: object) -> str:
    """The address of a page by its name; empty where the reader may not open it."""
    if not _OPENS.get()(name):
        return ""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def with_query(path: str, parts: Mapping[str, object]) -> str:
    """An address with those parts of a query string that hold something; no path stays none."""
    kept = [(name, value) for name, value in parts.items() if value not in (None, "")]
    return f"{path}?{urlencode(kept)}" if kept and path else path


def part_of(page: str, part: str) -> str:
    """The address of a part of a page, by its id."""
    return f"{page}#{part}" if page else ""


def explorer(query: Query) -> str:
    """The question, open in the explorer."""
    return with_query(address("explorer"), {"q": packed_if_long(dumps(query))})


def download(query: Query, ending: str) -> str:
    """The answer to a question as a file: ``csv``, ``xlsx`` or ``json``.

    Whoever may ask no questions of their own takes away the tables of pages: the signature says that a page
    put the question there, so that it cannot be changed.
    """
    text = packed_if_long(dumps(query))
    free = address(f"explorer-{ending}")
    return with_query(free, {"q": text}) or with_query(address(f"table-{ending}"), {"q": _SIGNER.sign(text)})


def question_of_a_page(signed: str) -> str:
    """The question that a page signed. Raises BadQuestion."""
    try:
        return _SIGNER.unsign(signed)
    except BadSignature as error:
        raise BadQuestion(
            "This address was changed, or made by another server.", "Download the table from its page."
        ) from error


def downloads(query: Query) -> list[dict[str, object]]:
    """Both files of a question and the question itself, as links of a card."""
    return [
        {"text": "CSV", "href": download(query, "csv"), "download": True},
        {"text": "Excel", "href": download(query, "xlsx"), "download": True},
        {"text": "Open in the explorer", "href": explorer(query)},
    ]


def comparator(key: str, **parts: object) -> str:
    """A comparator's page, with the choices made on it."""
    return with_query(address("comparator", key), parts)


def medicine(code: str, **parts: object) -> str:
    """A medicine's page, with the choices made on it."""
    return with_query(address("medicine", code), parts)
