"""Fields: what a question may group and select by.

A field is one level of a dimension. Its dimension decides which measures vary by it: a list size varies by
organisation and by time, never by medicine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Dimension(Enum):
    """What a field tells apart."""

    TIME = "time"
    ORGANISATION = "organisation"
    MEDICINE = "medicine"
    LINE = "prescription line"  # the finest rows of open data: one quantity per item of one product code


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as people write it, its dimension, its meaning and where that is defined."""

    name: str
    dimension: Dimension
    meaning: str
    source: str = ""
    numeric: bool = False

    def __str__(self) -> str:
        return self.name
