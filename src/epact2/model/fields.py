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
    PATIENT = "patient"  # only single items know the person
    ITEM = "item"  # the form, who prescribed and who dispensed


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as people write it, its dimension, its meaning and where that is defined.

    ``closed`` are all codes that it can have, with their names, in the order in which they are shown; empty
    where codes come with the data. ``groups`` is false for what is only listed or counted, never a row of a
    table: a patient, a form.
    """

    name: str
    dimension: Dimension
    meaning: str
    source: str = ""
    numeric: bool = False
    closed: tuple[tuple[str, str], ...] = ()
    groups: bool = True

    @property
    def of_items(self) -> bool:
        """Whether only single prescription items know it."""
        return self.dimension in ITEM_LEVEL

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of a closed field, in their order."""
        return tuple(code for code, _ in self.closed)

    def __hash__(self) -> int:
        # Names are unique, and fields are looked up thousands of times for each question.
        return hash(self.name)

    def __str__(self) -> str:
        return self.name


ITEM_LEVEL = frozenset({Dimension.PATIENT, Dimension.ITEM})
# What a person on a list has not: medicines, lines of a prescription, items.
NOT_OF_PEOPLE = frozenset({Dimension.MEDICINE, Dimension.LINE, *ITEM_LEVEL})
