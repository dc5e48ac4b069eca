"""What an answer made of published figures says about itself, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from epact2.analysis.origin import WithOrigin
from epact2.query.check import COUNTED_AGAIN, COUNTED_ONCE
from epact2.query.result import Mark, Result

ROUNDED = (
    "Approximate figures: for each practice the count was rounded to a multiple of 5, up or down by chance, "
    "once when the month was loaded. All other approximate figures are worked out from these published "
    "counts, never from the items themselves, so they are the same for everybody."
)
SHORT = "Numbers of patients are published figures: approximate, and the same for everybody."
ONCE_A_PRACTICE = "Patients are counted once per practice: who was at two practices counts at both."
FEW = "Fewer than 5: the published count is 0, though there are items."
WITHHELD = (
    "Withheld: the practice has fewer than 10 items, so its count is not shown. It is part of the figure of "
    "a wider organisation as soon as at least three such practices can be counted together; until then that "
    "figure lacks it."
)
NEARLY_ALL = "A part of items is withheld, too, where it is nearly all of them."
NOT_SPLIT = "A place with few items is not split by what its patients are."
TOO_SMALL = "A ratio is withheld where fewer than 20 patients are below the line."


def with_sealed_notes(notes: Sequence[str], result: Result) -> tuple[str, ...]:
    """The notes of a sealed answer; nothing is added where every number is open."""
    if not any(column.approximate for column in result.columns):
        return tuple(notes)
    return (*_of_sealed(result), *(note for note in notes if note not in (COUNTED_ONCE, COUNTED_AGAIN)))


def _of_sealed(result: Result) -> Iterator[str]:
    told = set(result.marks.values())
    yield ROUNDED
    yield ONCE_A_PRACTICE
    if Mark.FEWER_THAN_FIVE in told:
        yield FEW
    if told & {Mark.FEW_ITEMS, Mark.FEW_OR_NEARLY_ALL}:
        yield WITHHELD
    if Mark.FEW_OR_NEARLY_ALL in told:
        yield NEARLY_ALL
    if Mark.TOO_FEW_TO_SPLIT in told:
        yield NOT_SPLIT
    if Mark.FEW_PATIENTS in told:
        yield TOO_SMALL


def is_approximate(given: WithOrigin) -> bool:
    """Whether an answer is made of published figures, and not only of exact ones."""
    return given.scope.sealed and any(column.approximate for column in given.result.columns)


def published_words(given: WithOrigin) -> str:
    """A sentence for pages with little room; empty where every number is exact."""
    return SHORT if is_approximate(given) else ""
