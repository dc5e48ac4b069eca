"""The organisations that a request may name: found by search in the release, at one level."""

from __future__ import annotations

from epact2.errors import Epact2Error
from epact2.model.organisations import ENGLAND, PRACTICE, Organisation
from epact2.web import engine as engines
from epact2.web.presenters.names import organisation_name

MOST = 12


def find(text: str, level: str) -> tuple[Organisation, ...]:
    """The organisations of a level that some words or a code name, the best first. Raises NoRelease."""
    directory = engines.current().directory
    wanted = " ".join(text.split())
    if len(wanted) < 2:
        return ()
    found = directory.find(wanted, 5 * MOST, (level,))
    made = (directory.organisation(one.code, one.kind) for one in found)
    return tuple(one for one in made if not one.closed)[:MOST]


def named(level: str, code: str) -> Organisation:
    """The organisation of a code at one level. Raises UnknownCode or NoRelease."""
    return engines.current().directory.organisation(code, level)


def place_name(level: str, code: str) -> str:
    """The name of an organisation; empty where the release does not know it, or there is none."""
    try:
        return organisation_name(named(level, code))
    except Epact2Error:
        return ""


def kind_words(level: str) -> str:
    """What is searched for, in words for a question: "GP practice", "ICB"."""
    return {PRACTICE: "GP practice", ENGLAND: "England"}.get(level, level)
