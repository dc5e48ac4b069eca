"""By SNOMED code and quantity per item"""

PRESCRIBING = """
    SNOMED code | quantity per item | items
    111         | 7                 | 1
    111         | 28                | 10
    222         | 2.5               | 100
    222         | 100               | 1000
"""


def test_snomed(spec_test):
    """The SNOMED code is a text."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"is": ["SNOMED code", "111"]}}, 1 + 10)


def test_quantity_is(spec_test):
    """However a number is written."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"is": ["quantity per item", "2.50"]}}, 100)


def test_quantity_between(spec_test):
    """Quantities are compared as numbers: 100 is more than 28, although it comes earlier in the alphabet."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "where": {"between": ["quantity per item", 7, 28]}},
        1 + 10,
    )
