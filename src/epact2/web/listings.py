"""Rows of single items and patients for the pages, downloads and the API: each page noted for the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from epact2.access.audit import Kind
from epact2.access.policy import Refused
from epact2.access.viewer import Viewer
from epact2.analysis import listing as rows
from epact2.analysis.audited import listed, refused
from epact2.analysis.listing import MOST_DOWNLOADED, Listed, NoSuchPatient
from epact2.model.items import PATIENT
from epact2.model.nhs_number import numbers_in
from epact2.query.listing import Listing
from epact2.query.nodes import BadQuestion, Is
from epact2.store.engine import Engine
from epact2.web.auditing import gathering
from epact2.web.auditing.trail import hiding
from epact2.web.engine import require_unchanged


def list_rows(engine: Engine, listing: Listing, viewer: Viewer, **how: Any) -> Listed:
    """One page: see ``analysis.listing.list_rows``."""
    with _noting_refusals(Kind.REFUSED, listing, viewer, how):
        page = rows.list_rows(engine, listing, viewer, **how)
    return _noted(Kind.LISTED, page, viewer)


def pages(
    engine: Engine, listing: Listing, viewer: Viewer, most: int = MOST_DOWNLOADED, **how: Any
) -> Iterator[Listed]:
    """Page after page: see ``analysis.listing.pages``. Each is noted when it is read.

    A file may be taken slowly, so every page asks anew what its reader holds. Raises Refused if that changed.
    """
    with _noting_refusals(Kind.REFUSED, listing, viewer, how):
        for page in rows.pages(engine, listing, viewer, most, **how):
            require_unchanged(viewer)
            yield _noted(Kind.LISTED, page, viewer)


def history(engine: Engine, pseudonym: str, viewer: Viewer, **how: Any) -> Listed:
    """One patient: see ``analysis.listing.history``. Whom somebody looked for in vain is noted, too."""
    looked_for = Listing(columns=(PATIENT,), where=Is(PATIENT, pseudonym.strip()))
    with _noting_refusals(Kind.PATIENT, looked_for, viewer, how):
        page = rows.history(engine, pseudonym, viewer, **how)
    return _noted(Kind.PATIENT, page, viewer)


def _noted(kind: Kind, page: Listed, viewer: Viewer) -> Listed:
    asked, patients = listed(page, hiding())
    gathering.current().note(kind, viewer, asked, patients, release=page.release)
    return page


@contextmanager
def _noting_refusals(kind: Kind, listing: Listing, viewer: Viewer, how: dict[str, Any]) -> Iterator[None]:
    """Note the purpose, and what was refused or not found.

    Raises BadQuestion for a purpose that may name a patient, and AuditFailed where nobody would keep it.
    """
    noting = gathering.current()
    purpose = str(how.get("purpose", "")).strip()
    if numbers_in(purpose):  # it would stand in the trail for good
        raise BadQuestion(
            "The purpose holds what may be an NHS number.", "Write nothing about single patients."
        )
    noting.purpose = purpose or noting.purpose
    try:
        yield
    except Refused as error:
        noting.note(Kind.REFUSED, viewer, *refused(listing, error, hiding()))
        raise
    except NoSuchPatient as error:
        noting.note(kind, viewer, *refused(listing, error, hiding()))
        raise
