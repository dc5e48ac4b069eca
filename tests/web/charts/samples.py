"""One chart of every kind, from plain data."""

from epact2.web.charts.bands import DECILES, bands
from epact2.web.charts.bars import bars
from epact2.web.charts.chart import Bar, Event, Line
from epact2.web.charts.distribution import distribution
from epact2.web.charts.dots import dots
from epact2.web.charts.panels import Panel, panels
from epact2.web.charts.ranked import ranked
from epact2.web.charts.trend import trend

MONTHS = [f"{2023 + index // 12}-{index % 12 + 1:02}" for index in range(24)]
RISING = [8.0 + index / 10 for index in range(24)]


def one_of_each():
    words = {"title": "A finding & more", "subtitle": "What, unit, period", "unit": "%"}
    own = Line("Kent <b>", RISING, "own")
    return [
        trend(periods=MONTHS, lines=[Line("Median", RISING, "median"), own], **words),
        trend(
            periods=MONTHS,
            lines=[Line(name, RISING) for name in "ABCDE"],
            events=[Event("2024-03", "Something happened")],
            **words,
        ),
        trend(periods=MONTHS, lines=[own], width="half", end_value=True, **words),
        bands(
            periods=MONTHS,
            percentiles={p: [v + p / 50 for v in RISING] for p in DECILES},
            own=own,
            peers="ICBs",
            ranks=["3 of 42"] * 24,
            **words,
        ),
        ranked(bars=[Bar(f"P{i}", i / 3, i == 5) for i in range(42)], median=7.0, peers="ICBs", **words),
        distribution(values=RISING * 9, own=RISING, median=9.0, own_name="Ours", **words),
        distribution(values=RISING * 9, own=[9.4], median=9.0, own_name="One practice", **words),
        distribution(values=RISING * 99, own=RISING * 20, median=9.0, own_name="Many", **words),
        dots(rows=[Bar(f"P{i}", v, i == 3) for i, v in enumerate(RISING)], median=9.0, **words),
        bars(rows=[Bar("A long name of a substance", 3.2), Bar("Ours", 2.0, True), Bar("C", None)], **words),
        panels(subtitle="s", periods=MONTHS, items=[Panel("P", RISING, RISING)], unit="%", own_name="Kent")[
            0
        ].chart,
    ]
