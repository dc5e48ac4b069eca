"""Rows and columns"""

PRESCRIBING = """
    practice | month   | presentation    | items
    A        | 2021-04 | 0501013B0AAAAAA | 1
    A        | 2021-05 | 0501013B0AAAAAA | 10
    B        | 2021-04 | 0501013B0AAAAAA | 100
    B        | 2021-04 | 0403010J0AAAAAA | 1000
"""


def test_no_fields(spec_test):
    """Without rows and columns the answer is one row."""
    spec_test(PRESCRIBING, {"values": ["items"]}, 1 + 10 + 100 + 1000)


def test_rows(spec_test):
    """One row of the answer for each group, in the order of the codes."""
    spec_test(PRESCRIBING, {"values": ["items"], "rows": ["practice"]}, {"A": 1 + 10, "B": 100 + 1000})


def test_columns(spec_test):
    """Column fields come after row fields. A group without prescribing is not in the answer."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "columns": ["month"]},
        {("A", "2021-04"): 1, ("A", "2021-05"): 10, ("B", "2021-04"): 100 + 1000},
    )


def test_several_values(spec_test):
    """As many values as are asked for."""
    spec_test(
        """
            practice | items | NIC  | actual cost
            A        | 1     | 1.50 | 1.40625
            A        | 2     | 0.25 | 0.25
        """,
        {"values": ["items", "NIC", "actual cost"], "rows": ["practice"]},
        {"A": (1 + 2, 1.50 + 0.25, 1.40625 + 0.25)},
    )
