"""Ways of tests to look at the trail, to alter it as only the owner of its tables can, and to break it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from epact2.web.auditing import append_only
from epact2.web.auditing.models import Question, Record


def last_records(count: int) -> list[Record]:
    """The newest records, newest first."""
    return list(Record.objects.order_by("-number")[:count])


def records_since(number: int) -> list[dict[str, Any]]:
    """What was kept after a record, oldest first, as the JSON that the hash covers."""
    found = Record.objects.filter(number__gt=number).order_by("number")
    return [json.loads(record.text) for record in found]


def last_number() -> int:
    """The number of the newest record; 0 for none."""
    newest = last_records(1)
    return newest[0].number if newest else 0


def questions_in(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions of a record, in order, each with what came of it."""
    return [
        {**json.loads(Question.objects.get(digest=one["question"]).text), **one}
        for one in record.get("asked", ())
    ]


def altered(table: str, statement: str) -> None:
    """Change a table as its owner can: without its triggers, which are put back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            triggers = cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
            ).fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(statement)
            for _, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def emptied() -> None:
    """Take every record out. Texts of questions stay: the server remembers having kept them."""
    for table in ("auditing_record", "auditing_concerned"):
        altered(table, f"DELETE FROM {table}")


@contextmanager
def hidden_table() -> Iterator[None]:
    """As long as it lasts the table of records is not there."""
    assert "auditing_record" in append_only.TABLES
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auditing_record RENAME TO auditing_record_away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE auditing_record_away RENAME TO auditing_record")
