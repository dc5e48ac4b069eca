"""What a viewer may see in one answer.

A scope is a required argument of every engine call and is compiled into the engine's own row selection, at
the lowest point, so that no question can reach around it. It can only be narrowed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from epact2.model.months import DispensingMonth
from epact2.query.nodes import EVERYTHING, AllOf, Everything, Selection


@dataclass(frozen=True, slots=True)
class Absence:
    """Months in which a practice does not belong to a scope, though it does today. Both ends included."""

    practice: str
    first: DispensingMonth
    last: DispensingMonth


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that may be read: a selection over organisations, less absences.

    ``reason`` is for people and audit. A selection of levels above the practice follows the structure of the
    question; where it must not, name the practices. ``sealed``: counts of patients are those that were
    published at the load, the same for every viewer, and no row of a patient is read.
    """

    organisations: Selection = EVERYTHING
    reason: str = ""
    absences: tuple[Absence, ...] = ()
    sealed: bool = False

    def narrow(self, organisations: Selection) -> Scope:
        """A scope that is at most this one."""
        if isinstance(self.organisations, Everything):
            return replace(self, organisations=organisations)
        return replace(self, organisations=AllOf((self.organisations, organisations)))


ALL_OF_ENGLAND = Scope(reason="Open data: every signed-in viewer sees practice level for all of England.")

SEALED_FIGURES = Scope(
    reason="Figures of patients as published: rounded once when the data were loaded, alike for everybody.",
    sealed=True,
)
