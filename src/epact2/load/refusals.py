"""What can be wrong with a file, said so that its sender can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.errors import Epact2Error

MOST_SHOWN = 20
_LONGEST_VALUE = 60


def shown(value: str) -> str:
    """A value as a message shows it: quoted, on one line, not endless."""
    one_line = value.encode("unicode_escape").decode("ascii") if not value.isprintable() else value
    return f"“{one_line[:_LONGEST_VALUE]}{'…' if len(one_line) > _LONGEST_VALUE else ''}”"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that is wrong, and where.

    ``line`` counts from 1 and includes the header; a table without lines (Parquet) has a ``row`` instead.
    """

    file: str
    problem: str
    advice: str
    line: int | None = None
    column: str | None = None
    row: int | None = None

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f", line {self.line}"
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        return f"{place}: {self.problem}"


class LoadRefused(Epact2Error):
    """A file does not keep to its contract. Nothing of the command was loaded."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        lines = [str(refusal) for refusal in self.refusals[:MOST_SHOWN]]
        if len(self.refusals) > MOST_SHOWN:
            lines.append(f"… and {len(self.refusals) - MOST_SHOWN} more.")
        advice = list(dict.fromkeys(refusal.advice for refusal in self.refusals[:MOST_SHOWN]))
        super().__init__("\n".join(lines), "\n".join((*advice, "Nothing was loaded.")))

    def __str__(self) -> str:
        return f"{self.message}\n{self.advice}"


class FileRefused(Exception):
    """Carries the refusals of one file to whoever gathers those of the whole command."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(str(refusals[0]))
        self.refusals = refusals
