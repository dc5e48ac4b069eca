"""What every answer carries with it: where its rows are from, and what to beware of."""

from __future__ import annotations

from dataclasses import dataclass

from epact2.model.months import DispensingMonth
from epact2.query.result import Result
from epact2.query.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class WithOrigin:
    """A result with its origin: what was asked in words, the release, the months, the scope and notes.

    ``provisional`` is the first of the notes where the result will still change, else empty.
    """

    result: Result
    words: str
    release: int
    months: tuple[DispensingMonth, ...]
    scope: Scope
    notes: tuple[str, ...]
    synthetic: bool
    provisional: str = ""

    @property
    def lasting_notes(self) -> list[str]:
        """The notes, less the provisional one, which pages show apart."""
        return [note for note in self.notes if note != self.provisional]
