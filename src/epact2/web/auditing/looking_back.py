"""Who looked at one patient: asked by whoever holds the pseudonym and works on the server."""

from __future__ import annotations

from epact2.access.audit import Channel, Event, Kind
from epact2.access.file_trail import operator_here
from epact2.web.auditing.models import Record
from epact2.web.auditing.trail import hiding, keep


def records_of_patient(pseudonym: str) -> list[Record]:
    """Every record that names a patient, oldest first. That somebody looked is itself kept, before."""
    hashed = hiding().of(pseudonym)
    keep(
        Event(
            kind=Kind.TRAIL_READ,
            who=operator_here(),
            channel=Channel.COMMAND,
            place="epact2 audit patient",
            patients=(hashed,),
            details="Who looked at one patient",
        )
    )
    # Only the hash is looked for, so what is found names this patient; there is no index of patients to read.
    found = Record.objects.filter(text__contains=hashed).exclude(kind=Kind.TRAIL_READ.value)
    return list(found.order_by("number"))
