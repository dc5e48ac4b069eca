"""Rolling months and the year to date"""

PRESCRIBING = """
    practice | month   | items
    A        | 2021-01 | 1
    A        | 2021-02 | 10
    A        | 2021-03 | 100
    B        | 2021-03 | 7
    A        | 2021-04 | 1000
    A        | 2021-05 | 10000
"""


def test_rolling(spec_test):
    """The months up to and with the group's own. There is no value where one of them is not loaded."""
    spec_test(
        PRESCRIBING,
        {"values": [{"rolling": "items", "months": 3}], "rows": ["month"]},
        {
            "2021-01": None,
            "2021-02": None,
            "2021-03": 1 + 10 + 100 + 7,
            "2021-04": 10 + 100 + 7 + 1000,
            "2021-05": 100 + 7 + 1000 + 10000,
        },
    )


def test_rolling_ends_with_the_last_month(spec_test):
    """For a group of several months, the window ends with the last of them."""
    spec_test(
        PRESCRIBING,
        {"values": ["items", {"rolling": "items", "months": 3}], "rows": ["financial year"]},
        {
            "2020/21": (1 + 10 + 100 + 7, 1 + 10 + 100 + 7),
            "2021/22": (1000 + 10000, 100 + 7 + 1000 + 10000),
        },
    )


def test_rolling_does_not_add_groups(spec_test):
    """Who prescribes in the window but not in the group's own months is not listed; the total has it."""
    spec_test(
        PRESCRIBING,
        {
            "values": [{"rolling": "items", "months": 2}],
            "rows": ["practice"],
            "months": "2021-04",
            "totals": True,
        },
        {"A": 100 + 1000, None: 100 + 7 + 1000},
    )


def test_year_to_date(spec_test):
    """From April to the month itself. There is no value where one of these months is not loaded."""
    spec_test(
        PRESCRIBING,
        {"values": [{"year to date": "items"}], "rows": ["month"]},
        {
            "2021-01": None,
            "2021-02": None,
            "2021-03": None,
            "2021-04": 1000,
            "2021-05": 1000 + 10000,
        },
    )


def test_change_of_a_rolling_sum(spec_test):
    """Two months compared with the two months before them."""
    spec_test(
        PRESCRIBING,
        {
            "values": [{"change": {"rolling": "items", "months": 2}, "months": 2}],
            "rows": ["month"],
            "months": {"from": "2021-03", "to": "2021-04"},
        },
        {"2021-03": None, "2021-04": (100 + 7 + 1000) / (1 + 10) - 1},
    )


def test_rolling_distinct(spec_test):
    """A rolling distinct count counts each once in the window."""
    spec_test(
        PRESCRIBING,
        {"values": [{"rolling": {"distinct": "practice"}, "months": 2}], "rows": ["month"]},
        {"2021-01": None, "2021-02": 1, "2021-03": 2, "2021-04": 2, "2021-05": 1},
    )
