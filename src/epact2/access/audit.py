"""What is kept of every read and every decision: who saw which answer, and nothing of any patient.

An event is written before data leave. A trail that cannot keep it raises ``AuditFailed``, and then no data
leave. The text of an event is canonical JSON (sorted keys, no spaces, whole numbers and texts only), so that
the same event always gives the same bytes, and ``access.chain`` can join them.

A question may be long and is asked again and again. The text of an event names it by its SHA-256; the trail
keeps each question's own text once, so that changing a question is found as surely as changing an event.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Protocol

from epact2 import __version__
from epact2.errors import Epact2Error
from epact2.query.encode import Json

VERSION = 1


class AuditFailed(Epact2Error):
    """An event could not be kept, so what it tells of must not happen."""


class Kind(Enum):
    """What happened. The value is its name in the trail, in filters and in files."""

    ASKED = "asked"
    LISTED = "listed"
    PATIENT = "one patient"
    EXPORTED = "exported"
    REFUSED = "refused"
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    SIGN_IN_FAILED = "sign-in failed"
    SIGN_IN_CHANGED = "sign-in changed"
    REQUESTED = "requested"
    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"
    ADMINISTERED = "administered"
    BREAK_GLASS = "break-glass"
    NHS_NUMBERS = "NHS numbers"
    TRAIL_READ = "trail read"

    def __str__(self) -> str:
        return self.value


class Channel(Enum):
    """The way by which it happened."""

    PAGE = "page"
    DOWNLOAD = "download"
    API = "API"
    COMMAND = "command line"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question or listing of an event, and how much came of it.

    ``question`` is its JSON without any pseudonym; ``grain`` the fields that made one row; ``rows`` how many
    rows left, ``withheld`` how many cells were kept back. ``refused`` is the reason why nothing left.
    ``text`` is what was asked apart from how much came of it, equal for equal questions; ``digest`` its name.
    """

    words: str
    question: Json
    grain: tuple[str, ...] = ()
    scope: str = ""
    rows: int = 0
    withheld: int = 0
    refused: str = ""
    text: str = field(init=False, repr=False, compare=False)
    digest: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Worked out once: an answer that is given from memory is kept with its text.
        said: dict[str, Json] = {
            "grain": list(self.grain), "question": self.question, "scope": self.scope, "words": self.words,
        }  # fmt: skip
        object.__setattr__(self, "text", canonical(said))
        object.__setattr__(self, "digest", digest_of(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that must be kept.

    ``organisations`` are those for whom the person acted, or whom a grant is about, as “ICB QKS”; their
    Caldicott Guardians read the event. ``place`` is an address without what follows its question mark.
    ``patients`` are keyed hashes, never pseudonyms. ``subject`` is another account that the event is about,
    ``details`` a sentence.
    """

    kind: Kind
    who: str
    when: datetime = field(default_factory=lambda: datetime.now(UTC))
    organisations: tuple[str, ...] = ()
    channel: Channel = Channel.PAGE
    place: str = ""
    asked: tuple[Asked, ...] = ()
    patients: tuple[str, ...] = ()
    subject: str = ""
    purpose: str = ""
    details: str = ""
    release: int | None = None
    policy: str = ""
    software: str = __version__

    def __post_init__(self) -> None:
        if self.when.tzinfo is None:
            raise ValueError("The moment of an event needs its time zone.")

    @property
    def rows(self) -> int:
        """How many rows left with all its questions."""
        return sum(one.rows for one in self.asked)

    @property
    def questions(self) -> dict[str, str]:
        """The text of each question by its digest."""
        return {one.digest: one.text for one in self.asked}

    def to_json(self, number: int) -> dict[str, Json]:
        """The event as the record ``number`` of a trail; what is empty is left out."""
        data: dict[str, Json] = {
            "version": VERSION,
            "number": number,
            "when": moment(self.when),
            "kind": self.kind.value,
            "who": self.who,
            "channel": self.channel.value,
            "software": self.software,
        }
        optional: dict[str, Json] = {
            "organisations": list(self.organisations),
            "place": self.place,
            "asked": [_came(one) for one in self.asked],
            "patients": list(self.patients),
            "subject": self.subject,
            "purpose": self.purpose,
            "details": self.details,
            "policy": self.policy,
        }
        data |= {name: value for name, value in optional.items() if value}
        if self.release is not None:
            data["release"] = self.release
        return data


def _came(asked: Asked) -> dict[str, Json]:
    came: dict[str, Json] = {"question": asked.digest, "rows": asked.rows}
    if asked.withheld:
        came["withheld"] = asked.withheld
    if asked.refused:
        came["refused"] = asked.refused
    return came


def digest_of(text: str) -> str:
    """The SHA-256 of a question's text, by which records name it."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(data: Json) -> str:
    """The one JSON text of some data. Numbers with decimals are written as texts: their digits are exact."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def moment(when: datetime) -> str:
    """A moment as trails write it: in UTC, to the millisecond, so that texts sort by time."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Trail(Protocol):
    """Where events are kept."""

    def record(self, event: Event) -> int:
        """Keep an event for good and give its number. Raises AuditFailed: then no data may leave."""
        ...
