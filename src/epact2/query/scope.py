"""What a viewer may see in one answer.

A scope is a required argument of every engine call and is compiled into the engine's own row selection, at
the lowest point, so that no question can reach around it. It can only be narrowed.
"""

from __future__ import annotations

from dataclasses import dataclass

from epact2.query.nodes import EVERYTHING, AllOf, Everything, Selection


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that may be read: a selection over organisations. ``reason`` is for people and audit.

    ``sealed``: counts of patients come from the atoms that were made at the load (``query.sealing``) and
    never from rows of items, so that the answer is the same for every viewer.
    """

    organisations: Selection = EVERYTHING
    reason: str = ""
    sealed: bool = False

    def narrow(self, organisations: Selection) -> Scope:
        """A scope that is at most this one."""
        if isinstance(self.organisations, Everything):
            return Scope(organisations, self.reason, self.sealed)
        return Scope(AllOf((self.organisations, organisations)), self.reason, self.sealed)


ALL_OF_ENGLAND = Scope(reason="Open data: every signed-in viewer sees practice level for all of England.")
