"""The one door to rows: checked, allowed, given with its origin, page after page."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.access.policy import Refused
from epact2.access.viewer import ANYONE, OPERATOR, Viewer
from epact2.analysis.answer import answer, labelled
from epact2.analysis.export import file_name
from epact2.analysis.listing import HISTORY_COLUMNS, NoSuchPatient, history, list_rows, pages
from epact2.analysis.listing_export import listed_csv, listed_file_name, listed_json
from epact2.errors import Epact2Error
from epact2.query.check import NotAnswerable
from epact2.query.codec import loads
from epact2.query.listing_json import after_of, listing_from_json
from epact2.query.nodes import BadQuestion, Exclusions
from epact2.query.periods import NoData
from support import example_explorer, example_items
from support.example_items import ITEM_MONTHS, pseudonym

OPEN = Viewer("nia", may_list_items=True)
COLUMNS = ["month", "practice", "presentation", "patient", "items", "NIC"]


def listing(**parts):
    return listing_from_json({"columns": COLUMNS, **parts})


@pytest.fixture(scope="module")
def engine():
    return example_items.engine()


@pytest.mark.parametrize("viewer", [Viewer("nia"), OPERATOR, ANYONE])
def test_listings_are_closed_to_everybody_unless_they_were_opened(engine, viewer):
    with pytest.raises(Refused) as refused:
        list_rows(engine, listing(), viewer)
    with pytest.raises(Refused):
        history(engine, pseudonym("G82001", 1), viewer)
    assert refused.value.advice
    with pytest.raises(Refused):
        list(pages(engine, listing(), viewer))


def test_nobody_unknown_lists_rows_even_when_listings_are_open(engine):
    with pytest.raises(Refused, match="not signed in"):
        list_rows(engine, listing(), replace(ANYONE, may_list_items=True))


def test_patients_are_counted_for_national_accounts_and_nobody_without_a_grant(engine):
    question = loads('{"values": ["identified patients"]}')
    national = Viewer("nia", (Grant(AccountType.NATIONAL, "England", "ENG", date.min, date.max),))
    # Six of each of eight practices; in all three months together nobody is left unverified.
    assert answer(engine, question, national).result.rows == ((48,),)
    with pytest.raises(Refused):
        answer(engine, question, Viewer("nia"))


def test_a_page_carries_its_origin(engine):
    page = list_rows(engine, listing(months={"latest": 1}, where={"is": ["practice", "G82001"]}), OPEN)
    assert page.release == 3
    assert page.months == ITEM_MONTHS[-1:]
    assert page.words.startswith(
        "Items: month, practice, presentation, patient, items and NIC, where practice"
    )
    assert "open to everyone" in page.scope.reason
    assert page.synthetic is True
    assert "Standard exclusions apply" in " ".join(page.notes)


def test_pages_follow_one_another_without_gap_or_repeat(engine):
    whole = list_rows(engine, listing(size=1000), OPEN)
    assert whole.next == ""
    rows, token, count = [], "", 0
    while True:
        page = list_rows(engine, listing(size=37, after=token), OPEN)
        rows += page.result.rows
        count += 1
        if not page.next:
            break
        token = page.next
    assert rows == list(whole.result.rows)
    assert count == -(-len(rows) // 37)
    # 8 practices, 3 months: 6 third, 3 first, 2 second presentations, and one of nobody known.
    assert len(rows) == 8 * 3 * (6 + 3 + 2 + 1)


def test_pages_stop_at_the_most_that_is_wanted(engine):
    found = list(pages(engine, listing(size=1), OPEN, most=20))
    assert [len(page.result.rows) for page in found] == [20]
    assert found[0].next
    rest = list(pages(engine, listing(after=found[0].next), OPEN))
    assert sum(len(page.result.rows) for page in rest) == 8 * 3 * 12 - 20


def test_months_without_items_are_named(engine):
    page = list_rows(engine, listing(months={"from": "2025-05", "to": "2025-07"}), OPEN)
    assert page.months == ITEM_MONTHS[:1]
    assert "No single items are loaded for 2 of these months (May 2025 to June 2025)" in " ".join(page.notes)
    assert "No single items" not in " ".join(list_rows(engine, listing(), OPEN).notes)


def test_the_newest_month_is_provisional_where_patients_are_shown(engine):
    page = list_rows(engine, listing(months={"latest": 1}), OPEN)
    assert page.provisional == page.notes[0]
    assert "Patients of September 2025 are provisional" in page.provisional
    assert list_rows(engine, listing(months={"from": "2025-07", "to": "2025-08"}), OPEN).provisional == ""
    bare = listing_from_json({"columns": ["practice", "items"], "months": {"latest": 1}})
    assert list_rows(engine, bare, OPEN).provisional == ""


@pytest.mark.parametrize(
    ("question", "provisional"),
    [
        ({"values": ["identified patients"]}, True),
        ({"values": ["capture rate"]}, True),
        ({"values": ["items"], "rows": ["gender"]}, True),
        ({"values": [{"change": "items per patient", "months": 1}]}, True),
        ({"values": [{"patients": {"had": {"under": ["bnf", "05"]}}}]}, True),
        ({"values": ["items"], "where": {"is": ["adult or child", "child"]}}, True),
        ({"values": ["EPS rate"]}, False),
        ({"values": ["items"], "rows": ["EPS"]}, False),
        ({"values": ["items"]}, False),
        ({"values": ["identified patients"], "months": {"from": "2025-07", "to": "2025-08"}}, False),
    ],
)
def test_an_answer_says_when_its_patients_are_provisional(engine, question, provisional):
    given = answer(engine, loads(json.dumps({"months": {"latest": 1}, **question})), OPERATOR)
    assert bool(given.provisional) is provisional
    assert ("provisional" in file_name(given, "csv")) is provisional
    assert given.notes[:1] == (given.provisional,) or not provisional


def test_a_release_without_items_says_so():
    with pytest.raises(NoData, match="needs single prescription items"):
        list_rows(example_explorer.engine(), listing(), OPEN)


def test_a_condition_on_time_stands_by_itself(engine):
    mixed = {"any": [{"is": ["month", "2025-09"]}, {"is": ["practice", "G82001"]}]}
    with pytest.raises(NotAnswerable, match="condition on time is mixed"):
        list_rows(engine, listing(where=mixed), OPEN)


def test_patients_are_rows_too(engine):
    asked = listing_from_json(
        {
            "columns": ["patient", "gender", "items"],
            "rows": "patients",
            "where": {"is": ["practice", "G82001"]},
            "order": [{"by": "items", "descending": True}],
        }
    )
    page = list_rows(engine, asked, OPEN)
    assert [row[2] for row in page.result.rows] == [9, 6, 6, 6, 3, 2]
    assert page.result.rows[0][0] == pseudonym("G82001", 0)
    assert any("one row for each different gender" in note for note in page.notes)


def test_a_history_is_all_of_one_patient_newest_first(engine):
    found = history(engine, f" {pseudonym('G82001', 0)} ", OPEN)
    assert [column.name for column in found.result.columns] == [one.name for one in HISTORY_COLUMNS]
    assert [row[0] for row in found.result.rows] == ["2025-09"] * 3 + ["2025-08"] * 3 + ["2025-07"] * 3
    assert pseudonym("G82001", 0) not in found.words
    assert found.next == ""


def test_a_history_can_hold_what_does_not_count(engine):
    counted = history(engine, pseudonym("G82001", 1), OPEN)
    everything = history(engine, pseudonym("G82001", 1), OPEN, exclusions=Exclusions.NONE)
    assert (len(counted.result.rows), len(everything.result.rows)) == (3, 6)


def test_a_history_of_more_than_a_page_is_whole(engine, monkeypatch):
    monkeypatch.setattr("epact2.analysis.listing.LARGEST_PAGE", 2)
    found = history(engine, pseudonym("G82001", 0), OPEN)
    assert len(found.result.rows) == 9


@pytest.mark.parametrize("wrong", ["", "   ", "PSEUDO G82001", "x" * 65, "a;b", "é"])
def test_what_cannot_be_a_pseudonym_is_refused_and_not_repeated(engine, wrong):
    with pytest.raises(BadQuestion) as refused:
        history(engine, wrong, OPEN)
    assert not wrong.strip() or wrong.strip() not in str(refused.value)


def test_an_unknown_patient_is_told_and_not_repeated(engine):
    with pytest.raises(NoSuchPatient) as refused:
        history(engine, "NOBODY77", OPEN)
    assert "NOBODY77" not in str(refused.value)


@pytest.mark.parametrize("token", ["nonsense", "e30=", "W10=", "WzEuNV0="])
def test_a_token_that_was_not_given_out_is_refused(token):
    with pytest.raises(BadQuestion):
        listing(after=token)


def test_a_token_of_another_listing_is_refused(engine):
    token = list_rows(engine, listing(size=1), OPEN).next
    assert after_of(token)
    with pytest.raises(BadQuestion, match="of another listing"):
        listing(order=[{"by": "patient"}], after=token)


def test_json_is_that_of_answers_with_the_next_token(engine):
    page = list_rows(engine, listing(size=2, where={"is": ["practice", "G82001"]}), OPEN)
    made = listed_json(page)
    assert made["columns"][0] == {"name": "month", "kind": "field", "unit": ""}
    assert made["columns"][-1] == {"name": "NIC", "kind": "value", "unit": "£"}
    assert made["rows"][0][-2:] == [1, "1.25"]
    assert made["next"] == page.next
    assert made["synthetic"] is True
    last = listed_json(list_rows(engine, listing(size=1000), OPEN))
    assert last["next"] is None
    labels = listed_json(page, labelled(page.result, engine.directory))
    assert [column["name"] for column in labels["columns"]][:3] == ["month", "practice", "practice name"]


def test_csv_is_whole_exact_and_says_where_it_is_from(engine):
    found = pages(engine, listing(), OPEN, most=1000)
    rows = list(csv.DictReader(io.StringIO("".join(listed_csv(found, engine.directory)))))
    assert len(rows) == 8 * 3 * 12
    assert rows[0]["practice name"] == "Acorn Surgery"
    assert rows[0]["NIC (£)"] == "1.25"
    assert {(row["release"], row["data"]) for row in rows} == {("3", "synthetic")}


def test_a_field_without_code_is_empty_in_csv_and_never_a_total(engine):
    asked = listing_from_json({"columns": ["prescribed date", "patient", "gender"]})
    text = "".join(listed_csv(pages(engine, asked, OPEN), engine.directory))
    assert "Total" not in text
    assert {row["gender name"] for row in csv.DictReader(io.StringIO(text))} == {
        "Male",
        "Female",
        "Not known",
    }


def test_a_file_name_tells_months_and_release_and_no_patient(engine):
    page = list_rows(engine, listing(months={"latest": 1}), OPEN)
    assert listed_file_name(page, "csv") == "epact2-synthetic-items-release-3-2025-09-provisional.csv"
    one = history(engine, pseudonym("G82001", 1), OPEN)
    assert "PSEUDO" not in listed_file_name(one, "csv")


def test_every_refusal_has_advice(engine):
    for wrong in (lambda: list_rows(engine, listing(), OPERATOR), lambda: history(engine, "?", OPEN)):
        with pytest.raises(Epact2Error) as refused:
            wrong()
        assert refused.value.advice
