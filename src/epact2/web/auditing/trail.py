"""The trail of the database: one chain, one writer at a time, and nothing shown that is not in it."""

from __future__ import annotations

import logging
import threading
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from epact2.access.audit import AuditFailed, Event, canonical, moment
from epact2.access.chain import BEFORE_THE_FIRST, link
from epact2.access.file_trail import PATIENT_KEY, kept_hiding
from epact2.access.heads import NoKey
from epact2.access.pseudonyms import Hiding
from epact2.web.auditing import gathering
from epact2.web.auditing.second_place import SecondPlace

_LOG = logging.getLogger(__name__)
_MOST_KNOWN = 50_000  # questions that this process knows to be in the trail: 64 letters each


class DatabaseTrail:
    """Keeps events in the accounts database and their hashes in the second place."""

    def __init__(self, second_place: SecondPlace) -> None:
        self.second_place = second_place
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def record(self, event: Event) -> int:
        """Keep an event for good and give its number. Raises AuditFailed: then no data may leave.

        Within a transaction of the caller, the event is kept exactly if what it tells of is.
        """
        try:
            # SQLite begins every transaction as its only writer; PostgreSQL waits for its turn in _last.
            with transaction.atomic():
                number, hash_, when = self._write(event)
                transaction.on_commit(lambda: self._kept(event, number, hash_, when))
        except DatabaseError as error:
            raise not_recorded() from error
        return number

    def _write(self, event: Event) -> tuple[int, str, str]:
        with connection.cursor() as cursor:
            before, last = _last(cursor)
            number = last + 1
            text = canonical(event.to_json(number))
            hash_, when = link(before, text), moment(event.when)
            new = [(digest, said) for digest, said in event.questions.items() if digest not in self._known]
            if new:
                cursor.executemany(
                    "INSERT INTO auditing_question (digest, text) VALUES (%s, %s) ON CONFLICT DO NOTHING", new
                )
            cursor.execute(
                "INSERT INTO auditing_record (number, at, kind, who, text, hash) "
                "VALUES (%s, %s, %s, %s, %s, %s)",
                (number, when, event.kind.value, event.who, text, hash_),
            )
            if event.organisations:
                cursor.executemany(
                    "INSERT INTO auditing_concerned (organisation, number) VALUES (%s, %s)",
                    [(organisation, number) for organisation in event.organisations],
                )
        return number, hash_, when

    def _kept(self, event: Event, number: int, hash_: str, when: str) -> None:
        """After the commit: the second place never has the hash of a record that was taken back."""
        with self._lock:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known.update(event.questions)
        try:
            self.second_place.wrote(number, hash_, when)
        except (OSError, ValueError, NoKey) as error:
            raise not_recorded() from error


def not_recorded() -> AuditFailed:
    """What people are told; the cause is in the server's log."""
    return AuditFailed(
        "What you asked for could not be recorded in the audit trail, so it is not shown.",
        "Nothing is wrong with your question. Try again in a minute; if it happens again, tell the service "
        "team.",
    )


def _last(cursor) -> tuple[str, int]:  # type: ignore[no-untyped-def]  # Django's cursor has no public type
    """The hash and number of the last record, when it is this writer's turn."""
    if connection.vendor == "postgresql":
        cursor.execute("SELECT id FROM auditing_turn WHERE id = 1 FOR UPDATE")
        if cursor.fetchone() is None:
            raise DatabaseError("The table auditing_turn has lost its row, so no writer can take its turn.")
    cursor.execute("SELECT hash, number FROM auditing_record ORDER BY number DESC LIMIT 1")
    return cursor.fetchone() or (BEFORE_THE_FIRST, 0)


@cache
def _trail(folder: Path, key: Path) -> DatabaseTrail:
    return DatabaseTrail(SecondPlace(folder, key))


def trail() -> DatabaseTrail:
    """The one trail of this server."""
    return _trail(settings.CONFIG.audit, settings.CONFIG.audit_key)


_hiding = cache(kept_hiding)


def hiding() -> Hiding:
    """What puts a keyed hash in the place of a pseudonym. Raises AuditFailed without its key."""
    try:
        return _hiding(settings.CONFIG.audit / PATIENT_KEY)
    except AuditFailed as error:
        _LOG.error("The audit cannot be kept: %s", error)  # it names a file, which is not for readers
        told = not_recorded()
        gathering.fail(told)
        raise told from error


def keep(event: Event) -> int:
    """Keep an event in the trail of this server. Raises AuditFailed: then it must not happen."""
    return trail().record(event)
