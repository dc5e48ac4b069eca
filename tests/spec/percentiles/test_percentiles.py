"""Percentiles over organisations"""

PRESCRIBING = """
    practice | month   | items | NIC
    A        | 2021-04 | 1     | 1.00
    B        | 2021-04 | 2     | 4.00
    C        | 2021-04 | 4     | 1.00
    D        | 2021-04 | 8     | 8.00
    E        | 2021-04 | 0     | 3.00
    A        | 2021-05 | 5     | 1.00
"""


WITH_LISTS = {
    "prescribing": PRESCRIBING,
    "lists": """
        practice | month   | list size | ASTRO-PU
        A        | 2021-04 | 1000      | 4000.5
        B        | 2021-04 | 2000      | 9000
        A        | 2021-05 | 3000      | 8000
    """,
}


def test_median_of_an_amount(spec_test):
    """The practice in the middle. Between two practices, in proportion to the distance."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "months": "2021-04", "percentiles": [0, 10, 50, 100]},
        {0: 0, 10: 0 + (1 - 0) * 0.4, 50: 2, 100: 8},
    )


def test_missing_values_are_left_out(spec_test):
    """A practice without a value is not counted: practice E has no items."""
    spec_test(
        PRESCRIBING,
        {
            "values": [{"ratio": ["NIC", "items"]}],
            "rows": ["practice"],
            "months": "2021-04",
            "percentiles": [25, 50],
        },
        {25: 0.25 + (1 - 0.25) * 0.75, 50: (1 + 1) / 2},
    )


def test_each_column(spec_test):
    """For each month by itself: how the bands of a chart are made."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "rows": ["practice"], "columns": ["month"], "percentiles": [50]},
        {("2021-04", 50): 2, ("2021-05", 50): 5},
    )


def test_people(spec_test):
    """Of patients and prescribing units too, in patients and units."""
    spec_test(
        WITH_LISTS,
        {"values": ["list size", "ASTRO-PU"], "rows": ["practice", "month"], "percentiles": [50]},
        {50: (2000, 8000)},
    )
    spec_test(
        WITH_LISTS,
        {"values": ["list size"], "rows": ["practice"], "percentiles": [0, 100]},
        {0: 2000 / 2, 100: (1000 + 3000) / 2},
    )


def test_people_of_some_months(spec_test):
    """For each month by itself. A month without lists has no value; a question about people leaves it out."""
    tables = {
        "prescribing": PRESCRIBING,
        "lists": """
            practice | month   | ASTRO-PU
            A        | 2021-04 | 4000.5
            B        | 2021-04 | 9000
        """,
    }
    spec_test(
        tables,
        {"values": ["ASTRO-PU", "items"], "rows": ["practice"], "columns": ["month"], "percentiles": [100]},
        {("2021-04", 100): (9000, 8), ("2021-05", 100): (None, 5)},
    )
    spec_test(
        tables,
        {"values": ["ASTRO-PU"], "rows": ["practice"], "columns": ["month"], "percentiles": [100]},
        {("2021-04", 100): 9000},
    )


def test_counts(spec_test):
    """Of distinct counts, and of ratios of them."""
    ratio = {"ratio": [{"distinct": "practice"}, {"distinct": "presentation"}]}
    spec_test(
        """
            practice | month   | presentation    | items
            A        | 2021-04 | 0501013B0AAAAAA | 1
            B        | 2021-04 | 0501013B0AAAAAA | 2
            A        | 2021-05 | 0501013B0AAAAAA | 3
            A        | 2021-05 | 0501080W0AAAEAE | 4
        """,
        {"values": [{"distinct": "practice"}, ratio], "rows": ["month"], "percentiles": [0, 100]},
        {0: (1, 1 / 2), 100: (2, 2 / 1)},
    )


def test_nothing_out_of_a_count(spec_test):
    """No items of a section out of some presentations is a value like others: 0, as practice B has it."""
    share = {
        "ratio": [
            {"amount": "items", "where": {"under": ["bnf", "0501"]}},
            {"distinct": "presentation"},
        ]
    }
    spec_test(
        """
            practice | month   | presentation    | items
            A        | 2021-04 | 0501013B0AAAAAA | 4
            A        | 2021-04 | 0212000B0AAABAB | 4
            B        | 2021-04 | 0212000B0AAABAB | 5
        """,
        {"values": [share], "rows": ["practice"], "columns": ["month"], "percentiles": [0, 50, 100]},
        {("2021-04", 0): 0, ("2021-04", 50): 1, ("2021-04", 100): 4 / 2},
    )
