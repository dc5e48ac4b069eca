"""Where patients live, and who prescribes and dispenses for them: all invented.

Codes can be seen to be invented: ``SL`` areas (real LSOAs begin with E01), ``SG`` prescribers, ``SD``
dispensers. No real prescriber, pharmacy or area is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from epact2.synth.chance import normal, unit
from epact2.synth.england import ENGLAND_PATIENTS, England
from epact2.synth.tables import insert

PEOPLE_OF_AN_AREA = 1_650
MOST_AREAS = 40
# Patients for each general practitioner and nurse who prescribes.
PATIENTS_OF_A_GP, PATIENTS_OF_A_NURSE = 1_750, 6_000
# Pharmacies for each practice: 10,400 pharmacies in England, 6,500 practices.
PHARMACIES_OF_A_PRACTICE = 1.6
# England has about 900 dispensing practices of 6,500; they stand where deprivation is low.
DISPENSING_PRACTICES = 0.14
# Of an area's deprivation, what differs within one practice (standard deviations of practices).
AREA_SPREAD = 0.6


@dataclass(frozen=True, slots=True)
class Area:
    """A small area (LSOA) in which patients of a practice live."""

    practice: int
    number: int
    deprivation: float
    decile: int

    @property
    def code(self) -> str:
        """Two letters, the practice's number and the area's own."""
        return area_code(self.practice, self.number)


def area_code(practice: int, number: int) -> str:
    """The code of an area: SL, four digits of the practice, two of the area."""
    return f"SL{practice:04}{number:02}"


def areas_of(england: England) -> list[Area]:
    """Every practice's areas; deciles hold as many people each, 1 the most deprived."""
    found: list[tuple[float, int, int, float]] = []
    for each in england.practices:
        if each.kind != "practice":
            continue
        count = max(2, min(MOST_AREAS, round(each.patients / PEOPLE_OF_AN_AREA)))
        for number in range(1, count + 1):
            level = each.deprivation + AREA_SPREAD * normal(england.seed, "area", each.number, number)
            found.append((level, each.number, number, each.patients / count))
    total = sum(people for *_, people in found)
    before = 0.0
    areas = []
    for level, practice, number, people in sorted(found, key=lambda each: (-each[0], each[1], each[2])):
        decile = min(10, int(10 * (before + people / 2) / total) + 1)
        areas.append(Area(practice, number, level, decile))
        before += people
    return sorted(areas, key=lambda each: (each.practice, each.number))


def set_surroundings(england: England, areas: list[Area], connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``surgery`` (one line a practice or cost centre) and ``area``."""
    mean = sum(each.deprivation for each in areas) / len(areas)
    insert(
        connection,
        "area",
        "practice INTEGER, number INTEGER, dev DOUBLE",
        ((each.practice, each.number, max(-2.0, min(2.0, each.deprivation - mean))) for each in areas),
    )
    count: dict[int, int] = {}
    for area in areas:
        count[area.practice] = count.get(area.practice, 0) + 1
    first: dict[int, int] = {}
    size: dict[int, int] = {}
    for each in england.practices:
        if each.kind == "practice":
            first.setdefault(each.place, each.number)
            size[each.place] = size.get(each.place, 0) + 1
    start: dict[int, tuple[int, int]] = {}
    pharmacies = 0
    for place, practices in sorted(size.items()):
        some = max(2, round(practices * PHARMACIES_OF_A_PRACTICE))
        start[place] = (pharmacies + 1, some)
        pharmacies += some
    rows = []
    for each in england.practices:
        listed = each.kind == "practice"
        # The unidentified of one place have its patients; those of no place have none.
        home = first.get(each.place, 0)
        near = size.get(each.place, 1)
        rank = each.number - home if listed else 0
        begin, some = start.get(each.place, (1, 1))
        rural = unit(england.seed, "dispensing", each.number) < DISPENSING_PRACTICES * 2
        patients = each.patients if listed else 8 * PATIENTS_OF_A_GP
        rows.append(
            (
                each.number, each.kind, home, near, rank,
                int(unit(england.seed, "births", each.place, 0) * 60),
                int(unit(england.seed, "births", each.place, 1) * 60),
                max(1, min(49, round(patients / PATIENTS_OF_A_GP))),
                max(1, min(19, round(patients / PATIENTS_OF_A_NURSE))),
                listed and rural and each.deprivation < mean,
                begin, some, int(rank * some / near), count.get(each.number, 0),
            )
        )  # fmt: skip
    insert(
        connection,
        "surgery",
        "practice INTEGER, kind VARCHAR, home INTEGER, near INTEGER, rank INTEGER, men INTEGER, "
        "women INTEGER, gps INTEGER, nurses INTEGER, dispensing BOOLEAN, pharmacies INTEGER, "
        "pharmacy_count INTEGER, pharmacy INTEGER, areas INTEGER",
        rows,
    )


def distance_sellers(england: England) -> int:
    """How many distance selling pharmacies serve the England made: England has some 400."""
    return max(3, round(400 * england.patients / ENGLAND_PATIENTS))
