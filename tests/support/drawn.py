"""Tables as people draw them in text::

    practice | month   | items
    A        | 2021-04 | 3
    B        | 2021-05 | 4

The first line names the columns; what is empty is an empty text.
"""

from __future__ import annotations


def read_table(text: str) -> list[dict[str, str]]:
    """The rows of a drawn table, each as a dict of texts."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    names, *rows = ([cell.strip() for cell in line.split("|")] for line in lines)
    for row in rows:
        assert len(row) == len(names), f"{len(row)} cells under {len(names)} headings: {row}"
    return [dict(zip(names, row, strict=True)) for row in rows]
