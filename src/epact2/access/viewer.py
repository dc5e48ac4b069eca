"""The person asking."""

from __future__ import annotations

from dataclasses import dataclass

from epact2.access.grants import Grant


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
