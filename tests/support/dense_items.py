"""An England of few patients who take a great deal, all of it from the lists of medicines of the comparators.

In believable prescribing most comparators count nobody at a practice: hardly a girl takes valproate. Here
each comparator has a patient of the right age, with medicines that it looks at, who keeps some, stops and
takes up others, so that every condition is fulfilled in some months and places, and not in others.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from epact2.comparators.definition import Comparator
from epact2.comparators.read import comparators
from epact2.model.prescribing import GENERIC_EQUIVALENT
from epact2.query.level import selections_of_value
from epact2.query.nodes import AllOf, AnyOf, OneOf, Selection, UnderMedicine
from support.engines import new_store
from support.items import item_row
from support.jumbled_items import synthetic_england, write_rows

MONTHS = (*(202500 + month for month in range(2, 13)), 202601, 202602, 202603)
# Whom a comparator is about, by a word of its name; anybody else was born in one of the other years.
BORN = {
    "girls": 2016, "children": 2018, "under-12": 2018, "10-to-18": 2011, "women": 1990, "at-65": 1955,
    "at-70": 1950, "at-75": 1947, "at-85": 1938,
}  # fmt: skip
AREAS = ("SL000101", "SL000102", "SL000201", "SL000202", "SL000301", "SL000302", "")
OTHERS_BORN = (2020, 2009, 1996, 1975, 1961, 1952, 1944, 1935)
# When somebody takes the medicines of a comparator, by the place of the month: always, unless said otherwise.
TAKEN = {"starting": (12, 13), "resuming": (0, 1, 2, 12, 13)}
TAKES = {"20-or-more": 28, "15-or-more": 20, "12-or-more": 14, "9-or-more": 11, "10-or-more": 13}


def codes_in(selection: Selection) -> list[list[str]]:
    """For each set of medicines that a selection names, presentations of it; what it excepts is not named."""
    match selection:
        case UnderMedicine(code) if code.is_appliance:
            return [[code.text.ljust(11, "0")]]
        case UnderMedicine(code) if len(code.text) < 9:
            return [[(code.text + letter).ljust(9, letter) + "AAAAAA" for letter in "BCDEFGH"]]
        case UnderMedicine(code):
            return [[code.text.ljust(15, "A")]]
        case OneOf(field, codes) if field == GENERIC_EQUIVALENT:
            return [list(codes)]
        case AnyOf(parts):
            found = [code for part in parts for codes in codes_in(part) for code in codes]
            return [found] if found else []
        case AllOf(parts):
            return [codes for part in parts for codes in codes_in(part)]
        case _:
            return []


def medicines_of(comparator: Comparator) -> list[list[str]]:
    """The sets of medicines that a comparator looks at."""
    return [
        codes
        for part in (comparator.numerator, comparator.denominator)
        for selection in selections_of_value(part.value)
        for codes in codes_in(selection)
    ]


@cache
def dense_england() -> Path:
    """The files of the England."""
    source, folder = synthetic_england(), new_store() / "files"
    for name in ("organisations", "imd", "list-size", "weights", "bnf"):
        shutil.copytree(source / name, folder / name)
    chance = random.Random(3)
    people = [Person(number, one, chance) for number, one in enumerate(comparators().values())]
    for month in MONTHS:
        rows = [row for person in people for row in person.rows(month, chance)]
        write_rows(folder / f"ITEMS_{month}.csv", rows)
    return folder


class Person:
    """A patient with a birth, a gender, a practice, and medicines that change slowly."""

    def __init__(self, number: int, comparator: Comparator, chance: random.Random) -> None:
        self.number = number
        year = next(
            (year for word, year in BORN.items() if word in comparator.key), chance.choice(OTHERS_BORN)
        )
        self.born = f"{year}{chance.randint(1, 12):02}"
        self.gender = chance.choice("122") if "girls" not in comparator.key else "2"
        self.practice = chance.choice(("SY0001", "SY0001", "SY0002", "SY0003"))
        self.known = medicines_of(comparator) or [["0501013B0AAAAAA"]]
        self.months = next((when for word, when in TAKEN.items() if word in comparator.key), range(14))
        count = next((count for words, count in TAKES.items() if words in comparator.key), 6)
        self.takes = [
            chance.choice(self.known[place % len(self.known)]) for place in range(max(count, len(self.known)))
        ]

    def rows(self, month: int, chance: random.Random) -> Iterator[dict[str, str]]:
        for place in range(len(self.takes)):
            if chance.random() < 0.1:
                self.takes[place] = chance.choice(chance.choice(self.known))
        practice = self.practice if chance.random() < 0.95 else "SY0002"
        identified = chance.random() < 0.95
        for place, presentation in enumerate(self.takes if MONTHS.index(month) in self.months else ()):
            if chance.random() < 0.2:
                continue
            quantity = chance.choice(("1", "2", "28", "56", "84", "112"))
            yield item_row(
                YEAR_MONTH=f"{month // 100}-{month % 100:02}",
                FORM_ID=f"{month}{self.number:03}",
                ITEM_ID=str(place + 1),
                PRACTICE_CODE=practice,
                PRESCRIBED_DATE=f"{month}07",
                BNF_PRESENTATION_CODE=presentation,
                PAID_BNF_PRESENTATION_CODE=presentation,
                EPS_FLAG=chance.choice("YYN"),
                ERD_FLAG=chance.choice("NY"),
                QUANTITY=quantity,
                TOTAL_QUANTITY=quantity,
                PATIENT_ID=f"D{self.number:02}",
                PATIENT_IDENTIFIED="Y" if identified else "N",
                PDS_BIRTH_MONTH=self.born if identified else "",
                EPS_BIRTH_MONTH=self.born,
                GENDER=self.gender if identified else "0",
                PATIENT_LSOA_CODE=AREAS[self.number % len(AREAS)],
                DISALLOWED="Y" if chance.random() < 0.03 else "N",
            )
