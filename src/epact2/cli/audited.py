"""What the command line keeps of its own reads, in a file beside the store, before it shows anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from epact2.access.audit import Asked, Channel, Event, Kind
from epact2.access.file_trail import COMMANDS, PATIENT_KEY, FileTrail, kept_hiding, operator_here
from epact2.access.policy import Refused
from epact2.access.policy_tables import tables
from epact2.access.pseudonyms import Hiding
from epact2.analysis.answer import Answer
from epact2.analysis.audited import answered, listed, refused
from epact2.analysis.listing import Listed, NoSuchPatient
from epact2.cli.app import place
from epact2.query.listing import Listing
from epact2.query.nodes import Query


def folder() -> Path:
    """Where the audit is: $EPACT2_AUDIT, else “audit” beside the store, as for the web application."""
    return Path(os.environ.get("EPACT2_AUDIT") or place.store.resolve().parent / "audit").expanduser()


def answer_kept(given: Answer, command: str) -> None:
    """Keep that an answer is given. Raises AuditFailed: then it must not be shown."""
    _keep(Kind.ASKED, command, answered(given, _hiding()), release=given.release)


def rows_kept(page: Listed, command: str, kind: Kind = Kind.LISTED) -> None:
    """Keep that a page of rows, or one patient's, is given. Raises AuditFailed: then none is shown."""
    asked, patients = listed(page, _hiding())
    _keep(kind, command, asked, patients, release=page.release)


@contextmanager
def refusals_kept(asked: Query | Listing, command: str) -> Iterator[None]:
    """Keep what is refused within, and whom somebody looked for in vain."""
    try:
        yield
    except (Refused, NoSuchPatient) as error:
        kind = Kind.REFUSED if isinstance(error, Refused) else Kind.PATIENT
        _keep(kind, command, *refused(asked, error, _hiding()))
        raise


def _keep(
    kind: Kind, command: str, asked: Asked, patients: tuple[str, ...] = (), release: int | None = None
) -> None:
    event = Event(
        kind=kind,
        who=operator_here(),
        channel=Channel.COMMAND,
        place=f"epact2 {command}",
        asked=(asked,),
        patients=patients,
        release=release,
        policy=tables().version,
    )
    FileTrail(folder() / COMMANDS).record(event)


def _hiding() -> Hiding:
    return kept_hiding(folder() / PATIENT_KEY)
