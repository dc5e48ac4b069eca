"""The person asking."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``name`` is empty for somebody who has not signed in.

    ``may_list_items`` opens single items and patients. Until accounts carry grants it is true for nobody,
    unless whoever runs the server or the command has opened listings to everyone.
    """

    name: str = ""
    may_list_items: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the viewer has signed in, or works on the machine that holds the store."""
        return bool(self.name)


ANYONE = Viewer()
OPERATOR = Viewer("operator of this machine")  # the command line: whoever can read the store's files
