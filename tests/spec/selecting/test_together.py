"""All, any and not"""

PRESCRIBING = """
    practice | presentation    | items
    A        | 0501013B0AAAAAA | 1
    A        | 0403010J0AAAAAA | 10
    B        | 0501013B0AAAAAA | 100
    B        | 0403010J0AAAAAA | 1000
"""
ANTIBACTERIALS = {"under": ["bnf", "0501"]}
OF_A = {"is": ["practice", "A"]}


def test_all(spec_test):
    """Every condition must hold."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"all": [ANTIBACTERIALS, OF_A]}}, 1)


def test_any(spec_test):
    """At least one condition must hold, and a row counts once."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"any": [ANTIBACTERIALS, OF_A]}}, 1 + 10 + 100)


def test_not(spec_test):
    """The condition must not hold."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"not": ANTIBACTERIALS}}, 10 + 1000)


def test_nested(spec_test):
    """Conditions within conditions."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "where": {"all": [{"not": {"all": [ANTIBACTERIALS, OF_A]}}]}},
        10 + 100 + 1000,
    )


def test_none(spec_test):
    """All of no conditions selects everything; any of none selects nothing."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"all": []}}, 1 + 10 + 100 + 1000)
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"any": []}}, 0)
