"""The explorer's form: what each submitted form makes of the question that it carries."""

import pytest

from epact2.query.codec import query_from_json
from epact2.query.encode import dumps, query_to_json
from epact2.web.explorer_form import STARTING, edited
from support import example_explorer

DIRECTORY = example_explorer.directory()


def question(**parts):
    return query_from_json({"values": ["items"], **parts})


def sent(query=None, **fields):
    form = {"form": ["1"], "q": [dumps(query)] if query else []}
    if query and query.totals:
        form["totals"] = ["yes"]
    form |= {name: [text] if isinstance(text, str) else text for name, text in fields.items()}
    return edited(form, DIRECTORY)


def after(query, **fields):
    made = sent(query, **fields)
    assert not made.problems, made.problems
    return query_to_json(made.query)


def test_without_a_form_there_is_a_helpful_question():
    assert edited({}, DIRECTORY).query == STARTING


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"rows": ["ICB", "practice"], "columns": ["month"], "totals": True, "top": 5},
        {
            "rows": ["practice"],
            "where": {"any": [{"is": ["ICB", "QKS"]}, {"between": ["quantity per item", "7", "28"]}]},
        },
        {
            "values": [{"amount": "items", "where": {"under": ["bnf", "0501"]}}],
            "rows": ["PCN"],
            "percentiles": [10, 90],
        },
        {
            "rows": ["ICB"],
            "order": [{"by": "items"}, {"by": "ICB", "descending": True}],
            "structure": "as at",
        },
    ],
)
def test_a_form_that_changes_nothing_loses_nothing(parts):
    query = question(**parts)
    top = {"top": str(query.top.count)} if query.top else {}
    assert after(query, **top) == query_to_json(query)


def test_measures_are_added_moved_and_removed():
    one = question(rows=["ICB"])
    assert after(one, measure='"actual cost"')["values"] == ["items", "actual cost"]
    assert after(one, measure="NIC")["values"] == ["items", "NIC"]
    two = question(values=["items", "NIC"], order=[{"by": "items"}])
    assert after(two, do="measure-up-1")["values"] == ["NIC", "items"]
    made = after(two, do="measure-remove-0")
    assert made["values"] == ["NIC"]
    assert "order" not in made, "an order by what has gone goes too"


def test_the_last_measure_stays_and_the_form_says_why():
    made = sent(question(), do="measure-remove-0")
    assert made.problems[0].field == "measure"
    assert "Add at least one" in made.problems[0].message
    assert made.query == question()


def test_a_share_is_of_the_columns_and_follows_them():
    query = question(columns=["month"])
    shared = after(query, measure='{"share": "items"}')["values"][1]
    assert shared == {"share": "items", "of": ["month"]}
    query = question(values=[{"share": "items", "of": ["month"]}], columns=["month"], rows=["ICB"])
    assert after(query, do="columns-remove-0")["values"] == [{"share": "items", "of": []}]


def test_fields_are_added_moved_across_and_swapped():
    one = question(rows=["ICB"], columns=["month"])
    assert after(one, add_rows="practice")["rows"] == ["ICB", "practice"]
    assert after(one, add_columns="chapter")["columns"] == ["month", "chapter"]
    assert after(question(rows=["ICB", "practice"]), do="rows-up-1")["rows"] == ["practice", "ICB"]
    assert after(one, do="rows-across-0")["columns"] == ["month", "ICB"]
    swapped = after(one, do="swap")
    assert (swapped["rows"], swapped["columns"]) == (["month"], ["ICB"])
    assert "rows" not in after(one, do="rows-remove-0")


def test_a_field_used_twice_is_refused_in_words():
    made = sent(question(rows=["ICB"]), add_columns="ICB")
    assert made.problems[0].field == "add_columns"
    assert "used twice" in made.problems[0].message


@pytest.mark.parametrize(
    ("fields", "months"),
    [
        ({"period": "latest-3"}, {"latest": 3}),
        ({"period": "range", "from": "2025-01", "to": "2025-03"}, {"from": "2025-01", "to": "2025-03"}),
    ],
)
def test_the_period(fields, months):
    assert after(question(), **fields)["months"] == months
    assert "months" not in after(question(months={"latest": 3}), period="all")


def test_months_that_run_backwards_are_refused_and_kept():
    made = sent(question(), period="range", **{"from": "2025-03", "to": "2025-01"})
    assert made.problems[0].field == "from"
    assert made.typed == {"period": "range", "from": "2025-03", "to": "2025-01"}


def test_structure_codes_totals_top_and_sort():
    made = after(
        question(rows=["ICB"]),
        structure="as at", codes="as published", totals="yes", top="5", others="yes", sort="value-0-high",
    )  # fmt: skip
    assert made["structure"] == "as at"
    assert made["codes"] == "as published"
    assert made["totals"] is True
    assert made["top"] == {"count": 5, "others": True}
    assert made["order"] == [{"by": "items", "descending": True}]
    assert "totals" not in query_to_json(
        edited({"form": ["1"], "q": [dumps(question(totals=True))]}, DIRECTORY).query
    )
    assert "top" not in after(question(rows=["ICB"], top=3), top="")
    assert "order" not in after(question(order=[{"by": "items"}]), sort="codes")


@pytest.mark.parametrize("text", ["0", "many", "-1", "1.5", "99999"])
def test_a_wrong_top_is_refused_and_kept(text):
    made = sent(question(rows=["ICB"]), top=text)
    assert made.problems[0].field == "top"
    assert made.typed["top"] == text


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("QKS", {"under": ["organisation", "QKS"]}),
        ("kent and medway", {"under": ["organisation", "QKS"]}),
        ("Kent and Medway (QKS)", {"under": ["organisation", "QKS"]}),
        ("91Q00", {"under": ["organisation", "91Q"]}),
        ("0501", {"under": ["bnf", "0501"]}),
        ("amoxicillin", {"under": ["bnf", "0501013B0"]}),
        ("lipid-regulating drugs", {"under": ["bnf", "0212"]}),
        ("castle med", {"under": ["organisation", "G82003"]}),
        ("0501013B0AAAAAA", {"under": ["bnf", "0501013B0AAAAAA"]}),
    ],
)
def test_a_filter_is_a_name_or_a_code(text, where):
    assert after(question(), filter=text)["where"] == where


def test_a_filter_may_exclude():
    assert after(question(), filter="QKS", filter_how="exclude")["where"] == {
        "not": {"under": ["organisation", "QKS"]}
    }


def test_a_suggestion_counts_only_while_its_name_stands():
    assert after(question(), filter="Sussex", filter_code="QNX")["where"] == {
        "under": ["organisation", "QNX"]
    }
    retyped = after(question(), filter="Acorn Surgery", filter_code="QNX")
    assert retyped["where"] == {"under": ["organisation", "G82001"]}


def test_an_unknown_name_is_kept_with_advice():
    made = sent(question(), filter="Amoxicilin")
    assert made.problems[0].field == "filter"
    assert "Did you mean “Amoxicillin”" in made.problems[0].message
    assert made.typed["filter"] == "Amoxicilin"


def test_a_name_that_fits_many_is_a_choice():
    made = sent(question(), filter="surgery")
    meant = made.choices["filter"]
    assert [one.code for one in meant.choices] == ["G82001", "G81002", "M85002"]
    assert "3 names fit" in made.problems[0].message
    assert made.typed["filter"] == "surgery"
    chosen = after(question(), filter="surgery", filter_choice="G81002")
    assert chosen["where"] == {"under": ["organisation", "G81002"]}


def test_two_places_widen_and_one_inside_the_other_narrows():
    kent = question(where={"under": ["organisation", "QKS"]})
    both = after(kent, filter="QNX")["where"]
    assert both == {"any": [{"under": ["organisation", "QKS"]}, {"under": ["organisation", "QNX"]}]}
    inside = after(kent, filter="G82001")["where"]
    assert inside == {"all": [{"under": ["organisation", "QKS"]}, {"under": ["organisation", "G82001"]}]}
    medicine = after(kent, filter="0501")["where"]
    assert medicine == {"all": [{"under": ["organisation", "QKS"]}, {"under": ["bnf", "0501"]}]}
    assert after(kent, filter="QKS")["where"] == {"under": ["organisation", "QKS"]}


def test_two_medicines_widen_each_other():
    query = question(where={"under": ["bnf", "050101"]})
    assert after(query, filter="050102")["where"] == {
        "any": [{"under": ["bnf", "050101"]}, {"under": ["bnf", "050102"]}]
    }
    assert after(query, filter="0501013")["where"] == {
        "all": [{"under": ["bnf", "050101"]}, {"under": ["bnf", "0501013"]}]
    }


def test_filters_are_removed_one_member_at_a_time_and_turned_round():
    query = question(where={"any": [{"under": ["bnf", "050101"]}, {"under": ["bnf", "050102"]}]})
    assert after(query, do="filter-remove-0-1")["where"] == {"under": ["bnf", "050101"]}
    assert "where" not in after(query, do="filter-remove-0")
    turned = after(question(where={"under": ["bnf", "05"]}), do="filter-flip-0")["where"]
    assert turned == {"not": {"under": ["bnf", "05"]}}
    assert after(question(where=turned), do="filter-flip-0")["where"] == {"under": ["bnf", "05"]}


def test_practice_setting():
    assert after(question(), setting="4")["where"] == {"is": ["practice setting", "4"]}
    assert after(question(), setting="not 4")["where"] == {"not": {"is": ["practice setting", "4"]}}


def test_a_measure_of_ones_own():
    made = after(
        question(),
        do="own", own_top="items", own_top_only="cephalosporins", own_bottom="items",
        own_bottom_only="0501", own_per="100", own_way="change",
    )  # fmt: skip
    ratio = {
        "ratio": [
            {"amount": "items", "where": {"under": ["bnf", "0501021"]}},
            {"amount": "items", "where": {"under": ["bnf", "0501"]}},
        ],
        "per": 100,
    }
    assert made["values"] == ["items", {"change": ratio}]


def test_a_measure_of_ones_own_waits_until_it_is_sent():
    made = sent(question(), own_top="items", own_way="share")
    assert made.query == question()
    assert made.typed == {"own_top": "items", "own_way": "share"}


def test_a_medicine_of_ones_own_measure_is_no_place():
    made = sent(question(), do="own", own_top="items", own_top_only="Kent and Medway")
    assert made.problems[0].field == "own_top_only"
    assert made.typed["own_top_only"] == "Kent and Medway"


def test_nonsense_from_a_hand_written_address_harms_nothing():
    query = question(rows=["ICB"])
    for fields in (
        {"do": "measure-remove-99"}, {"do": "filter-remove-7-x"}, {"do": "rows-up-99"}, {"do": "…"},
        {"period": "latest-x"}, {"structure": "older"}, {"sort": "value-9-high"}, {"do": "filter-flip-5"},
    ):  # fmt: skip
        assert sent(query, **fields).query.rows == query.rows
