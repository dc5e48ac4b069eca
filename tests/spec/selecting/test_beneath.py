"""At or beneath"""

MEDICINES = """
    presentation    | items
    0501013B0AAAAAA | 1
    0501013B0BBAAAA | 10
    0501080W0AAAEAE | 100
    0403010J0AAAAAA | 1000
    21010900105     | 10000
"""
PRACTICES = {
    "prescribing": """
        practice | items
        A        | 1
        B        | 10
        C        | 100
    """,
    "practices": """
        practice | PCN | sub-ICB location | ICB | region
        A        | U1  | 01A              | QE1 | Y60
        B        | U1  | 02B              | QE1 | Y60
        C        | U2  | 03C              | QF2 | Y60
    """,
}


def test_under_a_section(spec_test):
    """Every presentation of a BNF section: code 0501 has everything whose code begins with 0501."""
    spec_test(MEDICINES, {"values": ["items"], "where": {"under": ["bnf", "0501"]}}, 1 + 10 + 100)


def test_under_a_product(spec_test):
    """The generic amoxicillin (product AA) and no brand of it."""
    spec_test(MEDICINES, {"values": ["items"], "where": {"under": ["bnf", "0501013B0AA"]}}, 1)


def test_under_an_appliance(spec_test):
    """The codes of appliances are shorter."""
    spec_test(MEDICINES, {"values": ["items"], "where": {"under": ["bnf", "21010900105"]}}, 10000)


def test_under_an_icb(spec_test):
    """Every practice of an ICB."""
    spec_test(PRACTICES, {"values": ["items"], "where": {"under": ["organisation", "QE1"]}}, 1 + 10)


def test_under_a_pcn(spec_test):
    """The level is known from the code."""
    spec_test(PRACTICES, {"values": ["items"], "where": {"under": ["organisation", "U2"]}}, 100)


def test_under_a_sub_icb_location_as_nhs_files_write_it(spec_test):
    """NHS files append 00 to the code of a sub-ICB location."""
    spec_test(PRACTICES, {"values": ["items"], "where": {"under": ["organisation", "02B00"]}}, 10)


def test_under_england(spec_test):
    """England has everything."""
    spec_test(PRACTICES, {"values": ["items"], "where": {"under": ["organisation", "ENG"]}}, 1 + 10 + 100)
