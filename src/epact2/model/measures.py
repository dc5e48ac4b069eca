"""Measures: numbers with a unit and a rule for how they add up.

Additivity plays the part of a type system. A measure names the dimensions over which it may be summed; over
time a stock (a list size) is averaged over the months, never summed; and a measure that does not vary by a
dimension (a list size does not vary by medicine) is the same for every part of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from epact2.model.fields import Dimension


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the model.

    ``scale`` is the number of decimals that are stored: an amount is a whole number of ``10**-scale`` units,
    so money and quantities are never floating point. ``varies_by`` are the dimensions by which it differs.
    ``stock`` tells a state at a moment (patients on a list) from a flow over time (items dispensed).
    ``of_items`` says that only single prescription items have it.
    """

    name: str
    unit: str
    scale: int
    column: str
    varies_by: frozenset[Dimension]
    meaning: str
    source: str
    stock: bool = False
    of_items: bool = False

    @property
    def is_population(self) -> bool:
        """Whether the measure describes the people of an organisation and not its prescriptions."""
        return self.stock

    @property
    def is_money(self) -> bool:
        """Whether the unit is pounds."""
        return self.unit == "£"

    def __hash__(self) -> int:
        return hash(self.name)  # as a field's

    def __str__(self) -> str:
        return self.name
