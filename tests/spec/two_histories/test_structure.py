"""Organisations: current or as at"""

TABLES = {
    "prescribing": """
        practice | month   | items
        A        | 2021-04 | 1
        A        | 2021-05 | 10
        B        | 2021-04 | 100
        B        | 2021-05 | 1000
    """,
    "practices": """
        practice | PCN | ICB
        A        | U2  | QF2
        B        | U2  | QF2
    """,
    "practices as at": """
        month   | practice | PCN | ICB
        2021-04 | A        | U1  | QE1
        2021-05 | A        | U2  | QF2
        2021-04 | B        |     | QF2
        2021-05 | B        | U2  | QF2
    """,
    "lists": """
        practice | month   | list size
        A        | 2021-04 | 1000
        A        | 2021-05 | 1000
        B        | 2021-04 | 3000
        B        | 2021-05 | 3000
    """,
}


def test_current(spec_test):
    """By default every month is counted under the organisations of today: practice A moved to QF2."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["ICB"], "columns": ["month"]},
        {("QF2", "2021-04"): 1 + 100, ("QF2", "2021-05"): 10 + 1000},
    )


def test_as_at(spec_test):
    """As at: each month under the organisations of that month."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["ICB"], "columns": ["month"], "structure": "as at"},
        {("QE1", "2021-04"): 1, ("QF2", "2021-04"): 100, ("QF2", "2021-05"): 10 + 1000},
    )


def test_selecting_as_at(spec_test):
    """A selection means the same organisations as the rows. An organisation of the past is found too."""
    spec_test(
        TABLES,
        {"values": ["items"], "where": {"under": ["organisation", "QE1"]}, "structure": "as at"},
        1,
    )
    spec_test(TABLES, {"values": ["items"], "where": {"under": ["organisation", "QE1"]}}, 0)


def test_unknown_then(spec_test):
    """What was not known at the time stays unknown."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["PCN"], "months": "2021-04", "structure": "as at"},
        {"-": 100, "U1": 1},
    )


def test_change_as_at(spec_test):
    """A change as at compares an organisation with itself as it was, whoever belonged to it then."""
    spec_test(
        TABLES,
        {
            "values": [{"change": "items", "months": 1, "as": "difference"}],
            "rows": ["ICB"],
            "months": "2021-05",
            "structure": "as at",
        },
        {"QF2": (10 + 1000) - 100},
    )


def test_lists_as_at(spec_test):
    """Patients are counted with their practice's organisation of the month."""
    spec_test(
        TABLES,
        {"values": ["list size"], "rows": ["ICB"], "columns": ["month"], "structure": "as at"},
        {("QE1", "2021-04"): 1000, ("QF2", "2021-04"): 3000, ("QF2", "2021-05"): 1000 + 3000},
    )
