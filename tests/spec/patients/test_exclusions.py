"""Standard exclusions"""

ITEMS = """
    presentation    | exclusion      | EPS | repeat dispensing | preparation class | items
    0501013B0AAAAAA | included       | Y   | N                 | 1                 | 3
    0501013B0AAAAAA | out of hours   | N   | N                 | 1                 | 2
    0501013B0BBAAAA | included       | N   | N                 | 3                 | 1
    0501013B0AAAAAA | not dispensed  | Y   | Y                 | 1                 | 4
    21010230116     | included       | Y   | Y                 | 4                 | 4
"""


def test_left_out(spec_test):
    """Items under the standard exclusions do not count."""
    spec_test(
        {"items": ITEMS},
        {"values": ["items"], "rows": ["EPS"]},
        {"N": 1, "Y": 7},
    )


def test_counted_when_named(spec_test):
    """A question may count them all, and tell them apart by the reason."""
    spec_test(
        {"items": ITEMS},
        {"values": ["items"], "rows": ["exclusion"], "exclusions": "none", "totals": True},
        {"included": 8, "not dispensed": 4, "out of hours": 2, None: 14},
    )


def test_rates(spec_test):
    """Rates of electronic and of generic prescribing; appliances are no drugs, and are not in the second."""
    spec_test(
        {"items": ITEMS},
        {"values": ["EPS rate", "repeat dispensing rate", "generic prescribing rate"]},
        (87.5, 50.0, 75.0),
    )
