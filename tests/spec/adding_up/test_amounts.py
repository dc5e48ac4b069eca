"""Amounts"""


def test_every_measure(spec_test):
    """Amounts are exact: pounds and quantities are decimal numbers and never rounded."""
    spec_test(
        """
            items | quantity per item | total quantity | NIC  | actual cost | ADQ usage
            2     | 28                | 56             | 1.50 | 1.40625     | 0.5
            3     | 2.5               | 7.5            | 0.25 | 0.21875     | 0
        """,
        {"values": ["items", "total quantity", "NIC", "actual cost", "ADQ usage"]},
        (2 + 3, 56 + 7.5, 1.50 + 0.25, 1.40625 + 0.21875, 0.5 + 0),
    )


def test_negative(spec_test):
    """Corrections of earlier months are published as negative numbers."""
    spec_test(
        """
            practice | items | NIC
            A        | 5     | 2.00
            A        | -2    | -0.75
            B        | 1     | 0.25
            B        | -1    | -0.25
        """,
        {"values": ["items", "NIC"], "rows": ["practice"]},
        {"A": (5 - 2, 2.00 - 0.75), "B": (1 - 1, 0.25 - 0.25)},
    )


def test_quantity(spec_test):
    """A mean quantity is total quantity over items. The quantities of rows are not averaged."""
    spec_test(
        """
            items | quantity per item | total quantity
            3     | 28                | 84
            1     | 100               | 100
        """,
        {"values": ["quantity"]},
        (84 + 100) / (3 + 1),
    )
