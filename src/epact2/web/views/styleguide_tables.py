"""The style guide's tables and forms, with invented figures."""

from __future__ import annotations

from typing import Any

from epact2.web.presenters import numbers
from epact2.web.views.styleguide_charts import OWN, PLACES, wave

KEY_FIGURES = [
    {
        "label": "Kent and Medway, September 2025",
        "value": "8.0%",
        "note": "3.0 percentage points lower than October 2020",
        "own": True,
    },
    {"label": "Rank of 42 ICBs", "value": "28", "of": "of 42", "note": "1 is the lowest percentage"},
    {"label": "England median", "value": "7.5%", "note": "Half of ICBs are below this"},
    {
        "label": "Difference from the median",
        "value": "282 items",
        "note": "more in September 2025, worth £1.2k",
    },
]
QUESTION = [
    {"text": "How many "},
    {"text": "items per 1,000 patients", "strong": True},
    {"text": ", and "},
    {"text": "items", "strong": True},
    {"text": ", in each "},
    {"text": "ICB and sub-ICB location", "strong": True},
    {"text": " of the South East by "},
    {"text": "quarter", "strong": True},
    {"text": ", for "},
    {"text": "opioids or gabapentinoids", "strong": True},
    {"text": ", October 2024 to September 2025?"},
]
FILTERS = [
    {
        "kind": "organisation",
        "name": "org",
        "label": "Organisation",
        "value": "QKS",
        "shown": "NHS Kent and Medway ICB (QKS)",
        "suggest": "/search/suggest",
    },
    {
        "kind": "select",
        "name": "compare",
        "label": "Compare with",
        "value": "icb",
        "options": [{"value": "icb", "text": "All 42 ICBs"}, {"value": "region", "text": "South East"}],
    },
    {
        "kind": "select",
        "name": "period",
        "label": "Period",
        "value": "5y",
        "options": [{"value": "5y", "text": "Last 5 years"}, {"value": "1y", "text": "Last 12 months"}],
    },
]
PLACES_OF = (
    ("Spending per 1,000 patients", "£14.8k", "England median £14.2k", 72, "30th of 42"),
    ("Items per 1,000 patients", "1,702", "England median 1,668", 58, "25th of 42"),
    ("Antibacterial items per 1,000 STAR-PU", "71.4", "England median 69.8", 61, "26th of 42"),
    ("Patients on the lists of practices", "1.9m", "", None, ""),
)


PLACES_FIGURES: list[dict[str, Any]] = [
    {
        "label": label,
        "value": value,
        "note": note,
        "percentile": percentile,
        "place": place,
        "own": index == 0,
    }
    for index, (label, value, note, percentile, place) in enumerate(PLACES_OF)
]


def changed() -> dict[str, Any]:
    """What changed most: a line, from, to, the change with its tag, and the place among peers."""
    found = [
        ("DOAC spending per item", "Lower is better", "£18.92", "£12.04", "−£6.88", "improved", 20, "15th"),
        ("Broad-spectrum antibiotics", "Lower is better", "8.8%", "8.0%", "−0.8", "improved", 64, "28th"),
        (
            "Patients on ten or more medicines",
            "Per 1,000 patients",
            "38.2",
            "41.8",
            "+3.6",
            "worsened",
            80,
            "34th",
        ),
        ("Oral nutritional supplements", "No target", "£318", "£356", "+£38", "no target", 74, "31st"),
        ("Items per STAR-PU", "Lower is better", "0.52", "0.52", "No change", "no change", 41, "18th"),
    ]
    return {
        "columns": [
            {"text": "Measure"},
            {"text": "Last 24 months", "wide": True},
            {"text": "September 2024", "numeric": True, "wide": True},
            {"text": "September 2025", "numeric": True},
            {"text": "Change", "numeric": True},
            {"text": "Place among 42 ICBs, 1st is lowest"},
        ],
        "rows": [
            {
                "cells": [
                    {"text": name, "href": "#", "note": note},
                    {"spark": wave(9, -0.05, 0.4, phase=place)[36:]},
                    before,
                    now,
                    {"text": change, "change": tag},
                    {"strip": place, "text": rank},
                ]
            }
            for name, note, before, now, change, tag, place, rank in found
        ],
    }


def ranking() -> dict[str, Any]:
    """A ranking with the reader's own row, gaps and a missing value."""
    rows: list[dict[str, Any]] = []
    for index, name in enumerate(PLACES):
        own = name == OWN
        if index in (3, 8):
            rows.append({"kind": "gap"})
        rank = index + 1 if index < 3 else index + 23
        value = "No data" if name == "Frimley" else f"{5.3 + index * 0.4:.1f}%"
        rows.append(
            {
                "own": own,
                "own_tag": "Your ICB",
                "cells": [
                    str(rank),
                    {"text": name, "href": "#"},
                    value,
                    numbers.signed(-0.3 - index / 10, "%"),
                    {"spark": wave(10 - index, -0.03, 0.5, phase=index)},
                    numbers.count(56184 - 4711 * index),
                ],
            }
        )
    return {
        "columns": [
            {"text": "Rank", "rank": True, "sort": "?sort=rank", "sorted": "ascending"},
            {"text": "ICB", "sort": "?sort=name"},
            {"text": "Percentage", "numeric": True, "sort": "?sort=value"},
            {"text": "Change in 12 months", "numeric": True, "sort": "?sort=change"},
            {"text": "Last 5 years", "wide": True},
            {"text": "Antibiotic items", "numeric": True},
        ],
        "rows": rows,
    }


def pivot() -> dict[str, Any]:
    """Two measures by quarter, with sub-totals, an own row and a total."""
    quarters = ["Oct to Dec 2024", "Jan to Mar 2025", "Apr to Jun 2025", "Jul to Sep 2025"]

    def cells(rate: float, items: int) -> list[dict[str, Any]]:
        rates = [rate, rate + 0.3, rate - 0.1, rate - 0.3]
        counts = [items, items - 250, items - 424, items - 828]
        return [
            *({"text": f"{one:.1f}", "bar": one, "top": 50} for one in rates),
            *({"text": f"{one:,}", "href": "#"} for one in counts),
        ]

    return {
        "groups": [
            {"text": "Items per 1,000 patients", "columns": [{"text": one} for one in quarters]},
            {"text": "Items", "columns": [{"text": one} for one in quarters]},
        ],
        "rows": [
            {
                "name": "Buckinghamshire, Oxfordshire and Berkshire West",
                "href": "#",
                "open": True,
                "kind": "subtotal",
                "cells": cells(33.1, 51880),
            },
            {"name": "Buckinghamshire (14Y)", "kind": "leaf", "cells": cells(32.0, 16225)},
            {"name": "Oxfordshire (10Q)", "kind": "leaf", "cells": cells(34.6, 21017)},
            {
                "name": "Kent and Medway",
                "href": "#",
                "open": False,
                "kind": "subtotal",
                "own": True,
                "own_tag": "Your ICB",
                "cells": cells(43.9, 85066),
            },
            {
                "name": "Sussex",
                "href": "#",
                "open": False,
                "kind": "subtotal",
                "cells": [*cells(38.7, 78502)[:7], {"text": "No data"}],
            },
            {"name": "South East", "kind": "total", "cells": cells(36.9, 336814)},
        ],
    }
