"""The root of every error that a person may see, and the only "did you mean".

An error says what is wrong and what to do. It carries no status code and no exit code: the web and the
command line decide those from its type.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class Epact2Error(Exception):
    """Something a person can understand and act on.

    ``message`` says what is wrong, with the place and the value; ``advice`` says what to do. Both are
    sentences, shown as they are.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A sentence that offers the nearest candidates, or an empty string when none is near.

    Case does not matter: people type ``Nic`` and ``icb``.
    """
    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    near = get_close_matches(word.casefold(), list(by_folded), n=3, cutoff=0.6)
    if not near:
        return ""
    names = [f"“{by_folded[folded]}”" for folded in near]
    return f"Did you mean {' or '.join(names)}?"
