"""Prescribing units"""

TABLES = {
    "prescribing": """
        practice | items | NIC
        A        | 30    | 60.00
        B        | 20    | 10.00
    """,
    "lists": """
        practice | list size | ASTRO-PU | oral antibacterials item STAR-PU
        A        | 1000      | 5000.5   | 600.123456789
        B        | 2000      | 8000     | 900
    """,
}


def test_cost_per_astro_pu(spec_test):
    """ASTRO-PU weigh patients by age and sex for what medicines cost altogether."""
    spec_test(
        TABLES,
        {"values": [{"ratio": ["NIC", "ASTRO-PU"]}], "rows": ["practice"], "totals": True},
        {"A": 60 / 5000.5, "B": 10 / 8000, None: (60 + 10) / (5000.5 + 8000)},
    )


def test_items_per_star_pu(spec_test):
    """STAR-PU weigh them for one group of medicines."""
    spec_test(
        TABLES,
        {
            "values": [{"ratio": ["items", "oral antibacterials item STAR-PU"], "per": 1000}],
            "rows": ["practice"],
        },
        {"A": 30 * 1000 / 600.123456789, "B": 20 * 1000 / 900},
    )


def test_without_weights(spec_test):
    """Without weights there is no value."""
    spec_test(TABLES, {"values": ["statins cost STAR-PU"], "rows": ["practice"]}, {"A": None, "B": None})
