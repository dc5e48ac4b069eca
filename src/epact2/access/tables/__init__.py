"""The tables of access as files, which a Caldicott Guardian can read and correct.

Each is a CSV file in this folder with a heading; the code has no rule of its own beside them.
"""

from __future__ import annotations

import csv
from importlib.resources import files


def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a table by its file's name without the ending, in the file's order."""
    text = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
