"""Within a scope"""

TABLES = {
    "prescribing": """
        practice | items
        A        | 1
        B        | 10
        C        | 100
    """,
    "practices": """
        practice | ICB
        A        | QE1
        B        | QE1
        C        | QF2
    """,
    "lists": """
        practice | list size
        A        | 1000
        B        | 2000
        C        | 4000
    """,
}
OF_QE1 = {"under": ["organisation", "QE1"]}


def test_rows_and_totals(spec_test):
    """Nothing outside the scope is seen, in rows or in totals."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["practice"], "totals": True},
        {"A": 1, "B": 10, None: 1 + 10},
        scope=OF_QE1,
    )


def test_people(spec_test):
    """The scope holds for patients too."""
    spec_test(
        TABLES,
        {"values": [{"ratio": ["items", "list size"], "per": 1000}]},
        (1 + 10) * 1000 / (1000 + 2000),
        scope=OF_QE1,
    )


def test_shares(spec_test):
    """A share is of what the viewer may see."""
    spec_test(
        TABLES,
        {"values": [{"share": "items"}], "rows": ["practice"]},
        {"A": 1 / 11, "B": 10 / 11},
        scope=OF_QE1,
    )


def test_selection_outside(spec_test):
    """A question about somewhere else finds nothing."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["practice"], "where": {"is": ["practice", "C"]}},
        {},
        scope=OF_QE1,
    )


def test_empty_scope(spec_test):
    """Within an empty scope there is nothing."""
    spec_test(TABLES, {"values": ["items"], "rows": ["practice"]}, {}, scope={"any": []})
