"""By month"""

PRESCRIBING = """
    month   | items
    2021-03 | 1
    2021-04 | 10
    2021-05 | 100
    2021-07 | 1000
"""


def test_condition_on_a_quarter(spec_test):
    """A condition on time chooses months, as “months” does."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"is": ["quarter", "2021/22 Q1"]}}, 10 + 100)


def test_condition_and_months(spec_test):
    """Both hold."""
    spec_test(
        PRESCRIBING,
        {
            "values": ["items"],
            "where": {"not": {"is": ["month", "2021-04"]}},
            "months": {"from": "2021-03", "to": "2021-05"},
        },
        1 + 100,
    )
