"""BNF codes: latest or as published"""

TABLES = {
    "prescribing": """
        month   | presentation    | items
        2021-04 | 0501013B0AAAAAA | 1
        2021-05 | 0501013C0AAAAAA | 10
        2021-05 | 0403010J0AAAAAA | 100
    """,
    "codes": """
        old             | new
        0501013B0AAAAAA | 0501013C0AAAAAA
    """,
}


def test_latest(spec_test):
    """By default a presentation that has a new code is counted under it in every month."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["presentation"]},
        {"0403010J0AAAAAA": 100, "0501013C0AAAAAA": 1 + 10},
    )


def test_as_published(spec_test):
    """As published: under the code that the month's file has."""
    spec_test(
        TABLES,
        {"values": ["items"], "rows": ["chemical substance"], "codes": "as published"},
        {"0403010J0": 100, "0501013B0": 1, "0501013C0": 10},
    )


def test_selecting(spec_test):
    """A selection means the same codes as the rows."""
    spec_test(TABLES, {"values": ["items"], "where": {"under": ["bnf", "0501013B0"]}}, 0)
    spec_test(
        TABLES,
        {"values": ["items"], "where": {"under": ["bnf", "0501013B0"]}, "codes": "as published"},
        1,
    )


def test_distinct(spec_test):
    """And so does a distinct count."""
    spec_test(TABLES, {"values": [{"distinct": "presentation"}]}, 2)
    spec_test(TABLES, {"values": [{"distinct": "presentation"}], "codes": "as published"}, 3)
