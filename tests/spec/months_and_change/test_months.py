"""The question's months"""

PRESCRIBING = """
    month   | items
    2020-12 | 1
    2021-01 | 10
    2021-03 | 100
"""


def test_all(spec_test):
    """All months that are loaded."""
    spec_test(PRESCRIBING, {"values": ["items"], "rows": ["calendar year"]}, {"2020": 1, "2021": 10 + 100})


def test_from_to(spec_test):
    """Both included. Months that are not loaded are passed over."""
    spec_test(PRESCRIBING, {"values": ["items"], "months": {"from": "2021-01", "to": "2021-06"}}, 10 + 100)


def test_latest(spec_test):
    """The latest three months end with the latest that is loaded: January to March, without February."""
    spec_test(PRESCRIBING, {"values": ["items"], "months": {"latest": 3}}, 10 + 100)


def test_one(spec_test):
    """One month by itself, in any of the ways in which NHS files write it."""
    spec_test(PRESCRIBING, {"values": ["items"], "months": "202101"}, 10)
