"""Which groups there are"""

TABLES = {
    "prescribing": """
        practice | month   | presentation    | items
        A        | 2021-04 | 0403010J0AAAAAA | 1
        A        | 2021-05 | 0501013B0AAAAAA | 10
        B        | 2021-04 | 0501013B0AAAAAA | 100
    """,
    "lists": """
        practice | month   | list size
        A        | 2021-04 | 1000
        A        | 2021-05 | 1000
        B        | 2021-04 | 2000
        B        | 2021-05 | 2000
        D        | 2021-04 | 4000
    """,
}
DOSULEPIN = {"under": ["bnf", "0403010J0"]}


def test_a_practice_that_prescribes_something_else(spec_test):
    """Not to prescribe a medicine is an answer: 0. The practice is known from its list and its prescribing of
    that month; one that prescribes nothing at all is dormant and is left out.
    """
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["practice"], "where": DOSULEPIN, "months": "2021-04"},
        {"A": 1, "B": 0},
    )


def test_month_by_month(spec_test):
    """In each month those that prescribe in it."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["month", "practice"], "where": DOSULEPIN},
        {("2021-04", "A"): 1, ("2021-04", "B"): 0, ("2021-05", "A"): 0},
    )


def test_without_lists(spec_test):
    """Without list sizes only those with prescribing are known."""
    spec_test(
        TABLES["prescribing"],
        {"values": ["items"], "rows": ["practice"], "where": DOSULEPIN},
        {"A": 1},
    )


def test_medicines_are_not_filled_up(spec_test):
    """With a medicine in rows or columns only the combinations that occur are listed."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["practice", "chapter"], "months": "2021-04"},
        {("A", "04"): 1, ("B", "05"): 100},
    )


def test_the_value_does_not_decide(spec_test):
    """A value's own condition does not remove groups."""
    spec_test(
        TABLES["prescribing"],
        {"values": [{"amount": "items", "where": DOSULEPIN}], "rows": ["practice"]},
        {"A": 1, "B": 0},
    )


def test_people_alone(spec_test):
    """A question about people alone lists everybody who has a list, dormant or not."""
    spec_test(
        TABLES,
        {"values": ["list size"], "rows": ["practice"], "months": "2021-04"},
        {"A": 1000, "B": 2000, "D": 4000},
    )
