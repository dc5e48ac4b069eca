"""What is prescribed in the synthetic England: real substances and presentations, their trends and prices.

The data files say, for each chemical substance, England's items and NIC of 2021 to 2024 (and of January
2026 for the largest), and for each presentation its share, its usual quantities and its price in 2024. Here
they become numbers for each month.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise

from epact2.synth.days import month_index, season

BANDS = ("0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
YEARS = (2021, 2022, 2023, 2024)
JANUARY_2026 = 2026 + 0.5 / 12
# January's items against the year's mean, over 2021 to 2024.
JANUARY_INDEX = 0.988
# NIC a year of the twentieth of the twenty substances with most actual cost in January 2026.
LEAST_OF_TOP_20 = 7_062_960 / 0.905 * 12 / JANUARY_INDEX
# Beyond the last known year growth goes on, slower each year (so that January 2026 comes out as it was).
SLOWING = 0.75
# What a generic substance may grow or shrink in a year where nothing is known.
GROWTH_LIMITS = (0.85, 1.25)


def read_text(name: str) -> str:
    """A data file of this package."""
    return (files("epact2.synth") / "data" / name).read_text(encoding="utf-8")


def read_data(name: str) -> list[dict[str, str]]:
    """The rows of a data file of this package."""
    return list(csv.DictReader(read_text(name).splitlines()))


@dataclass(frozen=True, slots=True)
class Quantity:
    """One usual quantity of a presentation, per item."""

    amount: float
    share: float
    container: bool
    snomed: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """A presentation as the synthetic England prescribes it."""

    number: int
    code: str
    name: str
    substance: str
    share: float
    quantities: tuple[Quantity, ...]
    price: float  # pence for one unit of quantity, 2024
    adq: int  # ADQ usage of one unit, × 10⁹; 0 when it has none
    since: int
    until: int
    earlier: tuple[tuple[int, str], ...]  # (year of the change, code before)

    @property
    def is_brand(self) -> bool:
        """Whether the presentation is prescribed by a brand's name."""
        return len(self.code) == 15 and self.code[9:11] != "AA"

    @property
    def section(self) -> str:
        """The BNF section that England's figures have it in."""
        return self.substance[:4]

    def code_in(self, month: int) -> str:
        """The code in a month's file: codes change each January."""
        return next((before for year, before in self.earlier if month // 100 < year), self.code)


@dataclass(slots=True)
class Substance:
    """A chemical substance (for appliances: a section) with its annual rates in time."""

    code: str
    name: str
    points: list[tuple[float, float]] = field(default_factory=list)  # (time, items a year)
    prices: list[tuple[float, float]] = field(default_factory=list)  # (time, NIC per item against 2024)


@dataclass(frozen=True, slots=True)
class Formulary:
    """All substances and presentations, by code."""

    substances: dict[str, Substance]
    presentations: list[Presentation]


def weights(name: str) -> dict[str, tuple[float, ...]]:
    """The STAR-PU sets: nine weights for men, then nine for women."""
    sets: dict[str, dict[str, list[float]]] = json.loads(read_text(name))
    return {each: tuple(bands[band][sex] for sex in (0, 1) for band in BANDS) for each, bands in sets.items()}


def astro_pu(kind: str) -> tuple[float, ...]:
    """The ASTRO-PU weights of ``items`` or ``cost``: nine for men, then nine for women."""
    found: dict[str, dict[str, float]] = json.loads(read_text("astro_pu_2013.json"))
    keys = [band.replace("-", "_").replace("+", "_plus") for band in BANDS]
    return tuple(found[kind][f"{sex}_{key}"] for sex in ("male", "female") for key in keys)


def read_formulary(limit: int = 10_000) -> Formulary:
    """The formulary; ``limit`` keeps only so many presentations, those with most items and NIC."""
    substances = {row["code"]: _substance(row) for row in read_data("substances.csv")}
    presentations = [_presentation(i, row) for i, row in enumerate(read_data("presentations.csv"))]
    if limit < len(presentations):
        keep = set(_most_used(substances, presentations, limit))
        presentations = [each for each in presentations if each.code in keep]
    kept = {each.substance for each in presentations}
    formulary = Formulary({c: s for c, s in substances.items() if c in kept}, presentations)
    _fill_chapters(formulary)
    return formulary


def _substance(row: dict[str, str]) -> Substance:
    items = [float(row[f"items_{year}"]) for year in YEARS]
    nic = [float(row[f"nic_{year}"]) for year in YEARS]
    each = Substance(row["code"], row["name"])
    each.points = [(year + 0.5, value) for year, value in zip(YEARS, items, strict=True)]
    first = next(i for i, value in enumerate(items) if value)
    if first and row["code"].startswith(("0913", "0914")):
        # Foods were coded anew in January 2023: they were there before, under other codes.
        each.points = each.points[first:]
    elif first:
        each.points = [(float(YEARS[first]), 0.0), *each.points[first:]]
    base = nic[-1] / items[-1]
    each.prices = [
        (year + 0.5, n / i / base) for year, n, i in zip(YEARS, nic, items, strict=True) if i and n
    ]
    if row["items_202601"]:
        annual = float(row["items_202601"]) * 12 / JANUARY_INDEX
        each.points.append((JANUARY_2026, annual))
        each.prices.append((JANUARY_2026, float(row["nic_202601"]) / float(row["items_202601"]) / base))
    else:
        low, high = GROWTH_LIMITS
        growth = min(max(items[-1] / items[-2] if items[-2] else high, low), high)
        for year in (2025.5, 2026.5, 2027.5):
            growth = 1 + (growth - 1) * SLOWING
            each.points.append((year, each.points[-1][1] * growth))
        _keep_below_top_20(each, base)
    return each


def _keep_below_top_20(each: Substance, base: float) -> None:
    """Lower the price of what was not among the twenty dearest substances of January 2026, but would be.

    So dapagliflozin and rivaroxaban become cheap, as they did when generics came.
    """
    annual = interpolate(each.points, JANUARY_2026)
    if not each.code.startswith("14") and annual * each.prices[-1][1] * base > LEAST_OF_TOP_20:
        each.prices.append((JANUARY_2026, LEAST_OF_TOP_20 / annual / base))


def _presentation(number: int, row: dict[str, str]) -> Presentation:
    pack = float(row["pack"])
    quantities = []
    for pair in row["quantities"].split("|"):
        amount, share = (float(part) for part in pair.split(":"))
        quantities.append(Quantity(amount, share, amount % pack != 0, synthetic_snomed(number, 0)))
    if number % 12 == 5:
        # Some presentations come under two SNOMED codes in EPD (two sizes of a mask, two makers): the
        # commonest quantity is written both ways.
        usual = max(quantities, key=lambda each: each.share)
        place = quantities.index(usual)
        quantities[place : place + 1] = [
            Quantity(usual.amount, usual.share * part, usual.container, synthetic_snomed(number, which))
            for which, part in ((0, 0.7), (1, 0.3))
        ]
    earlier = tuple((int(pair[:4]), pair[5:]) for pair in row["earlier"].split(" ") if pair)
    return Presentation(
        number, row["code"], row["name"], row["substance"], float(row["share"]), tuple(quantities),
        float(row["price_pence"]), round(float(row["adq_per_quantity"] or 0) * 10**9),
        int(row["since"] or 0), int(row["until"] or 0), earlier,
    )  # fmt: skip


def _most_used(substances: dict[str, Substance], presentations: list[Presentation], limit: int) -> list[str]:
    total_items = total_nic = 0.0
    scored = []
    for each in presentations:
        items = substances[each.substance].points[-1][1] * each.share
        nic = items * each.price * sum(q.amount * q.share for q in each.quantities)
        total_items += items
        total_nic += nic
        scored.append((items, nic, each))
    # Comparators need their numerators: broad-spectrum antibiotics, dosulepin and the lesser NSAIDs.
    needed = ("0501013K0", "0501021", "050112", "0403010J0", "1001010")
    scored.sort(
        key=lambda s: (
            -(s[0] / total_items + s[1] / total_nic) * (20 if s[2].substance.startswith(needed) else 1),
            s[2].code,
        )
    )
    return [each.code for _, _, each in scored[:limit]]


def _fill_chapters(formulary: Formulary) -> None:
    """Scale items and prices so that each chapter has England's totals, though the rare are left out."""
    have: dict[str, list[float]] = {}
    shares: dict[str, float] = {}
    for each in formulary.presentations:
        shares[each.substance] = shares.get(each.substance, 0.0) + (
            each.share if each.since <= 202406 and (not each.until or each.until >= 202406) else 0.0
        )
    rows = {row["code"]: row for row in read_data("substances.csv")}
    for code, share in shares.items():
        totals = have.setdefault(code[:2], [0.0, 0.0])
        totals[0] += float(rows[code]["items_2024"]) * min(1.0, share or 1.0)
        totals[1] += float(rows[code]["nic_2024"]) * min(1.0, share or 1.0)
    want = {row["code"]: row for row in read_data("chapters.csv")}
    for substance in formulary.substances.values():
        chapter = substance.code[:2]
        more = float(want[chapter]["items_2024"]) / have[chapter][0]
        dearer = float(want[chapter]["nic_2024"]) / have[chapter][1] / more
        # The share of a substance's presentations that are left out is made up by those that are kept.
        kept = min(1.0, shares[substance.code] or 1.0)
        substance.points = [(t, value * more * kept) for t, value in substance.points]
        substance.prices = [(t, value * dearer) for t, value in substance.prices]


def synthetic_snomed(number: int, which: int) -> str:
    """An invented SNOMED code: the namespace 9999999 is given to nobody.

    It has the form of a real one (item, namespace, partition 10, Verhoeff's check digit).
    """
    body = f"{100_000 + number * 10 + which}999999910"
    return body + str(_verhoeff(body))


# The dihedral group of ten elements: its rows, one after another.
_ROWS = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
_DIHEDRAL = [[int(digit) for digit in _ROWS[start : start + 10]] for start in range(0, 100, 10)]
_PERMUTED = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
for _ in range(6):
    _PERMUTED.append([_PERMUTED[1][each] for each in _PERMUTED[-1]])
_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)


def _verhoeff(digits: str) -> int:
    check = 0
    for position, digit in enumerate(reversed(digits), start=1):
        check = _DIHEDRAL[check][_PERMUTED[position % 8][int(digit)]]
    return _INVERSE[check]


def interpolate(points: list[tuple[float, float]], time: float) -> float:
    """The value at a time on straight lines between points, level before the first and after the last."""
    if time <= points[0][0]:
        return points[0][1]
    for (t0, v0), (t1, v1) in pairwise(points):
        if time <= t1:
            return v0 + (v1 - v0) * (time - t0) / (t1 - t0)
    return points[-1][1]


def ramp(presentation: Presentation, month: int) -> float:
    """How far a presentation is in use: it comes and goes over nine months."""
    index = month // 100 * 12 + month % 100
    up = down = 1.0
    if presentation.since:
        start = presentation.since // 100 * 12 + presentation.since % 100
        up = min(1.0, max(0.0, (index - start + 1) / 9))
    if presentation.until:
        end = presentation.until // 100 * 12 + presentation.until % 100
        down = min(1.0, max(0.0, (end - index) / 9))
    return up * down


def national_items(formulary: Formulary, month: int) -> list[float]:
    """England's items of each presentation in a month."""
    time = month // 100 + (month % 100 - 0.5) / 12
    index = month_index(month)
    in_use = [each.share * ramp(each, month) for each in formulary.presentations]
    total: dict[str, float] = {}
    for each, share in zip(formulary.presentations, in_use, strict=True):
        total[each.substance] = total.get(each.substance, 0.0) + share
    rate = {
        code: interpolate(substance.points, time) / 12 * index * season(code, month)
        for code, substance in formulary.substances.items()
    }
    return [
        rate[each.substance] * share / total[each.substance] if total[each.substance] else 0.0
        for each, share in zip(formulary.presentations, in_use, strict=True)
    ]


def prices(formulary: Formulary, month: int) -> list[int]:
    """The price of one unit of each presentation, in thousandths of a penny; it changes every quarter."""
    quarter = (month % 100 - 1) // 3
    time = month // 100 + (quarter + 0.5) / 4
    level = {code: interpolate(each.prices, time) for code, each in formulary.substances.items()}
    return [max(1, round(each.price * level[each.substance] * 1000)) for each in formulary.presentations]


# Of 2017 and 2026 the discount is known; between them it goes in a straight line.
_DISCOUNT = [(201708, 92_632), (201709, 92_632), (201710, 92_568), (202601, 90_133)]


def price_after_discount(month: int) -> int:
    """What is left of a price after the national average discount, × 10⁵."""
    points = [(m // 100 * 12 + m % 100, value) for m, value in _DISCOUNT]
    return round(interpolate([(float(t), float(v)) for t, v in points], month // 100 * 12 + month % 100))
