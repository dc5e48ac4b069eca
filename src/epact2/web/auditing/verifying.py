"""The verifier of the whole trail of the database, and the signing of its head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connection

from epact2.access.audit import AuditFailed, digest_of, moment
from epact2.access.chain import Record, Sound, Tampered, verify
from epact2.web.auditing.trail import trail

_AT_A_TIME = 5_000


def verify_database() -> Sound:
    """Check every record, the columns by which it is found, its questions and organisations, the witness and
    the signed heads. Raises Tampered for the first that is wrong; NoKey without the public key.
    """
    second_place = trail().second_place
    return verify(_records(), second_place.witness(), second_place.heads())


def sign_now() -> int:
    """Sign the last record as the head and give its number. Raises AuditFailed for an empty trail; NoKey."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, hash FROM auditing_record ORDER BY number DESC LIMIT 1")
        last = cursor.fetchone()
    if last is None:
        raise AuditFailed(
            "The trail has no record yet, so it has no head.", "Sign it when something is in it."
        )
    trail().second_place.sign(last[0], last[1], moment(datetime.now(UTC)))
    return int(last[0])


def _records() -> Iterator[Record]:
    """Every record in order, each with its columns, questions and organisations compared with its text."""
    questions: set[str] = set()
    last = 0
    while rows := _after(last):
        concerned = _concerned(rows[0][0], rows[-1][0])
        for number, at, kind, who, text, hash_ in rows:
            said = _read(number, text)
            if (at, kind, who) != (said.get("when"), said.get("kind"), said.get("who")):
                raise Tampered(
                    number, f"Record {number:,} stands under another person, kind or time than it says."
                )
            if concerned.get(number, []) != sorted(said.get("organisations", [])):
                raise Tampered(number, f"Record {number:,} stands under other organisations than it says.")
            _check_questions(number, said, questions)
            yield Record(number, text, hash_)
        last = rows[-1][0]


def _after(number: int) -> list[tuple[int, str, str, str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, at, kind, who, text, hash FROM auditing_record WHERE number > %s "
            "ORDER BY number LIMIT %s",
            (number, _AT_A_TIME),
        )
        return cursor.fetchall()


def _concerned(first: int, last: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, organisation FROM auditing_concerned WHERE number BETWEEN %s AND %s "
            "ORDER BY number, organisation",
            (first, last),
        )
        for number, organisation in cursor.fetchall():
            found.setdefault(number, []).append(organisation)
    return {number: sorted(organisations) for number, organisations in found.items()}


def _read(number: int, text: str) -> dict[str, object]:
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Tampered(number, f"Record {number:,} was changed after it was written.")
    return said


def _check_questions(number: int, said, checked: set[str]) -> None:
    """Each question that a record names is there, and is the one that was asked."""
    new = {one["question"] for one in said.get("asked", ())} - checked
    if not new:
        return
    marks = ", ".join(["%s"] * len(new))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT digest, text FROM auditing_question WHERE digest IN ({marks})",  # noqa: S608 - %s alone
            list(new),
        )
        found = dict(cursor.fetchall())
    if any(digest_of(found.get(digest, "")) != digest for digest in new):
        raise Tampered(number, f"A question of record {number:,} was changed or removed.")
    checked |= new
