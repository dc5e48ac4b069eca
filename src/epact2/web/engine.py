"""The engine of the release in force, and the answers that it gave a moment ago.

This module alone opens engines for the pages. Views take one engine at the start of a request and keep it to
the end, so that a release that is loaded meanwhile never mixes into a page.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from epact2.access.audit import Asked, Kind
from epact2.access.grants import Grant
from epact2.access.policy import Action, Refused, require_export, ruling
from epact2.access.viewer import ANYONE, Viewer
from epact2.analysis.answer import Answer, answer
from epact2.analysis.audited import answered, refused
from epact2.query.encode import query_to_json
from epact2.query.nodes import Query
from epact2.query.sealing import NotPublished
from epact2.store.directory import Directory, UnknownCode
from epact2.store.engine import Engine
from epact2.store.release import NoRelease, StoreDamaged, current_number
from epact2.web.auditing import gathering
from epact2.web.auditing.trail import hiding
from epact2.web.registration.grants import grants_of

__all__ = [
    "AnswerCache",
    "Directory",
    "Engine",
    "Engines",
    "NoRelease",
    "StoreDamaged",
    "UnknownCode",
    "ask",
    "current",
    "question_key",
    "require_unchanged",
    "take",
    "viewer_named",
    "viewer_of",
]

# An answer's cells are Python objects of some 60 bytes each: the cache stays below about 120 MB.
MOST_CELLS = 2_000_000


class Engines:
    """Keeps the engine of the release in force, and opens another when a newer release is published.

    The engine before it is not closed here: requests that hold it finish, and then it is let go.
    """

    def __init__(self, store: Path, open_engine: Callable[[Path, int], Engine]) -> None:
        self.store = store
        self._open = open_engine
        self._lock = threading.Lock()
        self._number: int | None = None
        self._engine: Engine | None = None

    def current(self) -> Engine:
        """The engine of the release in force. Raises NoRelease for an empty store."""
        number = current_number(self.store)  # one small file: cheap enough for every request
        if number is None:
            raise NoRelease(
                "No prescribing data has been loaded yet.", "Load a file first: epact2 load FILE…"
            )
        with self._lock:
            if self._engine is None or number != self._number:
                self._engine = self._open(self.store, number)
                self._number = number
            return self._engine


class AnswerCache:
    """Answers that may be asked for again: sorted another way, as a chart, as a download.

    Keyed by release, question and what is seen of it, so nobody is ever given an answer that was made for
    other eyes, and a new release simply misses. Bounded by the number of cells kept; the answer used longest
    ago goes first.
    """

    def __init__(self, most_cells: int = MOST_CELLS) -> None:
        self.most_cells = most_cells
        self.cells = 0
        self.hits = 0
        self.misses = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], tuple[Answer, Asked]] = OrderedDict()

    def answer(self, engine: Engine, query: Query, viewer: Viewer, action: Action) -> Answer:
        """The answer, from memory where it was given before. What a viewer may see is decided every time."""
        return self.noted(engine, query, viewer, action)[0]

    def noted(self, engine: Engine, query: Query, viewer: Viewer, action: Action) -> tuple[Answer, Asked]:
        """The answer, and what the audit keeps of it."""
        directory = engine.directory
        # The moment of making tells apart two stores whose release numbers are the same.
        key = (
            directory.release,
            directory.made,
            id(directory),
            question_key(query),
            ruling(viewer, query, directory, action).seen,
        )
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                self.hits += 1
                return self._kept[key]
        given = answer(engine, query, viewer, action)
        made = (given, answered(given, hiding()))
        with self._lock:
            self.misses += 1
            self._keep(key, made)
        return made

    def _keep(self, key: tuple[object, ...], made: tuple[Answer, Asked]) -> None:
        cells = weight(made[0])
        if key in self._kept or cells > self.most_cells // 4:  # one huge answer must not push out all others
            return
        self._kept[key] = made
        self.cells += cells
        while self.cells > self.most_cells:
            _, (oldest, _) = self._kept.popitem(last=False)
            self.cells -= weight(oldest)


def weight(given: Answer) -> int:
    """How much room an answer takes, in cells."""
    return 50 + len(given.result.rows) * max(1, len(given.result.columns))


def question_key(query: Query) -> str:
    """A question as one text: equal for equal questions, however they were written."""
    return json.dumps(query_to_json(query), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


_CACHE = AnswerCache()
_ENGINES: dict[Path, Engines] = {}
_ENGINES_LOCK = threading.Lock()


def current() -> Engine:
    """The engine of the release in force, for the length of one request. Raises NoRelease."""
    store = settings.CONFIG.store
    with _ENGINES_LOCK:
        engines = _ENGINES.setdefault(store, Engines(store, _open))
    return engines.current()


def _open(store: Path, number: int) -> Engine:
    from epact2.store.duckdb import open_engine  # DuckDB is loaded in the worker, never before a fork

    made: Any = open_engine(store, number)
    return made


def ask(engine: Engine, query: Query, viewer: Viewer, action: Action = Action.ANALYSE) -> Answer:
    """Answer a question, from memory where it was answered before, and note it for the audit.

    Raises AuditFailed where nobody would keep what is noted.
    """
    noting = gathering.current()
    try:
        given, asked = _CACHE.noted(engine, query, viewer, action)
    except (Refused, NotPublished) as error:
        noting.note(Kind.REFUSED, viewer, *refused(query, error, hiding()))
        raise
    noting.note(Kind.ASKED, viewer, asked, release=given.release)
    return given


def take(engine: Engine, query: Query, viewer: Viewer, action: Action = Action.ANALYSE) -> Answer:
    """Answer a question for a file or a program: no more rows than the viewer may take away.

    Raises as ``ask``. A table of a page is given whole or not at all.
    """
    given = ask(engine, query, viewer, action)
    try:
        require_export(viewer, len(given.result.rows))
        if action is Action.STANDARD:
            whole(given)
    except (Refused, NotPublished) as error:
        gathering.current().refuse(viewer, error.message)
        raise
    return given


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks, with what they were granted: read once a request, so that a withdrawal counts at the next."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ANYONE
    known: tuple[int, Viewer] | None = getattr(request, "epact2_viewer", None)
    if known is None or known[0] != user.pk:
        known = (user.pk, viewer_named(user.get_username()))
        request.epact2_viewer = known  # type: ignore[attr-defined]
    return known[1]


def viewer_named(name: str) -> Viewer:
    """Somebody who has signed in. Listings are open to them only where the server opens them to everyone."""
    return Viewer(name, grants_named(name), may_list_items=settings.CONFIG.open_items)


def whole(given: Answer) -> Answer:
    """An answer to all that was asked for. Raises NotPublished where it is of one's own alone."""
    if given.only_own:
        raise NotPublished(
            "Its figures of other organisations are not published.",
            "Look at your own organisation, or at another comparator.",
        )
    return given


def require_unchanged(viewer: Viewer) -> None:
    """Refuse to go on with a file, which may be taken slowly, once its reader holds other rights than when it
    began. Raises Refused.
    """
    if grants_named(viewer.name) != viewer.grants:
        raise Refused("Your access has changed since this began.", "Ask for it again.")


def grants_named(name: str) -> tuple[Grant, ...]:
    """The grants in force today of an account; none for a name without account."""
    users = get_user_model()
    user = users.objects.filter(**{users.USERNAME_FIELD: name}).first()
    return grants_of(user, timezone.localdate()) if user is not None else ()
