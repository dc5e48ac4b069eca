"""The style guide's charts, from invented series that are the same every time."""

from __future__ import annotations

import math
import random

from epact2.web.charts.bands import DECILES, bands
from epact2.web.charts.bars import bars
from epact2.web.charts.chart import Bar, Chart, Event, Line
from epact2.web.charts.distribution import distribution
from epact2.web.charts.dots import dots
from epact2.web.charts.panels import DrawnPanel, Panel, panels
from epact2.web.charts.ranked import ranked
from epact2.web.charts.trend import trend

PERIODS = [f"{2020 + (9 + index) // 12}-{(9 + index) % 12 + 1:02}" for index in range(60)]
SPAN = "October 2020 to September 2025"
OWN = "Kent and Medway"
PLACES = (
    "Cheshire and Merseyside", "Somerset", "Suffolk and North East Essex", "Devon", "Lincolnshire", OWN,
    "North Central London", "North East and North Cumbria", "North West London", "Frimley", "Sussex",
)  # fmt: skip


def wave(start: float, slope: float, swing: float, *, phase: float = 0.0, noise: float = 0.0) -> list[float]:
    """A seasonal series."""
    dice = random.Random(f"{start}{slope}{phase}")  # noqa: S311 - invented figures, the same every time
    return [
        round(
            start + slope * index + swing * math.cos((index + phase) * math.pi / 6) + dice.gauss(0, noise), 3
        )
        for index in range(60)
    ]


def charts() -> dict[str, Chart]:
    """One of each kind."""
    own = wave(10.4, -0.045, 0.6, noise=0.12)
    median = wave(8.6, -0.025, 0.5, noise=0.05)
    gap = [*median[:30], None, None, *median[32:]]
    return {
        "bands": bands(
            title="Kent and Medway’s percentage is falling faster than England’s, but still above it",
            subtitle=f"Percentage of antibiotic items, by month, {SPAN}",
            periods=PERIODS,
            percentiles={p: [m + (p - 50) * 0.032 for m in median] for p in DECILES},
            own=Line(OWN, own),
            peers="ICBs",
            unit="%",
            ranks=["28 of 42"] * 60,
        ),
        "trend": trend(
            title="Spending fell by a third after the tariff price cut",
            subtitle=f"Actual cost, Kent and Medway, by month, {SPAN}",
            periods=PERIODS,
            lines=[Line("Actual cost", [1_080_000 + 2500 * i - 420_000 * (i > 49) for i in range(60)])],
            unit="£",
            from_zero=True,
            events=[Event("2024-11", "Tariff price cut")],
            width="half",
            end_value=True,
        ),
        "gap": trend(
            title="Two months are missing",
            subtitle=f"Items per 1,000 patients, {SPAN}",
            periods=PERIODS,
            lines=[Line("England median", gap, "median"), Line(OWN, own, "own")],
            unit="items per 1,000 patients",
            width="half",
        ),
        "series": trend(
            title="Apixaban is now most of the items",
            subtitle=f"Items by chemical substance, {SPAN}",
            periods=PERIODS,
            lines=[
                Line("Apixaban", [18_000 + 330 * i for i in range(60)]),
                Line("Rivaroxaban", [14_000 + 20 * i for i in range(60)]),
                Line("Edoxaban", [9_000 - 12 * i for i in range(60)]),
                Line("Dabigatran etexilate", [2_400 - 20 * i for i in range(60)]),
                Line("Warfarin sodium", [19_000 - 190 * i for i in range(60)]),
            ],
            unit="items",
        ),
        "ranked": ranked(
            title="27 of 41 other ICBs have a lower percentage",
            subtitle="Percentage of antibiotic items, all 42 ICBs, September 2025",
            bars=[
                Bar(OWN if i == 27 else f"ICB {i + 1}", 5.3 + i * 0.09 + (i / 42) ** 4, i == 27)
                for i in range(42)
            ],
            median=7.5,
            unit="%",
            peers="ICBs",
        ),
        "distribution": distribution(
            title="139 of 178 practices in Kent and Medway are above the England median",
            subtitle="6,253 practices in England, 178 in Kent and Medway (blue dots), September 2025",
            values=practices(6253, 8.2),
            own=practices(178, 9.0),
            median=7.5,
            unit="%",
            own_name="Practices in Kent and Medway",
        ),
        "one": distribution(
            title="Larkenholt Surgery is higher than most practices",
            subtitle="6,253 practices in England, September 2025",
            values=practices(6253, 8.2),
            own=[11.3],
            median=7.5,
            unit="%",
            own_name="Larkenholt Surgery",
        ),
        "dots": dots(
            title="Kent and Medway prescribes more than 60 of the 105 other sub-ICB locations",
            subtitle="Items per 1,000 patients, 106 sub-ICB locations, September 2025",
            rows=[
                Bar("Kent and Medway" if i == 62 else f"Location {i}", value, i == 62)
                for i, value in enumerate(sorted(practices(106, 31.0, 5.2)))
            ],
            median=30.4,
            unit="items per 1,000 patients",
            peers="sub-ICB locations",
        ),
        "bars": bars(
            title="Three substances are half of the spending",
            subtitle="Actual cost by chemical substance, Kent and Medway, September 2025",
            rows=[
                Bar("Apixaban", 15_419_000),
                Bar("Rivaroxaban", 12_910_800),
                Bar("Beclometasone dipropionate and formoterol fumarate", 9_913_000, True),
                Bar("Edoxaban", 4_036_130),
                Bar("Dabigatran etexilate", 538_800),
                Bar("Potassium chloride", None),
            ],
            unit="£",
            scale=2,
            value_name="Actual cost",
        ),
    }  # fmt: skip


def small_multiples() -> list[DrawnPanel]:
    """Four panels on one scale."""
    names = ("Apixaban", "Rivaroxaban", "Edoxaban", "Dabigatran etexilate")
    return panels(
        subtitle=f"Share of items, {SPAN}",
        periods=PERIODS,
        items=[
            Panel(name, wave(start, slope, 0.3), wave(start + 1, slope * 0.8, 0.2))
            for name, start, slope in zip(
                names, (50.0, 24.0, 20.0, 5.0), (0.2, -0.02, -0.1, -0.05), strict=True
            )
        ],
        unit="%",
        own_name=OWN,
    )


def practices(count: int, middle: float, spread: float = 2.6) -> list[float]:
    """Invented values of so many practices."""
    dice = random.Random(count)  # noqa: S311 - invented figures, the same every time
    return [round(max(0.2, dice.gauss(middle, spread)), 2) for _ in range(count)]
