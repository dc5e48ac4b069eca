"""The pivot: every number of the answer in its place, with its name, its unit and its link."""

import json
from urllib.parse import parse_qs, urlparse

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import answer, name_of
from epact2.analysis.drill import drill
from epact2.query.codec import query_from_json
from epact2.query.encode import query_to_json
from epact2.web.presenters import pivot as pivots
from epact2.web.presenters.pivot import pivot
from epact2.web.presenters.pivot_heads import member_name
from epact2.web.presenters.pivot_parts import Links
from epact2.web.presenters.question_links import QuestionLinks, mended, query_string, trail
from support import example_explorer

ENGINE = example_explorer.engine()


def table(**parts):
    query = query_from_json({"values": ["items"], "months": {"latest": 2}, **parts})
    links = QuestionLinks(query)
    given = answer(ENGINE, query, OPERATOR)
    made = pivot(
        query,
        given.result,
        lambda field, code: name_of(field, code, ENGINE.directory),
        Links(row=links.beneath, cell=lambda key, value: links.beneath(key), sort=links.sort),
    )
    return query, given, made


def texts(line):
    return [cell.text for cell in line.cells]


def asked(href):
    return json.loads(parse_qs(urlparse(href).query)["q"][0])


def test_rows_with_names_codes_and_a_total():
    _, given, made = table(rows=["ICB"], totals=True, values=["items", "actual cost"])
    (group,) = made.groups
    assert [(line.name, line.code, line.kind) for line in group] == [
        ("Birmingham and Solihull", "QHL", "leaf"),
        ("Kent and Medway", "QKS", "leaf"),
        ("Sussex", "QNX", "leaf"),
    ]
    assert [head.text for head in made.corner] == ["ICB"]
    assert [head.text for head in made.heads[0]] == ["Items", "Actual cost"]
    (total,) = made.totals
    assert total.name == "Total"
    assert texts(total)[0] == f"{given.result.rows[-1][1]:,}"
    assert all(text.startswith("£") and text[-3] == "." for text in [texts(line)[1] for line in group])


def test_columns_are_spread_across_with_their_total_last():
    _, given, made = table(rows=["ICB"], columns=["month"], totals=True)
    assert [[head.text for head in line] for line in made.heads] == [
        ["Items"],
        ["Aug 2025", "Sep 2025", "Total"],
    ]
    assert made.heads[0][0].span == 3
    cells = {row[:2]: row[2] for row in given.result.rows}
    kent = made.groups[0][1]
    assert texts(kent) == [f"{cells['QKS', key]:,}" for key in ("2025-08", "2025-09", None)]
    assert texts(made.totals[0]) == [f"{cells[None, key]:,}" for key in ("2025-08", "2025-09", None)]


def test_two_values_each_have_their_columns():
    _, _, made = table(rows=["ICB"], columns=["month"], values=["items", "list size"])
    assert [(head.text, head.span) for head in made.heads[0]] == [("Items", 2), ("List size", 2)]
    assert [head.text for head in made.heads[1]] == ["Aug 2025", "Sep 2025"] * 2
    assert [cell.edge for cell in made.groups[0][0].cells] == [True, False, True, False]


def test_two_column_fields_stand_one_beneath_the_other():
    _, _, made = table(columns=["region", "month"], totals=True)
    assert [(head.text, head.span) for head in made.heads[1]] == [
        ("South East", 3),
        ("Midlands", 3),
        ("Total", 1),
    ]
    assert [head.text for head in made.heads[2]][:3] == ["Aug 2025", "Sep 2025", "Total"]
    assert len(made.totals) == 1


def test_groups_have_their_subtotal_first_and_their_parts_beneath():
    _, given, made = table(rows=["ICB", "practice"], totals=True)
    assert [[line.kind for line in group] for group in made.groups] == [
        ["subtotal", "leaf", "leaf"],
        ["subtotal", "leaf", "leaf", "leaf"],
        ["subtotal", "leaf", "leaf", "leaf"],
    ]
    cells = {row[:2]: row[2] for row in given.result.rows}
    assert texts(made.groups[1][0]) == [f"{cells['QKS', None]:,}"]
    assert made.groups[1][1].depth == 1


def test_without_totals_a_group_is_a_heading():
    _, _, made = table(rows=["region", "ICB"])
    assert [line.kind for line in made.groups[0]] == ["group", "leaf", "leaf"]
    assert made.groups[0][0].cells == ()
    assert made.totals == ()


def test_three_levels():
    _, _, made = table(rows=["region", "ICB", "practice"], totals=True)
    assert [(line.kind, line.depth) for line in made.groups[0][:3]] == [
        ("subtotal", 0),
        ("subtotal", 1),
        ("leaf", 2),
    ]


def test_sorted_by_a_value_rows_follow_their_own_total():
    order = [{"by": "items", "descending": True}]
    _, given, made = table(rows=["ICB"], columns=["month"], totals=True, order=order)
    sums = {row[0]: row[2] for row in given.result.rows if row[1] is None and row[0]}
    assert [line.code for line in made.groups[0]] == sorted(sums, key=lambda code: -sums[code])
    assert made.heads[0][0].sorted == "descending"
    assert made.corner[0].sorted == ""


def test_groups_are_sorted_by_their_subtotals():
    order = [{"by": "items", "descending": True}]
    _, given, made = table(rows=["region", "ICB"], totals=True, order=order)
    sums = {row[0]: row[2] for row in given.result.rows if row[0] and row[1] is None}
    assert [group[0].code for group in made.groups] == sorted(sums, key=lambda code: -sums[code])


def test_of_a_top_with_totals_across_only_the_rows_kept_are_shown():
    _, given, made = table(rows=["practice"], columns=["month"], top=2, totals=True)
    (group,) = made.groups
    assert len(group) == 2
    assert all("–" not in texts(line) for line in group)
    assert texts(made.totals[0])[-1] == f"{given.result.rows[-1][-1]:,}"


def test_no_rows_is_one_line():
    _, _, made = table(values=["items", "list size"])
    assert made.groups == ()
    assert [line.kind for line in made.totals] == ["total"]
    assert len(made.totals[0].cells) == 2


def test_rows_and_cells_lead_beneath_and_only_sums_do():
    query, _, made = table(rows=["ICB"], columns=["month"], totals=True, values=["items", "list size"])
    kent = made.groups[0][1]
    assert asked(kent.href) == query_to_json(drill(query, ["QKS", None]))
    assert asked(kent.cells[0].href) == query_to_json(drill(query, ["QKS", "2025-08"]))
    assert asked(made.totals[0].cells[0].href) == query_to_json(mended(drill(query, [None, "2025-08"])))
    assert [bool(cell.href) for cell in kent.cells] == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    "parts",
    [
        {"rows": ["practice"], "where": {"is": ["practice", "G82001"]}},
        {"rows": ["chapter", "section"], "totals": True},
        {"rows": ["financial year"], "columns": ["quarter"], "months": "all"},
        {"rows": ["presentation"], "where": {"under": ["organisation", "QKS"]}, "columns": ["month"]},
    ],
)
def test_links_are_those_of_the_drill(parts):
    query, given, made = table(**parts)
    for line in (line for group in made.groups for line in group):
        rows = [*line_key(line, given, query)]
        expected = drill(query, rows)
        assert (asked(line.href) if line.href else None) == (
            query_to_json(mended(expected)) if expected else None
        )


def line_key(line, given, query):
    """The row key of a line, found again in the answer by its first number."""
    for row in given.result.rows:
        codes = row[: len(query.rows)]
        shown = [code for code in codes if code is not None]
        if len(shown) == line.depth + 1 and (line.code or line.name) in (
            shown[-1],
            name_of_last(query, shown),
        ):
            return [*codes]
    raise AssertionError(line)


def name_of_last(query, shown):
    field = query.rows[len(shown) - 1]
    return member_name(field, shown[-1], lambda one, code: name_of(one, code, ENGINE.directory))


def test_beneath_a_practice_people_are_not_split_by_medicine():
    _, _, made = table(rows=["practice"], values=["items", "list size"])
    assert asked(made.groups[0][0].href)["values"] == ["items"]
    assert asked(made.groups[0][0].href)["rows"] == ["chapter"]


def test_a_share_of_a_field_that_goes_is_of_what_is_left():
    _, _, made = table(rows=["ICB"], values=[{"share": "items", "of": ["ICB"]}], columns=["chapter"])
    assert asked(made.groups[0][0].href)["values"] == [{"share": "items", "of": []}]


def test_wide_and_long_answers_are_cut_and_say_so(monkeypatch):
    monkeypatch.setattr(pivots, "MOST_COLUMNS", 4)
    monkeypatch.setattr(pivots, "MOST_LINES", 2)
    _, _, made = table(rows=["practice"], columns=["month"], months="all", totals=True)
    assert (made.shown_lines, made.all_lines) == (2, 8)
    assert (made.shown_columns, made.all_columns) == (4, 15)
    assert made.is_cut
    assert [head.text for head in made.heads[1]] == ["Jul 2025", "Aug 2025", "Sep 2025", "Total"]
    assert made.latest_columns


def test_many_cells_are_not_linked_but_their_rows_are(monkeypatch):
    monkeypatch.setattr(pivots, "MOST_CELL_LINKS", 3)
    _, _, made = table(rows=["ICB"], columns=["month"])
    assert not made.cells_linked
    assert made.groups[0][0].href
    assert not made.groups[0][0].cells[0].href


def test_no_value_and_no_row_are_told_apart():
    _, _, made = table(
        rows=["ICB"], columns=["section"], months={"latest": 1},
        values=["items", {"change": "items", "months": 24}], where={"under": ["bnf", "05"]},
    )  # fmt: skip
    assert texts(made.groups[0][0])[1] == "No data"


def test_bars_are_those_of_the_first_value_in_the_finest_rows():
    _, _, made = table(rows=["ICB", "practice"], totals=True, values=["items", "NIC"])
    subtotal, leaf = made.groups[0][:2]
    assert subtotal.cells[0].bar is None
    assert 0 < leaf.cells[0].bar <= 1
    assert leaf.cells[1].bar is None
    assert made.bar_note.startswith("Bars run from 0 to")


def test_shares_read_as_percentages():
    _, _, made = table(rows=["ICB"], values=[{"share": "items", "of": []}], totals=True)
    assert texts(made.totals[0]) == ["100.0%"]


def test_the_trail_takes_each_condition_away():
    query = query_from_json(
        {"values": ["items"], "where": {"all": [{"is": ["ICB", "QKS"]}, {"under": ["bnf", "05"]}]}}
    )
    first, second = trail(query, ENGINE.directory)
    assert first.text == "ICB is Kent and Medway (QKS)"
    assert asked(first.href)["where"] == {"under": ["bnf", "05"]}
    assert asked(second.href)["where"] == {"is": ["ICB", "QKS"]}


def test_an_address_holds_the_question_and_nothing_is_lost():
    query = query_from_json({"values": ["items"], "where": {"is": ["practice", "A&B=C#“ü”"]}})
    assert query_from_json(asked(query_string(query))) == query
