"""Top and others"""

PRESCRIBING = {
    "prescribing": """
        practice | month   | presentation    | items
        A        | 2021-04 | 0501013B0AAAAAA | 5
        A        | 2021-05 | 0501013B0AAAAAA | 1
        B        | 2021-04 | 0501080W0AAAEAE | 9
        C        | 2021-04 | 0501013B0AAAAAA | 2
        D        | 2021-04 | 0501080W0AAAEAE | 3
        D        | 2021-05 | 0501013B0AAAAAA | 4
    """,
    "practices": """
        practice | ICB
        A        | QE1
        B        | QE1
        C        | QF2
        D        | QF2
    """,
}


def test_top(spec_test):
    """The two row groups with the highest first value, in the order of their codes."""
    spec_test(PRESCRIBING, {"values": ["items"], "rows": ["practice"], "top": 2}, {"B": 9, "D": 3 + 4})


def test_in_order(spec_test):
    """Ranked by the value that the order names, and shown in that order: the two lowest."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "order": [{"by": "items"}], "top": 2},
        {"C": 2, "A": 5 + 1},
    )


def test_over_all_columns(spec_test):
    """Ranked over all columns together, so that every column shows the same rows."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "columns": ["month"], "top": 2},
        {("B", "2021-04"): 9, ("D", "2021-04"): 3, ("D", "2021-05"): 4},
    )


def test_totals_cover_everything(spec_test):
    """Totals are of everything, not of the rows shown."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "top": 1, "totals": True},
        {"B": 9, None: 5 + 1 + 9 + 2 + 3 + 4},
    )


def test_others(spec_test):
    """All that was left out, in one more row, which comes last."""
    spec_test(
        PRESCRIBING,
        {
            "values": ["items", {"distinct": "chemical substance"}],
            "rows": ["practice"],
            "top": {"count": 1, "others": True},
            "order": [{"by": "items", "descending": True}],
        },
        {"B": (9, 1), "others": (5 + 1 + 2 + 3 + 4, 2)},
    )


def test_others_of_each_column(spec_test):
    """One row of others for each column that has any."""
    spec_test(
        PRESCRIBING,
        {
            "values": ["items"],
            "rows": ["practice"],
            "columns": ["month"],
            "top": {"count": 1, "others": True},
        },
        {("B", "2021-04"): 9, ("others", "2021-04"): 5 + 2 + 3, ("others", "2021-05"): 1 + 4},
    )


def test_within(spec_test):
    """The first of each ICB, and the others of each."""
    spec_test(
        PRESCRIBING,
        {
            "values": ["items"],
            "rows": ["ICB", "practice"],
            "top": {"count": 1, "within": ["ICB"], "others": True},
        },
        {
            ("QE1", "B"): 9,
            ("QE1", "others"): 5 + 1,
            ("QF2", "D"): 3 + 4,
            ("QF2", "others"): 2,
        },
    )


def test_none_left_out(spec_test):
    """There are no others when nothing was left out."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["ICB"], "top": {"count": 5, "others": True}},
        {"QE1": 5 + 1 + 9, "QF2": 2 + 3 + 4},
    )


def test_share_of_others(spec_test):
    """The shares of the top and of others make up the whole."""
    spec_test(
        PRESCRIBING,
        {
            "values": [{"share": "items"}],
            "rows": ["practice"],
            "top": {"count": 2, "others": True},
        },
        {"B": 9 / 24, "D": 7 / 24, "others": (5 + 1 + 2) / 24},
    )


def test_totals_over_columns(spec_test):
    """Only the rows that are shown have a total over the columns; totals over rows are of everything."""
    spec_test(
        """
            practice | month   | items
            A        | 2021-04 | 1
            B        | 2021-04 | 2
            C        | 2021-04 | 4
            A        | 2021-05 | 1
            B        | 2021-05 | 20
            C        | 2021-05 | 40
        """,
        {
            "values": ["items"],
            "rows": ["practice"],
            "columns": ["month"],
            "top": {"count": 1, "others": True},
            "totals": True,
        },
        {
            ("C", "2021-04"): 4,
            ("C", "2021-05"): 40,
            ("others", "2021-04"): 1 + 2,
            ("others", "2021-05"): 1 + 20,
            (None, "2021-04"): 1 + 2 + 4,
            (None, "2021-05"): 1 + 20 + 40,
            ("C", None): 4 + 40,
            ("others", None): 1 + 2 + 1 + 20,
            (None, None): 1 + 2 + 4 + 1 + 20 + 40,
        },
    )
