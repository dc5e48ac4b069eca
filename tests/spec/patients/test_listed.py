"""Patients and their items, one by one"""

ITEMS = """
    month   | practice | patient | presentation    | age | items
    2021-03 | A        | ann     | 1001010P0AAADAD | 70  | 1
    2021-03 | B        | bob     | 0103050P0AAAAAA | 66  | 1
    2021-04 | A        | ann     | 1001010P0AAADAD | 70  | 2
    2021-04 | A        | ann     | 0103050P0AAAAAA | 70  | 1
    2021-04 | A        | bob     | 1001010P0AAADAD | 66  | 1
    2021-04 | A        | bob     | 0208010D0AAAAAA | 66  | 3
    2021-04 | B        | cat     | 1001010J0AAABAB | 81  | 1
    2021-04 | B        | cat     | 0103050P0AAAAAA | 81  | 1
    2021-04 | A        |         | 1001010P0AAADAD | -1  | 5
"""
NSAID = {"under": ["bnf", "1001"]}
PPI = {"under": ["bnf", "0103"]}
UNPROTECTED = {"all": [{"had": NSAID}, {"not": {"had": PPI}}]}


def test_patients_behind_a_count(spec_test):
    """Who had one medicine without another: the very patients whom a question counts in the month."""
    spec_test(
        {"items": ITEMS},
        {"columns": ["patient", "items"], "rows": "patients", "patients": UNPROTECTED, "months": "2021-04"},
        [("bob", 4)],
    )


def test_items_of_such_patients(spec_test):
    """Every item of theirs that is selected, whether or not the condition looks at it. Nobody else's."""
    spec_test(
        {"items": ITEMS},
        {
            "columns": ["patient", "presentation", "items"],
            "patients": UNPROTECTED,
            "months": "2021-04",
            "order": [{"by": "presentation"}],
        },
        [("bob", "0208010D0AAAAAA", 3), ("bob", "1001010P0AAADAD", 1)],
    )


def test_judged_by_what_is_selected(spec_test):
    """At practice A in March alone Ann had an NSAID and nothing else: in March she is in the list."""
    spec_test(
        {"items": ITEMS},
        {
            "columns": ["patient", "items"],
            "rows": "patients",
            "patients": UNPROTECTED,
            "where": {"is": ["practice", "A"]},
            "months": "2021-03",
        },
        [("ann", 1)],
    )


def test_several_months_are_one_period(spec_test):
    """Over both months Ann had both medicines; Bob too, but not at the same practice."""
    spec_test(
        {"items": ITEMS},
        {
            "columns": ["patient", "items"],
            "rows": "patients",
            "patients": {"all": [{"had": NSAID}, {"had": PPI}]},
            "order": [{"by": "items", "descending": True}],
        },
        [("bob", 5), ("ann", 4), ("cat", 2)],
    )
    spec_test(
        {"items": ITEMS},
        {
            "columns": ["patient", "items"],
            "rows": "patients",
            "patients": {"all": [{"had": NSAID}, {"had": PPI}]},
            "where": {"is": ["practice", "A"]},
        },
        [("ann", 4)],
    )


def test_who_had_nothing_of_it(spec_test):
    """Who had no NSAID and no medicine for the stomach, of those with any item: nobody. Nor is a row listed
    whose patient is not known.
    """
    spec_test(
        {"items": ITEMS},
        {
            "columns": ["patient", "items"],
            "rows": "patients",
            "patients": {"not": {"any": [{"had": NSAID}, {"had": PPI}]}},
        },
        [],
    )


def test_a_window_looks_beyond_the_list(spec_test):
    """An NSAID now, and in the month before something for the stomach, at whatever practice."""
    spec_test(
        {"items": ITEMS},
        {
            "columns": ["patient", "practice"],
            "rows": "patients",
            "patients": {"all": [{"had": NSAID}, {"had": PPI, "before": 1}]},
            "where": {"is": ["practice", "A"]},
            "months": "2021-04",
        },
        [("bob", "A")],
    )


def test_a_window_stays_within_the_scope(spec_test):
    """Who may see practice A alone does not learn what Bob had at practice B."""
    spec_test(
        {"items": ITEMS},
        {
            "columns": ["patient", "practice"],
            "rows": "patients",
            "patients": {"all": [{"had": NSAID}, {"had": PPI, "before": 1}]},
            "months": "2021-04",
        },
        [],
        scope={"is": ["practice", "A"]},
    )
