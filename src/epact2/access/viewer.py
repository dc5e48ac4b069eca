"""The person asking."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``name`` is empty for somebody who has not signed in."""

    name: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the viewer has signed in, or works on the machine that holds the store."""
        return bool(self.name)


ANYONE = Viewer()
OPERATOR = Viewer("operator of this machine")  # the command line: whoever can read the store's files
