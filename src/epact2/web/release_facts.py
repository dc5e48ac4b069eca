"""What the strip under the header says about the data, on every page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """The current release in short. ``latest_month`` is in words: "September 2025"."""

    number: int
    latest_month: str
    synthetic: bool


def current() -> ReleaseFacts | None:
    """The facts of the release that answers are given from; None while no data is loaded."""
    return None
