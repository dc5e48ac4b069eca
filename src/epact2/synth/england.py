"""The organisations of a synthetic England: real places, invented practices, PCNs and patients.

Regions, ICBs and sub-ICB locations are real (codes and names), with the size and the age of their population.
Everything beneath is invented and can be seen to be: every name ends in "(SYNTHETIC)", and codes begin with
two letters (``SY`` practices, ``SP`` networks, ``SC`` cost centres, ``SU`` unidentified doctors) where those
of ODS have one letter and five digits. So no invented number is ever attached to a real practice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from epact2.synth.chance import normal, unit
from epact2.synth.formulary import BANDS, astro_pu, read_data, read_text

Size = Literal["tiny", "small", "demo", "icb", "region", "england"]

# The places' ages are those of January 2016; England's lists of 2025 against them, by band (our estimate
# from national population figures).
AGED = (0.92, 1.06, 1.08, 1.12, 1.16, 1.00, 1.19, 1.10, 1.22)
# Patients registered with a GP practice in England, and those of the table, which is of 2016.
ENGLAND_PATIENTS = 63_600_000
# Lists grow so much a year. England's items are given for all patients, so they do not grow with lists.
LIST_GROWTH = 0.006


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of England a size makes."""

    practices: int
    icbs: tuple[str, ...] = ()  # none: all 42
    presentations: int = 10_000
    # A practice has a presentation at all only when it is expected to have so many items a month; those
    # with fewer are drawn by lot, and the winners have this many. Fewer, larger rows; the same totals.
    least_items: float = 1.0
    # A pair with fewer items a month than this has one quantity per item only.
    one_quantity_below: float = 6.0
    # Both again for items of patients: there a practice must have many medicines in small numbers, or the
    # few who take a rare one would all be with a few practices.
    least_items_of_patients: float = 1.0
    one_quantity_below_of_patients: float = 6.0
    # Patients of a practice, on average; England's as they are.
    list_size: float = 9_650.0

    def for_items(self) -> Extent:
        """The same extent in the detail that items of patients need."""
        return replace(
            self,
            least_items=self.least_items_of_patients,
            one_quantity_below=self.one_quantity_below_of_patients,
        )


EXTENTS: dict[Size, Extent] = {
    "tiny": Extent(3, ("QR1", "QGH"), presentations=600, least_items=0.5, list_size=1_500.0),
    "small": Extent(20, ("QR1", "QWO"), presentations=300, least_items=1.0),
    "demo": Extent(212, list_size=1_800.0),
    "icb": Extent(
        600, least_items=45.0, one_quantity_below=80.0, least_items_of_patients=3.0,
        one_quantity_below_of_patients=15.0,
    ),
    "region": Extent(
        1_200, least_items=60.0, one_quantity_below=100.0, least_items_of_patients=4.0,
        one_quantity_below_of_patients=20.0,
    ),
    "england": Extent(
        6600, least_items=120.0, one_quantity_below=200.0, least_items_of_patients=6.0,
        one_quantity_below_of_patients=30.0,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A sub-ICB location with its parents and its patients of nine age bands, male then female."""

    code: str
    ons: str
    icb: str
    icb_ons: str
    icb_name: str
    region: str
    region_ons: str
    region_name: str
    practices: int
    patients: tuple[float, ...]

    @property
    def pco_code(self) -> str:
        """The code as EPD writes it: three characters get ``00``."""
        return self.code + "00" if len(self.code) == 3 else self.code

    @property
    def name(self) -> str:
        """The name as EPD writes it: NHS GREATER MANCHESTER ICB - 00Y."""
        return f"{self.icb_name.replace('INTEGRATED CARE BOARD', 'ICB')} - {self.code}"


@dataclass(slots=True)
class Practice:
    """An invented practice or cost centre; months are counted from the first month of the England made."""

    number: int
    code: str
    name: str
    address: str
    postcode: str
    place: int  # index of its place, −1 when unidentified
    kind: str  # "practice", "out of hours", "hospice", "unidentified"
    patients: float  # at the first month; for a cost centre: what its prescribing is worth
    pcn: str = "U"
    pcn_later: str = ""
    pcn_moves: int = 9999
    opened: int = -1
    closed: int = 9999
    successor: int = -1
    takes_over: int = 9999
    grows_by: float = 0.0  # share of the list gained when it takes over another
    growth: float = 0.0  # a year
    older: float = 0.0  # how much older than its place
    students: float = 0.0
    deprivation: float = 0.0
    longer: float = 1.0  # above one: larger quantities for one item (56 days, not 28) are preferred
    rate: float = 0.0  # how much more it prescribes than its age and place say (logarithm)


@dataclass(slots=True)
class England:
    """All organisations of one synthetic England."""

    size: Size
    seed: int
    months: list[int]
    places: list[Place]
    practices: list[Practice]
    extent: Extent
    items: bool = False  # whether single items of patients are made, too
    pcns: dict[str, tuple[str, int]] = field(default_factory=dict)  # code: name, place
    # By ICB: the logarithm of its prescribing and of its price of an item against England's.
    icb_rate: dict[str, float] = field(default_factory=dict)
    icb_price: dict[str, float] = field(default_factory=dict)
    icb_items: dict[str, int] = field(default_factory=dict)
    # An item costs more where it is for longer: part of the difference in price comes from there.
    icb_longer: dict[str, float] = field(default_factory=dict)

    @property
    def patients(self) -> float:
        """Registered patients at the first month."""
        return sum(each.patients for each in self.practices if each.kind == "practice")


def months_until(last: int, count: int) -> list[int]:
    """So many months (yyyymm) that end with ``last``."""
    index = last // 100 * 12 + last % 100 - 1
    return [each // 12 * 100 + each % 12 + 1 for each in range(index - count + 1, index + 1)]


def read_places() -> list[Place]:
    """The 106 sub-ICB locations, with patients as many and as old as today."""
    names = {row["code"]: row["name"] for row in read_data("icbs.csv")}
    found = []
    for row in read_data("places.csv"):
        patients = tuple(
            int(row[f"{sex}_{band}"]) * aged
            for sex in ("male", "female")
            for band, aged in zip(BANDS, AGED, strict=True)
        )
        found.append(
            Place(
                row["code"], row["ons"], row["icb"], row["icb_ons"], names[row["icb"]], row["region"],
                row["region_ons"], row["region_name"].upper(), int(row["practices"]), patients,
            )
        )  # fmt: skip
    scale = ENGLAND_PATIENTS / sum(sum(place.patients) for place in found)
    return [
        Place(
            p.code, p.ons, p.icb, p.icb_ons, p.icb_name, p.region, p.region_ons, p.region_name, p.practices,
            tuple(each * scale for each in p.patients),
        )
        for p in found
    ]  # fmt: skip


def make_england(size: Size, months: list[int], seed: int, *, items: bool = False) -> England:
    """All organisations: the same for the same size, months and seed; ``items`` changes the detail only."""
    extent = EXTENTS[size].for_items() if items else EXTENTS[size]
    places = read_places()
    england = England(size, seed, months, places, [], extent, items)
    _set_icbs(england)
    chosen = [i for i, place in enumerate(places) if not extent.icbs or place.icb in extent.icbs]
    for place, count in zip(chosen, _allot(places, chosen, extent.practices), strict=True):
        _add_practices(england, place, count)
    # Lists are scaled so that every ICB has its share of the patients that so many practices have.
    _set_lists(england, chosen)
    _add_cost_centres(england, chosen)
    _add_events(england)
    return england


def _set_icbs(england: England) -> None:
    # January 2026: items for each patient weighted by age (ASTRO-PU), and cost for each item.
    weights = astro_pu("items")
    need: dict[str, float] = {}
    for place in england.places:
        mine = sum(n * w for n, w in zip(place.patients, weights, strict=True))
        need[place.icb] = need.get(place.icb, 0.0) + mine
    rows = {row["code"]: row for row in read_data("icbs.csv") if row["code"] != "-"}
    items = {code: int(row["items_202601"]) for code, row in rows.items()}
    cost = {code: float(row["actual_cost_202601"]) for code, row in rows.items()}
    england.icb_items = items
    rate = sum(items.values()) / sum(need.values())
    price = sum(cost.values()) / sum(items.values())
    england.icb_rate = {code: math.log(items[code] / need[code] / rate) for code in rows}
    england.icb_price = {code: math.log(cost[code] / items[code] / price) for code in rows}
    england.icb_longer = {code: math.exp(0.9 * each) for code, each in england.icb_price.items()}


def _allot(places: list[Place], chosen: list[int], practices: int) -> list[int]:
    """So many practices to each place, by its patients; at least one each (largest remainders)."""
    patients = [sum(places[i].patients) for i in chosen]
    exact = [practices * each / sum(patients) for each in patients]
    counts = [max(1, int(each)) for each in exact]
    order = sorted(range(len(chosen)), key=lambda i: counts[i] - exact[i])
    for i in order[: max(0, practices - sum(counts))]:
        counts[i] += 1
    return counts


# Two words make a name: a plant or a bird, and a part of a village.
_FIRST, _SECOND = (line.split() for line in read_text("names.txt").splitlines())
_KIND = ("SURGERY", "SURGERY", "MEDICAL CENTRE", "MEDICAL CENTRE", "HEALTH CENTRE", "PRACTICE")


def _invented(seed: int, *key: object) -> str:
    first = _FIRST[int(unit(seed, "first", *key) * len(_FIRST))]
    return f"{first} {_SECOND[int(unit(seed, 'second', *key) * len(_SECOND))]}"


def _postcode(seed: int, number: int) -> str:
    # No postcode area of the United Kingdom begins with X.
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    inward = int(unit(seed, "inward", number) * 9) + 1
    pair = "".join(letters[int(unit(seed, "inward", number, i) * len(letters))] for i in (1, 2))
    return f"XX{number % 98 + 1} {inward}{pair}"


def _add_practices(england: England, place: int, count: int) -> None:
    seed = england.seed
    networks = max(1, round(count / 5))
    where = england.places[place]
    icb = england.icb_rate[where.icb] * 4 + 0.2 * normal(seed, "icb", where.icb)
    area = icb + 0.35 * normal(seed, "place", where.code)
    for index in range(count):
        number = len(england.practices) + 1
        network = index * networks // count
        code = f"SP{sum(1 for _ in england.pcns) + 1:04}"
        if index == 0 or network != (index - 1) * networks // count:
            england.pcns[code] = (f"{_invented(seed, 'pcn', code)} PCN (SYNTHETIC)", place)
        else:
            code = next(reversed(england.pcns))
        near = area + 0.35 * normal(seed, "network", code)
        name = _invented(seed, number)
        kind = _KIND[int(unit(seed, "kind", number) * len(_KIND))]
        england.practices.append(
            Practice(
                number,
                f"SY{number:04}",
                f"{name} {kind} (SYNTHETIC)",
                f"{int(unit(seed, 'house', number) * 120) + 1} {name}",
                _postcode(seed, number),
                place,
                "practice",
                math.exp(0.62 * normal(seed, "list", number)) + 0.12,
                # One practice in a hundred belongs to no network.
                pcn="U" if unit(seed, "unallocated", number) < 0.01 else code,
                growth=LIST_GROWTH + 0.02 * normal(seed, "growth", number),
                older=0.22 * normal(seed, "older", number) - 0.1 * near,
                students=0.0 if unit(seed, "students", number) > 0.03 else 1.5,
                deprivation=near + 0.45 * normal(seed, "deprivation", number),
                longer=england.icb_longer[where.icb] * math.exp(0.25 * normal(seed, "28", number)),
                rate=0.11 * normal(seed, "rate", number) + 0.05 * normal(seed, "rate", code),
            )
        )


def _set_lists(england: England, chosen: list[int]) -> None:
    total = sum(sum(england.places[i].patients) for i in chosen)
    patients = (
        min(ENGLAND_PATIENTS, england.extent.list_size * len(england.practices))
        if england.size != "england"
        else total
    )
    wanted: dict[str, float] = {}
    for i in chosen:
        place = england.places[i]
        wanted[place.icb] = wanted.get(place.icb, 0.0) + sum(place.patients) / total * patients
    have: dict[str, float] = {}
    for practice in england.practices:
        icb = england.places[practice.place].icb
        have[icb] = have.get(icb, 0.0) + practice.patients
    for practice in england.practices:
        icb = england.places[practice.place].icb
        practice.patients *= wanted[icb] / have[icb]


def _add_cost_centres(england: England, chosen: list[int]) -> None:
    """Out-of-hours services and hospices, which have no list, and the unidentified."""
    by_icb: dict[str, int] = {}
    for place in chosen:
        by_icb.setdefault(england.places[place].icb, place)
    share = england.patients / ENGLAND_PATIENTS
    kinds = [("out of hours", "OUT OF HOURS SERVICE", 9_000.0), ("hospice", "HOSPICE", 2_500.0)]
    sites = 5 if england.size == "england" else 1
    for kind, title, worth in kinds:
        for icb, place in sorted(by_icb.items()):
            for site in range(sites):
                name = f"{_invented(england.seed, kind, icb, site)} {title} (SYNTHETIC)"
                size = worth * 42 / len(by_icb) * share / sites
                _add_other(england, f"SC{len(england.practices) + 1:04}", name, place, kind, size)
    first = by_icb[min(by_icb)]
    _add_other(england, "SU0001", "UNIDENTIFIED DOCTORS (SYNTHETIC)", first, "unidentified", 3_000 * share)
    # As in EPD: what belongs to no ICB has "-" for every code.
    _add_other(england, "-", "UNIDENTIFIED DOCTORS", -1, "unidentified", 8_600 * share)


def _add_other(england: England, code: str, name: str, place: int, kind: str, patients: float) -> None:
    number = len(england.practices) + 1
    england.practices.append(Practice(number, code, name, "", "", place, kind, patients))


def _add_events(england: England) -> None:
    """Practices that close, merge, open or change their PCN, always in April or October."""
    count = len(england.months)
    dates = [i for i, month in enumerate(england.months) if i and month % 100 in (4, 10)]
    if not dates:
        return
    practices = [each for each in england.practices if each.kind == "practice"]
    by_place: dict[int, list[Practice]] = {}
    for practice in practices:
        by_place.setdefault(practice.place, []).append(practice)
    codes: dict[int, list[str]] = {}
    for code, (_, place) in england.pcns.items():
        codes.setdefault(place, []).append(code)
    # A year: one practice in eighty closes into a neighbour, one in a hundred changes its network.
    years = count / 12
    for practice in practices:
        draw = unit(england.seed, "event", practice.number)
        when = dates[int(unit(england.seed, "when", practice.number) * len(dates))]
        neighbours = [
            each
            for each in by_place[practice.place]
            if each is not practice and each.closed == 9999 and each.takes_over == 9999 and each.opened < 0
        ]
        others = [each for each in codes[practice.place] if each != practice.pcn]
        if practice.takes_over != 9999:
            continue
        if draw < years / 80 and neighbours:
            heir = min(neighbours, key=lambda each: (abs(each.number - practice.number), each.number))
            practice.closed, practice.successor = when, heir.number
            heir.takes_over, heir.grows_by = when, practice.patients / heir.patients
        elif draw < years / 80 + years / 100 and others and practice.pcn != "U":
            practice.pcn_later = others[int(unit(england.seed, "pcn", practice.number) * len(others))]
            practice.pcn_moves = when
        elif draw > 1 - years / 400:
            practice.opened = when


def organisation_months(england: England) -> Iterator[int]:
    """The months (by position) for which organisation files are written.

    They are the first, those in which something changes, and the last.
    """
    last = len(england.months) - 1
    for index, month in enumerate(england.months):
        if index in (0, last) or month % 100 in (4, 10):
            yield index


def pcn_at(practice: Practice, index: int) -> str:
    """The network of a practice in a month."""
    return practice.pcn_later if index >= practice.pcn_moves else practice.pcn


def is_open(practice: Practice, index: int) -> bool:
    """Whether a practice prescribes in a month."""
    return practice.opened <= index < practice.closed
