"""One request's event: what its answers were, gathered while the page is made and kept before it leaves.

A page may ask twenty questions; it is one event. ``web.engine`` notes every answer here, also one from
memory, and refuses to answer where nobody gathers: so no way of asking can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from epact2.access.audit import Asked, AuditFailed, Channel, Event, Kind
from epact2.access.policy_tables import tables
from epact2.access.viewer import Viewer

# Of the kinds that one request brings together, the event has the one that tells most.
_RANK = (Kind.REFUSED, Kind.ASKED, Kind.LISTED, Kind.EXPORTED, Kind.PATIENT)


@dataclass(slots=True)
class Gathering:
    """What has been asked in one request since the last event was kept."""

    channel: Channel = Channel.PAGE
    place: str = ""
    purpose: str = ""
    who: str = ""
    organisations: tuple[str, ...] = ()
    release: int | None = None
    kinds: set[Kind] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    patients: dict[str, None] = field(default_factory=dict)
    details: str = ""
    failed: AuditFailed | None = None

    def refuse(self, viewer: Viewer, reason: str) -> None:
        """Note that somebody was refused: of what was asked before, nothing leaves."""
        if Kind.REFUSED not in self.kinds:
            self.who, self.organisations = viewer.name, organisations_of(viewer)
            self.kinds = {Kind.REFUSED}
            self.asked = [replace(one, rows=0, withheld=0, refused=reason) for one in self.asked]
            self.details = reason

    def note(
        self,
        kind: Kind,
        viewer: Viewer,
        asked: Asked,
        patients: tuple[str, ...] = (),
        *,
        release: int | None = None,
    ) -> None:
        """Note one answer, page of rows or refusal; ``patients`` are the hashes of those whom it names."""
        self.who = viewer.name
        self.organisations = organisations_of(viewer)
        self.release = release if release is not None else self.release
        self.kinds.add(kind)
        self.asked.append(asked)
        self.patients |= dict.fromkeys(patients)

    def taken(self) -> Event | None:
        """The event of what was gathered, and begin again; None when nothing was asked or refused."""
        if not self.kinds:
            return None
        kind = max(self.kinds, key=_RANK.index)
        if self.channel is Channel.DOWNLOAD and kind in (Kind.ASKED, Kind.LISTED):
            kind = Kind.EXPORTED
        event = Event(
            kind=kind,
            who=self.who,
            organisations=self.organisations,
            channel=self.channel,
            place=self.place,
            purpose=self.purpose,
            asked=tuple(self.asked),
            patients=tuple(self.patients),
            details=self.details,
            release=self.release,
            policy=tables().version,
        )
        self.kinds, self.asked, self.patients, self.details = set(), [], {}, ""
        return event


def organisations_of(viewer: Viewer) -> tuple[str, ...]:
    """For whom somebody acts, as “ICB QKS”: the organisations of the grants in force."""
    return tuple(sorted({f"{grant.level} {grant.code}" for grant in viewer.grants}))


_CURRENT: ContextVar[Gathering | None] = ContextVar("gathering", default=None)


@contextmanager
def gathering(into: Gathering) -> Iterator[Gathering]:
    """Whatever is asked within is noted in ``into``."""
    token = _CURRENT.set(into)
    try:
        yield into
    finally:
        _CURRENT.reset(token)


def fail(error: AuditFailed) -> None:
    """Have the request fail, as it cannot be recorded; also where a view shows errors on its own page."""
    found = _CURRENT.get()
    if found is not None:
        found.failed = error


def current() -> Gathering:
    """Where the answers of this request are noted. Raises AuditFailed where nobody would keep them."""
    found = _CURRENT.get()
    if found is None:
        raise AuditFailed(
            "Nothing is answered here, because no audit of it would be kept.",
            "Ask within a request, or within web.auditing.gathering.gathering().",
        )
    return found
