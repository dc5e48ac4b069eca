"""Small invented Englands whose every patient is known: what the attacker's program must not find out.

Practices stand in real sub-ICB locations and ICBs; practices and patients are invented. Each practice has a
habit. *Ordinary* ones prescribe of everything; *vaccinating* ones give one item to each patient, so that open
items are patients; *clinics* have one section and hardly anything else, so that a section is its chapter is
everything; *repeating* ones have few patients with many items, so that a count of 1 to 4 stands beside enough
items to be shown; in *parted* ones no patient has two medicines, so that parts add up; *sparse* ones have
single items of rare medicines.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from epact2.model.months import DispensingMonth, month_span
from epact2.store.reference_data import Parents


@dataclass(frozen=True, slots=True)
class Item:
    """One item of one practice in one month; ``patient`` is empty where nobody was identified.

    ``quintile`` of deprivation is 0 where the patient's area is not known.
    """

    month: DispensingMonth
    practice: str
    patient: str
    presentation: str
    age: int = 50
    gender: str = "2"
    quintile: int = 0

    def unidentified(self) -> Item:
        """The same item, of nobody known."""
        return replace(self, patient="")


@dataclass(frozen=True, slots=True)
class World:
    """An England: practices with their places, and items. ``all_identified``: every item has its patient, and
    everybody knows so.
    """

    name: str
    seed: int
    places: dict[str, Parents]
    items: tuple[Item, ...]
    all_identified: bool = True
    months: tuple[DispensingMonth, ...] = field(default=())

    def with_items(self, items: tuple[Item, ...]) -> World:
        """The same England with other items."""
        return replace(self, items=items)


# Real places; everything below them is invented.
_PLACES = (
    ("00T", "QOP", "Y62"),
    ("00V", "QOP", "Y62"),
    ("01F", "QYG", "Y62"),
    ("91Q", "QKS", "Y59"),
)
SUBSTANCES = (
    "0410030C0",  # methadone: many items of few patients
    "0410020B0",  # nicotine
    "0410030A0",  # buprenorphine
    "0407010F0",  # codeine with paracetamol
    "0407020C0",  # codeine
    "0407020Q0",  # morphine
    "0501013B0",  # amoxicillin
    "0501050B0",  # erythromycin
    "0501130R0",  # nitrofurantoin
    "1404000H0",  # influenza vaccine
    "1404000L0",  # pneumococcal vaccine
    "1001010J0",  # ibuprofen
)
HABITS = ("ordinary", "vaccinating", "clinic", "repeating", "parted", "sparse")
FIRST = DispensingMonth(2025, 4)  # a financial year begins: one offset holds for all that follow


def presentation_of(substance: str) -> str:
    """The one presentation of a substance."""
    return f"{substance}AAAAAA"


def draw_world(
    seed: int, *, practices: int = 8, months: int = 3, all_identified: bool = True, name: str = "mixed"
) -> World:
    """An England by chance, the same for the same seed. ``name`` is one habit, or “mixed”."""
    chance = random.Random(f"{seed} {name}")
    span = month_span(FIRST, FIRST.plus(months - 1))
    places = {f"SY{number:04}": _place(number, practices) for number in range(1, practices + 1)}
    items: list[Item] = []
    for number, practice in enumerate(places):
        habit = HABITS[number % len(HABITS)] if name == "mixed" else name
        for one in _items_of(practice, habit, span, chance):
            known = all_identified or chance.random() < 0.9
            items.append(one if known else one.unidentified())
    return World(f"{name} {seed}", seed, places, tuple(items), all_identified, span)


def _place(number: int, practices: int) -> Parents:
    place = _PLACES[(number - 1) * len(_PLACES) // practices]
    return Parents(f"SP{(number + 1) // 2:04}", *place)


def _items_of(
    practice: str, habit: str, months: tuple[DispensingMonth, ...], chance: random.Random
) -> Iterator[Item]:
    """The items of a practice; a patient is of one practice and has one age."""
    patients = [(f"{practice}P{number:03}", chance.choice((8, 30, 50, 67, 71, 80))) for number in range(14)]
    for month in months:
        free = chance.sample(patients, len(patients))
        for substance in _medicines(habit, chance):
            count = _patients(habit, chance)
            had = chance.sample(patients, count) if habit != "parted" else free[:count]
            free = free[count:] if habit == "parted" else free
            for patient, age in had:
                for _ in range(_repeats(habit, chance) if habit != "parted" or count > 3 else 1):
                    yield Item(month, practice, patient, presentation_of(substance), age)


def _medicines(habit: str, chance: random.Random) -> list[str]:
    match habit:
        case "clinic":
            return chance.sample(SUBSTANCES[:3], chance.choice((1, 2, 3)))
        case "parted":
            return chance.sample(SUBSTANCES[3:9], 5)
        case "vaccinating":
            return [*SUBSTANCES[9:11], *chance.sample(SUBSTANCES[:9], 2)]
        case _:
            return chance.sample(SUBSTANCES, chance.choice((4, 6, 8)))


def _patients(habit: str, chance: random.Random) -> int:
    match habit:
        case "sparse":
            return chance.choice((1, 1, 1, 2, 3))
        case "repeating" | "clinic":
            return chance.choice((1, 2, 3, 4, 4, 6))
        case "parted":
            return chance.choice((2, 3, 3, 4, 4))
        case "vaccinating":
            return chance.choice((2, 4, 10, 11, 12, 13, 14))
        case _:
            return chance.choice((1, 2, 3, 4, 6, 9, 12))


def _repeats(habit: str, chance: random.Random) -> int:
    match habit:
        case "vaccinating":
            return 1
        case "sparse":
            return chance.choice((1, 1, 2))
        case "repeating" | "clinic" | "parted":
            return chance.choice((3, 4, 6))
        case _:
            return chance.choice((1, 1, 2, 4))
