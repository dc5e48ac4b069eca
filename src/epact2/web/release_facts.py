"""What the strip under the header says about the data, on every page."""

from __future__ import annotations

from dataclasses import dataclass

from epact2.errors import Epact2Error
from epact2.web import engine


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """The current release in short. ``latest_month`` is in words: "September 2025"."""

    number: int
    latest_month: str
    synthetic: bool


def current() -> ReleaseFacts | None:
    """The facts of the release that answers are given from; None while questions cannot be answered."""
    try:
        directory = engine.current().directory
    except Epact2Error:
        return None
    if not directory.months:
        return None
    return ReleaseFacts(directory.release, directory.months[-1].name, directory.synthetic)
