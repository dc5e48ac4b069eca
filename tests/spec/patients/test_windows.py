"""Looking back: starting, resuming, switching, oversupply"""

ITEMS = """
    month   | practice | patient | presentation    | total quantity | items
    2021-02 | A        | ann     | 0408010W0AAAAAA | 30             | 1
    2021-02 | A        | bob     | 0601023AEAAAAAA | 28             | 1
    2021-03 | A        | cat     | 0408010W0AAAAAA | 60             | 1
    2021-03 | A        | bob     | 0601023ANAAAAAA | 28             | 1
    2021-04 | B        | ann     | 0408010W0AAAAAA | 30             | 1
    2021-04 | A        | cat     | 0408010W0AAAAAA | 60             | 1
    2021-04 | A        | dan     | 0408010W0AAAAAA | 90             | 1
"""
VALPROATE = {"under": ["bnf", "0408010W0"]}


def test_starting(spec_test):
    """Valproate now and not in the two months before. Ann had it at another practice: she does not start."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [{"patients": {"all": [{"had": VALPROATE}, {"not": {"had": VALPROATE, "before": 2}}]}}],
            "rows": ["practice"],
            "months": "2021-04",
        },
        {"A": 1, "B": 0},
    )


def test_resuming(spec_test):
    """Now, not the month before, but once in the two months before."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {
                    "patients": {
                        "all": [
                            {"had": VALPROATE},
                            {"not": {"had": VALPROATE, "before": 1}},
                            {"had": VALPROATE, "before": 2},
                        ]
                    }
                }
            ],
            "rows": ["month"],
        },
        {"2021-02": None, "2021-03": None, "2021-04": 1},
    )


def test_oversupply(spec_test):
    """Quantity over so many months that end with the group's last. Months before the first are not loaded."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {"patients": {"at least": [{"amount": "total quantity", "where": VALPROATE}, 90], "last": 2}}
            ],
            "rows": ["month"],
        },
        {"2021-02": None, "2021-03": 0, "2021-04": 2},
    )


def test_fixed_cohort(spec_test):
    """Who took dapagliflozin in February and takes empagliflozin in the month."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [
                {
                    "patients": {
                        "all": [
                            {"had": {"under": ["bnf", "0601023AE"]}, "from": "2021-02", "to": "2021-02"},
                            {"had": {"under": ["bnf", "0601023AN"]}},
                        ]
                    }
                }
            ],
            "rows": ["month"],
        },
        {"2021-02": 0, "2021-03": 1, "2021-04": 0},
    )


def test_scope(spec_test):
    """A window never looks beyond the scope: within practice B alone, Ann seems to start."""
    spec_test(
        {"items": ITEMS},
        {
            "values": [{"patients": {"all": [{"had": VALPROATE}, {"not": {"had": VALPROATE, "before": 2}}]}}],
            "months": "2021-04",
        },
        1,
        scope={"is": ["practice", "B"]},
    )
