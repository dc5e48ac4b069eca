"""Fields"""

MEDICINES = """
    presentation    | items
    0501013B0AAAAAA | 1
    0501013B0BBAAAA | 10
    0501080W0AAAEAE | 100
    21010900105     | 1000
"""


def test_section(spec_test):
    """One row for each section."""
    spec_test(MEDICINES, {"values": ["items"], "rows": ["section"]}, {"0501": 1 + 10 + 100, "2101": 1000})


def test_chemical_substance(spec_test):
    """Appliances have no chemical substance: their section stands in its place."""
    spec_test(
        MEDICINES,
        {"values": ["items"], "rows": ["chemical substance"]},
        {"0501013B0": 1 + 10, "0501080W0": 100, "2101": 1000},
    )


def test_product(spec_test):
    """An appliance is its own product."""
    spec_test(
        MEDICINES,
        {"values": ["items"], "rows": ["product"]},
        {"0501013B0AA": 1, "0501013B0BB": 10, "0501080W0AA": 100, "21010900105": 1000},
    )


def test_generic_equivalent(spec_test):
    """A brand is counted with the generic presentation that its last two characters point at."""
    spec_test(
        MEDICINES,
        {"values": ["items"], "rows": ["generic equivalent"]},
        {"0501013B0AAAAAA": 1 + 10, "0501080W0AAAEAE": 100, "21010900105": 1000},
    )


def test_organisations(spec_test):
    """What is above a practice, if it is known."""
    spec_test(
        {
            "prescribing": """
                practice | items
                A        | 1
                B        | 10
                C        | 100
            """,
            "practices": """
                practice | PCN | sub-ICB location | ICB | region | practice setting
                A        | U1  | 01A              | QE1 | Y60    | 4
                B        | U   | 01A              | QE1 | Y60    | 0
            """,
        },
        {"values": ["items"], "rows": ["region", "ICB", "PCN", "practice setting"]},
        {
            ("-", "-", "-", "-"): 100,
            ("Y60", "QE1", "U", "0"): 10,
            ("Y60", "QE1", "U1", "4"): 1,
        },
    )


def test_time(spec_test):
    """The financial year begins in April, and so does its first quarter."""
    spec_test(
        """
            month   | items
            2020-12 | 1
            2021-03 | 10
            2021-04 | 100
        """,
        {"values": ["items"], "rows": ["financial year", "quarter", "calendar year", "month"]},
        {
            ("2020/21", "2020/21 Q3", "2020", "2020-12"): 1,
            ("2020/21", "2020/21 Q4", "2021", "2021-03"): 10,
            ("2021/22", "2021/22 Q1", "2021", "2021-04"): 100,
        },
    )


def test_lines(spec_test):
    """The finest rows of open data: quantity per item, in the order of numbers."""
    spec_test(
        """
            SNOMED code | quantity per item | items
            111         | 28                | 1
            111         | 7                 | 10
            222         | 28                | 100
        """,
        {"values": ["items"], "rows": ["quantity per item"]},
        {"7": 10, "28": 1 + 100},
    )
