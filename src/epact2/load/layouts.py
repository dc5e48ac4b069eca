"""What a layout is: one version of one kind of file, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.load.columns import CellType


@dataclass(frozen=True, slots=True)
class Column:
    """One column: our name, the headers under which it comes, and what its cells hold."""

    name: str
    headers: tuple[str, ...]
    type: CellType
    meaning: str


@dataclass(frozen=True, slots=True)
class Layout:
    """One version of one kind of file."""

    kind: str
    version: str
    columns: tuple[Column, ...]
    source: str
    header: bool = True

    def column(self, name: str) -> Column:
        """The column with our name."""
        return next(column for column in self.columns if column.name == name)

    def by_header(self, header: Sequence[str]) -> dict[str, Column]:
        """The columns that a header names, by header."""
        known = {text: column for column in self.columns for text in column.headers}
        return {text: known[text] for text in header if text in known}

    def accepts(self, header: Sequence[str]) -> bool:
        """Whether a header names exactly these columns, each once."""
        found = self.by_header(header)
        return len(found) == len(header) == len(self.columns) == len({one.name for one in found.values()})


def column(name: str, header: str, cell: CellType, meaning: str) -> Column:
    """A column; alternative headers are separated by ``|``."""
    return Column(name, tuple(header.split("|")), cell, meaning)
