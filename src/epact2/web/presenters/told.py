"""What is said where a figure of patients is a published one: withheld and why, fewer than five, about.

A figure that is withheld exists, so it is never called "No data". Tables have room for "withheld" and a note;
key figures and charts say the reason too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from epact2.query.result import Mark

NONE_PUBLISHED = "None published"
Marks = Sequence[Mark | None]
APPROXIMATE = "Approximate: made of published figures, the same for everybody."


def in_short(mark: Mark | None, number: str) -> str:
    """A number, or "withheld", or "fewer than 5"."""
    return number if mark is None else mark.short_words


def in_words(mark: Mark | None, number: str) -> str:
    """A number, or "withheld: fewer than 10 items", or "fewer than 5"."""
    return number if mark is None else mark.words


def is_withheld(mark: Mark | None) -> bool:
    """Whether there is a number that is not shown."""
    return mark is not None and mark.is_withheld


def why_withheld(marks: Marks) -> Mark | None:
    """The first reason for which one of several numbers is withheld; None where all of them are shown."""
    return next((mark for mark in marks if is_withheld(mark)), None)


def all_withheld(values: Sequence[object], marks: Marks) -> bool:
    """Whether there is no value to show, and at least one because it is withheld."""
    return all(value is None for value in values) and any(map(is_withheld, marks))


def about(number: str, *, approximate: bool) -> str:
    """``about 15,905`` where the number is approximate."""
    return f"about {number}" if approximate else number


def key_figure(mark: Mark | None, number: str, *, approximate: bool = False) -> dict[str, object]:
    """A key figure's number, and that it is approximate; or that it is withheld, with why in its note."""
    if mark is None:
        return {"value": number, "of": "approximate"} if approximate else {"value": number}
    if mark.is_withheld:
        return {"value": "Withheld", "note": f"{mark.reason[:1].upper()}{mark.reason[1:]}"}
    return {"value": f"{mark.words[:1].upper()}{mark.words[1:]}"}


def caption(marks: Marks, things: str = "values") -> str:
    """What a chart says of the numbers that it does not show, or shows as nought; empty where it shows all.

    ``1 of 24 values is not shown: withheld, fewer than 20 patients.``
    """
    whole = f"of {len(marks):,} {things}"
    reasons = Counter(mark.reason for mark in marks if mark is not None and mark.is_withheld)
    small = sum(mark is not None and not mark.is_withheld for mark in marks)
    said = []
    if reasons:
        why = "; ".join(f"{why} ({many:,})" if len(reasons) > 1 else why for why, many in reasons.items())
        count = reasons.total()
        said.append(f"{count:,} {whole} {'is' if count == 1 else 'are'} not shown: withheld, {why}.")
    if small:
        verb = "is drawn at 0 and means" if small == 1 else "are drawn at 0 and mean"
        said.append(f"{small:,} {whole} {verb} fewer than 5.")
    return " ".join(said)
