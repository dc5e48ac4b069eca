"""How a load tells of its progress; the command line draws bars from it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told what a load is doing. Calls come one after the other, though not all from one thread."""

    def begin(self, file: str, size: int) -> None:
        """A file of so many bytes is being received."""
        ...

    def advance(self, size: int) -> None:
        """So many more bytes of it were received."""
        ...

    def step(self, words: str) -> None:
        """What happens next, for example “Writing September 2017”."""
        ...

    def end(self) -> None:
        """The file, or the last step, is done."""
        ...


class Silence:
    """Progress for those who do not watch."""

    def begin(self, file: str, size: int) -> None:
        """Say nothing."""

    def advance(self, size: int) -> None:
        """Say nothing."""

    def step(self, words: str) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""
