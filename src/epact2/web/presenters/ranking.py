"""A ranking as a table: the first three, those around the reader's own, and the last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")

FIRST, AROUND, LAST, SHORT = 3, 2, 1, 12


def shown_places(count: int, own: int | None) -> list[int | None]:
    """The positions to show of ``count`` rows, ``own`` among them; None is a gap. Short lists are whole."""
    if count <= SHORT:
        return list(range(count))
    if own is None:
        kept = set(range(5)) | set(range(count - 5, count))
    else:
        # Near either end the five around one's own move inwards, so that there are five.
        start = min(max(own - AROUND, 0), count - 2 * AROUND - 1)
        kept = set(range(FIRST)) | set(range(start, start + 2 * AROUND + 1)) | set(range(count - LAST, count))
    places: list[int | None] = []
    for place in range(count):
        if place in kept:
            places.append(place)
        elif places[-1] is not None:
            # A gap for one row would take its room.
            places.append(place if place + 1 in kept and place - 1 in kept else None)
    return places


def shown_rows(rows: Sequence[Row], own: int | None) -> list[Row | None]:
    """The rows at the places of ``shown_places``; None is a gap."""
    return [None if place is None else rows[place] for place in shown_places(len(rows), own)]


def page_of(rows: Sequence[Row], page: int, size: int) -> tuple[Sequence[Row], int, int]:
    """One page of all rows, its number (kept within the pages there are) and how many pages there are."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(page, 1), pages)
    return rows[(page - 1) * size : page * size], page, pages
