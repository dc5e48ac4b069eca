"""Which organisation a page is about: the one in the address, else the viewer's own, else England.

The box of a filter bar sends a code (``organisation``) when a suggestion was chosen, and always the words in
the box (``organisation_text``). Without JavaScript the code is still that of the page before, so words that
are not that organisation's own are searched for and win.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from epact2.model.organisations import ENGLAND, ENGLAND_CODE, LEVELS, Organisation
from epact2.web.context import Person
from epact2.web.engine import Directory, UnknownCode
from epact2.web.presenters.names import with_code


@dataclass(frozen=True, slots=True)
class Choice:
    """The organisation of a page. ``is_home`` marks the viewer's own; ``note`` says why it is another."""

    organisation: Organisation
    is_home: bool
    note: str = ""


def choose(asked: Mapping[str, str], person: Person | None, directory: Directory) -> Choice:
    """The organisation that a request asks for. Raises UnknownCode for one that is not in the release."""
    home, note = home_organisation(person, directory)
    code = asked.get("organisation", "").strip()
    typed = " ".join(asked.get("organisation_text", "").split())
    named = directory.organisation(code) if code else None
    if typed and (named is None or typed != with_code(named)):
        named = by_words(typed, directory)
    if named is None:
        return Choice(home, is_home=True, note=note)
    return Choice(named, is_home=named == home)


def home_organisation(person: Person | None, directory: Directory) -> tuple[Organisation, str]:
    """The viewer's own organisation, and a note when the release does not hold it."""
    england = directory.organisation(ENGLAND_CODE, ENGLAND)
    if person is None or not person.organisation_code:
        return england, ""
    try:
        return directory.organisation(person.organisation_code, person.organisation_level or None), ""
    except UnknownCode:
        code = person.organisation_code
        return england, f"Your organisation ({code}) is not in this data release, so England is shown."


def by_words(text: str, directory: Directory) -> Organisation:
    """The organisation that some words name best. Raises UnknownCode."""
    for found in directory.find(text, 50):
        if found.kind in LEVELS:
            return directory.organisation(found.code, found.kind)
    raise UnknownCode(
        f"No organisation is called “{text}”.", "Type a part of its name, or its code, for example QKS."
    )
