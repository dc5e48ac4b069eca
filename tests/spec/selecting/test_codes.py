"""By code"""

PRESCRIBING = """
    practice | presentation    | items
    A        | 0501013B0AAAAAA | 1
    A        | 0501080W0AAAEAE | 10
    B        | 0501013B0AAAAAA | 100
    C        | 0403010J0AAAAAA | 1000
"""


def test_is(spec_test):
    """Only rows whose field has exactly the code."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "where": {"is": ["practice", "A"]}},
        1 + 10,
    )


def test_in(spec_test):
    """Only rows whose field has one of the codes. A code that nobody has selects nothing and is no error."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "where": {"in": ["practice", ["A", "C", "Z"]]}},
        1 + 10 + 1000,
    )


def test_in_no_codes(spec_test):
    """One of no codes selects nothing; a question without rows is still answered, with 0."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"in": ["practice", []]}}, 0)


def test_letters(spec_test):
    """Small letters in a code make no difference."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"is": ["practice", "b"]}}, 100)


def test_field_of_a_level(spec_test):
    """A field of any BNF level may be selected by."""
    spec_test(PRESCRIBING, {"values": ["items"], "where": {"is": ["section", "0501"]}}, 1 + 10 + 100)


def test_between_codes(spec_test):
    """From one code to another in alphabetical order, both included."""
    spec_test(
        PRESCRIBING,
        {"values": ["items"], "where": {"between": ["practice", "B", "C"]}},
        100 + 1000,
    )
