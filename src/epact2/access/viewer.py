"""The person asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from epact2.access.grants import AccountType, Grant
from epact2.errors import Epact2Error, did_you_mean
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.store.directory import Directory


class NoSuchAccountType(Epact2Error):
    """A name that is no type of account."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``name`` is empty for somebody who has not signed in.

    ``grants`` are those in force at the moment of asking; without any, nothing is seen. ``is_operator`` is
    whoever works on the machine that holds the store's files, and sees every sum. ``may_list_items`` opens
    single items and patients of everybody, and is true only where whoever runs the server or the command has
    opened them to everyone (EPACT2_UNSAFE_OPEN_ITEMS).
    """

    name: str = ""
    grants: tuple[Grant, ...] = ()
    is_operator: bool = False
    may_list_items: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the viewer has signed in, or works on the machine that holds the store."""
        return bool(self.name)


ANYONE = Viewer()
# The command line: whoever can read the store's files.
OPERATOR = Viewer("operator of this machine", is_operator=True)


def viewer_as(text: str, directory: Directory) -> Viewer:
    """A viewer of a type at an organisation, to see what one would see: ``GP practice:G82001``, ``national``.

    Raises NoSuchAccountType or UnknownCode.
    """
    named, _, code = text.partition(":")
    known = {one.value.casefold(): one for one in AccountType}
    found = known.get(named.strip().casefold())
    if found is None:
        raise NoSuchAccountType(
            f"“{named}” is no type of account.",
            did_you_mean(named, known) or f"Known are: {', '.join(one.value for one in AccountType)}.",
        )
    level, place = ENGLAND, ENGLAND_CODE
    if code:
        organisation = directory.organisation(code)
        level, place = organisation.level, organisation.code
    name = f"a {found} account" + (f" of {directory.organisation_name(level, place)}" if code else "")
    return Viewer(name, (Grant(found, level, place, date.min, date.max),))
