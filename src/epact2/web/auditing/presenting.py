"""Records as pages and files show them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from epact2.access.audit import Kind
from epact2.analysis.export import harmless
from epact2.model.months import MONTH_NAMES
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.web.auditing.models import Question, Record
from epact2.web.presenters.dates import day

# Kinds as they begin a sentence about a person.
SAID = {
    Kind.ASKED: "Asked",
    Kind.LISTED: "Listed items or patients",
    Kind.PATIENT: "Read one patient's history",
    Kind.EXPORTED: "Downloaded",
    Kind.REFUSED: "Was refused",
    Kind.SIGNED_IN: "Signed in",
    Kind.SIGNED_OUT: "Signed out",
    Kind.SIGN_IN_FAILED: "Failed to sign in",
    Kind.SIGN_IN_CHANGED: "Changed or confirmed their sign-in",
    Kind.REQUESTED: "Asked for access",
    Kind.GRANTED: "Granted access",
    Kind.REJECTED: "Rejected a request",
    Kind.WITHDRAWN: "Withdrew access",
    Kind.AGREED: "Accepted the agreement",
    Kind.ADMINISTERED: "Administered",
    Kind.BREAK_GLASS: "Broke glass",
    Kind.NHS_NUMBERS: "NHS numbers",
    Kind.TRAIL_READ: "Read an audit trail",
}
_COLUMNS = (
    "record", "when", "who", "kind", "way", "address", "organisations", "questions", "rows", "cells withheld",
    "purpose", "subject", "details", "release", "hash",
)  # fmt: skip
# Only whoever changed the tables can have taken it away; the verifier says so too.
_LOST = {
    "words": "The text of this question is missing, so the trail has been changed. Tell the service team."
}
_AT_A_TIME = 500
_ENGLAND = f"{ENGLAND} {ENGLAND_CODE}"


@dataclass(frozen=True, slots=True)
class Told:
    """A record with the texts of its questions, by their digests."""

    record: Record
    said: dict[str, Any]
    questions: dict[str, dict[str, Any]]

    @property
    def local(self) -> datetime:
        """The moment in England."""
        return timezone.localtime(datetime.fromisoformat(self.record.at))

    @property
    def when(self) -> str:
        """The moment in England, short: ``14 Jan 2026, 09:05``."""
        return f"{self.local.day} {MONTH_NAMES[self.local.month - 1][:3]} {self.local:%Y, %H:%M}"

    @property
    def kind(self) -> str:
        """What happened, in words."""
        return SAID[Kind(self.record.kind)]

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Its questions in order, each with what came of it."""
        return [{**one, **self.questions.get(one["question"], _LOST)} for one in self.said.get("asked", ())]

    @property
    def summary(self) -> str:
        """What it was about, in one line."""
        asked = [one.get("words", "") for one in self.asked]
        if asked:
            more = f" (and {len(asked) - 1} more)" if len(asked) > 1 else ""
            return f"{_cut(asked[0])}{more}"
        details, subject = self.said.get("details", ""), self.said.get("subject", "")
        about = f"about {subject}" if subject and subject != self.record.who else ""
        return _cut("; ".join(part for part in (details, about) if part))

    @property
    def rows(self) -> int | None:
        """How many rows left; None where nothing was asked."""
        return sum(one["rows"] for one in self.asked) if self.asked else None

    @property
    def withheld(self) -> int:
        """How many cells were kept back."""
        return sum(one.get("withheld", 0) for one in self.asked)


def _cut(text: str, most: int = 120) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def told(records: Sequence[Record]) -> list[Told]:
    """Records with their questions, which are read at once."""
    said = [json.loads(record.text) for record in records]
    digests = {one["question"] for each in said for one in each.get("asked", ())}
    texts = Question.objects.filter(digest__in=digests)
    questions = {question.digest: json.loads(question.text) for question in texts}
    return [Told(record, each, questions) for record, each in zip(records, said, strict=True)]


def facts(one: Told) -> Iterator[tuple[str, str]]:
    """What is known of a record besides its questions, as term and text."""
    said = one.said
    yield "When", f"{day(one.local)} at {one.local:%H:%M:%S}"
    yield "Who", one.record.who
    places = ("England" if one == _ENGLAND else one for one in said.get("organisations", ()))
    yield "For", ", ".join(places) or "no organisation"
    yield "What", one.kind
    yield "Way", said["channel"]
    for term, name in (
        ("Address", "place"), ("About", "subject"), ("Details", "details"), ("Purpose", "purpose"),
        ("Release", "release"), ("Policy", "policy"), ("Software", "software"),
    ):  # fmt: skip
        if said.get(name):
            yield term, str(said[name])
    if said.get("patients"):
        yield "Patients", f"{len(said['patients'])}, by keyed hash: {', '.join(said['patients'][:5])}"
    yield "Hash", one.record.hash


def question_facts(asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What came of one question, as term and text."""
    if asked.get("refused"):
        yield "Refused", asked["refused"]
    else:
        yield "Rows", f"{asked['rows']:,}"
        yield "Cells withheld", f"{asked.get('withheld', 0):,}"
    if asked.get("grain"):
        yield "One row is", " and ".join(asked["grain"])
    if asked.get("scope"):
        yield "Scope", asked["scope"]


def question_json(asked: dict[str, Any]) -> str:
    """A question as it can be asked again."""
    return json.dumps(asked["question"], ensure_ascii=False, indent=1)


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """Records as lines of CSV, a heading first. Moments are in UTC, as the trail has them."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    waiting: list[Record] = []
    for record in records:
        waiting.append(record)
        if len(waiting) == _AT_A_TIME:
            yield _written(buffer, writer, waiting)
            waiting = []
    yield _written(buffer, writer, waiting)


def _written(buffer: io.StringIO, writer: Any, records: list[Record]) -> str:
    for one in told(records):
        said = one.said
        cells = (
            one.record.number, one.record.at, one.record.who, one.record.kind, said["channel"],
            said.get("place", ""), ", ".join(said.get("organisations", ())),
            " | ".join(each.get("words", "") for each in one.asked), "" if one.rows is None else one.rows,
            one.withheld, said.get("purpose", ""), said.get("subject", ""), said.get("details", ""),
            said.get("release", ""), one.record.hash,
        )  # fmt: skip
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
