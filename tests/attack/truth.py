"""What is true of a world, counted plainly; what open data say of it; and what everybody knows of counts.

A *cell* is one practice, one node and one month. Nodes are everything, BNF chapters, sections and substances,
and the counts of a few comparators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from attack.worlds import Item, World
from epact2.model.bnf import BnfCode
from epact2.model.items import AGE, PATIENT, PATIENT_IDENTIFIED
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, ITEMS
from epact2.query.conditions import AllConditions, AtLeast, Had, NotCondition
from epact2.query.nodes import Amount, Between, Distinct, Is, Patients, UnderMedicine, Value

CUTS = (0, 2, 4, 9)  # letters of a BNF code: everything, chapter, section, chemical substance


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A count of patients of a practice in a month that may be protected."""

    practice: str
    node: str
    month: DispensingMonth


def _under(code: str) -> UnderMedicine:
    return UnderMedicine(BnfCode(code))


# The counts of comparators, by a name of ours: as a value, and what one patient's items must be.
ELDERLY = "patients of 65 or over"
YOUNGER = "patients under 65"
OPIOIDS = "patients on opioids"
WITH = "patients on opioids and on medicines of dependence"
WITHOUT = "patients on opioids without medicines of dependence"
SEVERAL = "patients on two or more medicines"
KNOWN_ITEMS = "items of identified patients"
PAIRS = "medicines of all patients"
COMPARATORS: dict[str, Value] = {
    ELDERLY: Distinct((PATIENT,), Between(AGE, "65", "120")),
    YOUNGER: Distinct((PATIENT,), Between(AGE, "0", "64")),
    OPIOIDS: Patients(Had(_under("0407"))),
    WITH: Patients(AllConditions((Had(_under("0407")), Had(_under("0410"))))),
    WITHOUT: Patients(AllConditions((Had(_under("0407")), NotCondition(Had(_under("0410")))))),
    SEVERAL: Patients(AtLeast(Distinct((CHEMICAL_SUBSTANCE,)), Decimal(2))),
    KNOWN_ITEMS: Amount(ITEMS, Is(PATIENT_IDENTIFIED, "Y")),
    PAIRS: Distinct((PATIENT, CHEMICAL_SUBSTANCE)),
}


def _had(items: list[Item], code: str) -> bool:
    return any(one.presentation.startswith(code) for one in items)


_FULFILLED: dict[str, Callable[[list[Item]], bool]] = {
    ELDERLY: lambda items: items[0].age >= 65,
    YOUNGER: lambda items: items[0].age < 65,
    OPIOIDS: lambda items: _had(items, "0407"),
    WITH: lambda items: _had(items, "0407") and _had(items, "0410"),
    WITHOUT: lambda items: _had(items, "0407") and not _had(items, "0410"),
    SEVERAL: lambda items: len({one.presentation[:9] for one in items}) >= 2,
}
# How open data bound them: the sections whose items they rest on; the least counts.
RESTS_ON: dict[str, tuple[str, ...]] = {
    ELDERLY: ("",),
    YOUNGER: ("",),
    OPIOIDS: ("0407",),
    WITH: ("0407", "0410"),
    WITHOUT: ("0407",),
    SEVERAL: ("",),
    KNOWN_ITEMS: ("",),
    PAIRS: ("",),
}
# What everybody knows: patients are at most those of the nodes on which they rest, and some add up exactly.
ADD_UP: dict[str, tuple[str, ...]] = {
    "": (ELDERLY, YOUNGER),
    "0407": (WITH, WITHOUT),
    OPIOIDS: (WITH, WITHOUT),
}


@dataclass
class Truth:
    """The exact counts of a world, and its open items, by cell. A cell without items is in neither."""

    counts: dict[Cell, int] = field(default_factory=dict)
    open_items: dict[Cell, int] = field(default_factory=dict)

    def protected(self) -> list[Cell]:
        """The cells of 1 to 4 patients."""
        return sorted(
            cell
            for cell, count in self.counts.items()
            if 1 <= count <= 4 and cell.node not in (KNOWN_ITEMS, PAIRS)
        )


def nodes_of(presentation: str) -> tuple[str, ...]:
    """The nodes above a presentation, from everything to its substance."""
    return tuple(presentation[:cut] for cut in CUTS)


def truth_of(world: World) -> Truth:
    """Count everything by loops."""
    found = Truth()
    had: dict[tuple[str, DispensingMonth], dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    patients: dict[Cell, set[str]] = defaultdict(set)
    for one in world.items:
        for node in nodes_of(one.presentation):
            cell = Cell(one.practice, node, one.month)
            found.open_items[cell] = found.open_items.get(cell, 0) + 1
            if one.patient:
                patients[cell].add(one.patient)
        if one.patient:
            had[one.practice, one.month][one.patient].append(one)
    for cell in found.open_items:
        found.counts[cell] = len(patients[cell])
    for practice, month in {(one.practice, one.month) for one in world.items}:
        for name, fulfilled in _FULFILLED.items():
            bound = min(found.open_items.get(Cell(practice, node, month), 0) for node in RESTS_ON[name])
            if bound:
                cell = Cell(practice, name, month)
                found.open_items[cell] = bound
                found.counts[cell] = sum(map(fulfilled, had[practice, month].values()))
        cell = Cell(practice, KNOWN_ITEMS, month)
        found.open_items[cell] = found.open_items[Cell(practice, "", month)]
        found.counts[cell] = sum(map(len, had[practice, month].values()))
        cell = Cell(practice, PAIRS, month)
        found.open_items[cell] = found.open_items[Cell(practice, "", month)]
        found.counts[cell] = sum(
            len({one.presentation[:9] for one in items}) for items in had[practice, month].values()
        )
    return found
