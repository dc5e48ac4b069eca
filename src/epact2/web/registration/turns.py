"""One change of rights after the other, for the whole service.

Each looks at who gave what to whom, and must not be overtaken: two people who approve each other's requests
at the same moment would each see no circle, and make one.
"""

from __future__ import annotations

from django.db import connection

# Any number of ours: it names the lock among those of the database.
_RIGHTS = 2_026_112_601


def take_turn() -> None:
    """Wait until no other change of rights is under way; the turn ends with the transaction that holds it.

    SQLite begins each of our transactions as its only writer, so there the turn is taken already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RIGHTS])
