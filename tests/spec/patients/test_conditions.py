"""What patients received together"""

ITEMS = """
    practice | patient | presentation    | age | total quantity | items
    A        | ann     | 1001010P0AAADAD | 70  | 56             | 1
    A        | ann     | 0103050P0AAAAAA | 70  | 28             | 1
    A        | bob     | 1001010P0AAADAD | 64  | 28             | 2
    A        | cat     | 1001010J0AAABAB | 81  | 84             | 1
    A        | cat     | 1001010P0AAADAD | 81  | 28             | 1
    A        | dan     | 0103050P0AAAAAA | 90  | 28             | 1
    B        | ann     | 0208010D0AAAAAA | 70  | 14             | 1
"""
NSAID = {"under": ["bnf", "1001"]}
PPI = {"under": ["bnf", "0103"]}


def test_one_and_another(spec_test):
    """Patients who had both, in the same row of the table."""
    spec_test(
        {"items": ITEMS},
        {"values": [{"patients": {"all": [{"had": NSAID}, {"had": PPI}]}}], "rows": ["practice"]},
        {"A": 1, "B": 0},
    )


def test_any_and_all_of_nothing(spec_test):
    """Any of nothing is fulfilled by nobody, all of nothing by everybody."""
    spec_test(
        {"items": ITEMS},
        {"values": [{"patients": {"any": []}}, {"patients": {"all": []}}], "months": {"latest": 1}},
        (0, 4),
    )


def test_one_without_another(spec_test):
    """An NSAID and nothing that protects the stomach, at 65 or over. Bob is too young."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {
                    "patients": {"all": [{"had": NSAID}, {"not": {"had": PPI}}]},
                    "where": {"between": ["age", 65, 120]},
                }
            ]
        },
        1,
    )


def test_without(spec_test):
    """Who had no NSAID, of all who had anything."""
    spec_test(
        {"items": ITEMS},
        {"values": [{"patients": {"not": {"had": NSAID}}}], "rows": ["practice"], "totals": True},
        {"A": 1, "B": 1, None: 1},
    )


def test_many_medicines(spec_test):
    """So many different chemical substances or more; over both practices Ann has three."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {"patients": {"at least": [{"distinct": "chemical substance"}, 2]}},
                {
                    "patients": {
                        "at least": [{"distinct": "chemical substance", "where": {"under": ["bnf", "10"]}}, 2]
                    }
                },
                {"patients": {"at least": [{"distinct": "chemical substance"}, 3]}},
            ],
            "rows": ["practice"],
            "totals": True,
        },
        {"A": (2, 1, 0), "B": (0, 0, 0), None: (2, 1, 1)},
    )


def test_quantity(spec_test):
    """An amount over all of a patient's items, in the unit of the measure."""
    spec_test(
        {"items": ITEMS},
        {"values": [{"patients": {"at least": [{"amount": "total quantity", "where": NSAID}, 56]}}]},
        2,
    )


def test_score(spec_test):
    """Points for each different substance of a list: Cat has two NSAIDs, so 2 × 2; Ann 2 + 3."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {"patients": {"score": [[NSAID, 2], [PPI, 3]], "at least": 4}},
                {"patients": {"score": [[NSAID, 2], [PPI, 3]], "at least": 5}},
            ]
        },
        (2, 1),
    )


def test_share_of_patients(spec_test):
    """As a percentage of those with any NSAID."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {
                    "ratio": [
                        {"patients": {"all": [{"had": NSAID}, {"not": {"had": PPI}}]}},
                        {"amount": "identified patients", "where": NSAID},
                    ],
                    "per": 100,
                }
            ]
        },
        200 / 3,
    )
